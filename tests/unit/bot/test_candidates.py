"""The candidate buffer against the shared vectors."""

from typing import Any

import msgspec
import pytest

from bot.candidates import Addition, CandidateBuffer, End
from bot.parameters import Candidate
from tests.unit.bot.vectors import vectors


def plain(addition: Addition) -> dict[str, Any]:
    """Return an addition as the vectors write it."""
    if isinstance(addition, End):
        return {"end": addition.generation}
    return {"candidate": msgspec.to_builtins(addition)}


@pytest.mark.parametrize("case", vectors("candidates"), ids=lambda case: case["name"])
def test_vectors(case: dict[str, Any]) -> None:
    """The buffer gives, step by step, what the shared vectors say."""
    buffer = CandidateBuffer()
    for step in case["steps"]:
        match step:
            case {"add": candidate}:
                given = buffer.add(msgspec.convert(candidate, Candidate))
            case {"end": generation}:
                given = buffer.end(generation)
            case {"describe": generation}:
                given = buffer.describe(generation)
            case _:
                raise AssertionError(f"unknown step {step}")
        assert [plain(addition) for addition in given] == step["gives"], step
