"""Engines as they are configured, against a real server on loopback and real embedded ones."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, nullcontext, suppress
from pathlib import Path

import pytest

from bot.engines.embedded.deaf import DeafStt
from bot.engines.embedded.flite import FliteTts
from bot.engines.errors import EngineError, Misconfigured, Unavailable
from bot.engines.factory import Engines, open_engines
from bot.engines.levels import Stage
from bot.engines.protocols import Audio, Brain, Context, Hypothesis, Stt, SttStream
from bot.engines.settings import EngineSettings, Service
from matcher.settings import BadSetting, load
from tests.conftest import until
from tests.fakes.openai import KEY, FakeOpenAI, Scripted, chat, openai


class Deaf:
    """Embedded ears of a test that hears nothing; notes whether they are open."""

    def __init__(self) -> None:
        self.is_open = False

    def open(self) -> SttStream:
        """Opening engines opens no call's ears."""
        raise AssertionError

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Stt]:
        """Open them."""
        self.is_open = True
        try:
            yield self
        finally:
            self.is_open = False


@asynccontextmanager
async def engines(values: dict[str, str], ears: Deaf | None = None) -> AsyncIterator[Engines]:
    """Open the engines of these variables."""
    settings = load(EngineSettings, values, Path("/nonexistent/.env"))
    async with open_engines(settings, ears=(ears or Deaf()).opened()) as opened:
        yield opened


def everything(fake: FakeOpenAI) -> dict[str, str]:
    """Return settings that ask the fake for everything."""
    values = {"SOTTO_BOT_SPEECH_BY": "us", "SOTTO_TTS_VOICE": "alloy",
              "SOTTO_TTS_RATE_HZ": "22050", "SOTTO_CONVERSE_VOICE": "alloy", "SOTTO_CONVERSE_STT_MODEL": "m-WRITES",
              "SOTTO_BOT_PERSONA": "You love jazz.", "SOTTO_CHAT_EXTRA": '{"seed": 7}', "SOTTO_STT_STREAM": "true",
              "SOTTO_STT_EXTRA": '{"temperature": 0}', "SOTTO_TTS_EXTRA": '{"speed": 1.1}'}  # fmt: skip
    for name in ("CHAT", "STT", "TTS", "CONVERSE"):
        values |= {f"SOTTO_{name}_URL": fake.base_url, f"SOTTO_{name}_KEY": KEY, f"SOTTO_{name}_MODEL": f"m-{name}"}
    return values


async def reply(brain: Brain) -> str:
    """Return a mind's answer."""
    async with aclosing(brain.reply(Context(), Hypothesis("hello"))) as pieces:
        return "".join([piece async for piece in pieces])


async def test_nothing_configured() -> None:
    """All is embedded, and opened and closed here; there is nobody to probe."""
    ears = Deaf()
    async with engines({}, ears) as opened:
        assert ears.is_open
        assert (opened.ears, opened.mind, opened.voice, opened.converser) == (None, None, None, None)
        assert isinstance(opened.embedded_voice, FliteTts)
        assert opened.embedded_ears is ears
        assert await opened.probe() == frozenset()
        await opened.keep_warm(lambda: 0.0)
    assert not ears.is_open


async def test_everything_configured() -> None:
    """Each engine asks its endpoint with its own model, key and members; the embedded ones stand beside them."""
    async with openai() as fake:
        async with engines(everything(fake)) as opened:
            assert opened.mind
            assert opened.voice
            assert opened.ears
            assert opened.converser
            assert isinstance(opened.embedded_voice, FliteTts)
            fake.answers.extend([chat("Hi."), Scripted([bytes(100)], content_type="audio/pcm")])

            assert await reply(opened.mind) == "Hi."
            async with aclosing(opened.voice.speak("Hi.")) as sound:
                assert [audio.rate_hz async for audio in sound] == [22_050]

            asked, said = (request.json() for request in fake.requests)
            assert (asked["model"], asked["seed"]) == ("m-CHAT", 7)
            assert "You love jazz." in str(asked["messages"])
            assert (said["model"], said["voice"], said["speed"]) == ("m-TTS", "alloy", 1.1)
            assert {request.headers["authorization"] for request in fake.requests} == {f"Bearer {KEY}"}
            assert opened.guards.keys() == set(Service)

            async with aclosing(opened.ears.open()) as hearing:
                hearing.push(Audio(bytes(16_000), 16_000))
                assert (await hearing.finish(asyncio.get_running_loop().time() + 5)).text == "hello bot"
            form = fake.requests[-1].body
            for name, value in (("model", "m-STT"), ("language", "en"), ("stream", "true"), ("temperature", "0")):
                assert f'name="{name}"\r\n\r\n{value}\r\n'.encode() in form
        await until(lambda: fake.sockets == 0, "the end of all connections")


