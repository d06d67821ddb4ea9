"""The reliable session over a bad channel, under virtual time: seconds of it cost milliseconds."""

import heapq
import itertools
import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from bot.reliable import Reliable

MESSAGES = 14
GIVE_UP_MS = 60_000


@dataclass
class BadChannel:
    """Loses 30 % of the frames, repeats 10 %, and delays each by 5 to 400 ms, so that they overtake one another."""

    random: Random
    now: int = 0
    travelling: list[tuple[int, int, str, str]] = field(default_factory=list)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def broadcast(self, frame: dict[str, Any], receiver: str) -> None:
        """Carry a frame, perhaps."""
        for _ in range(1 + (self.random.random() < 0.1)):
            if self.random.random() >= 0.3:
                arrival = self.now + self.random.randint(5, 400)
                heapq.heappush(self.travelling, (arrival, next(self.numbers), receiver, json.dumps(frame)))


@dataclass
class End:
    """One end and what it was given."""

    machine: Reliable
    joins_at: int
    joined: bool = False
    got: list[int] = field(default_factory=list)


def run(seed: int, late_ms: int) -> tuple[dict[str, End], int]:
    """Let both ends send their messages, one of them joining late; return them and the time that it took."""
    random = Random(seed)
    channel = BadChannel(random)
    ends = {
        name: End(Reliable(f"{random.getrandbits(64):016x}", random.random), joins_at)
        for name, joins_at in (("a", 0), ("b", late_ms))
    }
    for number in range(MESSAGES):
        ends["a"].machine.send("candidate", {"number": number}, 0)
    trickle = {late_ms + 15 * number: number for number in range(MESSAGES)}
    while not all(len(end.got) == MESSAGES and end.machine.settled for end in ends.values()):
        assert channel.now < GIVE_UP_MS, f"not complete after {GIVE_UP_MS} ms: {ends}"
        if channel.now in trickle:
            ends["b"].machine.send("candidate", {"number": trickle[channel.now]}, channel.now)
        while channel.travelling and channel.travelling[0][0] <= channel.now:
            *_, receiver, text = heapq.heappop(channel.travelling)
            if (end := ends[receiver]).joined:
                delivered = end.machine.receive(json.loads(text), channel.now)
                end.got += [message.data["number"] for message in delivered]
        for name, end in ends.items():
            if not end.joined and channel.now >= end.joins_at:
                end.joined = True
                end.machine.join(channel.now)
            if (frame := end.machine.poll(channel.now)) is not None:
                channel.broadcast(frame, "b" if name == "a" else "a")
        channel.now += 1
    return ends, channel.now


@pytest.mark.parametrize("late_ms", [0, 2000])
@pytest.mark.parametrize("seed", range(20))
def test_complete_and_in_order(seed: int, late_ms: int) -> None:
    """Over 30 % loss, delay, repetition and reordering, with a peer 2 s late, all messages each way arrive in order."""
    ends, _ = run(seed, late_ms)
    for end in ends.values():
        assert end.got == list(range(MESSAGES))


def test_soon_enough() -> None:
    """Half of the sessions are complete within 2.5 s of the later join, which the call's time-outs can bear."""
    took = sorted(run(seed, 2000)[1] - 2000 for seed in range(20))
    assert took[len(took) // 2] < 2500, took
