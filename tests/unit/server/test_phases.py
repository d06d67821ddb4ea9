"""The phases of a queue socket: every phase meets every message."""

import typing

import pytest

from matcher import wire
from matcher.domain import Stage
from matcher.errors import OutOfOrder
from server.queue.phases import ABOUT_A_CALL, Phase, check

CALL_ID = "A" * 22
MESSAGES: tuple[wire.AnyClientMessage, ...] = (
    wire.Hello("token", wire.Prefs(("en",))),
    wire.Ready(),
    wire.Ack(CALL_ID),
    wire.Connected(CALL_ID),
    wire.Renew(CALL_ID),
    wire.Failed(CALL_ID, Stage.ICE),
    wire.Hangup(CALL_ID),
    wire.Block(CALL_ID),
    wire.Switch(CALL_ID),
    wire.Stay(CALL_ID),
    wire.Next(),
    wire.Leave(),
    wire.Heartbeat(),
)

# The one who may speak at all says everything but a second hello.
REFUSED = {(Phase.NEW, kind) for kind in typing.get_args(wire.AnyClientMessage) if kind is not wire.Hello}
REFUSED |= {(phase, wire.Hello) for phase in Phase if phase is not Phase.NEW}


def test_every_message_is_tried() -> None:
    """A new kind of message has to be placed here."""
    assert {type(message) for message in MESSAGES} == set(typing.get_args(wire.AnyClientMessage))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
@pytest.mark.parametrize("phase", Phase)
def test_a_phase_lets_a_message_pass_or_refuses_it(phase: Phase, message: wire.AnyClientMessage) -> None:
    """Refused are exactly the pairs above."""
    if (phase, type(message)) in REFUSED:
        with pytest.raises(OutOfOrder):
            check(phase, message)
    else:
        check(phase, message)


def test_what_is_about_a_call_may_always_have_crossed_with_its_end() -> None:
    """So no phase after hello refuses it."""
    for message in MESSAGES:
        if hasattr(message, "call_id") and not isinstance(message, wire.Hello):
            assert isinstance(message, ABOUT_A_CALL)