async def test_probes_leave_a_connection_ready() -> None:
    """Each endpoint is asked for its models; the next request uses the same connection."""
    async with openai() as fake, engines({name: value for name, value in everything(fake).items()
                                          if "CONVERSE" not in name}) as opened:  # fmt: skip
        assert await opened.probe() == {Service.CHAT, Service.STT, Service.TTS}
        assert [request.path for request in fake.requests] == ["/v1/models"] * 3
        accepted = fake.accepted

        fake.answers.append(chat("Hi."))
        assert opened.mind
        await reply(opened.mind)
        assert fake.accepted == accepted


async def test_a_probe_names_who_answers() -> None:
    """An endpoint that is not there is no fault of the others."""
    async with openai() as fake:
        values = everything(fake) | {"SOTTO_STT_URL": "http://127.0.0.1:9/v1"}
        async with engines(values) as opened:
            assert await opened.probe() == {Service.CHAT, Service.TTS, Service.CONVERSE}


async def test_one_endpoint_that_is_down_keeps_the_others_from_nothing() -> None:
    """The stages to do without are named; only where nobody answers a probe fails."""
    async with openai() as fake:
        values = everything(fake) | {"SOTTO_STT_URL": "http://127.0.0.1:9/v1"}
        async with engines(values) as opened:
            assert await opened.silent() == {Stage.EARS}
        async with engines(everything(fake)) as opened:
            assert await opened.silent() == frozenset()
    async with engines(values) as opened:
        with pytest.raises(Unavailable):
            await opened.silent()


async def test_it_is_kept_warm() -> None:
    """Again and again, until whoever wants it ends it."""
    async with openai() as fake, engines(everything(fake)) as opened:
        keeping = asyncio.create_task(opened.keep_warm(lambda: 0.5))
        await until(lambda: len(fake.requests) == 4, "the first probes")
        keeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await keeping


async def test_an_open_breaker_is_seen_as_its_stage() -> None:
    """What is refused for good is not asked again for a while; the levels of calls are told."""
    async with openai() as fake, engines(everything(fake)) as opened:
        assert opened.mind
        guard = opened.stage_guards[Stage.MIND]
        assert not guard.open
        fake.answers.append(Scripted(status=401))
        with pytest.raises(Misconfigured):
            await reply(opened.mind)

        assert guard.open
        with pytest.raises(EngineError):
            await reply(opened.mind)
        assert len(fake.requests) == 1


async def test_the_only_ears_are_full_when_none_is_left() -> None:
    """What can be done without counts half; of two ears one is enough; one that is shut has no places."""
    async with openai() as fake:
        ears = {name: value for name, value in everything(fake).items() if "CHAT" not in name and "TTS" not in name}
        alone = {name: value for name, value in ears.items() if "CONVERSE" not in name}
        for values, embedded, shares in (
            (alone, Deaf(), [0.5, 0.5]), (alone, DeafStt(), [1.0, 1.0]), (ears, DeafStt(), [0.75, 1.0]),
        ):  # fmt: skip
            async with open_engines(
                load(EngineSettings, values, Path("/nonexistent/.env")), ears=nullcontext(embedded)
            ) as opened:
                assert opened.taken(0) == 0
                guard = opened.guards[Service.STT]
                while guard.limiter.take():
                    pass
                assert [opened.taken(calls) for calls in (3, 4)] == shares
                while guard.limiter.in_flight:
                    guard.limiter.give_back()
                with suppress(Misconfigured), guard.attempt():
                    raise Misconfigured
                assert opened.taken(0) == (1.0 if shares[0] == 1 else 0.0)


async def test_without_a_voice_there_is_no_start() -> None:
    """Nor are the embedded ears opened, which takes a while."""
    ears = Deaf()
    values = {"SOTTO_BOT_SPEECH_BY": "us", "SOTTO_BOT_LANGUAGE": "zz", "SOTTO_CONVERSE_URL": "http://127.0.0.1:9/v1",
              "SOTTO_CONVERSE_MODEL": "m", "SOTTO_CONVERSE_VOICE": "v",
              "SOTTO_CONVERSE_STT_MODEL": "m"}  # fmt: skip
    with pytest.raises(BadSetting, match="SOTTO_BOT_LANGUAGE='zz'"):
        async with engines(values, ears):
            pass
    assert not ears.is_open
