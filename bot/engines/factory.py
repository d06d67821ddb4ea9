"""The engines of a process: what is configured, what stands in for it, and what they share."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bot.engines.embedded.deaf import DeafStt
from bot.engines.embedded.voice import embedded_voice
from bot.engines.errors import Unavailable
from bot.engines.guard import Guard
from bot.engines.levels import Stage, probe_after_s
from bot.engines.limiter import Limiter
from bot.engines.openai.chat import ChatBrain
from bot.engines.openai.client import EngineClient
from bot.engines.openai.endpoint import Budgets, Endpoint
from bot.engines.openai.realtime import RealtimeEngine
from bot.engines.openai.speech import SpeechTts
from bot.engines.openai.transcribe import TranscribeStt
from bot.engines.persona import instructions
from bot.engines.protocols import ConverserEngine, Stt, Tts
from bot.engines.settings import EngineSettings, Service

# The latest that a first token may come for an endpoint to be given more at once, s; what is waited for is longer.
TARGETS_S = {Service.CHAT: 0.5, Service.STT: 1.0, Service.TTS: 0.35, Service.CONVERSE: 2.0}
STAGES = {Service.STT: Stage.EARS, Service.CHAT: Stage.MIND, Service.TTS: Stage.VOICE}
PROBE = Budgets(connect_s=1.0, first_s=1.0, stall_s=1.0)


@dataclass(frozen=True)
class Engines:
    """The engines that the calls of a process share.

    Attributes:
        embedded_ears: Need no network.
        embedded_voice: Needs no network.
        ears: Behind an endpoint; None where none is configured, as with the next ones.
        mind: Behind an endpoint.
        voice: Behind an endpoint.
        converser: Behind an endpoint; does what the three do together.
        guards: What stands before each endpoint.
    """

    embedded_ears: Stt
    embedded_voice: Tts
    ears: Stt | None
    mind: ChatBrain | None
    voice: Tts | None
    converser: ConverserEngine | None
    guards: Mapping[Service, Guard]
    _client: EngineClient
    _endpoints: Mapping[Service, Endpoint]

    @property
    def stage_guards(self) -> Mapping[Stage, Guard]:
        """The guards by what their endpoint does in a turn; a converser does all of it."""
        return {STAGES[service]: guard for service, guard in self.guards.items() if service in STAGES}

    def taken(self, calls: int) -> float:
        """Return how much of the endpoints' places is taken; at 1 one more call would not be heard, or badly served.

        Args:
            calls: How many the process has begun. Each wants a place of the converser for as long as it lasts, and asks
                for it late.
        """
        # What is beyond an endpoint's limit is done without it, so that it keeps nobody from being answered.
        shares = [guard.limiter.in_flight / guard.limiter.limit / 2 for guard in self.guards.values()]
        if isinstance(self.embedded_ears, DeafStt):
            hearing = {Service.CONVERSE: calls, Service.STT: 0}
            shares.append(min(self._whole(service, least) for service, least in hearing.items()))
        return max(shares, default=0.0)

    def _whole(self, service: Service, least: int) -> float:
        """Return the share of an endpoint's places that is taken, or will be, if nothing can do without it."""
        guard = self.guards.get(service)
        if guard is None or guard.open:
            return 1.0
        return max(guard.limiter.in_flight, least) / guard.limiter.limit

    async def probe(self) -> frozenset[Service]:
        """Ask every endpoint for its models, which leaves a connection ready for the next turn.

        Returns:
            Those that answered.
        """
        async with asyncio.TaskGroup() as group:
            probes = {
                service: group.create_task(self._client.warm(endpoint, PROBE))
                for service, endpoint in self._endpoints.items()
            }
        return frozenset(service for service, probe in probes.items() if probe.result())

    async def silent(self) -> frozenset[Stage]:
        """Probe, and return the stages whose endpoint did not answer.

        Raises:
            Unavailable: None did.
        """
        answered = await self.probe()
        if not answered:
            raise Unavailable
        return frozenset(STAGES[service] for service in self.guards.keys() - answered if service in STAGES)

    async def keep_warm(self, random: Callable[[], float]) -> None:
        """Probe about every 15 s, for ever.

        Args:
            random: From 0 to below 1: processes do not probe together.
        """
        while self._endpoints:
            await self.probe()
            await asyncio.sleep(probe_after_s(random))


@asynccontextmanager
async def open_engines(settings: EngineSettings, *, ears: AbstractAsyncContextManager[Stt]) -> AsyncIterator[Engines]:
    """Open the engines of a process.

    Args:
        settings: What is configured.
        ears: The embedded ears; they are opened and closed here.

    Raises:
        BadSetting: The bot would have no voice.
    """
    now = asyncio.get_running_loop().time
    endpoints = {service: endpoint for service in Service if (endpoint := settings.endpoint(service))}
    guards = {service: Guard(Limiter(target_s=TARGETS_S[service]), now) for service in endpoints}
    told = instructions(settings.bot_language, settings.bot_persona.reveal())
    async with AsyncExitStack() as stack:
        voice = await stack.enter_async_context(embedded_voice(settings.bot_language))
        client = await stack.enter_async_context(EngineClient())
        yield Engines(
            embedded_ears=await stack.enter_async_context(ears),
            embedded_voice=voice,
            ears=_ears(settings, client, endpoints, guards),
            mind=_mind(client, endpoints, guards, told),
            voice=_voice(settings, client, endpoints, guards),
            converser=_converser(settings, endpoints, guards, told),
            guards=guards,
            _client=client,
            _endpoints=endpoints,
        )


_Endpoints = Mapping[Service, Endpoint]
_Guards = Mapping[Service, Guard]


def _ears(settings: EngineSettings, client: EngineClient, endpoints: _Endpoints, guards: _Guards) -> Stt | None:
    if (endpoint := endpoints.get(Service.STT)) is None:
        return None
    return TranscribeStt(
        client, endpoint, guards[Service.STT], language=settings.spoken_language, stream=settings.stt_stream
    )


def _mind(client: EngineClient, endpoints: _Endpoints, guards: _Guards, told: str) -> ChatBrain | None:
    if (endpoint := endpoints.get(Service.CHAT)) is None:
        return None
    return ChatBrain(client, endpoint, guards[Service.CHAT], instructions=told)


def _voice(settings: EngineSettings, client: EngineClient, endpoints: _Endpoints, guards: _Guards) -> Tts | None:
    if (endpoint := endpoints.get(Service.TTS)) is None:
        return None
    return SpeechTts(client, endpoint, guards[Service.TTS], voice=settings.tts_voice, rate_hz=settings.tts_rate_hz)


def _converser(settings: EngineSettings, endpoints: _Endpoints, guards: _Guards, told: str) -> ConverserEngine | None:
    if (endpoint := endpoints.get(Service.CONVERSE)) is None:
        return None
    return RealtimeEngine(
        endpoint,
        guards[Service.CONVERSE],
        voice=settings.converse_voice,
        transcriber=settings.converse_stt_model,
        language=settings.spoken_language,
        instructions=told,
        turn_detection=settings.converse_turns,
    )
