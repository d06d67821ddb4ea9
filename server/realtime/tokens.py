"""Channel tokens: signed here, verified by Supabase Realtime or by the built-in hub."""

import secrets
import uuid
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from jwt.algorithms import ECAlgorithm
from jwt.types import Options

from matcher.clock import Clock, SystemClock
from matcher.domain import Side
from matcher.errors import Unauthorized
from matcher.settings import BadSetting, Secret
from server.realtime.authorize import Claims

AUDIENCE = "authenticated"
ROLE = "authenticated"
MAX_TOKEN_CHARS = 4096
MIN_SECRET_CHARS = 32
CLOCK = SystemClock()


class Denied(Unauthorized):
    """A token or a join is refused; carries the texts that Supabase documents, on which clients act.

    Args:
        label: The documented error code, such as `InvalidJWTToken`.
        message: The documented sentence.
    """

    def __init__(self, label: str, message: str) -> None:
        self.label = label
        super().__init__(message)

    @property
    def reason(self) -> str:
        """The reason as a refused join gives it."""
        return f"{self.label}: {self.message}"


class ChannelTokens:
    """Mints and verifies channel tokens (JWT, RFC 7519).

    Args:
        signing_key: An HS256 secret of at least 32 characters, or a private ES256 JWK (RFC 7517); empty: one is made
            for this process alone.
        kid: Key id for the token's header, where the JWK holds none.
        clock: The time.

    Raises:
        BadSetting: The key has neither form.
    """

    def __init__(self, signing_key: Secret, kid: str = "", clock: Clock = CLOCK) -> None:
        self._clock = clock
        self._signing: Any
        self._verifying: Any
        text = signing_key.reveal().strip() or secrets.token_urlsafe(32)
        if text.startswith("{"):
            private, own_kid = _read_jwk(text)
            self._algorithm, self._signing, self._verifying = "ES256", private, private.public_key()
            kid = own_kid or kid
        elif len(text) < MIN_SECRET_CHARS:
            raise BadSetting("SOTTO_REALTIME_SIGNING_KEY must have at least 32 characters, or be a private ES256 JWK")
        else:
            self._algorithm, self._signing, self._verifying = "HS256", text, text
        self._headers = {"kid": kid} if kid else None

    def mint(self, topic: str, side: Side, lifetime_s: int) -> str:
        """Return a token that lets one participant of a call into its channel.

        Args:
            topic: The call's topic.
            side: Which end of the call this is.
            lifetime_s: How long it is valid, s; Realtime closes the channel when it expires.
        """
        now_s = self._clock.now_ms() // 1000
        claims = {
            "role": ROLE,
            "aud": AUDIENCE,
            "iat": now_s,
            "exp": now_s + lifetime_s,
            "sub": str(uuid.uuid4()),
            "call": topic,
            "side": side.value,
        }
        return jwt.encode(claims, self._signing, self._algorithm, headers=self._headers)

    def verify(self, token: str) -> Claims:
        """Return what a token says.

        Raises:
            Denied: It is malformed, signed by another key, without `role` or `exp`, or expired.
        """
        malformed = Denied("MalformedJWT", "The token provided is not a valid JWT")
        if len(token) > MAX_TOKEN_CHARS:
            raise malformed
        try:
            # Our own clock decides on expiry; Realtime looks at neither `aud` nor `iat`.
            options: Options = {
                "require": ["exp", "role"],
                "verify_exp": False,
                "verify_aud": False,
                "verify_iat": False,
            }
            payload = jwt.decode(token, self._verifying, [self._algorithm], options=options)
            claims = msgspec.convert(payload, Claims)
        except jwt.MissingRequiredClaimError:
            raise Denied("InvalidJWTToken", "Fields `role` and `exp` are required in JWT") from None
        except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError):
            raise Denied("JwtSignatureError", "Failed to validate JWT signature") from None
        except (jwt.PyJWTError, msgspec.ValidationError):
            raise malformed from None
        self.check_expiry(claims)
        return claims

    def check_expiry(self, claims: Claims) -> None:
        """Refuse claims whose time is over.

        Raises:
            Denied: They have expired.
        """
        over_s = self._clock.now_ms() / 1000 - claims.exp
        if over_s >= 0:
            raise Denied("InvalidJWTToken", f"Token has expired {int(over_s)} seconds ago")


def _read_jwk(text: str) -> tuple[EllipticCurvePrivateKey, str]:
    try:
        jwk = msgspec.json.decode(text, type=dict[str, Any])
        private = ECAlgorithm.from_jwk(jwk)
    except (msgspec.DecodeError, jwt.PyJWTError, ValueError, TypeError):
        raise _not_es256() from None
    if not isinstance(private, EllipticCurvePrivateKey) or not isinstance(private.curve, SECP256R1):
        raise _not_es256()
    return private, str(jwk.get("kid", ""))


def _not_es256() -> BadSetting:
    return BadSetting("SOTTO_REALTIME_SIGNING_KEY looks like a JWK but is no private ES256 key (kty EC, crv P-256, d)")
