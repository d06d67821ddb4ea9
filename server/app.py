"""The one place where the server's parts meet."""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple, Self
from urllib.parse import urlsplit

import httpx2
import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import Mount, Route, WebSocketRoute

from matcher import redis_client, wire
from matcher.clock import Clock, Stopwatch, SystemClock
from matcher.errors import SottoError
from matcher.waiting_room import WaitingRoom
from server.addresses import Pseudonyms
from server.arrivals import Arrivals
from server.bot_key import BotKey
from server.errors import on_crash, on_http_exception, on_sotto_error
from server.limits import Limiter
from server.metrics import Metrics
from server.middleware import RequestCount, SecurityHeaders
from server.origins import Origins
from server.queue.desk import Desk, Terms
from server.queue.socket import queue_socket
from server.queue.switchboard import Switchboard
from server.realtime.hub import Hub
from server.realtime.routes import realtime_routes
from server.realtime.tokens import ChannelTokens
from server.relay.factory import providers_from
from server.relay.pool import RelayPool
from server.relay.probe import RelayProbe
from server.relay.provider import RelayProvider
from server.routes import bot, health, service, session
from server.routes.pages import Pages
from server.sessions import SessionTokens
from server.settings import ServerSettings
from server.state import ServerState, Sockets

log = structlog.get_logger()

BUILT_IN_HUB = "/realtime/v1"
SYSTEM = SystemClock()
STOPWATCH = Stopwatch()


def create_app(settings: ServerSettings, clock: Clock = SYSTEM, stopwatch: Clock = STOPWATCH) -> Starlette:
    """Build the application of one process.

    Args:
        settings: All that it is told.
        clock: The time of day.
        stopwatch: Measures how long things last.

    Raises:
        BadSetting: Two settings contradict each other.
    """
    parts = Parts.of(settings, clock, stopwatch)
    connect = ""
    if settings.realtime_url:
        host = urlsplit(settings.realtime_url).netloc
        connect = f"https://{host} wss://{host}"
    app = Starlette(
        routes=[
            Route("/healthz", health.live),
            Route("/readyz", health.ready),
            Route("/metrics", health.metrics),
            Route("/v1/service", service.describe),
            Route("/v1/session", session.open_session, methods=["POST"]),
            Route("/v1/bot/relay", bot.take_relay, methods=["POST"]),
            Route("/v1/bot/relay/return", bot.return_relay, methods=["POST"]),
            Route("/v1/bot/channel", bot.join_channel, methods=["POST"]),
            WebSocketRoute("/v1/queue", queue_socket),
            Mount(BUILT_IN_HUB, routes=realtime_routes()),
        ],
        middleware=[
            Middleware(RequestCount, parts.metrics),
            Middleware(SecurityHeaders, connect),
            # Starlette's own place for the last resort lies outside of the two above.
            Middleware(ExceptionMiddleware, {Exception: on_crash}),
        ],
        exception_handlers={
            SottoError: on_sotto_error,
            HTTPException: on_http_exception,
        },
        lifespan=parts.lifespan,
    )
    # Not a Mount at "/": that would match any path, and a wrong method would be an unknown path.
    app.router.default = Pages()
    app.router.redirect_slashes = False
    return app


class Parts(NamedTuple):
    """What is made of the settings before anything is opened, so that a wrong one stops the start."""

    settings: ServerSettings
    clock: Clock
    stopwatch: Clock
    metrics: Metrics
    client: httpx2.AsyncClient
    providers: Sequence[RelayProvider]
    sessions: SessionTokens
    channels: ChannelTokens
    bot_key: BotKey

    @classmethod
    def of(cls, settings: ServerSettings, clock: Clock, stopwatch: Clock) -> Self:
        """Make the parts; see `create_app`."""
        client = httpx2.AsyncClient()
        return cls(
            settings=settings,
            clock=clock,
            stopwatch=stopwatch,
            metrics=Metrics(),
            client=client,
            providers=providers_from(settings, client, clock),
            sessions=SessionTokens(settings.session_keys, settings.session_s, clock, fresh_s=settings.session_fresh_s),
            channels=ChannelTokens(settings.realtime_signing_key, settings.realtime_kid, clock),
            bot_key=BotKey(settings.bot_key),
        )

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[ServerState]:
        """Open everything in order of need, and close it in reverse."""
        settings, clock, registry = self.settings, self.clock, self.metrics.registry
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.client)
            redis = await stack.enter_async_context(redis_client.connect(settings))
            room = WaitingRoom(redis, settings.pool)
            probe = await stack.enter_async_context(RelayProbe(self.providers, registry=registry))
            pool = RelayPool(
                self.providers,
                ttl_s=settings.relay_ttl_s,
                call_s=settings.call_s,
                registry=registry,
                clock=clock,
                healthy=probe.healthy,
            )
            relays = await stack.enter_async_context(pool)
            hub = Hub(redis, self.channels, settings.realtime_key, settings.pool, clock=clock, stopwatch=self.stopwatch)
            await stack.enter_async_context(hub)
            worker = secrets.token_urlsafe(9)
            limiter = Limiter(redis, settings.pool, clock, self.metrics.limit_refused)
            board = Switchboard(worker, room, self.stopwatch, relays)
            desk = Desk(
                worker=worker,
                room=room,
                relays=relays,
                sessions=self.sessions,
                channels=self.channels,
                channel_url=settings.realtime_url or BUILT_IN_HUB,
                channel_key=settings.realtime_key,
                describes=settings.parameters_via == "queue",
                bots=bool(settings.bot_key),
                bot_language=settings.bot_language.lower().partition("-")[0],
                speech_by=settings.bot_speech_by,
                limiter=limiter,
                metrics=self.metrics,
                clock=clock,
                stopwatch=self.stopwatch,
                terms=Terms(settings.call_s, wire.Deadlines(5, 5, 10, 3, settings.call_s)),
            )
            await stack.enter_async_context(board.running())
            log.info("server.ready", port=settings.port)
            yield ServerState(
                redis=redis,
                metrics=self.metrics,
                sessions=self.sessions,
                arrivals=Arrivals(limiter, Pseudonyms(redis, settings.pool, clock), settings.trusted_hops),
                origins=Origins(settings.origins),
                sockets=Sockets(settings.max_sockets, self.metrics.sockets),
                relays=relays,
                probe=probe,
                hub=hub,
                board=board,
                desk=desk,
                limiter=limiter,
                bot_key=self.bot_key,
            )
            log.info("server.stopping")
