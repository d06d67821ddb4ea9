"""The descriptions that pages give with `ready`, against the vectors that the page's own validation replays."""

import json
from typing import Any

import msgspec
import pytest

from matcher import wire
from matcher.errors import BadMessage
from matcher.parameters import Description
from tests.unit.bot.vectors import vectors

CASES = vectors("parameters")
PARAMETERS = next(case["data"] for case in CASES["parameters"] if case["valid"])
CANDIDATE = next(case["data"] for case in CASES["candidates"] if case["valid"])


def decoded(parameters: object, candidates: object) -> Description | None:
    """Decode a `ready` with this description; None where it is refused."""
    description = {"parameters": parameters, "candidates": candidates}
    try:
        ready = wire.decode(json.dumps({"type": "ready", "description": description}))
    except BadMessage:
        return None
    assert isinstance(ready, wire.Ready)
    return ready.description


@pytest.mark.parametrize("case", CASES["parameters"], ids=lambda case: case["name"])
def test_parameters_are_those_that_a_page_takes(case: dict[str, Any]) -> None:
    """They pass as they are, or not at all."""
    description = decoded(case["data"], [CANDIDATE])

    assert (description is not None) == case["valid"]
    if description:
        assert msgspec.to_builtins(description.parameters) == case["data"]


@pytest.mark.parametrize("case", CASES["candidates"], ids=lambda case: case["name"])
def test_candidates_are_those_that_a_page_may_take(case: dict[str, Any]) -> None:
    """Where an address leads, and so whether a page takes it, depends on the page's own relay: only it can judge."""
    for_the_page = case["name"].endswith(("from afar", "is never a relay"))

    assert (decoded(PARAMETERS, [case["data"]]) is not None) == (case["valid"] or for_the_page)


@pytest.mark.parametrize("count", [0, 1, 4, 5])
def test_there_are_one_to_four_candidates(count: int) -> None:
    """As many as a page takes; without any there is nothing to connect to."""
    assert (decoded(PARAMETERS, [CANDIDATE] * count) is not None) == (1 <= count <= 4)


def test_the_largest_description_fits_into_a_message() -> None:
    """The longest values that pass stay far below the limit of the socket."""
    longest = {**PARAMETERS, "generation": 255, "ufrag": "u" * 32, "pwd": "p" * 64}
    candidate = {"generation": 255, "ip": "141.101.190.211", "port": 65_535}
    description = decoded(longest, [candidate] * 4)

    assert description
    assert len(msgspec.json.encode(wire.Ready(description))) < wire.MAX_MESSAGE_BYTES / 4


def test_a_description_does_not_print() -> None:
    """Neither its parameters nor its candidates stand in any text made of a message."""
    description = decoded(PARAMETERS, [CANDIDATE])

    assert description
    text = f"{description} {wire.Ready(description)!r} {description.parameters!r} {description.candidates!r}"
    assert not [value for value in (*PARAMETERS.values(), *CANDIDATE.values()) if value and str(value) in text]
