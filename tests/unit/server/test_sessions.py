"""Session tokens: minted, verified, rotated, expired, forged."""

import jwt
import pytest

from matcher.errors import Unauthorized
from matcher.settings import BadSetting, Secret
from server.sessions import SessionTokens
from tests.fakes.clock import FakeClock

OLD = "old:" + "o" * 32
NEW = "new:" + "n" * 32


@pytest.mark.claim("random-number")
def test_a_token_names_a_random_caller_until_it_expires() -> None:
    """Two tokens are two callers; after its lifetime a token is refused."""
    clock = FakeClock()
    tokens = SessionTokens(Secret(NEW), 600, clock)
    token, session = tokens.mint()

    assert session == tokens.verify(token)
    assert session.sub != tokens.mint()[1].sub

    clock.advance(600)
    with pytest.raises(Unauthorized):
        tokens.verify(token)


def test_a_token_that_may_be_too_short_is_followed_by_another_of_the_same_caller() -> None:
    """As long as it does for new places there is none; the new one lives for as long as a first one."""
    clock = FakeClock()
    tokens = SessionTokens(Secret(NEW), 600, clock, fresh_s=200)
    _, session = tokens.mint()

    clock.advance(199)
    assert tokens.renewed(session) is None

    clock.advance(1)
    renewed = tokens.renewed(session)
    assert renewed is not None
    token, follower = renewed
    assert tokens.verify(token) == follower
    assert follower.sub == session.sub
    assert follower.exp == session.exp + 200
    assert tokens.renewed(follower) is None


def test_keys_rotate_without_ending_sessions() -> None:
    """The first key signs; older ones still verify, removed ones do not."""
    clock = FakeClock()
    token, session = SessionTokens(Secret(OLD), 600, clock).mint()

    assert session == SessionTokens(Secret(f"{NEW},{OLD}"), 600, clock).verify(token)
    with pytest.raises(Unauthorized):
        SessionTokens(Secret(NEW), 600, clock).verify(token)


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "x",
        "a.b.c",
        jwt.encode({"sub": "A" * 22, "exp": 2_000_000_000, "aud": "sotto"}, "", "none", headers={"kid": "new"}),
        jwt.encode({"sub": "A" * 22, "exp": 2_000_000_000, "aud": "sotto"}, "n" * 32, headers={"kid": "other"}),
        jwt.encode({"sub": "A" * 22, "exp": 2_000_000_000, "aud": "sotto"}, "n" * 32),
        jwt.encode({"sub": "A" * 22, "exp": 2_000_000_000, "aud": "other"}, "n" * 32, headers={"kid": "new"}),
        jwt.encode({"sub": "short", "exp": 2_000_000_000, "aud": "sotto"}, "n" * 32, headers={"kid": "new"}),
        jwt.encode({"sub": "A" * 22, "aud": "sotto"}, "n" * 32, headers={"kid": "new"}),
        jwt.encode({"sub": "A" * 22, "exp": 2_000_000_000, "aud": "sotto"}, "x" * 32, headers={"kid": "new"}),
    ],
)
def test_whatever_we_did_not_mint_is_refused(forged: str) -> None:
    """No algorithm, no kid, an unknown one, another audience, another key, missing or malformed claims."""
    with pytest.raises(Unauthorized):
        SessionTokens(Secret(NEW), 600, FakeClock()).verify(forged)


def test_without_keys_a_process_makes_its_own() -> None:
    """Two processes without configured keys do not accept each other's tokens."""
    with pytest.raises(Unauthorized):
        SessionTokens(Secret(), 600).verify(SessionTokens(Secret(), 600).mint()[0])


@pytest.mark.parametrize("keys", ["hunter2", "hunter2:", "hunter2:short", ":" + "x" * 32])
def test_malformed_keys_stop_the_start_without_showing_them(keys: str) -> None:
    """The message names the variable, never the value."""
    with pytest.raises(BadSetting, match="SOTTO_SESSION_KEYS") as fault:
        SessionTokens(Secret(keys), 600)

    assert keys not in str(fault.value)
