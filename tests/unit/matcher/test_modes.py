"""What an operator may say of matching, and how Redis holds it."""

import pytest

from matcher.modes import FALLBACK_MS, BadMode, Matching, Mode, parse, read


@pytest.mark.parametrize(
    ("words", "mode", "said"),
    [
        ("humans", Mode(Matching.HUMANS), "humans"),
        ("bots", Mode(Matching.BOTS), "bots"),
        ("paused", Mode(Matching.PAUSED), "paused"),
        ("fallback", Mode(Matching.FALLBACK, FALLBACK_MS), "fallback 8"),
        ("fallback 12.5", Mode(Matching.FALLBACK, 12_500), "fallback 12.5"),
        ("fallback 0", Mode(Matching.FALLBACK, 0), "fallback 0"),
    ],
)
def test_a_mode_is_said_stored_and_read(words: str, mode: Mode, said: str) -> None:
    """What is read back means the same."""
    assert parse(words.split()) == mode
    assert str(mode) == said
    assert str(read(mode.stored)) == said


def test_nothing_chosen_is_fallback() -> None:
    """A bot comes after a while, unless somebody decided otherwise."""
    assert read(None) == Mode(Matching.FALLBACK, FALLBACK_MS)


@pytest.mark.parametrize(
    "words", ["", "people", "humans 3", "fallback soon", "fallback -1", "fallback 601", "fallback nan", "fallback 1 2"]
)
def test_anything_else_is_refused(words: str) -> None:
    """With what would be right."""
    with pytest.raises(BadMode, match="humans, fallback"):
        parse(words.split())
