"""The values that engines share."""

import pytest

from bot.engines import errors
from bot.engines.protocols import Audio, Context, Hypothesis, Speaker, Turn, Words

SECRET = "my name is canary"


def every_error() -> list[type[errors.EngineError]]:
    """Return the whole tree."""
    found, queue = [], [errors.EngineError]
    while queue:
        found.append(queue.pop())
        queue.extend(found[-1].__subclasses__())
    return found


@pytest.mark.parametrize("kind", every_error())
def test_errors_say_their_code_and_nothing_else(kind: type[errors.EngineError]) -> None:
    """The text of an error is its code, which no other error has."""
    assert str(kind(retry_after_s=3)) == kind.code
    assert [other.code for other in every_error()].count(kind.code) == 1
    assert f" {kind.code} " in (errors.__doc__ or "") or kind is errors.EngineError


@pytest.mark.parametrize(
    "value",
    [Hypothesis(SECRET), Turn(Speaker.CALLER, SECRET), Words(SECRET), Audio(SECRET.encode(), 16_000)],
)
def test_what_people_say_is_in_no_repr(value: object) -> None:
    """Neither words nor sound can reach a log or a traceback by way of `repr`."""
    assert "canary" not in repr(value)
    assert "canary" not in f"{value}"


def test_audio_knows_how_long_it_lasts() -> None:
    """Two bytes are one sample."""
    assert Audio(bytes(640), 16_000).duration_ms == 20


def test_a_context_remembers_the_latest_turns() -> None:
    """Beyond its size the oldest turn goes; none is seen in its repr."""
    context = Context(turns=2)
    for speaker, text in ((Speaker.BOT, "one"), (Speaker.CALLER, SECRET), (Speaker.BOT, "three")):
        context.add(speaker, text)

    assert context.turns() == (Turn(Speaker.CALLER, SECRET), Turn(Speaker.BOT, "three"))
    assert repr(context) == "Context(2 turns)"


def test_a_context_that_is_forgotten_is_overwritten() -> None:
    """Of each text, pushed out or forgotten, only zeros are left in memory."""
    context = Context(turns=2)
    kept = []
    for text in ("one", "two", "three"):
        context.add(Speaker.CALLER, text)
        kept.append(context._turns[-1][1])
    context.forget()

    assert len(context) == 0
    assert kept == [bytes(3), bytes(3), bytes(5)]


def test_a_text_that_is_no_unicode_is_kept_as_far_as_it_goes() -> None:
    """A lone surrogate, which JSON may carry, does not end a call."""
    context = Context()
    context.add(Speaker.CALLER, "a\ud800b")

    assert context.turns() == (Turn(Speaker.CALLER, "a?b"),)
