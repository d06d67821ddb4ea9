"""The messages of a call, as the page's `messages.test.ts` has them."""

from typing import Any

import pytest

from bot.messages import Bye, EndOfCandidates, Mute, read_signal, to_message
from bot.parameters import MAX_GENERATION, Candidate
from bot.reliable import Message
from bot.sas import Commitment, Reveal
from tests.unit.bot.vectors import vectors

SIGNALS = [
    Candidate(3, "141.101.90.1", 50_000),
    EndOfCandidates(MAX_GENERATION),
    Commitment("A" * 43),
    Reveal("A" * 22),
    Mute(True),
    Bye(),
]


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: type(signal).__name__)
def test_what_is_sent_can_be_read(signal: Any) -> None:
    """A signal comes out of its message as it went in."""
    assert read_signal(to_message(signal), allow_local=False) == signal


@pytest.mark.parametrize("case", vectors("parameters")["parameters"], ids=lambda case: case["name"])
def test_parameters(case: dict[str, Any]) -> None:
    """Parameters pass as the shared vectors say, and go out as they came."""
    message = Message("parameters", case["data"])
    signal = read_signal(message, allow_local=False)
    assert (signal is not None) == case["valid"]
    assert signal is None or to_message(signal) == message


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("end_of_candidates", {"generation": MAX_GENERATION + 1}),
        ("end_of_candidates", {"generation": 0.0}),
        ("end_of_candidates", {}),
        ("mute", {"muted": 1}),
        ("mute", {"muted": True, "more": 1}),
        ("bye", {"more": 1}),
        ("candidate", {"generation": 0, "ip": "10.0.0.1", "port": 50_000}),
        ("later_kind", {}),
    ],
)
def test_nothing_else_passes(kind: str, data: dict[str, Any]) -> None:
    """Malformed and unknown messages are none."""
    assert read_signal(Message(kind, data), allow_local=False) is None


def test_a_local_relay_is_for_local_partners() -> None:
    """A local candidate passes where our own relay is local."""
    candidate = Candidate(0, "10.0.0.1", 50_000)
    assert read_signal(to_message(candidate), allow_local=True) == candidate
