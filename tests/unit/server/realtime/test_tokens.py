"""Channel tokens: what is minted, and what is refused with which documented text."""

import base64
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from matcher.domain import Side
from matcher.settings import BadSetting, Secret
from server.realtime.authorize import Claims
from server.realtime.tokens import ChannelTokens, Denied

SECRET = "a-secret-of-at-least-thirty-two-characters"
TOPIC = "call-AAAAAAAAAAAAAAAAAAAAAA"
NOW_S = 1_800_000_000


class StoppedClock:
    """A clock that stands at NOW_S until it is set."""

    now_s: float = NOW_S

    def now_ms(self) -> int:
        """Return the time it stands at, in ms."""
        return int(self.now_s * 1000)


def jwk(curve: ec.EllipticCurve, **further: str) -> str:
    """Return a fresh private JWK."""
    key = ECAlgorithm.to_jwk(ec.generate_private_key(curve), as_dict=True)
    return json.dumps({**key, **further})


def signed(claims: dict[str, Any], key: str = SECRET, algorithm: str = "HS256") -> str:
    """Sign any claims."""
    return jwt.encode(claims, key, algorithm)


def test_a_token_carries_the_contract_s_claims() -> None:
    """Role, audience, times, a random subject, the call and the side; nothing else."""
    tokens = ChannelTokens(Secret(SECRET), "k1", StoppedClock())
    first, second = (tokens.mint(TOPIC, side, 900) for side in Side)
    claims = jwt.decode(first, SECRET, ["HS256"], audience="authenticated", options={"verify_iat": False})
    subject = claims.pop("sub")
    assert claims == {
        "role": "authenticated", "aud": "authenticated", "iat": NOW_S, "exp": NOW_S + 900, "call": TOPIC, "side": "a",
    }  # fmt: skip
    other = jwt.decode(second, options={"verify_signature": False})
    assert other["side"] == "b"
    assert subject != other["sub"]
    assert len(subject) == 36
    assert jwt.get_unverified_header(first) == {"alg": "HS256", "typ": "JWT", "kid": "k1"}


def test_what_is_minted_verifies() -> None:
    """The same key verifies; without a configured key one is made, for this process alone."""
    for key in (Secret(SECRET), Secret()):
        tokens = ChannelTokens(key, clock=StoppedClock())
        assert tokens.verify(tokens.mint(TOPIC, Side.A, 60)) == Claims("authenticated", NOW_S + 60, TOPIC, "a")
    with pytest.raises(Denied):
        ChannelTokens(Secret(), clock=StoppedClock()).verify(tokens.mint(TOPIC, Side.A, 60))


def test_an_es256_key_signs_with_its_own_kid() -> None:
    """A private JWK signs ES256; its public half verifies; its kid wins over the setting."""
    tokens = ChannelTokens(Secret(jwk(ec.SECP256R1(), kid="own")), "other", StoppedClock())
    token = tokens.mint(TOPIC, Side.B, 60)
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "typ": "JWT", "kid": "own"}
    assert tokens.verify(token).call == TOPIC
    without = ChannelTokens(Secret(jwk(ec.SECP256R1())), "other", StoppedClock())
    assert jwt.get_unverified_header(without.mint(TOPIC, Side.B, 60))["kid"] == "other"


@pytest.mark.parametrize(
    "key",
    ["short", "{", '{"kty":"EC"}', '{"kty":"oct","k":"AAAA"}', '["EC"]', jwk(ec.SECP384R1())],
    ids=["short secret", "no JSON", "no point", "another kind", "short list", "another curve"],
)
def test_a_key_of_another_form_stops_the_start(key: str) -> None:
    """The setting's name is told, the key itself never."""
    with pytest.raises(BadSetting, match="SOTTO_REALTIME_SIGNING_KEY") as caught:
        ChannelTokens(Secret(key))
    assert key not in str(caught.value)


def test_a_public_jwk_cannot_sign() -> None:
    """Only the private key mints."""
    public = json.loads(jwk(ec.SECP256R1()))
    del public["d"]
    with pytest.raises(BadSetting):
        ChannelTokens(Secret(json.dumps(public)))


VALID = {"role": "authenticated", "exp": NOW_S + 60, "call": TOPIC}
NONE_HEADER = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
REFUSED: list[tuple[str, str, str]] = [
    ("nothing", "", "MalformedJWT: The token provided is not a valid JWT"),
    ("no JWT", "a.b.c", "MalformedJWT: The token provided is not a valid JWT"),
    ("too long", "a" * 5000, "MalformedJWT: The token provided is not a valid JWT"),
    ("no ASCII", "é.é.é", "MalformedJWT: The token provided is not a valid JWT"),
    ("another secret", signed(VALID, SECRET[::-1]), "JwtSignatureError: Failed to validate JWT signature"),
    ("another algorithm", signed(VALID, SECRET * 2, "HS512"), "JwtSignatureError: Failed to validate JWT signature"),
    ("no signature", f"{NONE_HEADER}.e30.", "JwtSignatureError: Failed to validate JWT signature"),
    ("no role", signed({"exp": NOW_S + 60}), "InvalidJWTToken: Fields `role` and `exp` are required in JWT"),
    ("no exp", signed({"role": "authenticated"}), "InvalidJWTToken: Fields `role` and `exp` are required in JWT"),
    ("exp is no number", signed({**VALID, "exp": "soon"}), "MalformedJWT: The token provided is not a valid JWT"),
    ("role is no string", signed({**VALID, "role": 1}), "MalformedJWT: The token provided is not a valid JWT"),
    ("expired now", signed({**VALID, "exp": NOW_S}), "InvalidJWTToken: Token has expired 0 seconds ago"),
    ("expired", signed({**VALID, "exp": NOW_S - 90}), "InvalidJWTToken: Token has expired 90 seconds ago"),
]


@pytest.mark.parametrize(("token", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refusals_carry_the_documented_texts(token: str, reason: str) -> None:
    """Clients act on these texts."""
    with pytest.raises(Denied) as caught:
        ChannelTokens(Secret(SECRET), clock=StoppedClock()).verify(token)
    assert caught.value.reason == reason
    assert caught.value.code == "unauthorized"


def test_claims_expire_by_the_given_clock() -> None:
    """What was valid is refused once its second has come."""
    clock = StoppedClock()
    tokens = ChannelTokens(Secret(SECRET), clock=clock)
    claims = tokens.verify(tokens.mint(TOPIC, Side.A, 60))
    clock.now_s = NOW_S + 59.999
    tokens.check_expiry(claims)
    clock.now_s = NOW_S + 60
    with pytest.raises(Denied, match="Token has expired 0 seconds ago"):
        tokens.check_expiry(claims)
