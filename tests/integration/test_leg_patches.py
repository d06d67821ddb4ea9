"""What aiortc and aioice get wrong and the bot mends, against a real coturn; each test fails with theirs."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from aioice import ice, stun

from bot.candidates import End as LastCandidate
from bot.leg import Leg
from bot.parameters import Parameters
from bot.patches import VERSIONS, assert_versions
from bot.path import Path, gather
from bot.relays import REBIND_S, Relay
from matcher.domain import Side
from matcher.wire import IceServer
from tests.conftest import Coturn, until
from tests.integration.legs import BUSY_S, End, credentials, proxy, strength, talking, tone, two_ends
from tests.network.udp_proxy import Way

# The two seconds that a dead relay may take, and one for a busy machine.
LEFT_S = 3.0


@asynccontextmanager
async def path_of(servers: list[IceServer], receive: Callable[[bytes], None]) -> AsyncIterator[Path]:
    """Gather a path, and close it in the end."""
    path = await gather(servers, 0, receive)
    try:
        yield path
    finally:
        await path.close()


def parameters_of(path: Path) -> Parameters:
    """Return what the partner is told."""
    return Parameters(0, path.ufrag, path.pwd, ":".join(["AA"] * 32), 111, True)


async def introduce(one: Path, other: Path) -> None:
    """Give each the other's candidate."""
    for path, partner in ((one, other), (other, one)):
        await path.add(partner.candidate)
        await path.add(LastCandidate(0))


async def connect(one: Path, other: Path) -> None:
    """Connect two paths."""
    await introduce(one, other)
    async with asyncio.timeout(15), asyncio.TaskGroup() as tasks:
        tasks.create_task(one.connect(parameters_of(other), controls=True))
        tasks.create_task(other.connect(parameters_of(one), controls=False))


def relay_of(path: Path) -> Relay:
    """Return the path's one transport, which is a relay."""
    (checks,) = path._connection._protocols
    relay: object = checks.transport
    assert isinstance(relay, Relay)
    return relay


def heard(_: bytes) -> None:
    """Take what arrives."""


def test_other_versions_are_refused() -> None:
    """What was written for one version is not tried on another."""
    assert_versions(VERSIONS)
    with pytest.raises(ImportError, match="aioice"):
        assert_versions({**VERSIONS, "aioice": "0.12.0"})


