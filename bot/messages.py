"""What travels in the reliable session, by kind. Pure. `web/src/call/messages.ts` is the twin.

Unknown kinds are for a later version and are skipped.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from bot.parameters import MAX_GENERATION, Candidate, Parameters, read_candidate, read_parameters
from bot.reliable import Message
from bot.sas import Commitment, Reveal, read_commitment, read_reveal


class EndOfCandidates(Struct, frozen=True, forbid_unknown_fields=True):
    """There are no more candidates of this generation."""

    generation: Annotated[int, Meta(ge=0, le=MAX_GENERATION)]


class Mute(Struct, frozen=True, forbid_unknown_fields=True):
    """The sender's microphone is off, or on again."""

    muted: bool


class Bye(Struct, frozen=True, forbid_unknown_fields=True):
    """The sender has left the call."""


Signal = Parameters | Candidate | EndOfCandidates | Commitment | Reveal | Mute | Bye

_KINDS: dict[type, str] = {
    Parameters: "parameters",
    Candidate: "candidate",
    EndOfCandidates: "end_of_candidates",
    Commitment: "commitment",
    Reveal: "reveal",
    Mute: "mute",
    Bye: "bye",
}
_PLAIN: dict[str, type[EndOfCandidates | Mute | Bye]] = {
    "end_of_candidates": EndOfCandidates,
    "mute": Mute,
    "bye": Bye,
}


def read_signal(message: Message, *, allow_local: bool) -> Signal | None:
    """Return the signal in a delivered message, or None where it is unknown or malformed.

    Args:
        message: From the reliable session.
        allow_local: See `read_candidate`.
    """
    kind, data = message
    match kind:
        case "parameters":
            return read_parameters(data)
        case "candidate":
            return read_candidate(data, allow_local=allow_local)
        case "commitment":
            return read_commitment(data)
        case "reveal":
            return read_reveal(data)
        case "end_of_candidates" | "mute" | "bye":
            try:
                return msgspec.convert(data, _PLAIN[kind], strict=True)
            except msgspec.ValidationError:
                return None
    return None


def to_message(signal: Signal) -> Message:
    """Return a signal as the reliable session takes it."""
    return Message(_KINDS[type(signal)], msgspec.to_builtins(signal))
