"""What one end of a call must know of the other to connect, instead of SDP. Pure.

Each value ends up in a session description or a candidate line, so each has a pattern that leaves no room for a line
break (RFC 8839 section 5 gives the grammars of ufrag and pwd). `web/src/call/parameters.ts` has the same patterns.
"""

from typing import Annotated

from msgspec import Meta, Struct

MAX_GENERATION = 255
# An honest end has one relay candidate for each TURN URL; each more would be one more address that a relay opens.
MAX_CANDIDATES = 4

_OCTET = r"(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"

Generation = Annotated[int, Meta(ge=0, le=MAX_GENERATION)]


class Quiet:
    """Holds what must not print: its repr is the type's name alone."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


# \Z, not $: Python's $ also matches before a final line break, which is what must never pass.
class Parameters(Quiet, Struct, frozen=True, forbid_unknown_fields=True):
    """One end's connection parameters.

    `generation` is 0 for the first connection; each ICE restart counts one up. `fingerprint` is the SHA-256 of the DTLS
    certificate: 32 upper-case hexadecimal bytes with colons (RFC 8122 section 5). `payload_type` is the RTP payload
    type under which this end receives Opus. `yields` tells whether this end can leave ICE's controlling role to the
    other one (RFC 8445 section 6.1.1).
    """

    generation: Generation
    ufrag: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9+/]{4,32}\Z")]
    pwd: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9+/]{22,64}\Z")]
    fingerprint: Annotated[str, Meta(pattern=r"\A[0-9A-F]{2}(:[0-9A-F]{2}){31}\Z")]
    payload_type: Annotated[int, Meta(ge=96, le=127)]
    yields: bool


class Candidate(Quiet, Struct, frozen=True, forbid_unknown_fields=True):
    """A relay candidate: IPv4, dotted, and port."""

    generation: Generation
    ip: Annotated[str, Meta(pattern=rf"\A{_OCTET}(\.{_OCTET}){{3}}\Z")]
    port: Annotated[int, Meta(ge=1024, le=65535)]


class Description(Quiet, Struct, frozen=True, forbid_unknown_fields=True):
    """One end of a connection that waits for its partner: parameters, and the relay candidates gathered so far."""

    parameters: Parameters
    candidates: Annotated[tuple[Candidate, ...], Meta(min_length=1, max_length=MAX_CANDIDATES)]
