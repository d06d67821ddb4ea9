"""Words and their sound, as far as it has come."""

from bot.conversation.speech import Speech
from tests.unit.bot.conversation.scripted import sound

SECOND = sound(1, 1_000, 48_000)


def test_words_count_when_they_were_played() -> None:
    """Over all clauses."""
    speech = Speech(1)
    for clause in ("one two", "six ten"):
        speech.begin(clause)
        speech.add(SECOND)
        speech.finish()
    assert speech.spoken_text(999) == "one"
    assert speech.spoken_text(1_000) == "one two"
    assert speech.spoken_text(2_000) == "one two six ten"
    assert speech.word_start_ms(700) > 500


def test_a_clause_that_is_not_whole_is_longer_than_what_has_come() -> None:
    """Nobody has heard its last word yet, however little of it has come."""
    speech = Speech(1)
    speech.begin("one two six ten one two six ten")
    speech.add(SECOND)
    assert speech.spoken_text(1_000) == "one two six"
    speech.finish()
    assert speech.spoken_text(1_000) == "one two six ten one two six ten"


def test_sound_is_reported_in_whole_milliseconds() -> None:
    """What is left over is reported with the next."""
    speech = Speech(1)
    speech.begin("one")
    assert speech.add(bytes(2 * 47)) == 0
    assert speech.add(bytes(2 * 2)) == 1
    assert speech.add(SECOND) == 1_000


def test_clauses_are_found_by_what_was_played() -> None:
    """One that has just ended is still the last one; before the first sound it is the first one."""
    speech = Speech(1)
    speech.begin("one")
    speech.add(SECOND)
    speech.finish()
    speech.begin("two")
    speech.add(SECOND)
    assert [speech.clause_at(ms) for ms in (0, 500, 1_000, 1_020)] == [0, 0, 0, 1]
    assert (speech.clause_end_ms(0), speech.clause_end_ms(1)) == (1_000, None)
    assert speech.clauses == 2


def test_nothing_is_left_of_it() -> None:
    """Neither sound nor words."""
    speech = Speech(1)
    speech.begin("one")
    speech.sound += SECOND
    speech.forget()
    assert (bytes(speech.sound), speech.spoken_text(10_000)) == (b"", "")
