"""The mind behind chat completions, over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from bot.engines import errors
from bot.engines.openai.chat import MAX_REPLY_CHARS, ChatBrain
from bot.engines.openai.endpoint import Budgets
from bot.engines.protocols import Brain, Context, Hypothesis, Speaker
from tests.fakes.openai import CANARY, SILENCE, Scripted, Then, chat, delta, event
from tests.integration.engine_world import HASTY, PATIENT, EngineWorld, cancel_twice, engine_world


@pytest.fixture
async def world() -> AsyncIterator[EngineWorld]:
    """An endpoint that leaves nothing open."""
    async with engine_world() as opened:
        yield opened


def brain(world: EngineWorld, budgets: Budgets = PATIENT, **extra: object) -> ChatBrain:
    """Return the engine."""
    return ChatBrain(world.client, world.endpoint(**extra), world.guard, instructions="Be brief.", budgets=budgets)


async def reply(engine: Brain, heard: str = "hello bot") -> list[str]:
    """Return all pieces of a reply."""
    async with aclosing(engine.reply(Context(), Hypothesis(heard))) as chunks:
        return [chunk async for chunk in chunks]


async def test_a_reply(world: EngineWorld) -> None:
    """The request holds the instructions, what was said, and nothing about who says it; the reply is streamed."""
    context = Context()
    context.add(Speaker.BOT, "Hi.")
    engine = brain(world, reasoning_effort="none")
    async with aclosing(engine.reply(context, Hypothesis("hello bot"))) as chunks:
        assert [chunk async for chunk in chunks] == ["Hello", " there."]

    assert world.fake.requests[0].json() == {
        "model": "some-model",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "assistant", "content": "Hi."},
            {"role": "user", "content": "hello bot"},
        ],
        "stream": True,
        "max_tokens": 120,
        "reasoning_effort": "none",
    }


async def test_connections_are_used_again(world: EngineWorld) -> None:
    """After `[DONE]` the connection is free for the next turn."""
    for _ in range(3):
        await reply(brain(world))
    assert world.fake.accepted == 1


@pytest.mark.parametrize(
    "body",
    [
        [delta("Hello"), delta(" there."), delta(finish="stop")],  # no [DONE]
        [delta("Hello"), delta(" there.")],  # no reason to finish either
        [delta("Hello"), delta(" there.", "length"), event("[DONE]")],
        [b": ping\n\n", delta(None, role="assistant"), delta("Hello"), delta(" there."), event({"choices": []}),
         event("[DONE]")],
        [delta(reasoning_content="hm"), b"".join([delta("Hello"), delta(" there."), event("[DONE]")])],
        [bytes([byte]) for byte in delta("Hello") + delta(" there.") + event("[DONE]")],
        [delta("Hello"), delta(" there."), event("[DONE]"), Then.HOLD],  # ends, but not the body
    ],
)  # fmt: skip
async def test_tolerance(world: EngineWorld, body: list[bytes | Then]) -> None:
    """Whatever order and form compatible servers choose, the reply is the same."""
    world.will(Scripted(body))
    assert await reply(brain(world)) == ["Hello", " there."]


async def test_a_server_that_does_not_stream(world: EngineWorld) -> None:
    """A whole completion is a reply of one piece."""
    body = b'{"choices":[{"message":{"role":"assistant","content":"Hello there."},"finish_reason":"stop"}]}'
    world.will(Scripted([body], content_type="application/json; charset=utf-8"))
    assert await reply(brain(world)) == ["Hello there."]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Scripted([CANARY.encode()], 429, "text/plain", {"Retry-After": "0"}), errors.RateLimited),
        (Scripted([CANARY.encode()], 503, "text/plain"), errors.RateLimited),
        (SILENCE, errors.TimedOut),
        (Scripted([delta(role="assistant"), b": ping\n\n", Then.HOLD]), errors.TimedOut),  # no token is no token
        (Scripted([delta("Hello"), Then.HOLD]), errors.TimedOut),
        (Scripted([delta("Hello"), b'data: {"cho', Then.HOLD]), errors.TimedOut),
        (Scripted([delta("Hello"), b'data: {"cho', Then.BREAK]), errors.Unavailable),
        (Scripted([delta("Hello"), event({"error": {"message": CANARY}})]), errors.Unavailable),
        (Scripted([delta("Hello"), event("{")]), errors.BadAnswer),
        (Scripted([delta("Hello"), delta(finish="content_filter")]), errors.Filtered),
        (Scripted([event("[DONE]")]), errors.BadAnswer),
        (Scripted([]), errors.BadAnswer),
        (Scripted([b"data: " + b"x" * 300_000]), errors.BadAnswer),
        (Scripted([CANARY.encode()], content_type="text/html"), errors.BadAnswer),
        (Scripted([CANARY.encode()], content_type=""), errors.BadAnswer),
        (Scripted([CANARY.encode()], content_type="application/json"), errors.BadAnswer),
    ],
)
async def test_faults(world: EngineWorld, answer: Scripted, kind: type[errors.EngineError]) -> None:
    """Each fault is its error, at once, without a word of the answer; nothing stays open, and the next reply comes."""
    world.will(answer)
    with pytest.raises(errors.EngineError) as caught:
        await reply(brain(world, HASTY))
    assert type(caught.value) is kind
    assert CANARY not in repr(caught.value)

    assert await reply(brain(world)) == ["Hello", " there."]


async def test_barge_in(world: EngineWorld) -> None:
    """A reply that is left in its middle closes its connection, and is no failure of the endpoint."""
    for _ in range(10):
        world.will(Scripted([delta("Hello"), Then.HOLD]))
        async with aclosing(brain(world).reply(Context(), Hypothesis("hi"))) as chunks:
            assert await anext(chunks) == "Hello"
        await world.closed()
    assert not world.guard.open


async def test_double_cancel(world: EngineWorld) -> None:
    """Cancelled while it streams, and again at any step of the closing: nothing stays open."""
    for steps in range(8):
        world.will(Scripted([delta("Hello"), Then.HOLD]))

        async def consume(began: asyncio.Event) -> None:
            async with aclosing(brain(world).reply(Context(), Hypothesis("hi"))) as chunks:
                async for _ in chunks:
                    began.set()

        await cancel_twice(consume, steps)
        await world.closed()
        assert world.guard.limiter.in_flight == 0


async def test_who_keeps_failing_is_not_asked(world: EngineWorld) -> None:
    """After five failures the answer is there without a request."""
    world.will(*[Scripted([], 500)] * 5)
    for _ in range(5):
        with pytest.raises(errors.Unavailable):
            await reply(brain(world))
    with pytest.raises(errors.Busy):
        await reply(brain(world))
    assert len(world.fake.requests) == 5


async def test_a_reply_has_an_end(world: EngineWorld) -> None:
    """A server that ignores the limit of tokens is not listened to for ever."""
    world.will(Scripted([*[delta("x" * 1000)] * 5, Then.HOLD]))
    assert len("".join(await reply(brain(world)))) == MAX_REPLY_CHARS


async def test_chat_twice(world: EngineWorld) -> None:
    """Two replies at once do not meet."""
    world.will(chat("one"), chat("two"))
    first, second = await asyncio.gather(reply(brain(world)), reply(brain(world)))
    assert {*first, *second} == {"one", "two"}
