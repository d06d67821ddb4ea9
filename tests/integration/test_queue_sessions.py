"""A visit that goes on: the page's token is replaced before it could run out in a wait or a call."""

from matcher.clock import SystemClock
from server.sessions import SessionTokens
from tests.conftest import Coturn
from tests.fakes.clock import FakeClock
from tests.integration.door import Page, page, serving, settings_for, talking


def caller_of(token: str, tokens: SessionTokens) -> str:
    """Return whose token it is."""
    return tokens.verify(token).sub


async def says_nothing_of_sessions(someone: Page) -> None:
    """Check that no other token comes."""
    await someone.says("heartbeat")
    assert (await someone.hears("heartbeat", "session"))["type"] == "heartbeat"


async def test_a_new_place_comes_with_a_token_that_outlasts_it(valkey_socket: str, coturn: Coturn) -> None:
    """After hours of calls the next place has another token of the same caller, and a later socket is let in by it."""
    settings = settings_for(valkey_socket, coturn)
    clock = FakeClock(SystemClock().now_ms())
    tokens = SessionTokens(settings.session_keys, settings.session_s, clock)
    async with serving(settings, clock) as door, page(door) as other:
        async with page(door) as one:
            first = await talking(one, other)
            clock.advance(settings.session_fresh_s + 1)
            await says_nothing_of_sessions(one)

            await one.says("next", call_id=first)

            session = await one.hears("session", "relay")
            assert session["type"] == "session", "before what it is for"
            assert session["fresh_s"] == settings.session_fresh_s
            assert caller_of(session["token"], tokens) == caller_of(one.token, tokens)
            await one.hears("relay")
            await one.says("ready")
            await one.hears("waiting")
            await says_nothing_of_sessions(one)

        clock.advance(settings.session_s - settings.session_fresh_s)
        async with page(door) as again:
            again.token = one.token
            await again.greets()
            assert (await again.hears("error"))["code"] == "unauthorized", "the first token has run out by now"
        async with page(door) as again:
            again.token = session["token"]
            await again.greets()
            assert (await again.hears("relay", "waiting", "error"))["type"] != "error"


async def test_a_long_wait_is_given_another_token(valkey_socket: str, coturn: Coturn) -> None:
    """A call may begin at any time of it."""
    settings = settings_for(valkey_socket, coturn)
    clock = FakeClock(SystemClock().now_ms())
    async with serving(settings, clock) as door, page(door) as one:
        await one.queues()
        await one.hears("waiting")
        clock.advance(settings.session_fresh_s + 1)

        assert (await one.hears("session"))["token"] != one.token
