#!/usr/bin/env bash
# What action.yml runs: finds a Python that is new enough and hands over to action.py. On Windows
# this is Git's bash, where python3 may be a stub of the Microsoft Store, and python the right one.
set -euo pipefail

found=""
for python in python3 python py; do
  version=$("$python" -I -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
  if "$python" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    exec "$python" -I "$GITHUB_ACTION_PATH/ci/action.py"
  fi
  found=", found ${version//[^0-9.]/}"
done
echo "::error title=msconfig::Python 3.11 or newer is needed$found; add a step with actions/setup-python before this one"
[ -z "${GITHUB_OUTPUT:-}" ] || echo "exit-code=2" >> "$GITHUB_OUTPUT"
exit 2
