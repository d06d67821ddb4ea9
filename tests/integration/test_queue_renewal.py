"""Relay credentials of a running call: others when asked for, others before its own run out."""

from collections.abc import AsyncIterator

import pytest

from matcher.clock import SystemClock
from server.settings import ServerSettings
from tests.conftest import Coturn
from tests.fakes.clock import FakeClock
from tests.integration.door import Message, Page, page, serving, settings_for, talking


@pytest.fixture
def settings(valkey_socket: str, coturn: Coturn) -> ServerSettings:
    """Settings with a waiting room of its own."""
    return settings_for(valkey_socket, coturn)


@pytest.fixture
def clock() -> FakeClock:
    """The time of day, which a test may move on."""
    return FakeClock(SystemClock().now_ms())


@pytest.fixture
async def door(settings: ServerSettings, clock: FakeClock) -> AsyncIterator[str]:
    """A server."""
    async with serving(settings, clock) as host:
        yield host


def username(message: Message) -> str:
    """Return whom the relay is to take a page for."""
    name: str = message["ice_servers"][0]["username"]
    return name


async def is_quiet(someone: Page) -> None:
    """Check that nothing but the answer to a heartbeat comes."""
    await someone.says("heartbeat")
    assert (await someone.hears("heartbeat", "renewed", "relay", "ended"))["type"] == "heartbeat"


async def test_a_call_gets_other_credentials_when_it_asks(door: str) -> None:
    """Each time a set of its own, for its own call only, and no more than a call may cost."""
    async with page(door) as one, page(door) as other:
        call_id = await talking(one, other)

        names = set()
        for _ in range(7):
            await one.says("renew", call_id=call_id)
            renewed = await one.hears("renewed")
            assert renewed["call_id"] == call_id
            names.add(username(renewed))
        await one.says("renew", call_id=call_id)
        await is_quiet(one)
        await one.says("renew", call_id="A" * 22)
        await is_quiet(one)

        assert len(names) == 7
        await is_quiet(other)


async def test_without_a_call_there_is_nothing_to_renew(door: str) -> None:
    """It may cross with the call's end, so that it is no fault."""
    async with page(door) as one:
        await one.queues()
        await one.hears("waiting")
        await one.says("renew", call_id="A" * 22)
        await is_quiet(one)


async def test_credentials_are_rotated_before_they_run_out(
    door: str, clock: FakeClock, settings: ServerSettings
) -> None:
    """Five minutes before, unasked, while the call goes on; once."""
    async with page(door) as one, page(door) as other:
        await talking(one, other)
        clock.advance(settings.relay_ttl_s - 330)
        await is_quiet(one)
        clock.advance(60)

        for someone in (one, other):
            renewed = await someone.hears("renewed")
            assert renewed["expires_at"] > clock.now_ms() / 1000 + 3600
            await is_quiet(someone)
