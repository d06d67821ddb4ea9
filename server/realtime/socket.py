"""`WS /realtime/v1/websocket`: from the handshake to the close, one reader and one writer."""

import asyncio
from contextlib import suppress
from typing import Any, Protocol, TypedDict

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.realtime.authorize import Claims
from server.realtime.connection import Connection
from server.realtime.framing import version_of
from server.realtime.hub import Hub
from server.realtime.outbox import Outbox, Overflow
from server.realtime.tokens import Denied

# RFC 6455 section 7.4.1: the client is not there any more; it floods; it cannot keep up.
GOING_AWAY = 1001
TOO_MUCH = 1008
TOO_SLOW = 1011


class OriginPolicy(Protocol):
    """Which pages may open sockets."""

    def allows(self, origin: str | None, host: str) -> bool:
        """Say whether a page of this origin may; None: no browser, whose token alone decides."""
        ...


class Arrivals(Protocol):
    """How many sockets one address may open."""

    async def allows_socket(self, arrival: HTTPConnection[Any]) -> bool:
        """Say whether the address of this handshake may open one more now."""
        ...


class RealtimeState(TypedDict):
    """What the endpoints read from the application's state."""

    hub: Hub
    arrivals: Arrivals
    origins: OriginPolicy


class _Ended(Exception):
    """The socket is over. `code`: what to close it with; None: the client has gone."""

    def __init__(self, code: int | None) -> None:
        self.code = code


async def realtime_socket(websocket: WebSocket[RealtimeState]) -> None:
    """Serve one socket."""
    hub = websocket.state["hub"]
    headers, query = websocket.headers, websocket.query_params
    if not websocket.state["origins"].allows(headers.get("origin"), headers.get("host", "")):
        await _refuse(websocket, 403, "This page may not use this service")
        return
    if hub.full or not await websocket.state["arrivals"].allows_socket(websocket):
        await _refuse(websocket, 429, "Too many connected users")
        return
    # One that waits for its refusal takes a socket's room as well.
    with hub.one_socket():
        try:
            claims = hub.identify(query.get("apikey") or headers.get("x-api-key"))
        except Denied as refusal:
            await asyncio.sleep(hub.limits.backoff_s)
            await _refuse(websocket, 401, refusal.message)
            return
        await _attend(websocket, hub, claims)


async def _attend(websocket: WebSocket[RealtimeState], hub: Hub, claims: Claims) -> None:
    """Serve one socket whose key is good, until it is closed."""
    await websocket.accept()
    outbox = Outbox(hub.limits.outbox_frames, hub.limits.outbox_bytes)
    connection = Connection(hub, version_of(websocket.query_params.get("vsn")), claims, outbox.put)
    try:
        code = await _serve(websocket, hub, connection, outbox)
    finally:
        connection.close()
    if code is not None:
        with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
            async with asyncio.timeout(hub.limits.send_s):
                await websocket.close(code)


async def _refuse(websocket: WebSocket[RealtimeState], status: int, text: str) -> None:
    await websocket.send_denial_response(JSONResponse({"error": text}, status))


async def _serve(websocket: WebSocket[RealtimeState], hub: Hub, connection: Connection, outbox: Outbox) -> int | None:
    """Read and write until either ends; return the code to close with, if there is still somebody to tell."""
    code: int | None = None
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_read(websocket, hub, connection))
            group.create_task(_write(websocket, hub, outbox))
    except* _Ended as ends:
        codes = [end.code for end in ends.exceptions if isinstance(end, _Ended)]
        code = None if None in codes else codes[0]
    return code


async def _read(websocket: WebSocket[RealtimeState], hub: Hub, connection: Connection) -> None:
    loop = asyncio.get_running_loop()
    idle_since = loop.time()
    try:
        async with asyncio.timeout(min(hub.limits.silence_s, hub.limits.idle_s)) as deadline:
            while True:
                frame = await websocket.receive()
                if frame["type"] == "websocket.disconnect":
                    raise _Ended(None)
                text = frame.get("text")
                await connection.receive(frame["bytes"] if text is None else text)
                if connection.flooding:
                    raise _Ended(TOO_MUCH)
                now = loop.time()
                if not connection.idle:
                    idle_since = now
                deadline.reschedule(min(now + hub.limits.silence_s, idle_since + hub.limits.idle_s))
                # With frames waiting, receive() returns without yielding: let the writers and other sockets run.
                await asyncio.sleep(0)
    except TimeoutError:
        raise _Ended(GOING_AWAY) from None


async def _write(websocket: WebSocket[RealtimeState], hub: Hub, outbox: Outbox) -> None:
    try:
        while True:
            frame = await outbox.get()
            async with asyncio.timeout(hub.limits.send_s):
                if isinstance(frame, bytes):
                    await websocket.send_bytes(frame)
                else:
                    await websocket.send_text(frame)
    except (Overflow, TimeoutError):
        raise _Ended(TOO_SLOW) from None
    except (WebSocketDisconnect, RuntimeError):
        # Starlette's two ways to say that the socket is closed already.
        raise _Ended(None) from None
