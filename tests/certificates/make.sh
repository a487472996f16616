#!/bin/sh
# Makes the certificates of this folder anew: a company's CA, and what servers in tests show.
# Run it in this folder. The CA's key is thrown away; the servers' key is worth nothing.
set -eu
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
key "$scratch/ca.key"
key "$scratch/server.key"
openssl req -x509 -new -key "$scratch/ca.key" -days 36500 -subj "/CN=Company CA of a test" \
  -addext "keyUsage=critical,keyCertSign,cRLSign" -out company-ca.pem
openssl req -new -key "$scratch/server.key" -subj "/CN=server" -out "$scratch/server.csr"
cat > "$scratch/ca.cnf" <<CONFIG
[ca]
default_ca = own
[own]
database = $scratch/index
new_certs_dir = $scratch
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
CONFIG
: > "$scratch/index"
signed() { # name, alternative names, begin, end
  printf 'subjectAltName=%s\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n' "$2" \
    > "$scratch/extensions"
  openssl ca -batch -notext -config "$scratch/ca.cnf" -cert company-ca.pem \
    -keyfile "$scratch/ca.key" -in "$scratch/server.csr" -extfile "$scratch/extensions" \
    -startdate "$3" -enddate "$4" -out "$scratch/$1.pem"
  cat "$scratch/server.key" "$scratch/$1.pem" > "$1.pem"
}
here=DNS:localhost,DNS:hub.example.test,IP:127.0.0.1
signed server "$here" 20250101000000Z 21241231235959Z
signed expired "$here" 20200101000000Z 20210101000000Z
signed elsewhere DNS:elsewhere.example.test 20250101000000Z 21241231235959Z
