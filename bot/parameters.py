"""What the two ends tell each other instead of SDP: connection parameters and relay candidates, validated. Pure.

`web/src/call/parameters.ts` is the twin; `tests/vectors/parameters.json` holds the two together.

Everything here ends up in a session description or a candidate line, so each field has a pattern that leaves no room
for a line break (RFC 8839 section 5 gives the grammars of ufrag and pwd).
"""

import ipaddress
import json
from enum import StrEnum

import msgspec

from matcher.parameters import MAX_GENERATION, Candidate, Parameters

__all__ = [
    "MAX_DATA_CHARS", "MAX_GENERATION", "Candidate", "Parameters", "Reach", "reach_of", "read_candidate",
    "read_parameters",
]  # fmt: skip

MAX_DATA_CHARS = 1024


class Reach(StrEnum):
    """What kind of address it is."""

    PUBLIC = "public"
    LOCAL = "local"  # loopback, private and shared ones
    NEVER = "never"  # no place for a relay at all


# IANA IPv4 Special-Purpose Address Registry, kept here because `ipaddress` changes its own with Python's versions.
_LOCAL = [ipaddress.IPv4Network(text) for text in (
    "10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
)]  # fmt: skip
_NEVER = [ipaddress.IPv4Network(text) for text in (
    "0.0.0.0/8", "224.0.0.0/3", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
)]  # fmt: skip


def reach_of(ip: str) -> Reach | None:
    """Return what kind of address a dotted IPv4 is, or None where it is not one."""
    try:
        address = ipaddress.IPv4Address(ip)
    except ValueError:
        return None
    if any(address in network for network in _LOCAL):
        return Reach.LOCAL
    return Reach.NEVER if any(address in network for network in _NEVER) else Reach.PUBLIC


def _short(data: object) -> bool:
    return len(json.dumps(data, separators=(",", ":"), ensure_ascii=False)) <= MAX_DATA_CHARS


def read_parameters(data: object) -> Parameters | None:
    """Return the connection parameters in a message, or None where anything about them is out of order."""
    try:
        parameters = msgspec.convert(data, Parameters, strict=True)
    except msgspec.ValidationError:
        return None
    return parameters if _short(data) else None


def read_candidate(data: object, *, allow_local: bool) -> Candidate | None:
    """Return the relay candidate in a message, or None.

    Args:
        data: The message's data.
        allow_local: Whether our own relay's address is a local one, as on an installation on one machine or in one
            house. Then the partner's relay is a local one too. Where ours is public, a local candidate could only make
            our relay knock on doors behind it.
    """
    try:
        candidate = msgspec.convert(data, Candidate, strict=True)
    except msgspec.ValidationError:
        return None
    reach = reach_of(candidate.ip)
    return candidate if reach is Reach.PUBLIC or (reach is Reach.LOCAL and allow_local) else None
