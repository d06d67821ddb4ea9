"""Safety words: a short authentication string over both ends' DTLS fingerprints. Pure.

`web/src/call/sas.ts` is the twin; `tests/vectors/sas.json` holds the two together.

24 bits would be searched in no time by somebody in the middle who may choose certificates and nonces at will. So each
end first commits to a random nonce together with its fingerprint, and tells the nonce only to a partner who has
committed as well (the idea of RFC 6189 section 4.4.1.1): whoever stands in between has one guess in 2^24.

The commitment names neither call nor side, so that it can be made before there is a partner; the words name both.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta, Struct

NONCE_BYTES = 16
_COMMIT_LABEL = b"sotto safety words 1, commitment"
_WORDS_LABEL = b"sotto safety words 1, words"


# The last digit of base64url carries bits beyond the last byte; one value has one spelling only where they are 0.
class Commitment(Struct, frozen=True, forbid_unknown_fields=True):
    """What one end commits to, before it knows anything of the other: 32 bytes, base64url."""

    commitment: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]\Z")]


class Reveal(Struct, frozen=True, forbid_unknown_fields=True):
    """The nonce that was committed to: 16 bytes, base64url."""

    nonce: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{21}[AQgw]\Z")]


class End(NamedTuple):
    """One end: its certificate's fingerprint as in `Parameters`, and its nonce as in `Reveal`."""

    fingerprint: str
    nonce: str


SafetyWords = tuple[int, int, int, int]


def read_commitment(data: object) -> Commitment | None:
    """Return the commitment in a message, or None where it does not have the form."""
    try:
        return msgspec.convert(data, Commitment, strict=True)
    except msgspec.ValidationError:
        return None


def read_reveal(data: object) -> Reveal | None:
    """Return the revealed nonce in a message, or None where it does not have the form."""
    try:
        return msgspec.convert(data, Reveal, strict=True)
    except msgspec.ValidationError:
        return None


def nonce_from(random_bytes: bytes) -> str:
    """Return a nonce made of NONCE_BYTES random bytes."""
    return _encode(random_bytes)


def commitment_of(end: End) -> str:
    """Return SHA-256 over label, fingerprint and nonce, base64url. Each has a fixed length: nothing can shift."""
    return _encode(hashlib.sha256(_COMMIT_LABEL + _fingerprint(end) + _nonce(end)).digest())


def words_of(call_id: str, a: End, b: End) -> SafetyWords:
    """Return the words of a call as places from 0 to 63 in the list of emoji.

    They are 24 bits of HKDF-SHA256 (RFC 5869) from both nonces, bound to both fingerprints and the call. Side a comes
    first, so that both ends agree, and an end that is told the wrong side does not.
    """
    key = hmac.digest(_WORDS_LABEL, _nonce(a) + _nonce(b), "sha256")
    info = _fingerprint(a) + _fingerprint(b) + call_id.encode()
    x, y, z = hmac.digest(key, info + b"\x01", "sha256")[:3]
    return x >> 2, (x & 3) << 4 | y >> 4, (y & 15) << 2 | z >> 6, z & 63


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _nonce(end: End) -> bytes:
    return urlsafe_b64decode(end.nonce + "==")


def _fingerprint(end: End) -> bytes:
    return bytes.fromhex(end.fingerprint.replace(":", ""))
