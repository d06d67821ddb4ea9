"""The bot's leg, against another one, through a real coturn."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from bot import leg as leg_module
from bot.leg import Leg, LegEnd
from bot.path import NoRelay
from bot.peer import PAYLOAD_TYPE, Link
from bot.relays import Relay
from bot.reliable import Message
from matcher.domain import Side
from matcher.wire import IceServer
from tests.conftest import Coturn, until
from tests.integration.legs import BUSY_S, CALL_ID, End, credentials, proxy, strength, talking, tone, two_ends
from tests.network.udp_proxy import Way


async def ending(end: End) -> LegEnd:
    """Wait for the end of a leg."""
    async with asyncio.timeout(BUSY_S):
        return await asyncio.shield(end.leg.ended)


def udp_peers() -> set[tuple[str, int]]:
    """Return where this process's UDP sockets are connected to; port 0: nowhere, open for anybody."""
    own = {_target(fd) for fd in Path("/proc/self/fd").iterdir()}
    tables = [Path(f"/proc/self/net/{name}").read_text() for name in ("udp", "udp6")]
    rows = [row.split() for table in tables for row in table.splitlines()[1:]]
    remotes = [row[2].split(":") for row in rows if f"socket:[{row[9]}]" in own]
    return {(address, int(port, 16)) for address, port in remotes}


def _target(fd: Path) -> str:
    try:
        return str(fd.readlink())
    except OSError:
        return ""


async def test_two_legs_hear_each_other(coturn: Coturn) -> None:
    """What one says comes out at the other, whole and in time, and then there is silence."""
    before = asyncio.all_tasks()
    async with two_ends(credentials(coturn)) as (a, b):
        await talking(a, b)
        a.playout.say(0, tone(440, 3000))
        b.playout.say(0, tone(1200, 3000))
        await asyncio.gather(b.hears(440), a.hears(1200))
        a.playout.cut()
        await until(lambda: strength(bytes(b.heard[-3200:]), 440) < 0.01, "silence")
    assert asyncio.all_tasks() == before


async def test_only_relays_are_there(coturn: Coturn) -> None:
    """There is no socket but those to the TURN server, and no transport but a relay."""
    before = udp_peers()
    async with two_ends(credentials(coturn)) as (a, b):
        await talking(a, b)
        assert udp_peers() - before == {("0100007F", coturn.port)}
        for end in (a, b):
            (path,) = end.leg._peer._paths.values()
            assert {type(checks.transport).__name__ for checks in path._connection._protocols} == {Relay.__name__}
            assert {candidate.type for candidate in path._connection.local_candidates} == {"relay"}
    assert udp_peers() == before


