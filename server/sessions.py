"""Anonymous sessions: a short-lived signed token that holds a random caller id and nothing else."""

import secrets
from typing import Annotated

import jwt
import msgspec
from msgspec import Meta, Struct

from matcher.clock import Clock, SystemClock
from matcher.domain import CallerId
from matcher.errors import Unauthorized
from matcher.settings import BadSetting, Secret

ALGORITHM = "HS256"
AUDIENCE = "sotto"


class Session(Struct, frozen=True):
    """Who holds a token, until when (`exp`, s since the Unix epoch)."""

    sub: CallerId
    exp: Annotated[int, Meta(ge=0)]


class SessionTokens:
    """Mints and verifies session tokens (JWT, RFC 7519) under rotating keys.

    The first key signs; every key verifies, chosen by `kid`. To rotate, put the new key first and keep the old one for
    one token lifetime.

    Args:
        keys: `kid:secret,…`; empty: a key is made for this process alone, so a restart ends its sessions.
        lifetime_s: Lifetime of a token, s.
        clock: The time.
        fresh_s: How long a token may be used for new places in the queue, s; without, as long as it lives.

    Raises:
        BadSetting: The keys do not have that form, or a secret is shorter than 32 characters.
    """

    def __init__(
        self, keys: Secret, lifetime_s: int, clock: Clock | None = None, *, fresh_s: int | None = None
    ) -> None:
        self._keys = _parse(keys)
        self._signing_kid = next(iter(self._keys))
        self._lifetime_s = lifetime_s
        self._clock = clock or SystemClock()
        self.fresh_s = lifetime_s if fresh_s is None else fresh_s

    def mint(self) -> tuple[str, Session]:
        """Return a token for a new random caller, with what it says."""
        return self._mint(secrets.token_urlsafe(16))

    def renewed(self, session: Session) -> tuple[str, Session] | None:
        """Return another token for the same caller, with what it says; None while the one there is does for longer."""
        if session.exp - self._clock.now_ms() / 1000 > self._lifetime_s - self.fresh_s:
            return None
        return self._mint(session.sub)

    def _mint(self, caller: CallerId) -> tuple[str, Session]:
        session = Session(caller, self._clock.now_ms() // 1000 + self._lifetime_s)
        claims = {"aud": AUDIENCE, "sub": session.sub, "exp": session.exp}
        key = self._keys[self._signing_kid]
        return jwt.encode(claims, key, ALGORITHM, headers={"kid": self._signing_kid}), session

    def verify(self, token: str) -> Session:
        """Return what a token says.

        Raises:
            Unauthorized: It is malformed, signed by another key, or expired.
        """
        try:
            key = self._keys[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(
                token,
                key,
                [ALGORITHM],
                audience=AUDIENCE,
                # Our own clock decides on expiry, so that it can be held still.
                options={"require": ["exp", "sub"], "verify_exp": False},
            )
            session = msgspec.convert(claims, Session)
        except (jwt.PyJWTError, KeyError, TypeError, msgspec.ValidationError):
            raise Unauthorized from None
        if session.exp * 1000 <= self._clock.now_ms():
            raise Unauthorized
        return session


def _parse(keys: Secret) -> dict[str, str]:
    if not keys:
        return {"ephemeral": secrets.token_urlsafe(32)}
    parsed = {}
    for entry in keys.reveal().split(","):
        kid, colon, secret = entry.strip().partition(":")
        if not colon or not kid or len(secret) < 32:
            raise BadSetting("SOTTO_SESSION_KEYS must be kid:secret,… with secrets of at least 32 characters")
        parsed[kid] = secret
    return parsed
