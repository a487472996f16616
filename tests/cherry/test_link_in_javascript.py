"""The deep link, read by the kind of engine that Cherry Studio runs on."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Callable
from urllib.parse import quote

import pytest

from msconfig.cherry.link import PREFIX, Unopenable, decode_v1, decode_v2, encode
from support import TOKEN

PAYLOAD = {"id": "mine", "apiKey": TOKEN, "baseUrl": "https://models.example/v1", "name": "Mine"}

JAVASCRIPT = r"""
const links = JSON.parse(require("fs").readFileSync(0, "utf8"));
const treated = (text) => text.replaceAll("'", '"').replaceAll("(", "").replaceAll(")", "");
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const orNothing = (read) => {
  try { const value = read(); return isObject(value) ? value : null; } catch { return null; }
};
const textIn = (link) => {
  const query = link.slice(link.indexOf("?") + 1).replaceAll("+", "_").replaceAll("/", "-");
  const data = new URLSearchParams(query).get("data");
  const base64 = data.replaceAll("_", "+").replaceAll("-", "/");
  const text = Buffer.from(base64, "base64").toString("utf8");
  const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  if (new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes) !== text) throw new Error();
  return text;
};
const v1 = (link) => {
  const payload = JSON.parse(treated(textIn(link)));
  return JSON.parse(decodeURIComponent(eval(`'${encodeURIComponent(JSON.stringify(payload))}'`)));
};
const v2 = (link) => {
  const text = textIn(link);
  try { return JSON.parse(text); } catch { return JSON.parse(treated(text)); }
};
const read = links.map((link) => [orNothing(() => v1(link)), orNothing(() => v2(link))]);
process.stdout.write(JSON.stringify(read));
"""

NODE = shutil.which("node")


def opened(decode: Callable[[str], dict[str, object]], link: str) -> object:
    try:
        return decode(link)
    except Unopenable:
        return None


@pytest.mark.skipif(NODE is None, reason="node is not on this machine")
def test_a_javascript_engine_reads_what_our_decoders_read() -> None:
    texts = [
        json.dumps({**PAYLOAD, "name": "~?>ÿ~?>ÿÿ"}, ensure_ascii=False),
        json.dumps(PAYLOAD),
        json.dumps({**PAYLOAD, "name": '世界 ’ \u2028 \x00 😀 %27 & # \\ "'}),
        r'{"id": "a\u0028b\u0029"}',
        '{"id": "a(b)"}',
        "{'id': 'a'}",
        '{"id": "it\'s"}',
        r'{"id": "it\u0027s"}',
        '{"id": "a", "id": "b"}',
        '\ufeff{"id": "a"}',
        '{"id": NaN}',
        "[1]",
        "{",
        "",
    ]
    links = [
        f"{PREFIX}v=1&data={form(base64.b64encode(text.encode()).decode())}"
        for text in texts
        for form in (str, quote, lambda data: data.rstrip("="))
    ]
    urlsafe = base64.urlsafe_b64encode(texts[0].encode()).decode()
    links += [f"{PREFIX}v=1&data={urlsafe}", f"{PREFIX}v=1"]
    links += [encode({**PAYLOAD, "name": name}) for name in ("(a) + b/c = d?", "’", "\ufeff")]
    ran = subprocess.run(
        [str(NODE), "-e", JAVASCRIPT],
        input=json.dumps(links).encode(),
        capture_output=True,
        check=True,
    )
    by_engine = json.loads(ran.stdout)
    ours = [[opened(decode_v1, link), opened(decode_v2, link)] for link in links]
    assert by_engine == ours
