"""A conversation with the bot: what is said to it, and the words of what it says."""

import subprocess
import sys

from tests.e2e.stack import ROOT, Stack
from tests.e2e.talking import PAUSE_MS, RATE_HZ, Sound, Talker
from tests.recognition import words_in
from tests.voices import RATE_HZ as VOICE_HZ
from tests.voices import spoken

# A bot takes no call while its event loop lags, which it does while browsers start beside it.
TAKEN_S = 60.0
# A late answer: a filler after 0.6 s, and what needs no engine after 2.5 s.
ANSWER_MS = 4_000
SILENCE_MS = 10_000


def mode(service: Stack, *words: str) -> None:
    """Choose who is matched with whom, as an operator does."""
    command = [sys.executable, "-m", "server", "mode", *words]
    subprocess.run(command, cwd=ROOT, env=service.environ, check=True, capture_output=True)


def is_taken(person: Talker) -> None:
    """Press through to the queue, and wait until a bot has taken the call; all that it says is on the tape."""
    person.listens_from_now_on()
    person.arrives()
    person.sees("talking", seconds=TAKEN_S)
    person.listens()


def heard(person: Talker, sound: Sound) -> str:
    """Return the words in what somebody heard."""
    return words_in(person.samples("heard", sound), RATE_HZ)


def hears_one_of(person: Talker, *wanted: str, after_ms: int = 0, silence_ms: int = SILENCE_MS) -> str:
    """Listen until one of these words is heard after a moment of the tape, or nothing more is; return what was."""
    known: dict[Sound, str] = {}

    def listened() -> tuple[str, bool]:
        sounds = person.sounds("heard", after_ms=after_ms)
        now_ms = person.now_ms()
        for sound in sounds:
            if sound not in known and now_ms - sound.ends_ms >= PAUSE_MS:
                known[sound] = heard(person, sound)
        words = " ".join(known.values())
        quiet_ms = now_ms - (sounds[-1].ends_ms if sounds else after_ms)
        over = quiet_ms >= (ANSWER_MS if sounds else silence_ms)
        return words, over or any(word in words.split() for word in wanted)

    words, _ = person.polls(listened, lambda now: now[1], "end of what is heard", 60)
    return words


def asks(person: Talker, question: str, *wanted: str, voice: str = "rms") -> None:
    """Say something, which is to be answered with one of these words."""
    said = person.says(spoken(question, voice), VOICE_HZ)
    answer = hears_one_of(person, *wanted, after_ms=said.ends_ms)
    assert any(word in answer.split() for word in wanted), answer
