"""What goes wrong with a conversation over Realtime, on a real WebSocket."""

import asyncio
import json
import traceback
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from bot.engines import errors
from bot.engines.guard import Guard
from bot.engines.limiter import Limiter
from bot.engines.openai.endpoint import Budgets
from bot.engines.protocols import Ended, Heard, SpeechStarted, Spoken
from matcher.breaker import STREAK
from tests.conftest import free_port, until
from tests.fakes.openai import CANARY, KEY
from tests.fakes.realtime import FakeRealtime, realtime
from tests.integration.engine_conversation import SILENCE, VOICE, engine, said, up_to
from tests.integration.engine_world import HASTY, cancel_twice


@pytest.fixture
async def fake() -> AsyncIterator[FakeRealtime]:
    """A fake endpoint, to which no connection is left when a test ends."""
    async with realtime() as server:
        yield server
        await until(lambda: server.sockets == 0, "the end of all connections")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, errors.Misconfigured),
        (401, errors.Misconfigured),
        (404, errors.Misconfigured),
        (429, errors.RateLimited),
        (503, errors.RateLimited),
    ],
)
async def test_refused_handshakes(fake: FakeRealtime, status: int, kind: type[errors.EngineError]) -> None:
    """A handshake is refused in the words of HTTP; no text quotes it, and no redirect is followed."""
    fake.status, fake.retry_after = status, "7"
    with pytest.raises(errors.EngineError) as caught:
        async with engine(fake).open():
            pytest.fail("it opened")
    assert type(caught.value) is kind
    assert caught.value.retry_after_s == (7 if status in {429, 503} else None)
    told = "".join(traceback.format_exception(caught.value))
    assert KEY not in told
    assert CANARY not in told
    assert len(fake.paths) == 1


async def test_nobody_listens(fake: FakeRealtime) -> None:
    """A refused connection is told at once."""
    with pytest.raises(errors.Unavailable):
        async with engine(fake, base_url=f"http://127.0.0.1:{free_port()}/v1").open():
            pytest.fail("it opened")


async def test_no_session(fake: FakeRealtime) -> None:
    """A server that takes the connection and says nothing costs the budget."""
    fake.silent = True
    with pytest.raises(errors.TimedOut):
        async with engine(fake, Budgets(connect_s=0.2, first_s=0.2)).open():
            pytest.fail("it opened")


async def test_a_session_that_is_refused(fake: FakeRealtime) -> None:
    """A voice or a model that is not there is found before the call begins to rely on it."""
    refusal = {"type": "invalid_request_error", "code": "invalid_value", "message": CANARY}
    fake.setup = {"type": "error", "error": refusal}
    with pytest.raises(errors.Refused):
        async with engine(fake).open():
            pytest.fail("it opened")


def answers(**members: object) -> list[str]:
    """Return a message for the server to send."""
    return [json.dumps(members)]


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (answers(type="error", error={"type": "server_error", "message": CANARY}), errors.Unavailable),
        (answers(type="error", error={"type": "x", "code": "rate_limit_exceeded"}), errors.RateLimited),
        (answers(type="response.done", response={"id": "r", "status": "failed"}), errors.Unavailable),
        (answers(type="response.done", response={"status": "failed", "status_details": {
            "type": "failed", "error": {"type": "x", "code": "insufficient_quota"}}}), errors.RateLimited),
        (answers(type="response.done", response={"status": "incomplete", "status_details": {
            "reason": "content_filter"}}), errors.Filtered),
        (answers(type="response.output_audio.delta", response_id="resp_1", delta="%%%"), errors.BadAnswer),
        (answers(type="response.output_audio.delta", response_id="resp_1", delta="YQ=="), errors.BadAnswer),
        ([CANARY], errors.BadAnswer),
        (["[]"], errors.BadAnswer),
        (["{}"], errors.BadAnswer),
    ],
)  # fmt: skip
async def test_faults(fake: FakeRealtime, raw: list[str], kind: type[errors.EngineError]) -> None:
    """Each fault is its error, at once, and nothing of it is quoted."""
    fake.raw = raw
    with pytest.raises(errors.EngineError) as caught:
        async with engine(fake).open() as converser:
            await said(fake, converser)
    assert type(caught.value) is kind
    assert CANARY not in repr(caught.value)


