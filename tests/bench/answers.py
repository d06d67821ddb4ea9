"""From what a caller said and heard to how it was answered. Pure; all times are of one tape, ms from its beginning."""

import math
from array import array
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from tests.e2e.talking import LOUD_DBFS, WINDOW_MS, Sound

# Whoever has not begun to answer by then has missed the turn.
ANSWER_MS = 5000
# A shorter sound with another one after it is a filler, "Hm.", and no answer yet.
LEAST_ANSWER_MS = 1000


class Kind(Enum):
    """What the caller says something for."""

    QUESTION = "question"  # to be answered
    PROMPT = "prompt"  # to make the bot speak
    CUT_IN = "cut_in"  # while the bot speaks, to make it stop


class Answer(NamedTuple):
    """How one question was answered.

    Args:
        wait_ms: From the end of the question to the begin of the answer; None: the turn was missed, because there was
            none in time, or because somebody spoke while the question was being asked.
        filler: Whether there was a filler before it.
    """

    wait_ms: int | None
    filler: bool = False


class Talk(NamedTuple):
    """What one call has shown.

    Args:
        answers: To each question.
        silences_ms: From the begin of each cut-in until the bot was silent; where it spoke then at all.
    """

    answers: list[Answer]
    silences_ms: list[int]


def answer_to(question: Sound, heard: Sequence[Sound], until_ms: float) -> Answer:
    """Return how a question was answered.

    Args:
        question: When it was asked.
        heard: All that was heard.
        until_ms: When the caller spoke again.
    """
    if any(sound.begins_ms < question.ends_ms and sound.ends_ms > question.begins_ms for sound in heard):
        return Answer(None)
    after = [sound for sound in heard if question.ends_ms <= sound.begins_ms < until_ms]
    if not after:
        return Answer(None)
    long = [sound for sound in after if sound.ends_ms - sound.begins_ms >= LEAST_ANSWER_MS]
    begun = (long or after)[0]
    wait_ms = begun.begins_ms - question.ends_ms
    return Answer(wait_ms if wait_ms <= ANSWER_MS else None, begun is not after[0])


def silence_after(cut_in: Sound, heard: Sequence[Sound]) -> int | None:
    """Return how long after the begin of a cut-in the bot was silent; None: it did not speak just then.

    A pause that is short enough to be one between two words is no silence: `heard` has it within a sound.
    """
    over = [sound for sound in heard if sound.begins_ms < cut_in.begins_ms < sound.ends_ms]
    return over[0].ends_ms - cut_in.begins_ms if over else None


def read(said: Sequence[Sound], heard: Sequence[Sound], kinds: Sequence[Kind]) -> Talk:
    """Return what a tape shows.

    Args:
        said: What the caller said, in order.
        heard: What was heard, in order.
        kinds: What each of `said` was for.

    Raises:
        ValueError: There are more or fewer of them than were said.
    """
    if len(said) != len(kinds):
        raise ValueError(f"{len(said)} things were said, not {len(kinds)}")
    again_ms = [*(sound.begins_ms for sound in said[1:]), float("inf")]
    talk = Talk([], [])
    for sound, kind, until_ms in zip(said, kinds, again_ms, strict=True):
        if kind is Kind.QUESTION:
            talk.answers.append(answer_to(sound, heard, until_ms))
        elif kind is Kind.CUT_IN and (silence_ms := silence_after(sound, heard)) is not None:
            talk.silences_ms.append(silence_ms)
    return talk


def without_lead(pcm: bytes, rate_hz: int) -> bytes:
    """Return speech, 16 bit mono, that begins at most two windows before it is loud.

    A synthetic voice has a hiss before its first word, at which a bot may stop: before anybody has said anything, as
    the tape has it.
    """
    window = 2 * (rate_hz * WINDOW_MS // 1000)
    for place in range(0, len(pcm) - window + 1, window):
        samples = array("h", pcm[place : place + window])
        power = sum(value * value for value in samples) / len(samples)
        if power and 10 * math.log10(power) - 20 * math.log10(32_768) > LOUD_DBFS:
            return pcm[max(0, place - 2 * window) :]
    return pcm
