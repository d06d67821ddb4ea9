"""The engines' HTTP client over real sockets."""

import asyncio
import contextlib
import secrets
import traceback
from collections.abc import AsyncIterator

import pytest

from bot.engines import errors
from bot.engines.openai.client import Answer, EngineClient
from bot.engines.openai.endpoint import Budgets, Endpoint
from matcher.settings import Secret
from tests.conftest import free_port, until
from tests.fakes.openai import CANARY, KEY, SILENCE, FakeOpenAI, Scripted, Then, openai
from tests.integration.engine_world import cancel_twice

PATIENT = Budgets(connect_s=10, first_s=10, stall_s=10)
HASTY = Budgets(connect_s=10, first_s=0.2, stall_s=0.2)


@pytest.fixture
async def fake() -> AsyncIterator[FakeOpenAI]:
    """A fake endpoint, on which nothing is left under way when a test ends."""
    async with openai() as server:
        yield server
        await until(lambda: server.busy == 0, "the end of all requests")


@pytest.fixture
async def client(fake: FakeOpenAI) -> AsyncIterator[EngineClient]:
    """The client; when it is closed no socket is open."""
    async with EngineClient() as http:
        yield http
    await until(lambda: fake.sockets == 0, "the end of all connections")


def endpoint(fake: FakeOpenAI, key: str = KEY) -> Endpoint:
    """Return the fake's endpoint."""
    return Endpoint(fake.base_url, "some-model", Secret(key))


async def read(client: EngineClient, to: Endpoint, budgets: Budgets = PATIENT) -> bytes:
    """Return the whole body of an answer."""
    async with client.post(to, "chat/completions", budgets, json=to.body()) as answer:
        return b"".join([piece async for piece in answer])


async def test_a_request_carries_what_it_needs_and_no_more(client: EngineClient, fake: FakeOpenAI) -> None:
    """The key, the model and the body; nothing that tells calls apart."""
    await read(client, endpoint(fake))

    (request,) = fake.requests
    assert request.json() == {"model": "some-model"}
    assert set(request.headers) <= {
        "host", "accept", "accept-encoding", "connection", "user-agent", "content-length", "content-type",
        "authorization", "",
    }  # fmt: skip
    assert request.headers["user-agent"] == "sotto"


async def test_a_connection_is_used_again(client: EngineClient, fake: FakeOpenAI) -> None:
    """An answer that was read to its end leaves its connection to the next request."""
    for _ in range(3):
        await read(client, endpoint(fake))
    assert fake.accepted == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, errors.Misconfigured),
        (400, errors.Refused),
        (401, errors.Misconfigured),
        (404, errors.Misconfigured),
        (408, errors.TimedOut),
        (422, errors.Refused),
        (429, errors.RateLimited),
        (500, errors.Unavailable),
        (503, errors.RateLimited),
        (529, errors.Unavailable),
    ],
)
async def test_statuses(client: EngineClient, fake: FakeOpenAI, status: int, kind: type[errors.EngineError]) -> None:
    """Each status is one error, which quotes nothing of the answer and says when to come back where it is known."""
    headers = {"Retry-After": "7", "Location": f"{fake.base_url}/elsewhere"}
    fake.answers.append(Scripted([CANARY.encode()], status, "text/plain", headers))

    with pytest.raises(errors.EngineError) as caught:
        await read(client, endpoint(fake))

    assert type(caught.value) is kind
    assert caught.value.retry_after_s == (7 if status in {408, 429, 500, 503, 529} else None)
    told = "".join(traceback.format_exception(caught.value))
    assert CANARY not in told
    assert KEY not in told
    assert fake.base_url not in told
    assert len(fake.requests) == 1  # a redirect is not followed


async def test_a_wrong_key(client: EngineClient, fake: FakeOpenAI) -> None:
    """A wrong key is an error of its own, and is not told."""
    wrong = secrets.token_hex(16)
    with pytest.raises(errors.Misconfigured) as caught:
        await read(client, endpoint(fake, wrong))
    assert wrong not in "".join(traceback.format_exception(caught.value))


async def test_nobody_listens(client: EngineClient) -> None:
    """A refused connection is told at once."""
    with pytest.raises(errors.Unavailable):
        await read(client, Endpoint(f"http://127.0.0.1:{free_port()}/v1", "m"))


@pytest.mark.parametrize("answer", [SILENCE, Scripted([Then.HOLD]), Scripted([b"half", Then.HOLD])])
async def test_silence(client: EngineClient, fake: FakeOpenAI, answer: Scripted) -> None:
    """No head, no body or no more of it: in each case the budget ends the wait and the connection is closed."""
    fake.answers.append(answer)
    with pytest.raises(errors.TimedOut):
        await read(client, endpoint(fake), HASTY)
    await until(lambda: fake.sockets == 0, "the end of the connection")


