"""What one socket may send, by the hub's stopwatch."""

from msgspec import json
from msgspec.structs import replace

from matcher.settings import Secret
from server.limits import Row
from server.realtime.authorize import ANONYMOUS
from server.realtime.connection import Connection
from server.realtime.framing import Frame, Version
from server.realtime.hub import DEFAULT_LIMITS, Hub
from server.realtime.tokens import ChannelTokens
from tests.fakes.clock import FakeClock

LIMITS = replace(DEFAULT_LIMITS, messages=Row(burst=2, per_s=1.0, fails_open=False))
HEARTBEAT = json.encode([None, "1", "phoenix", "heartbeat", {}]).decode()


async def test_a_clock_that_is_set_back_stops_no_socket() -> None:
    """One that keeps to its rate goes on being answered; one that does not is refused, whatever the time of day."""
    clock, stopwatch = FakeClock(), FakeClock()
    hub = Hub(None, ChannelTokens(Secret(), clock=clock), "key", "test", LIMITS, clock, stopwatch)
    frames: list[Frame] = []
    connection = Connection(hub, Version.V2, ANONYMOUS, frames.append)

    clock.advance(-3600)
    for _ in range(10):
        stopwatch.advance(1)
        await connection.receive(HEARTBEAT)
    assert len(frames) == 10

    clock.advance(7200)
    for _ in range(10):
        await connection.receive(HEARTBEAT)
    assert len(frames) == 11
