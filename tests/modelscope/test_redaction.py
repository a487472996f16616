"""Secrets that a server repeats: masked in each usual encoding, and before anything is cut."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from socket import socket
from urllib.parse import quote

import pytest

from msconfig.mock.messages import Response
from msconfig.modelscope._redaction import hidden_in, without_secrets
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.http_interface import Reply
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Endpoints, Site
from msconfig.tokens import Secret
from support import TOKEN, Connect, RawServe, Serve

OAUTH = "ms_oauth" + "".join(f"-{number:06x}" for number in range(68))
"""As long as those that were seen: longer than any text that is shown."""
SHOWN = 8
"""Characters in a row of a token that a masked text may still have."""

ENCODINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in upper case": str.upper,
    "backwards": lambda token: token[::-1],
    "in hex": lambda token: token.encode().hex(),
    "in hex, upper case": lambda token: token.encode().hex().upper(),
    "in base64": lambda token: base64.b64encode(token.encode()).decode(),
    "in base64 behind one byte": lambda token: base64.b64encode(b"x" + token.encode()).decode(),
    "in base64 behind two bytes": lambda token: base64.b64encode(b"xy" + token.encode()).decode(),
    "in base64 for a header": lambda token: base64.b64encode(f"u:{token}!".encode()).decode(),
    "percent-encoded": lambda token: quote(token, safe="").replace("-", "%2D"),
    "percent-encoded as a whole": lambda token: "".join(f"%{ord(each):02x}" for each in token),
    "with dashes of HTML": lambda token: token.replace("-", "&#45;"),
}


def left_of(encoded: str, text: str) -> list[str]:
    """Pieces of an encoded token that a text still shows; its last characters may be seen."""
    pieces = [encoded[place : place + SHOWN] for place in range(4, len(encoded) - SHOWN - 8)]
    return [piece for piece in pieces if piece in text]


@pytest.mark.parametrize("token", [TOKEN, OAUTH], ids=["short", "long"])
@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
def test_an_encoded_token_is_masked(encode: Callable[[str], str], token: str) -> None:
    encoded = encode(token)
    secrets = [Secret(token)]
    body = f"<html>for {encoded}, no</html>".encode()
    assert left_of(encoded, hidden_in(f"for {encoded}, no", secrets)) == []
    masked = without_secrets(Reply(400, body, encoded), secrets)
    assert left_of(encoded, f"{masked.body.decode()} {masked.content_type}") == []
    assert masked.body.startswith(b"<html>for ")
    assert masked.body.endswith(b", no</html>")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('{"m": "%s"}', id="a document"),
        pytest.param('data: {"m": "%s"}\n\ndata: [DONE]\n\n', id="an event"),
        pytest.param('data: {"m":\ndata: "%s"}\n\n', id="an event in two lines"),
        pytest.param('{"m": "%s"', id="a document that is cut off"),
        pytest.param('{"m": "%s", "m": ""}', id="a key twice"),
    ],
)
@pytest.mark.parametrize("escape", [r"\u00%02x", r"\u00%02X"])
def test_a_token_behind_escapes_of_json_is_masked(body: str, escape: str) -> None:
    escaped = "".join(escape % ord(character) for character in TOKEN)
    masked = without_secrets(Reply(200, (body % escaped).encode()), [Secret(TOKEN)]).body.decode()
    assert masked == body % Secret(TOKEN).masked


def test_a_token_with_characters_that_json_escapes_is_masked() -> None:
    token = 'ms-"quoted"-and\\slashed-0123456789'
    body = json.dumps({"m": token}).encode()
    assert without_secrets(Reply(200, body), [Secret(token)]).body == (
        json.dumps({"m": Secret(token).masked}, ensure_ascii=False).encode()
    )


@pytest.mark.parametrize(
    "text",
    ['a"b', "a\\b", "a\\", "\\u0041", "\\\\u002d", "a/b\n\t", "\u0080é字\U0001f4a3", "\\/", "\x7f"],
)
def test_without_a_token_a_document_means_what_it_meant(text: str) -> None:
    for raw in (json.dumps([text]), json.dumps([text], ensure_ascii=False)):
        body = without_secrets(Reply(200, raw.replace("/", r"\/").encode()), [Secret(TOKEN)]).body
        assert json.loads(body) == [text]


PADDING = [0, 100, 128, 150, 170, 190, 199, 200]
SPOKEN = Callable[[str], bytes]
BROKEN: dict[str, SPOKEN] = {
    "a status": lambda text: b"HTTP/1.1 " + text.encode(),
    "a header": lambda text: b"HTTP/1.1 200 OK\r\n" + text.encode(),
    "a chunk": lambda text: (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + text.encode()
    ),
}
ANSWERS: dict[str, Callable[[str], Response]] = {
    "an error": lambda text: Response.of_json(400, {"error": {"message": text}}),
    "an event": lambda text: Response.of_events(
        f"data: {json.dumps({'error': {'message': text}})}\n\n"
    ),
    "an escaped event": lambda text: Response.of_events(
        'data: {"error": {"message": "TEXT"}}\n\n'.replace("TEXT", text.replace("-", r"\u002d"))
    ),
    "an event with 400": lambda text: Response(
        400, f"data: {json.dumps({'error': {'message': text}})}\n\n".encode()
    ),
    "a type": lambda text: Response(200, b"x", {"Content-Type": text}),
    "a note": lambda text: Response(503, b"{}", {"msconfig-note": text}),
}


def asks(connect: Connect, url: str, token: str) -> ModelScope:
    endpoints = Endpoints.of(Site.CN, hub_url=url, inference_url=f"{url.rstrip('/')}/v1/")
    return ModelScope(endpoints, connect(retries=0), secrets=[Secret(token)])


@pytest.mark.parametrize("token", [TOKEN, OAUTH], ids=["short", "long"])
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_no_piece_of_a_token_is_left_where_a_text_is_cut(
    answer: Callable[[str], Response], token: str, serve: Serve, connect: Connect
) -> None:
    texts = iter([f"{'x' * padding} {token}" for padding in PADDING for _ in range(2)])
    client = asks(connect, serve(lambda _: answer(next(texts))).url_for("/"), token)
    for _ in PADDING:
        told = f"{client.call('a/b', Kind.CHAT, Secret(token))} {client.users_me(Secret(token))}"
        assert left_of(token, told) == []


@pytest.mark.parametrize("token", [TOKEN, OAUTH], ids=["short", "long"])
@pytest.mark.parametrize("speak", BROKEN.values(), ids=BROKEN)
def test_no_piece_of_a_token_is_left_of_a_reply_that_is_no_http(
    speak: SPOKEN, token: str, raw_serve: RawServe, connect: Connect
) -> None:
    for padding in PADDING:

        def repeat(connection: socket, _: bytes, padding: int = padding) -> None:
            connection.sendall(speak(f"{'x' * padding} {token}") + b"\r\n\r\n")

        client = asks(connect, raw_serve(repeat), token)
        assert left_of(token, str(client.users_me(Secret(token)))) == []
