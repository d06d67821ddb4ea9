"""What of an utterance has been played."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.turns.utterance import Piece, Utterance, Word

# 1000 Hz: a sample is a millisecond. Ten characters, ten words' times: one each 100 ms.
ONE = Utterance(1000, (Piece("Hi, there. ", 1100), Piece("How are you?", 1200)))


@pytest.mark.parametrize(
    ("played_ms", "expected"),
    [
        (0, ""),
        (399, ""),
        (400, "Hi,"),
        (1099, "Hi,"),
        (1100, "Hi, there."),
        (1500, "Hi, there. How"),
        (2299, "Hi, there. How are"),
        (2300, "Hi, there. How are you?"),
        (9999, "Hi, there. How are you?"),
    ],
)
def test_words_count_once_all_of_them_was_played(played_ms: int, expected: str) -> None:
    """Without times of its engine a word is as long as its share of the characters."""
    assert ONE.spoken_text(played_ms) == expected


def test_an_engines_own_times_are_used() -> None:
    """A word ends where the next one begins."""
    utterance = Utterance(16_000).add(Piece("well then", 16_000, (Word(0, 100.0), Word(5, 700.0))))
    assert utterance.spoken_text(699) == ""
    assert utterance.spoken_text(700) == "well"
    assert utterance.spoken_text(1000) == "well then"
    assert utterance.word_start_ms(650) == 100.0


def test_playing_goes_on_at_a_words_start() -> None:
    """A resumed reply does not begin in the middle of a word."""
    assert ONE.word_start_ms(1550) == 1500.0
    assert ONE.word_start_ms(0) == 0.0
    assert Utterance(48_000).word_start_ms(5) == 0.0


def test_length() -> None:
    """The pieces' samples together."""
    assert ONE.length_ms == 2300
    assert Utterance(48_000).length_ms == 0


def test_no_text_in_a_repr() -> None:
    """What is said in a call is in no repr."""
    assert "there" not in repr(ONE)


texts = st.text(st.sampled_from("ab ,."), max_size=12)
timed = st.builds(
    lambda text, samples, times: Piece(
        text, samples, tuple(Word(char, ms) for char, ms in zip(range(len(text)), sorted(times), strict=False))
    ),
    texts,
    st.integers(0, 2000),
    st.lists(st.floats(-100, 3000), max_size=5),
)


@given(st.lists(timed, max_size=4), st.floats(0, 9000), st.floats(0, 9000))
def test_what_was_played_is_a_beginning_that_grows(pieces: list[Piece], one: float, other: float) -> None:
    """Whatever times an engine tells, more played never means less spoken, and all played is all that was said."""
    utterance = Utterance(1000, tuple(pieces))
    early, late = sorted((one, other))
    whole = " ".join(filter(None, (piece.text.strip() for piece in pieces)))
    assert whole.startswith(utterance.spoken_text(early))
    assert utterance.spoken_text(late).startswith(utterance.spoken_text(early))
    assert utterance.spoken_text(utterance.length_ms) == whole
    assert utterance.word_start_ms(early) <= early
