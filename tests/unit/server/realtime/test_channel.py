"""A channel's time, by the hub's clock and not by the timer's."""

import asyncio

from matcher.domain import Side
from matcher.settings import Secret
from server.realtime.channel import Channel
from server.realtime.framing import Frame, Version
from server.realtime.hub import Hub
from server.realtime.messages import Broadcast, Join
from server.realtime.tokens import ChannelTokens
from tests.conftest import until

TOPIC = "call-AAAAAAAAAAAAAAAAAAAAAA"


class SetClock:
    """A clock that stands until it is set."""

    ms = 1_800_000_000_000

    def now_ms(self) -> int:
        """Return the time it stands at, in ms."""
        return self.ms


class Wire:
    """One channel of one socket: what was put on the wire, and whether it was dropped."""

    def __init__(self, hub: Hub) -> None:
        self.frames: list[Frame] = []
        self.dropped: list[Channel] = []
        join = Join(private=True)
        self.channel = Channel(hub, Version.V2, self.frames.append, TOPIC, "1", join, self.dropped.append)


async def test_a_timer_that_fires_early_ends_nothing() -> None:
    """The wall clock may step back while the timer runs: the channel stays until the token has truly expired."""
    clock = SetClock()
    tokens = ChannelTokens(Secret(), clock=clock)
    hub = Hub(None, tokens, "key", "test", clock=clock)
    wire = Wire(hub)
    claims = tokens.verify(tokens.mint(TOPIC, Side.A, 1))
    clock.ms += 950
    wire.channel.open(claims)  # 50 ms of the token's second are left, on a clock that stands
    asyncio.get_running_loop().call_later(0.2, hub.publish, TOPIC, Broadcast("s", b"{}"))
    await until(lambda: bool(wire.frames), "the broadcast, long after the timer")
    assert isinstance(wire.frames[0], bytes)
    clock.ms += 50
    await until(lambda: bool(wire.dropped), "the end")
    system, close = wire.frames[1:]
    assert isinstance(system, str)
    assert "Token has expired 0 seconds ago" in system
    assert close == f'["1","1","realtime:{TOPIC}","phx_close",{{}}]'
    assert hub.rooms == 0


async def test_the_most_distant_expiry_is_no_error() -> None:
    """A token may be valid for longer than any timer runs."""
    clock = SetClock()
    tokens = ChannelTokens(Secret(), clock=clock)
    hub = Hub(None, tokens, "key", "test", clock=clock)
    wire = Wire(hub)
    wire.channel.open(tokens.verify(tokens.mint(TOPIC, Side.A, 10**15)))
    assert hub.rooms == 1
    wire.channel.close()
    assert hub.rooms == 0
    assert wire.frames == []
