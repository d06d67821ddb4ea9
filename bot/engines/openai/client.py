"""The HTTP client of all engines behind OpenAI-compatible endpoints.

It follows no redirect and uses no proxy of the environment, because both would carry what people say to somebody who
was not configured; it keeps no cookie, which would link calls with each other. The key is in the header of a request
and nowhere else, and no text of an exception quotes anything.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Self

import httpx2

from bot.engines.errors import BadAnswer, Busy, EngineError, Refused, TimedOut, Unavailable
from bot.engines.once import end, to_its_end, within
from bot.engines.openai.endpoint import Budgets, Endpoint, refusal_of
from matcher.clock import Clock, SystemClock
from matcher.retry_after import retry_after_s

CONNECTIONS = 64
IDLE_S = 60.0  # an idle connection is kept, so that a turn does not begin with a TLS handshake
DRAIN_S = 0.1  # after the last token; a body that ends within it leaves its connection for the next request


class Answer:
    """A successful answer, piece by piece, within its budgets.

    Attributes:
        content_type: In lower case, without parameters; empty where there is none.
        rate_hz: The `rate` parameter of the content type, where there is one.
    """

    def __init__(self, response: httpx2.Response, deadline: float, stall_s: float) -> None:
        kind, _, parameters = response.headers.get("content-type", "").partition(";")
        self.content_type = kind.strip().lower()
        self.rate_hz = _rate_hz(parameters)
        self._response = response
        self._pieces = response.aiter_bytes()
        self._deadline = deadline
        self._stall_s = stall_s

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        """Return the next piece of the body.

        Raises:
            TimedOut: No token came in time.
            Unavailable: The connection broke.
        """
        if piece := await within(self._deadline, self._next()):
            return piece
        raise StopAsyncIteration

    async def _next(self) -> bytes:
        try:
            return await anext(self._pieces, b"")
        except httpx2.HTTPError as error:
            raise _error_of(error) from None

    def progressed(self) -> None:
        """Note that a token came and the next one is wanted."""
        self._deadline = asyncio.get_running_loop().time() + self._stall_s

    async def whole(self, limit: int) -> bytes:
        """Return the rest of the body, all of it within the present budget.

        Raises:
            BadAnswer: It is longer than so many bytes.
        """
        body = bytearray()
        async for piece in self:
            body += piece
            if len(body) > limit:
                raise BadAnswer
        return bytes(body)

    async def drain(self) -> None:
        """Read over what is left, where that is next to nothing: the connection can then be used again."""
        self._deadline = asyncio.get_running_loop().time() + DRAIN_S
        with suppress(EngineError):
            async for _ in self:
                pass

    async def aclose(self) -> None:
        """Close it. A connection whose answer was not read to its end is closed too."""
        await to_its_end(self._close())

    async def _close(self) -> None:
        await self._pieces.aclose()
        await self._response.aclose()


class EngineClient:
    """One pool of connections for all engines of a process; an async context.

    Args:
        connections: The most that are open at once.
        clock: For dates in Retry-After.
    """

    def __init__(self, connections: int = CONNECTIONS, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._leaving: set[asyncio.Task[httpx2.Response]] = set()  # who sent them was cancelled
        self._http = httpx2.AsyncClient(
            limits=httpx2.Limits(
                max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=IDLE_S
            ),
            timeout=None,
            follow_redirects=False,
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={"User-Agent": "sotto", "Accept-Encoding": "identity"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await to_its_end(self._close())

    async def _close(self) -> None:
        while self._leaving:
            await asyncio.wait(self._leaving)
        await self._http.aclose()

    def _leave(self, task: asyncio.Task[httpx2.Response]) -> None:
        def left(_: object) -> None:
            self._leaving.discard(task)
            task.cancelled() or task.exception()  # seen: nobody waits for it

        self._leaving.add(task)
        task.add_done_callback(left)

    @asynccontextmanager
    async def post(
        self,
        endpoint: Endpoint,
        path: str,
        budgets: Budgets,
        *,
        json: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        file: tuple[str, bytes, str] | None = None,
    ) -> AsyncIterator[Answer]:
        """Send a request and open its answer; whatever way the context ends, the answer is closed.

        Args:
            endpoint: Where to.
            path: Below the base, without a slash before it.
            budgets: How long is waited.
            json: The body, or else
            form: the members of a multipart form, and
            file: its file: name, content and type.

        Raises:
            EngineError: There is no answer to be had.
        """
        files = None if file is None else {"file": file}
        request = self._http.build_request(
            "POST", endpoint.url(path), json=json, data=form, files=files, headers=endpoint.headers()
        )
        async with self._answer(request, budgets) as answer:
            yield answer

    async def warm(self, endpoint: Endpoint, budgets: Budgets) -> bool:
        """Have a connection ready: an interrupted answer took its own with it. Says whether the endpoint answers."""
        request = self._http.build_request("GET", endpoint.url("models"), headers=endpoint.headers())
        try:
            async with self._answer(request, budgets) as answer:
                await answer.drain()
        except Refused:
            return True  # it has no list of models; the connection is there nevertheless
        except EngineError:
            return False
        return True

    @asynccontextmanager
    async def _answer(self, request: httpx2.Request, budgets: Budgets) -> AsyncIterator[Answer]:
        response, deadline = await self._send(request, budgets)
        answer = Answer(response, deadline, budgets.stall_s)
        try:
            if not response.is_success:
                wait_s = retry_after_s(response.headers.get("retry-after"), self._clock.now_ms() / 1000)
                raise refusal_of(response.status_code, wait_s)
            yield answer
        finally:
            await answer.aclose()

    async def _send(self, request: httpx2.Request, budgets: Budgets) -> tuple[httpx2.Response, float]:
        """Send it; return the answer's head, and by when the first token is due."""
        loop = asyncio.get_running_loop()
        connected: asyncio.Future[float] = loop.create_future()

        wanted = True

        async def on_step(name: str, _: object) -> None:
            if name.endswith("send_request_headers.started"):
                if not wanted:
                    raise _Unwanted
                if not connected.done():
                    connected.set_result(loop.time() + budgets.first_s)

        # A TLS handshake that is cancelled leaves its socket open. Therefore this part has httpx's own timeout; when
        # nobody wants it any more it runs on, up to where the request would be sent.
        patience = httpx2.Timeout(None, connect=budgets.connect_s, pool=budgets.connect_s)
        request.extensions = {"timeout": patience.as_dict(), "trace": on_step}
        task = loop.create_task(self._http.send(request, stream=True))
        try:
            either: set[asyncio.Future[Any]] = {task, connected}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if connected.done():
                await asyncio.wait({task}, timeout=max(0.0, connected.result() - loop.time()))
        except asyncio.CancelledError:
            wanted = False
            if not connected.done():
                self._leave(task)
                raise
            await end(task)
            # The head may have come in the moment of the cancellation.
            if not task.cancelled() and task.exception() is None:
                await to_its_end(task.result().aclose())
            raise
        await end(task)
        if task.cancelled():
            raise TimedOut
        try:
            return task.result(), connected.result()
        except httpx2.HTTPError as error:
            raise _error_of(error) from None


class _Unwanted(Exception):
    """The connection is there, and nobody waits for it."""


def _error_of(error: httpx2.HTTPError) -> EngineError:
    match error:
        case httpx2.PoolTimeout():
            return Busy()
        case httpx2.TimeoutException():
            return TimedOut()
        case httpx2.DecodingError():
            return BadAnswer()
        case _:
            return Unavailable()


def _rate_hz(parameters: str) -> int | None:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "rate" and value.strip().isdecimal():
            rate = int(value.strip()[:9])
            return rate if 8000 <= rate <= 192_000 else None
    return None
