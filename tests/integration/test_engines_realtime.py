"""A conversation over Realtime, on a real WebSocket."""

import logging
from collections.abc import AsyncIterator

import pytest

from bot.engines.openai.realtime_converser import RATE_HZ
from bot.engines.protocols import Audio, ConverserEngine, Ended, Heard, SpeechStarted, SpeechStopped, Spoken, Words
from tests.conftest import until
from tests.fakes.openai import KEY
from tests.fakes.realtime import PIECE, FakeRealtime, realtime
from tests.integration.engine_conversation import SILENCE, VOICE, engine, said, up_to


@pytest.fixture
async def fake() -> AsyncIterator[FakeRealtime]:
    """A fake endpoint, to which no connection is left when a test ends."""
    async with realtime() as server:
        yield server
        await until(lambda: server.sockets == 0, "the end of all connections")


async def test_a_turn(fake: FakeRealtime) -> None:
    """The session is configured; a turn is heard and answered with sound and words."""
    async with engine(fake).open() as converser:
        happened = await said(fake, converser)

    sound = Audio(b"\1" * PIECE, RATE_HZ)
    assert happened == [
        SpeechStarted(), SpeechStopped(), Heard("hello"), *[Words("word "), Spoken(sound)] * 3,
        Ended(interrupted=False),
    ]  # fmt: skip
    assert fake.paths == ["/v1/realtime?model=a%20model"]
    assert bytes(fake.heard) == VOICE.pcm + SILENCE.pcm
    (update,) = fake.of_type("session.update")
    assert update["session"] == {
        "type": "realtime",
        "instructions": "Be brief.",
        "output_modalities": ["audio"],
        "audio": {
            "input": {
                "format": {"type": "audio/pcm", "rate": 24000},
                "transcription": {"model": "a writer", "language": "en"},
                "turn_detection": {"type": "server_vad", "interrupt_response": False},
            },
            "output": {"format": {"type": "audio/pcm", "rate": 24000}, "voice": "marin"},
        },
        "max_output_tokens": 200,
    }


@pytest.mark.parametrize(("played_ms", "kept_ms"), [(150, 150), (100_000, 300)])
async def test_barge_in(fake: FakeRealtime, played_ms: int, kept_ms: int) -> None:
    """The caller speaks into an answer: it is cancelled, what was not played is forgotten, and no more of it comes."""
    fake.ends = False
    async with engine(fake).open() as converser:
        converser.push(VOICE)
        await until(lambda: len(fake.heard) > 0, "the voice")
        converser.push(SILENCE)
        await up_to(converser, Spoken)
        converser.push(VOICE)
        before = await up_to(converser, SpeechStarted)
        await converser.interrupt(played_ms)
        after = await up_to(converser, Ended)
        await until(lambda: fake.of_type("conversation.item.truncate") != [], "the truncation")

        assert any(isinstance(event, Spoken) for event in before)
        assert after == [Ended(interrupted=True)]
        assert [message["response_id"] for message in fake.of_type("response.cancel")] == ["resp_1"]
        (cut,) = fake.of_type("conversation.item.truncate")
        assert (cut["item_id"], cut["content_index"], cut["audio_end_ms"]) == ("item_1", 0, kept_ms)

        fake.ends = True
        converser.push(SILENCE)
        assert Spoken(Audio(b"\2" * PIECE, RATE_HZ)) in await up_to(converser, Ended)


@pytest.mark.parametrize(("played_ms", "kept_ms"), [(100, [100]), (300, []), (100_000, [])])
async def test_an_answer_that_is_complete(fake: FakeRealtime, played_ms: int, kept_ms: list[int]) -> None:
    """It is not cancelled any more, but forgotten as far as it was not heard, once; not if it was heard to its end."""
    async with engine(fake).open() as converser:
        await said(fake, converser)
        await converser.interrupt(played_ms)
        await converser.interrupt(played_ms=50)
        await said(fake, converser)  # all that was sent has come

    assert fake.of_type("response.cancel") == []
    assert [message["audio_end_ms"] for message in fake.of_type("conversation.item.truncate")] == kept_ms


