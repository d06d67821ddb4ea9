"""The session description template against the shared vectors."""

from typing import Any

import msgspec
import pytest

from bot.parameters import Candidate, Parameters
from bot.template import candidate_line, describe
from tests.unit.bot.vectors import vectors

VECTORS = vectors("template")
PARAMETERS = msgspec.convert(VECTORS["descriptions"][0]["parameters"], Parameters)


@pytest.mark.parametrize("case", VECTORS["descriptions"], ids=lambda case: case["name"])
def test_descriptions(case: dict[str, Any]) -> None:
    """The template gives the same description in both languages."""
    parameters = msgspec.convert(case["parameters"], Parameters)
    assert describe(parameters, case["setup"], case["mid"]).split("\r\n") == case["lines"]


@pytest.mark.parametrize("mid", VECTORS["refused_mids"])
def test_mid(mid: str) -> None:
    """A mid that is no short token never enters a description."""
    with pytest.raises(ValueError, match="mid"):
        describe(PARAMETERS, "active", mid)


@pytest.mark.parametrize("case", VECTORS["candidates"])
def test_candidate_lines(case: dict[str, Any]) -> None:
    """A candidate's line tells no related address."""
    assert candidate_line(msgspec.convert(case["candidate"], Candidate)) == case["line"]
