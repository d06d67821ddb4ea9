"""Safety words against the shared vectors."""

from typing import Any

import pytest

from bot.sas import End, commitment_of, nonce_from, read_commitment, read_reveal, words_of
from tests.unit.bot.vectors import vectors


def end(data: dict[str, str]) -> End:
    """Return an end of a case."""
    return End(data["fingerprint"], data["nonce"])


@pytest.mark.parametrize("case", vectors("sas")["words"], ids=lambda case: case["name"])
def test_words(case: dict[str, Any]) -> None:
    """Commitments and words come out bit for bit as in the page."""
    a, b = end(case["a"]), end(case["b"])

    assert [commitment_of(a), commitment_of(b)] == [case["a"]["commitment"], case["b"]["commitment"]]
    assert list(words_of(case["call_id"], a, b)) == case["words"]


@pytest.mark.parametrize("case", vectors("sas")["commitments"], ids=lambda case: case["name"])
def test_commitments(case: dict[str, Any]) -> None:
    """A commitment is 32 bytes in their one spelling, or nothing."""
    assert (read_commitment(case["data"]) is not None) == case["valid"]


@pytest.mark.parametrize("case", vectors("sas")["reveals"], ids=lambda case: case["name"])
def test_reveals(case: dict[str, Any]) -> None:
    """A nonce is 16 bytes in their one spelling, or nothing."""
    assert (read_reveal(case["data"]) is not None) == case["valid"]


def test_a_nonce_can_be_sent() -> None:
    """What is made of 16 random bytes passes the partner's validation."""
    assert read_reveal({"nonce": nonce_from(bytes(range(240, 256)))}) is not None
