"""What a malicious partner sends to the bot, by the table that the page is held against as well."""

from typing import Any

import pytest

from bot.candidates import MAX_CANDIDATES, Addition, CandidateBuffer, End
from bot.generations import Generations, Way
from bot.messages import Bye, EndOfCandidates, Mute, read_signal
from bot.parameters import Candidate, Parameters
from bot.reliable import Message, Reliable
from tests.malice import CASES, payloads

US, THEM = "00000000000000aa", "00000000000000bb"


class Intake:
    """What stands between the channel and the connection, as in a call."""

    def __init__(self) -> None:
        self.reached: list[list[Any]] = []
        self.session = Reliable(US, lambda: 0.5)
        self._buffer = CandidateBuffer()
        self._generations = Generations(":".join(["00"] * 32))

    def take(self, message: Message) -> None:
        """Take a delivered message as far as it is allowed to come."""
        signal = read_signal(message, allow_local=False)
        match signal:
            case Parameters():
                if signal.generation == 0 and self._generations.take(signal, Way.CHANNEL):
                    self.reached.append(["describe", signal.generation])
                    self._add(self._buffer.describe(0))
            case Candidate():
                self._add(self._buffer.add(signal))
            case EndOfCandidates():
                self._add(self._buffer.end(signal.generation))
            case Mute():
                self.reached.append(["mute", signal.muted])
            case Bye():
                self.reached.append(["bye"])

    def _add(self, additions: list[Addition]) -> None:
        for addition in additions:
            if isinstance(addition, End):
                self.reached.append(["end", addition.generation])
            else:
                self.reached.append(["candidate", f"{addition.ip}:{addition.port}"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_only_what_is_allowed_comes_through(case: dict[str, Any]) -> None:
    """Garbage is dropped where it comes in, nothing raises, and at most four candidates reach the connection."""
    intake = Intake()
    for at_ms, payload in enumerate(payloads(case, US, THEM, beyond_hub=True)):
        for message in intake.session.receive(payload, at_ms * 10):
            intake.take(message)
    assert intake.reached == case["reaches"]
    assert sum(what == "candidate" for what, *_ in case["reaches"]) <= MAX_CANDIDATES


def test_a_partner_cannot_make_us_flood_the_channel() -> None:
    """However often he asks, we answer less often than the hub lets one socket send: 60 at once, 20 a second."""
    session = Reliable(US, lambda: 0.5)
    session.join(0)
    sent = 0
    for now_ms in range(0, 10_000, 5):
        # Each asks for an answer, half of them as somebody new.
        epoch = THEM if now_ms % 2 else f"{now_ms:016x}"
        session.receive({"e": epoch, "p": US, "w": 1, "a": 0, "m": []}, now_ms)
        while session.poll(now_ms):
            sent += 1
    assert sent <= 20 + 10 * 10 + 1
