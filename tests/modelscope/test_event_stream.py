"""Event streams, as the WHATWG standard has them, in pieces of any length."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msconfig.modelscope._event_stream import Event, EventStream

STREAMS = [
    pytest.param(b"data: a\n\ndata: b\n\n", [Event("a"), Event("b")], id="LF"),
    pytest.param(b"data: a\r\rdata: b\r\r", [Event("a"), Event("b")], id="CR"),
    pytest.param(b"data: a\r\n\r\ndata: b\r\n\r\n", [Event("a"), Event("b")], id="CR LF"),
    pytest.param(b"data: a\r\ndata: b\n\r\n", [Event("a\nb")], id="mixed"),
    pytest.param(b"data: a\r\n\ndata: b\n\n", [Event("a"), Event("b")], id="LF after CR LF"),
    pytest.param(b"\xef\xbb\xbfdata: a\n\n", [Event("a")], id="a byte order mark"),
    pytest.param(b'data: {"a":\ndata: 1}\n\n', [Event('{"a":\n1}')], id="two data lines"),
    pytest.param(b":\n: data: x\n\ndata: a\n\n", [Event("a")], id="comments"),
    pytest.param(b"data:a\n\ndata:  b\n\n", [Event("a"), Event(" b")], id="one space is taken off"),
    pytest.param(b"data\n\n", [Event("")], id="a field without a value"),
    pytest.param(b"event: error\ndata: a\n\n", [Event("a", "error")], id="a type"),
    pytest.param(b"event: error\n\ndata: a\n\n", [Event("a")], id="a type without data"),
    pytest.param(b"id: 1\nretry: 5\nfoo: b\ndata: a\n\n", [Event("a")], id="other fields"),
    pytest.param(b" data: b\n\ndata: a\n\n", [Event("a")], id="a field with a blank before it"),
    pytest.param(b"data: a\n\ndata: b\n", [Event("a")], id="cut off before the empty line"),
    pytest.param(b"data: \xe5\xa5\xbd\xff\n\n", [Event("好\ufffd")], id="bytes that are no UTF-8"),
    pytest.param(b"data: a\xe2\x80\xa8b\x0bc\n\n", [Event("a\u2028b\x0bc")], id="no line ends"),
    pytest.param(b"", [], id="nothing"),
]


@pytest.mark.parametrize(("raw", "events"), STREAMS)
def test_a_stream_is_read_in_one_piece_in_two_and_byte_by_byte(
    raw: bytes, events: list[Event]
) -> None:
    for cut in range(len(raw) + 1):
        halves = EventStream()
        assert [*halves.feed(raw[:cut]), *halves.feed(raw[cut:])] == events
    stream = EventStream()
    pieces = [raw[place : place + 1] for place in range(len(raw))]
    read = [event for piece in pieces for event in stream.feed(piece)]
    assert read == events


@given(
    st.lists(
        st.sampled_from(
            [b"data", b":", b" ", b"\r", b"\n", b"\r\n", b"\xe5\xa5\xbd", b"a", b"event"]
        )
    ),
    st.lists(st.integers(0, 40)),
)
def test_where_a_stream_is_cut_into_pieces_changes_nothing(
    parts: list[bytes], cuts: list[int]
) -> None:
    raw = b"".join(parts)
    places = sorted({0, len(raw), *(cut for cut in cuts if cut < len(raw))})
    stream = EventStream()
    read = [event for start, end in pairwise(places) for event in stream.feed(raw[start:end])]
    assert read == list(EventStream().feed(raw))