async def test_an_answer_that_is_not_wanted_before_it_begins(fake: FakeRealtime) -> None:
    """It is cancelled as soon as it has a name, and nothing of it comes; the one after it does."""
    async with engine(fake).open() as converser:
        await said(fake, converser, SpeechStopped)
        await converser.interrupt(played_ms=0)
        after = await up_to(converser, Ended)
        assert after == [Heard("hello"), Ended(interrupted=True)]
        await until(lambda: fake.of_type("response.cancel") != [], "the cancelling")
        assert [message["response_id"] for message in fake.of_type("response.cancel")] == ["resp_1"]
        assert Spoken(Audio(b"\2" * PIECE, RATE_HZ)) in await said(fake, converser)


async def test_an_answer_that_is_not_wanted_behind_one_that_does_not_end(fake: FakeRealtime) -> None:
    """It is the one that is due which is given up, where the present one was already."""
    fake.ends = fake.heeds = False
    async with engine(fake).open() as converser:
        await said(fake, converser, Spoken)
        await converser.interrupt(played_ms=0)
        await said(fake, converser, SpeechStopped)
        await converser.interrupt(played_ms=0)
        await up_to(converser, Heard)
        converser.push(VOICE)
        assert not any(isinstance(event, Spoken) for event in await up_to(converser, SpeechStarted))
        await until(lambda: len(fake.of_type("response.cancel")) == 2, "both to be cancelled")
        assert [message["response_id"] for message in fake.of_type("response.cancel")] == ["resp_1", "resp_2"]


async def test_what_is_said_is_told_when_all_of_it_is_written_down(fake: FakeRealtime) -> None:
    """Be it behind the answer; what was said in two goes is told once, as two clauses."""
    fake.writes_late = True
    async with engine(fake).open() as converser:
        happened = await said(fake, converser)
        assert Heard("hello") not in happened
        assert await up_to(converser, Heard) == [Heard("hello")]

        fake.transcripts = []
        await said(fake, converser)
        fake.transcripts = [" but", "why "]
        await said(fake, converser)
        assert await up_to(converser, Heard) == [Heard("but. why")]


async def test_nothing_to_interrupt(fake: FakeRealtime) -> None:
    """Before the first answer there is nothing to stop."""
    async with engine(fake).open() as converser:
        await converser.interrupt(played_ms=0)
        await said(fake, converser)
    assert [message["type"] for message in fake.received if "append" not in message["type"]] == ["session.update"]


async def test_what_the_network_does_not_take_is_dropped(fake: FakeRealtime) -> None:
    """Of the caller's sound at most two seconds wait, the latest; nobody waits for them."""
    async with engine(fake).open() as converser:
        for number in range(40):  # no other task runs meanwhile
            converser.push(Audio(bytes([number]) * 4800, RATE_HZ))
        await until(lambda: len(fake.heard) >= 20 * 4800, "the sound")
        assert bytes(fake.heard) == b"".join(bytes([number]) * 4800 for number in range(20, 40))


async def test_another_rate(fake: FakeRealtime) -> None:
    """Sound at another rate is refused."""
    anyone: ConverserEngine = engine(fake)
    async with anyone.open() as converser:
        with pytest.raises(ValueError, match="24000 Hz"):
            converser.push(Audio(bytes(960), 48_000))


async def test_nothing_is_logged(fake: FakeRealtime, caplog: pytest.LogCaptureFixture) -> None:
    """At the most talkative level neither the key nor what is said reaches a log of the client."""
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("websockets.server").setLevel(logging.CRITICAL)  # the fake's own
        async with engine(fake).open() as converser:
            await said(fake, converser)
    assert KEY not in caplog.text
    assert "Be brief" not in caplog.text
