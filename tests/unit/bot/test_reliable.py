"""The reliable session against the shared vectors."""

from typing import Any

import pytest

from bot.reliable import MAX_FRAME_CHARS, Reliable, read_frame
from tests.unit.bot.vectors import vectors

A, B = "00000000000000aa", "00000000000000bb"


def play(machine: Reliable, step: dict[str, Any]) -> None:
    """Take one step and hold the machine to what the vector expects of it."""
    at = step["at"]
    match step:
        case {"join": _}:
            machine.join(at)
        case {"part": _}:
            machine.part()
        case {"send": [kind, data]}:
            machine.send(kind, data, at)
        case {"receive": frame, "delivers": expected}:
            assert [list(message) for message in machine.receive(frame, at)] == expected, step
        case {"poll": expected}:
            assert machine.poll(at) == expected, step
        case {"deadline": expected}:
            assert machine.deadline == expected, step
        case _:
            raise AssertionError(f"unknown step {step}")


@pytest.mark.parametrize("case", vectors("reliable"), ids=lambda case: case["name"])
def test_vectors(case: dict[str, Any]) -> None:
    """The session does, step by step, what the shared vectors say."""
    machine = Reliable(case["epoch"], lambda: 0.5)
    for step in case["steps"]:
        play(machine, step)


def test_frames_stay_below_the_size_limit() -> None:
    """What does not fit into one frame goes into the next, and a frame beyond the limit is not read."""
    machine, data = Reliable(A, lambda: 0.5), {"x": "y" * 6000}
    machine.join(0)
    for _ in range(3):
        machine.send("mute", data, 0)
    machine.receive({"e": B, "p": A, "w": 0, "a": 0, "m": []}, 1)
    frame = machine.poll(1)
    assert frame is not None
    assert [number for number, _, _ in frame["m"]] == [1, 2]
    assert read_frame(frame) is not None
    assert read_frame({**frame, "m": [[1, "mute", {"x": "y" * MAX_FRAME_CHARS}]]}) is None


def test_settled() -> None:
    """The session is settled once the peer is known and has acknowledged everything."""
    machine = Reliable(A, lambda: 0.5)
    machine.join(0)
    assert not machine.settled
    machine.receive({"e": B, "p": A, "w": 0, "a": 0, "m": []}, 1)
    assert machine.settled
    machine.send("bye", {}, 2)
    assert not machine.settled
    machine.receive({"e": B, "p": A, "w": 0, "a": 1, "m": []}, 3)
    assert machine.settled
