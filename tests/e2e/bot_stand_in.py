"""A caller's page that the service takes for a bot: a browser, whose queue is spoken to by the test.

It claims and is offered calls as a bot's worker does, and from there on it is a page in a call like any other.
"""

import asyncio
import json
import secrets
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from threading import Thread
from typing import Any, TypeVar

import msgspec
from playwright.sync_api import WebSocketRoute
from redis.asyncio import Redis

from matcher import events, wire
from matcher.domain import Partner, topic_of
from matcher.jobs import Jobs
from matcher.modes import Matching, Mode
from matcher.placed import Offered
from matcher.settings import Secret
from matcher.waiting_room import WaitingRoom
from server.realtime.tokens import ChannelTokens
from tests.e2e.people import Person, Voice
from tests.integration.door import page

WORKER = "stand-in"
DEADLINES = wire.Deadlines(5, 5, 10, 3, 3600)

T = TypeVar("T")


class StandIn:
    """One bot.

    Args:
        voice: The browser.
        url: Where the service is.
        valkey: Path of its Valkey's socket.
        settings: Its SOTTO_POOL and SOTTO_REALTIME_SIGNING_KEY.
    """

    def __init__(self, voice: Voice, url: str, valkey: str, settings: Mapping[str, str]) -> None:
        self.person = Person(voice, url)
        self.heard: list[events.Event] = []
        self._door = url.removeprefix("http://")
        self._pool = settings["SOTTO_POOL"]
        self._tokens = ChannelTokens(Secret(settings["SOTTO_REALTIME_SIGNING_KEY"]))
        self._said: list[dict[str, Any]] = []
        self._line: WebSocketRoute | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)
        self._thread.start()
        self._redis = Redis(unix_socket_path=valkey)
        self._room = WaitingRoom(self._redis, self._pool)
        self._living = [asyncio.run_coroutine_threadsafe(work, self._loop) for work in (self._live(), self._listen())]

    def takes_calls(self) -> None:
        """Make the page's connection, as if it were to wait in the queue."""
        self.person.page.route_web_socket("**/v1/queue", self._serve)
        self.person.page.reload()
        self._do(self._room.set_mode(Mode(Matching.FALLBACK, 0)))
        self.person.arrives()
        self._hears("hello")
        self._tell(self._do(self._credentials()))
        self._hears("ready")

    def takes(self) -> None:
        """Take the call of the first who wants a bot."""
        ticket_id, offered = self._do(self._claim())
        token = self._tokens.mint(topic_of(offered.call_id), offered.side, 3600)
        channel = wire.Channel("/realtime/v1", "sb_publishable_local", token)
        match = wire.Matched(
            offered.call_id, topic_of(offered.call_id), offered.side, Partner.HUMAN, channel, DEADLINES
        )
        self._tell(msgspec.to_builtins(match))
        self._hears("ack")
        self._do(self._room.ack(ticket_id, offered.call_id))

    def close(self) -> None:
        """Leave."""
        self.person.leaves()
        for work in self._living:
            work.cancel()
        self._do(self._redis.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _serve(self, line: WebSocketRoute) -> None:
        self._line = line
        line.on_message(lambda text: self._said.append(json.loads(text)))

    def _tell(self, message: dict[str, Any]) -> None:
        assert self._line is not None
        self._line.send(json.dumps(message))

    def _hears(self, kind: str) -> None:
        self.person.polls(lambda: [said["type"] for said in self._said], lambda kinds: kind in kinds, kind)

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _credentials(self) -> dict[str, Any]:
        async with page(self._door) as line:
            await line.greets()
            return await line.hears("relay")

    async def _claim(self) -> tuple[str, Offered]:
        jobs = Jobs(self._redis, self._pool, WORKER)
        while True:
            job = await jobs.take()
            assert job is not None
            await jobs.done(job)
            ticket_id = secrets.token_urlsafe(16)
            # Whoever asked for a bot may have gone, or found a person.
            placed = await self._room.claim(job.ticket_id, job.asked_ms, ticket_id, WORKER)
            if isinstance(placed, Offered):
                return ticket_id, placed

    async def _live(self) -> None:
        while True:
            await self._room.renew(WORKER, [], bot=True)
            await asyncio.sleep(1)

    async def _listen(self) -> None:
        async with self._room.events(WORKER) as arriving:
            async for event in arriving:
                self.heard.append(event)


@contextmanager
def standing_in(voice: Voice, url: str, valkey: str, settings: Mapping[str, str]) -> Iterator[StandIn]:
    """Have a bot that is ready to take calls, for as long as the context is open."""
    bot = StandIn(voice, url, valkey, settings)
    try:
        bot.takes_calls()
        yield bot
    finally:
        bot.close()
