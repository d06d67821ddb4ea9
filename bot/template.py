"""The partner's session description, built here from validated parameters and this template; none is ever received.

Pure. `web/src/call/template.ts` is the twin; `tests/vectors/template.json` holds the two together.

One audio section with Opus and nothing else. No header extension, because those travel unencrypted beside the voice
(RFC 6464 section 6); a constant bit rate without pauses, because packet sizes follow speech (RFC 6562 section 3).
"""

import re
from typing import Literal

from bot.parameters import Candidate, Parameters

Setup = Literal["active", "passive", "actpass"]

_FORMAT = "minptime=10;useinbandfec=1;stereo=0;maxaveragebitrate=24000;cbr=1;usedtx=0"
_MID = re.compile(r"[A-Za-z0-9_-]{1,16}")


def describe(parameters: Parameters, setup: Setup, mid: str) -> str:
    """Return the session description (RFC 8866) of an end with these parameters.

    Args:
        parameters: Validated ones.
        setup: The DTLS role of the described end (RFC 8842 section 5).
        mid: The one of the local description.

    Raises:
        ValueError: `mid` is not an SDP token of 1 to 16 characters.
    """
    if not _MID.fullmatch(mid):
        raise ValueError("mid")
    kind = parameters.payload_type
    return "\r\n".join(
        [
            "v=0",
            f"o=- 1 {parameters.generation + 1} IN IP4 0.0.0.0",
            "s=-",
            "t=0 0",
            f"a=group:BUNDLE {mid}",
            f"m=audio 9 UDP/TLS/RTP/SAVPF {kind}",
            "c=IN IP4 0.0.0.0",
            "a=rtcp-mux",
            f"a=mid:{mid}",
            "a=sendrecv",
            f"a=ice-ufrag:{parameters.ufrag}",
            f"a=ice-pwd:{parameters.pwd}",
            "a=ice-options:trickle",
            f"a=fingerprint:sha-256 {parameters.fingerprint}",
            f"a=setup:{setup}",
            f"a=rtpmap:{kind} opus/48000/2",
            f"a=fmtp:{kind} {_FORMAT}",
            "",
        ]
    )


def candidate_line(candidate: Candidate) -> str:
    """Return a relay candidate's line (RFC 8839 section 5.1) without any related address."""
    return f"candidate:1 1 udp 16777215 {candidate.ip} {candidate.port} typ relay raddr 0.0.0.0 rport 0"