async def test_a_check_is_repeated_when_the_partner_checks(coturn: Coturn, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first check finds the partner's relay shut; it need not wait for its own time once his own has come."""
    servers = credentials(coturn)
    monkeypatch.setattr(stun, "RETRY_RTO", 60.0)
    async with path_of(servers, heard) as early, path_of(servers, heard) as late, asyncio.TaskGroup() as tasks:
        await introduce(early, late)
        first = tasks.create_task(early.connect(parameters_of(late), controls=False))
        await until(lambda: bool(relay_of(early)._client.peer_to_channel), "the first check")
        await asyncio.sleep(0.2)
        async with asyncio.timeout(15):
            await late.connect(parameters_of(early), controls=True)
            await first


async def test_consent_takes_its_time_on_a_long_way(coturn: Coturn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A round trip of more than half a second is no reason to end a call."""
    monkeypatch.setattr(ice, "CONSENT_INTERVAL", 0.02)
    async with proxy(coturn, Way(delay_s=0.3)) as (_, port):
        servers = credentials(coturn, port=port)
        async with path_of(servers, heard) as one, path_of(credentials(coturn), heard) as other:
            await connect(one, other)
            # aioice's own gives up after 6 times 0.5 s.
            await asyncio.sleep(4.5)
            for path in (one, other):
                await path.send(b"still allowed")


async def test_consent_survives_a_stalled_loop(coturn: Coturn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was held up himself does not take that for the partner's silence."""
    monkeypatch.setattr(ice, "CONSENT_INTERVAL", 0.02)
    async with path_of(credentials(coturn), heard) as one, path_of(credentials(coturn), heard) as other:
        await connect(one, other)
        (checks,) = one._connection._protocols
        asked: set[bytes] = set()
        send = checks.send_stun

        def send_and_stall(message: stun.Message, addr: tuple[str, int]) -> None:
            send(message, addr)
            if message.message_class is stun.Class.REQUEST and message.transaction_id not in asked:
                asked.add(message.transaction_id)
                asyncio.get_running_loop().call_soon(time.sleep, 0.6)

        monkeypatch.setattr(checks, "send_stun", send_and_stall)
        await until(lambda: len(asked) == 9, "as many questions", 30)
        await one.send(b"still allowed")


async def test_a_dead_relay_is_let_go(coturn: Coturn) -> None:
    """A relay that does not answer any more holds nobody, and leaves no task behind."""
    before = asyncio.all_tasks()
    async with proxy(coturn) as (between, port), path_of(credentials(coturn), heard) as other:
        path = await gather(credentials(coturn, port=port), 0, heard)
        await connect(path, other)
        between.way = Way(open=False)
        # Without the bound of `Path.close`.
        async with asyncio.timeout(LEFT_S):
            await path._connection.close()
    await until(lambda: asyncio.all_tasks() == before, "the end of all tasks")


async def test_a_leg_with_a_dead_relay_is_left_within_two_seconds(coturn: Coturn) -> None:
    """The relay is asked to let go, and does not answer: nobody waits for it."""
    async with proxy(coturn) as (between, port), Leg(credentials(coturn)) as other:
        async with Leg(credentials(coturn, port=port)) as one:
            a, b = End(one, Side.A), End(other, Side.B)
            await a.join()
            await b.join()
            one.described(b.description)
            other.described(a.description)
            await talking(a, b)
            between.way, cut = Way(open=False), between.carried["cut"]
            start = time.monotonic()
        assert time.monotonic() - start < LEFT_S
        assert between.carried["cut"] > cut


async def test_a_loss_costs_no_time(coturn: Coturn) -> None:
    """With every thirtieth packet lost on either side of the relay as much is heard as was said, and all of a tone."""
    async with proxy(coturn) as (between, port), two_ends(credentials(coturn, port=port)) as (a, b):
        await talking(a, b)
        between.way = Way(loss=0.03)
        a.playout.say(0, tone(440, 10_000))
        await b.hears(440)
        incoming, lost = b.leg._incoming, b.leg.lost
        assert incoming
        b.heard.clear()
        before = incoming.packets + lost
        await until(lambda: len(b.heard) > 3 * 32_000, "three seconds of it", BUSY_S)
        assert len(b.heard) == 640 * (incoming.packets + b.leg.lost - before)
        assert b.leg.lost > lost
        tenths = [bytes(b.heard[start : start + 3200]) for start in range(0, 3 * 32_000, 3200)]
        assert all(strength(tenth, 440) > 0.1 for tenth in tenths)


async def test_packets_go_out_at_once_and_channels_are_kept(coturn: Coturn) -> None:
    """A packet needs no task of its own; a channel that is due is bound anew, and no packet waits for it."""
    got: list[bytes] = []
    async with path_of(credentials(coturn), heard) as one, path_of(credentials(coturn), got.append) as other:
        await connect(one, other)
        client = relay_of(one)._client
        ((channel, refresh_at),) = client.channel_refresh_at.items()
        assert refresh_at <= time.time() + REBIND_S
        before = asyncio.all_tasks()
        await one.send(b"one")
        assert asyncio.all_tasks() == before

        client.channel_refresh_at[channel] = 0
        await one.send(b"two")
        await one.send(b"three")
        (rebinding,) = asyncio.all_tasks() - before
        await until(lambda: got == [b"one", b"two", b"three"], "all three")
        assert await rebinding is None
        assert client.channel_refresh_at[channel] > time.time() + REBIND_S - 30


async def test_nothing_of_a_call_is_logged(coturn: Coturn, caplog: pytest.LogCaptureFixture) -> None:
    """However much is logged, neither library says anything, and nobody an address."""
    with caplog.at_level(logging.DEBUG):
        async with two_ends(credentials(coturn)) as (a, b):
            async with asyncio.timeout(15):
                await asyncio.gather(a.leg.heard.wait(), b.leg.heard.wait())
    assert not [record for record in caplog.records if record.name.split(".")[0] in VERSIONS]
    assert "127.0.0.1" not in caplog.text


async def test_gathering_can_be_given_up(coturn: Coturn) -> None:
    """Whoever stops waiting for a relay leaves no task and no socket behind."""
    before = asyncio.all_tasks()
    async with proxy(coturn, Way(open=False)) as (_, port):
        with suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                await gather(credentials(coturn, port=port), 0, heard)
    assert asyncio.all_tasks() == before
