"""Sound, raw and in files."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engines.errors import BadAnswer
from bot.engines.openai.wav import PcmReader, wav

PCM = bytes(range(100))
FILE = wav(PCM, 16_000)


def heard(*pieces: bytes, rate_hz: int = 24_000) -> tuple[bytes, set[int]]:
    """Return the samples of a body and their rates."""
    reader = PcmReader(rate_hz)
    audio = [some for piece in pieces if (some := reader.feed(piece))]
    assert all(len(some.pcm) % 2 == 0 for some in audio)
    return b"".join(some.pcm for some in audio), {some.rate_hz for some in audio}


def with_size(size: int) -> bytes:
    """Return the file with another size of its samples."""
    place = FILE.index(b"data") + 4
    return FILE[:place] + struct.pack("<I", size) + FILE[place + 4 :]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (PCM, (PCM, {24_000})),
        (PCM[:99], (PCM[:98], {24_000})),  # half a sample is none
        (FILE, (PCM, {16_000})),
        (FILE + b"LIST\x04\x00\x00\x00abcd", (PCM, {16_000})),
        (with_size(0), (PCM, {16_000})),
        (with_size(0xFFFFFFFF), (PCM, {16_000})),
        (FILE.replace(b"data", b"note\x03\x00\x00\x00abc\x00data"), (PCM, {16_000})),
        (FILE[:30], (b"", set())),
        (b"", (b"", set())),
    ],
)
def test_bodies(body: bytes, expected: tuple[bytes, set[int]]) -> None:
    """Raw samples have the configured rate, a file its own; its other chunks are read over."""
    assert heard(body) == expected


@given(st.sampled_from([PCM, FILE, FILE + b"LISTxx", PCM[:31]]), st.data())
def test_any_cut_gives_the_same_sound(body: bytes, data: st.DataObject) -> None:
    """A sample that the network cuts in two is put together again."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=8)))
    pieces = [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]

    assert heard(*pieces) == heard(body) == heard(*(bytes([byte]) for byte in body))


def changed(offset: int, form: str, value: int) -> bytes:
    """Return the file with one field changed."""
    body = bytearray(FILE)
    struct.pack_into(form, body, offset, value)
    return bytes(body)


@pytest.mark.parametrize(
    "body",
    [
        changed(20, "<H", 3),  # floating point
        changed(22, "<H", 2),  # stereo
        changed(24, "<I", 1),  # 1 Hz
        changed(34, "<H", 8),  # 8 bits
        changed(16, "<I", 4),  # half a format
        FILE.replace(b"fmt ", b"fmtx"),
        FILE.replace(b"WAVE", b"AVI "),
        FILE[:12] + b"junk" + struct.pack("<I", 10_000_000),
        b"ID3\x04" + bytes(100),
        b"OggS" + bytes(100),
    ],
)
def test_other_kinds(body: bytes) -> None:
    """What would be noise is refused."""
    with pytest.raises(BadAnswer):
        heard(body)
