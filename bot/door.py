"""The server's door for bots, from outside: relay credentials, and the way into a call's channel.

It follows no redirect and uses no proxy of the environment, because the key would go with them; no text of an exception
quotes a request or an answer.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Self, TypeVar
from urllib.parse import urljoin

import httpx2
import msgspec
import structlog
from msgspec.structs import replace

from matcher.bot_wire import ChannelGrant, ChannelWish, Provision, RelaySet
from matcher.clock import Clock, SystemClock
from matcher.retry_after import retry_after_s
from matcher.settings import Secret

log = structlog.get_logger()

TIMEOUT = httpx2.Timeout(5.0, connect=2.0)
# For giving credentials back, with all tries: the end of a process waits for it.
RETURN_S = 5.0
MAX_ANSWER_BYTES = 65_536
# Before a second and each further try, where one makes sense.
PAUSES_S = (0.2, 0.5, 1.0)

Answer = TypeVar("Answer")


class DoorError(Exception):
    """The server did not give what it was asked for."""


class Refused(DoorError):
    """It does not know this key, has no bots, or speaks another language: another try would be as vain."""


class Misleading(DoorError):
    """It tells callers that others process what they say than these engines, or that these speak another language."""


class NotInCall(DoorError):
    """It knows of no such call with this bot, or not any more."""


class Unavailable(DoorError):
    """It does not answer, or has nothing to give now.

    Args:
        retry_after_s: When to ask again, s, where it said so.
    """

    def __init__(self, retry_after_s: float | None = None) -> None:
        super().__init__()
        self.retry_after_s = retry_after_s


class Door:
    """An async context that owns its connections.

    Args:
        url: The server's base URL.
        key: The key that the server knows its bots by.
        pauses_s: Before each further try of what is tried again.
        clock: For dates in Retry-After.
    """

    def __init__(
        self, url: str, key: Secret, *, pauses_s: Sequence[float] = PAUSES_S, clock: Clock | None = None
    ) -> None:
        # It writes the URL of each request into the log.
        logging.getLogger("httpx2").setLevel(logging.WARNING)
        self._url = url
        self._key = key
        self._pauses_s = pauses_s
        self._clock = clock or SystemClock()
        self._http = httpx2.AsyncClient(timeout=TIMEOUT, follow_redirects=False, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def relay(self) -> Provision:
        """Take relay credentials for one call, and its terms. Tried once: another worker may be luckier.

        Raises:
            Refused: See there.
            Unavailable: There are none.
        """
        return _decoded(await self._post("relay", b""), Provision)

    async def give_back(self, relay: RelaySet) -> None:
        """Hand in credentials that are not used any more. They run out by themselves where that cannot be done."""
        try:
            async with asyncio.timeout(RETURN_S):
                await self._surely("relay/return", msgspec.json.encode(relay))
        except (DoorError, TimeoutError) as fault:
            log.warning("door.not_returned", exc_info=fault)

    async def channel(self, ticket_id: str, call_id: str) -> ChannelGrant:
        """Ask for the way into the channel of the call that a ticket of ours is in; its URL is an absolute one.

        Raises:
            Refused: See there.
            NotInCall: See there.
            Unavailable: The server did not answer, several times.
        """
        wish = msgspec.json.encode(ChannelWish(ticket_id, call_id))
        grant = _decoded(await self._surely("channel", wish), ChannelGrant)
        return replace(grant, channel=replace(grant.channel, url=urljoin(f"{self._url}/", grant.channel.url)))

    async def _surely(self, name: str, body: bytes) -> bytes:
        """Ask again, after a while, where that makes sense."""
        for pause_s in self._pauses_s:
            try:
                return await self._post(name, body)
            except Unavailable as fault:
                await asyncio.sleep(max(pause_s, min(fault.retry_after_s or 0, self._pauses_s[-1])))
        return await self._post(name, body)

    async def _post(self, name: str, body: bytes) -> bytes:
        headers = {"Authorization": f"Bearer {self._key.reveal()}", "Content-Type": "application/json"}
        try:
            answer = await self._http.post(f"{self._url}/v1/bot/{name}", content=body, headers=headers)
        # httpx's texts may quote what was asked for.
        except httpx2.HTTPError:
            raise Unavailable from None
        match answer.status_code:
            case 200 | 204:
                return answer.content
            case 404 if name == "channel":
                raise NotInCall
            case 429 | 500 | 502 | 503 | 504:
                raise Unavailable(retry_after_s(answer.headers.get("retry-after"), self._clock.now_ms() / 1000))
            case _:
                raise Refused


def _decoded(content: bytes, kind: type[Answer]) -> Answer:
    if len(content) > MAX_ANSWER_BYTES:
        raise Refused
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeError):
        # msgspec's text may quote the input.
        raise Refused from None