class Deaf:
    """Takes TCP connections and says nothing."""

    def __init__(self) -> None:
        self.came = 0
        self.gone = 0
        self.port = 0

    async def hold(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Wait until the client goes."""
        self.came += 1
        await reader.read()
        writer.close()
        self.gone += 1


@pytest.fixture
async def deaf() -> AsyncIterator[Deaf]:
    """A server that speaks no TLS."""
    server = Deaf()
    async with await asyncio.start_server(server.hold, "127.0.0.1", 0) as listening:
        server.port = listening.sockets[0].getsockname()[1]
        yield server
        await until(lambda: server.came == server.gone, "the end of all connections")


async def test_no_connection_in_time(client: EngineClient, deaf: Deaf) -> None:
    """TCP is there and TLS is not: that costs the connection's budget, not the first token's."""
    with pytest.raises(errors.TimedOut):
        await read(client, Endpoint(f"https://127.0.0.1:{deaf.port}/v1", "m"), Budgets(connect_s=0.2, first_s=60))
    await until(lambda: deaf.gone == 1, "the end of the connection")


async def test_who_is_cancelled_in_a_tls_handshake_leaves_nothing_open(client: EngineClient, deaf: Deaf) -> None:
    """The cancellation is told at once; the handshake's own time-out closes its socket."""
    to = Endpoint(f"https://127.0.0.1:{deaf.port}/v1", "m")
    task = asyncio.create_task(read(client, to, Budgets(connect_s=0.3, first_s=60)))
    await until(lambda: deaf.came == 1, "the connection")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert deaf.gone == 0
    await until(lambda: deaf.gone == 1, "the end of the connection")


async def test_who_is_cancelled_at_any_moment_leaves_nothing_open(client: EngineClient, fake: FakeOpenAI) -> None:
    """From before the connection to after the last byte: nothing stays open."""
    for steps in range(40):
        task = asyncio.create_task(read(client, endpoint(fake)))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await until(lambda: fake.busy == 0, "the end of the request")
    assert connections(client) <= 1  # an idle one
    assert await read(client, endpoint(fake))


async def test_a_broken_connection(client: EngineClient, fake: FakeOpenAI) -> None:
    """A body that ends before its end is told from one that is complete."""
    fake.answers.append(Scripted([b"half", Then.BREAK]))
    with pytest.raises(errors.Unavailable):
        await read(client, endpoint(fake))


async def test_who_is_cancelled_twice_leaves_nothing_open(client: EngineClient, fake: FakeOpenAI) -> None:
    """Barge-in cancels, and the end of a call may cancel again at any step of the closing: ten times, nothing leaks."""
    for steps in range(10):
        fake.answers.append(Scripted([b"half", Then.HOLD]))

        async def consume(began: asyncio.Event) -> None:
            async with client.post(endpoint(fake), "chat/completions", PATIENT, json={}) as answer:
                async for _ in answer:
                    began.set()

        await cancel_twice(consume, steps)
        await until(lambda: fake.sockets == 0, "the end of the connection")
    assert connections(client) == 0
    assert await read(client, endpoint(fake))


def connections(client: EngineClient) -> int:
    """Return how many connections the pool holds."""
    transport = client._http._transport
    return len(transport._pool.connections)  # type: ignore[attr-defined] # nothing public tells


async def test_warm(client: EngineClient, fake: FakeOpenAI) -> None:
    """After an interruption a connection can be had in advance, whatever the endpoint says of its models."""
    assert await client.warm(endpoint(fake), PATIENT)
    assert (fake.requests[-1].method, fake.requests[-1].path) == ("GET", "/v1/models")
    await read(client, endpoint(fake))
    assert fake.accepted == 1

    fake.answers.append(Scripted([CANARY.encode()], 404))
    assert await client.warm(endpoint(fake), PATIENT)
    fake.answers.append(Scripted([CANARY.encode()], 503))
    assert not await client.warm(endpoint(fake), PATIENT)


async def test_no_cookies(client: EngineClient, fake: FakeOpenAI) -> None:
    """A cookie would tell the endpoint which requests belong together: none is kept."""
    fake.answers.append(Scripted([b"x"], headers={"Set-Cookie": "who=you; Path=/"}))
    await read(client, endpoint(fake))
    await read(client, endpoint(fake))
    assert "cookie" not in fake.requests[-1].headers


async def test_no_proxy_of_the_environment(fake: FakeOpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    """What people say goes to the configured endpoint, not by way of whatever the environment names."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("no_proxy", raising=False)
    async with EngineClient() as http:
        assert await read(http, endpoint(fake))


async def test_a_body_has_a_limit(client: EngineClient, fake: FakeOpenAI) -> None:
    """An answer that is taken whole is not taken at any length."""
    fake.answers.append(Scripted([b"x" * 600] * 2))
    with pytest.raises(errors.BadAnswer):
        async with client.post(endpoint(fake), "chat/completions", PATIENT, json={}) as answer:
            await answer.whole(1000)


async def test_a_slow_consumer_is_not_a_stall(client: EngineClient, fake: FakeOpenAI) -> None:
    """The time between two tokens counts from when the next one is wanted."""
    fake.answers.append(Scripted([b"one", b"two"]))
    async with client.post(endpoint(fake), "chat/completions", HASTY, json={}) as answer:
        taken = await anext(answer)
        await until(lambda: overdue(answer), "a budget that would be used up")
        answer.progressed()
        assert taken + b"".join([piece async for piece in answer]) == b"onetwo"


def overdue(answer: Answer) -> bool:
    """Whether the deadline that counts before `progressed` has passed."""
    return asyncio.get_running_loop().time() > answer._deadline
