"""Server-sent events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engines.openai.sse import EventParser, OversizeEvent


def events(*pieces: bytes, limit: int = 1000) -> list[str]:
    """Return the events of a body that comes in these pieces."""
    parser = EventParser(limit)
    return [event for piece in pieces for event in parser.feed(piece)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"data: a\n\ndata: b\n\n", ["a", "b"]),
        (b"data:a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
        (b"data: a\r\rdata: b\r\r", ["a", "b"]),
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b": a comment\n\ndata: a\n: another\n\n", ["a"]),
        (b"event: delta\nid: 7\nretry: 10\ndata: a\n\n", ["a"]),
        (b"event: nothing\n\n", []),
        (b"data\n\n", [""]),
        (b"data:  a\n\n", [" a"]),  # one space belongs to the form
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b"data: a\n\ndata: b\n", ["a"]),
        (b"data: a\n\ndata: b", ["a"]),
        (b"data: \xff\n\n", ["\ufffd"]),
        (b"data: a\x0bb\x0cc\xc2\x85\n\n", ["a\x0bb\x0cc\x85"]),  # none of them ends a line
        (b"", []),
    ],
)
def test_events(body: bytes, expected: list[str]) -> None:
    """What the standard says of lines, fields, comments and ends."""
    assert events(body) == expected


PIECES = st.sampled_from([b"data: ", b"data:", b"\n", b"\r", b"\r\n", b"a", b"\xc3\xa9", b": c", b"id: 1", b"\n\n"])


@given(st.lists(PIECES, max_size=40), st.data())
def test_any_cut_gives_the_same_events(parts: list[bytes], data: st.DataObject) -> None:
    """Where the network cuts a body means nothing."""
    body = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=10)))
    pieces = [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]

    assert events(*pieces) == events(body) == events(*(bytes([byte]) for byte in body))


@pytest.mark.parametrize("body", [b"data: " + b"x" * 1000, b"data: xxxxxxxx\n" * 200, b"y" * 2000])
def test_an_event_has_a_limit(body: bytes) -> None:
    """A server that never ends a line, or an event, cannot fill the memory."""
    with pytest.raises(OversizeEvent):
        events(body)


def test_the_limit_is_for_one_event() -> None:
    """A body may be longer than its events may."""
    assert len(events(b"data: xxxxxxxx\n\n" * 200)) == 200
