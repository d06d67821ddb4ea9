"""What a voice is given to say."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engines.embedded.pieces import MAX_CHARS, MAX_TEXT_CHARS, MAX_WORD_CHARS, ascii_pieces, pieces


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello, world!", "Hello, world!"),
        ("It’s “fine” — really…", "It's fine, really."),
        ("Café naïve", "Cafe naive"),
        ("so\x00me\ttext\n\x1b[31m", "so me text 31m"),
        ("100% sure, $5 & more", "100% sure, $5 & more"),
        ("%s %n %d", "%s %n %d"),
        ("<speak><break time='9s'/>hi</speak>", "speak break time='9s' hi speak"),
        ("wait!!!!! what???", "wait! what?"),
        ("smile \N{GRINNING FACE} now", "smile now"),
        ("\ud800ok", "ok"),
    ],
)
def test_english(text: str, said: str) -> None:
    """Words, numbers and punctuation, in ASCII."""
    assert list(ascii_pieces(text)) == [said]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Schöne Grüße, wie geht’s?", "Schöne Grüße, wie geht’s?"),
        ("Привет, мир", "Привет, мир"),
        ("你好。", "你好。"),
        ("[[h@'loU]] <b>x</b>", "h@'loU b x /b"),
        ("a\x00b\u200b\N{GRINNING FACE}\ud800c", "a b c"),
    ],
)
def test_other_scripts(text: str, said: str) -> None:
    """Letters of any script; no marks that a synthesiser reads as its own."""
    assert list(pieces(text)) == [said]


@pytest.mark.parametrize(
    "text", ["", "   ", "...", "?!", "\N{GRINNING FACE}\N{HEAVY BLACK HEART}\ufe0f", "\x00\x01", "\ud800", "[[]]"]
)
def test_nothing_to_say(text: str) -> None:
    """It is not synthesised at all."""
    assert list(ascii_pieces(text)) == list(pieces(text)) == []


def test_a_long_text_is_cut_at_its_sentences() -> None:
    """No word is lost, and none is cut."""
    sentences = [f"This is sentence number {number} of a rather long text." for number in range(12)]

    cut = list(ascii_pieces(" ".join(sentences)))

    assert " ".join(cut) == " ".join(sentences)
    assert len(cut) > 1
    assert all(piece.endswith(".") for piece in cut)


@given(st.text(max_size=2000), st.sampled_from([ascii_pieces, pieces]))
def test_pieces_are_bounded(text: str, cut: type) -> None:
    """Whatever the text is: its pieces have bounded lengths and words, no control character and nothing of a code."""
    for piece in cut(text):
        assert 0 < len(piece) <= MAX_CHARS
        assert max(map(len, piece.split())) <= MAX_WORD_CHARS
        assert re.search(r"[\x00-\x1f\x7f\[\]<>(){}|]", piece) is None
        piece.encode()
        if cut is ascii_pieces:
            piece.encode("ascii")


def test_a_text_has_an_end() -> None:
    """A model that never stops is not spoken for ever."""
    assert sum(map(len, ascii_pieces("word " * 10_000))) <= MAX_TEXT_CHARS
