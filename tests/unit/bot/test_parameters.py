"""Connection parameters and candidates against the shared vectors."""

from typing import Any

import msgspec
import pytest

from bot.parameters import MAX_DATA_CHARS, read_candidate, read_parameters
from tests.unit.bot.vectors import vectors


@pytest.mark.parametrize("case", vectors("parameters")["parameters"], ids=lambda case: case["name"])
def test_parameters(case: dict[str, Any]) -> None:
    """Connection parameters are taken as they are, or not at all."""
    parameters = read_parameters(case["data"])
    assert (parameters is not None) == case["valid"]
    if parameters is not None:
        assert msgspec.to_builtins(parameters) == case["data"]


@pytest.mark.parametrize("case", vectors("parameters")["candidates"], ids=lambda case: case["name"])
def test_candidates(case: dict[str, Any]) -> None:
    """Only IPv4 relay candidates on unprivileged ports pass, local ones only beside a local relay."""
    candidate = read_candidate(case["data"], allow_local=case["allow_local"])
    assert (candidate is not None) == case["valid"]
    if candidate is not None:
        assert msgspec.to_builtins(candidate) == case["data"]


def test_giant() -> None:
    """Data beyond 1 KB is refused, whatever it holds."""
    assert read_parameters({"ufrag": "a" * MAX_DATA_CHARS}) is None