async def test_packets_tell_nothing(coturn: Coturn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sees the packets sees neither silence nor speech: no header extension, and one and the same size."""
    sound: list[bytes] = []
    take = Link.take

    def note(link: Link, data: bytes) -> None:
        if 0x80 <= data[0] < 0xC0 and data[1] & 0x7F == PAYLOAD_TYPE:
            sound.append(data)
        take(link, data)

    monkeypatch.setattr(Link, "take", note)
    async with two_ends(credentials(coturn)) as (a, b):
        await talking(a, b)
        await until(lambda: len(sound) > 50, "silence")
        a.playout.say(0, tone(440, 3000))
        await b.hears(440)
    assert {data[0] & 0x10 for data in sound} == {0}
    assert len({len(data) for data in sound}) == 1


async def test_what_is_told_is_a_browsers(coturn: Coturn) -> None:
    """Candidate, end of candidates, parameters and commitment: the kinds and the order of the page."""
    async with two_ends(credentials(coturn)) as (a, b):
        await talking(a, b)
        assert [message.kind for message in a.said] == [
            "candidate", "end_of_candidates", "parameters", "commitment", "reveal",
        ]  # fmt: skip
        assert a.leg.safety_words == b.leg.safety_words
        assert a.leg.safety_words is not None


async def test_descriptions_come_before_any_channel(coturn: Coturn) -> None:
    """Two legs that are told of each other by the server connect without a word through the channel."""
    async with Leg(credentials(coturn)) as one, Leg(credentials(coturn)) as other:
        a, b = End(one, Side.A), End(other, Side.B)
        await a.join()
        await b.join()
        one.described(b.description)
        other.described(a.description)
        await talking(a, b)


async def test_two_ways_that_disagree_end_the_call(coturn: Coturn) -> None:
    """The channel says something else than the server: one of them lies."""
    async with Leg(credentials(coturn)) as one, Leg(credentials(coturn)) as other:
        a, b = End(one, Side.A), End(other, Side.B)
        await a.join()
        await b.join()
        one.described(b.description)
        own = next(message.data for message in b.said if message.kind == "parameters")
        one.receive(Message("parameters", {**own, "ufrag": "other"}))
        assert await ending(a) is LegEnd.FAILED


async def test_another_certificate_than_the_told_one_ends_the_call(coturn: Coturn) -> None:
    """Whoever answers with another certificate is not the partner."""
    async with Leg(credentials(coturn)) as one, Leg(credentials(coturn)) as other:
        a, b = End(one, Side.A), End(other, Side.B)
        await a.join()
        await b.join()
        other.described(a.description)
        told = {message.kind: message.data for message in b.said}
        forged = {**told["parameters"], "fingerprint": ":".join(["AB"] * 32)}
        for kind, data in (("candidate", told["candidate"]), ("parameters", forged)):
            one.receive(Message(kind, data))
        assert await ending(a) is LegEnd.FAILED


async def test_goodbye(coturn: Coturn) -> None:
    """A partner who says goodbye is gone; so is one who closes the connection without a word."""
    async with two_ends(credentials(coturn)) as (a, b):
        await talking(a, b)
        b.leg.bye()
        assert await ending(a) is LegEnd.BYE
    async with Leg(credentials(coturn)) as one:
        a = End(one, Side.A)
        await a.join()
        async with Leg(credentials(coturn)) as other:
            b = End(other, Side.B)
            await b.join()
            one.described(b.description)
            other.described(a.description)
            await talking(a, b)
        assert await ending(a) is LegEnd.BYE


async def test_mute_is_noted(coturn: Coturn) -> None:
    """The partner's microphone is off when he says so."""
    async with two_ends(credentials(coturn)) as (a, b):
        await talking(a, b)
        for muted in (True, False):
            b.wire.put_nowait(Message("mute", {"muted": muted}))
            await until(lambda muted=muted: a.leg.muted is muted, "the partner's mute")  # type: ignore[misc]


async def test_a_partner_who_vanishes_frees_the_bot(coturn: Coturn) -> None:
    """Nothing comes any more and nobody says why: the leg is over, and left in no time though its relay is dead."""
    before = asyncio.all_tasks()
    async with proxy(coturn) as (between, port), two_ends(credentials(coturn, port=port)) as (a, b):
        await talking(a, b)
        between.way = Way(open=False)
        start = time.monotonic()
        assert await ending(a) is LegEnd.NO_MEDIA
        assert time.monotonic() - start > 2
        assert await ending(b) is LegEnd.NO_MEDIA
        start = time.monotonic()
    # Two seconds for each, and one more on a busy machine.
    assert time.monotonic() - start < 6
    await until(lambda: asyncio.all_tasks() == before, "the end of all tasks")


async def test_no_connection_is_found_in_time(coturn: Coturn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A partner who never comes is not waited for."""
    monkeypatch.setattr(leg_module, "CONNECT_S", 0.3)
    async with Leg(credentials(coturn)) as one:
        a = End(one, Side.A)
        await a.join()
        assert await ending(a) is LegEnd.CONNECT_TIMEOUT


@pytest.mark.parametrize("secret", [None, "another secret"])
async def test_no_relay_no_leg(coturn: Coturn, secret: str | None) -> None:
    """Without a relay, or without credentials for it, there is nothing to tell anybody."""
    before = asyncio.all_tasks()
    servers = credentials(coturn, secret=secret) if secret else []
    async with Leg(servers) as one:
        with pytest.raises(NoRelay):
            await one.gather()
    assert asyncio.all_tasks() == before


async def test_the_next_way_is_tried_when_udp_is_shut(coturn: Coturn) -> None:
    """Where UDP leads nowhere the relay is asked for over TCP, and sound comes all the same."""
    (server,) = credentials(coturn)
    async with proxy(coturn) as (between, port):
        between.way = Way(open=False)
        urls = (f"turn:127.0.0.1:{port}?transport=udp", f"turn:127.0.0.1:{coturn.port}?transport=tcp")
        shut = [IceServer(urls, server.username, server.credential)]
        async with two_ends(shut, [server]) as (a, b):
            await talking(a, b)
            a.playout.say(0, tone(440, 3000))
            await b.hears(440)


async def test_an_error_inside_comes_out_as_it_is(coturn: Coturn) -> None:
    """Whoever fails while the leg is open sees his own failure, not one of the leg's."""

    async def fail() -> None:
        async with two_ends(credentials(coturn)):
            raise LookupError

    with pytest.raises(LookupError):
        await fail()


async def test_a_leg_that_is_cancelled_twice_is_closed_all_the_same(coturn: Coturn) -> None:
    """Whoever cannot wait for the end of a call waits for it: its relay is not left behind."""
    before, peers = asyncio.all_tasks(), udp_peers()
    joined = asyncio.Event()

    async def call() -> None:
        async with Leg(credentials(coturn)) as one:
            await End(one, Side.A).join()
            joined.set()
            await asyncio.Event().wait()

    calling = asyncio.create_task(call())
    await joined.wait()
    for _ in range(2):
        calling.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await calling
    await until(lambda: asyncio.all_tasks() == before, "the end of all tasks")
    assert udp_peers() == peers


@pytest.mark.parametrize("url", ["stun:127.0.0.1:3478", "http://127.0.0.1", "turn:"])
async def test_nothing_but_turn_is_asked(url: str) -> None:
    """An address that is no relay's is refused before anything is sent."""
    async with Leg([IceServer((url,), "", "")]) as one:
        with pytest.raises(ValueError, match=r"."):
            await one.gather()


def unused(*_: Any) -> None:
    """Take what nobody wants."""


async def test_nobody_joins_without_a_relay(coturn: Coturn) -> None:
    """The relay comes first."""
    async with Leg(credentials(coturn)) as one:
        with pytest.raises(ValueError, match="gathered"):
            one.join(Side.A, CALL_ID, send=unused, hear=unused, playout=End(one, Side.A).playout)