async def test_harmless_messages(fake: FakeRealtime) -> None:
    """What came too late to be stopped, what is of another answer and what is new are read over."""
    fake.raw = [
        *answers(type="error", error={"type": "invalid_request_error", "code": "response_cancel_not_active"}),
        *answers(type="response.output_audio.delta", response_id="another", delta="AAAA"),
        *answers(type="rate_limits.updated", rate_limits=[]),
        *answers(type="something.new", what=7),
    ]
    async with engine(fake).open() as converser:
        happened = await said(fake, converser)
    assert sum(isinstance(event, Spoken) for event in happened) == 3


@pytest.mark.parametrize("pieces", [0, 2])
async def test_stalls(fake: FakeRealtime, pieces: int) -> None:
    """Neither an answer that does not begin nor one that does not go on is waited for longer than its budget."""
    fake.pieces, fake.ends = pieces, False
    with pytest.raises(errors.TimedOut):
        async with engine(fake, HASTY).open() as converser:
            await said(fake, converser)


async def test_what_nobody_writes_down_cannot_go_on(fake: FakeRealtime) -> None:
    """Whether the transcript fails or never comes: the rules that go before any model need it."""
    fake.transcripts = [None]
    with pytest.raises(errors.Unavailable):
        async with engine(fake).open() as converser:
            await said(fake, converser)
    fake.transcripts = []
    with pytest.raises(errors.TimedOut):
        async with engine(fake, Budgets(connect_s=10, first_s=0.1, stall_s=10)).open() as converser:
            await said(fake, converser, Heard)


async def test_a_silent_caller_is_no_stall(fake: FakeRealtime) -> None:
    """Between answers nothing has to happen."""
    async with engine(fake, Budgets(connect_s=10, first_s=10, stall_s=0.05)).open() as converser:
        await said(fake, converser)
        waiting = asyncio.create_task(up_to(converser, Ended))
        over = asyncio.get_running_loop().time() + 0.2
        await until(lambda: waiting.done() or asyncio.get_running_loop().time() > over, "four times the budget")
        assert not waiting.done()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting


async def test_a_connection_that_breaks(fake: FakeRealtime) -> None:
    """It is told at once, to whoever listens and to whoever interrupts."""
    fake.breaks = True
    async with engine(fake).open() as converser:
        with pytest.raises(errors.Unavailable):
            await said(fake, converser)
        with pytest.raises(errors.Unavailable):
            await converser.interrupt(played_ms=0)
        converser.push(VOICE)  # does no harm


async def test_double_cancel(fake: FakeRealtime) -> None:
    """Cancelled in an answer, and again at any step of the closing: no connection is left."""
    fake.ends = False
    for steps in range(8):

        async def consume(began: asyncio.Event) -> None:
            async with engine(fake).open() as converser:
                converser.push(VOICE)
                await up_to(converser, SpeechStarted)
                converser.push(SILENCE)
                async with aclosing(converser.events()) as events:
                    async for event in events:
                        if isinstance(event, Spoken):
                            began.set()

        await cancel_twice(consume, steps)
        await until(lambda: fake.sockets == 0, "the end of the connection")


async def test_a_conversation_has_a_place_until_its_end(fake: FakeRealtime) -> None:
    """Beyond the limit none begins."""
    guard = Guard(Limiter(target_s=10, start=1), asyncio.get_running_loop().time)
    anyone = engine(fake, guard=guard)
    async with anyone.open():
        assert guard.limiter.in_flight == 1
        with pytest.raises(errors.Busy):
            async with anyone.open():
                pytest.fail("it opened")
    assert guard.limiter.in_flight == 0


async def test_conversations_that_fail_open_the_breaker(fake: FakeRealtime) -> None:
    """A server that begins sessions and does not answer is not asked again and again."""
    guard = Guard(Limiter(target_s=10), asyncio.get_running_loop().time)
    fake.pieces, fake.breaks = 0, True
    for _ in range(STREAK):
        with pytest.raises(errors.Unavailable):
            async with engine(fake, guard=guard).open() as converser:
                await said(fake, converser)
    with pytest.raises(errors.Busy):
        async with engine(fake, guard=guard).open():
            pytest.fail("it opened")
