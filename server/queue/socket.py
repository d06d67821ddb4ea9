"""`WS /v1/queue`: from frames to the caller's inbox and back. Close codes are listed in ARCHITECTURE.md."""

import asyncio

import structlog
from redis.exceptions import RedisError
from starlette.websockets import WebSocket, WebSocketDisconnect

from matcher import errors, wire
from matcher.errors import SottoError
from server.addresses import client_address
from server.errors import close_code_of, message_of
from server.limits import Limit, LocalBucket
from server.queue.caller import Caller, Goodbye
from server.queue.desk import Desk
from server.state import ServerState

log = structlog.get_logger()

SEND_TIMEOUT_S = 10.0

# The page closed on purpose: it left (1000), or its document was unloaded (1001).
CLEAN_CLOSES = (1000, 1001)


class _Closed:
    """The socket is closed; the inbox holds nothing after this."""

    def __init__(self, code: int) -> None:
        self.code = code


async def queue_socket(websocket: WebSocket[ServerState]) -> None:
    """Serve one queue socket from its handshake to its close."""
    state = websocket.state
    if not state["origins"].allows(websocket.headers.get("origin"), websocket.headers.get("host", "")):
        await _refuse(websocket, errors.WrongOrigin())
        return
    sockets = state["sockets"]
    if sockets.full:
        await _refuse(websocket, errors.ServerFull(retry_after_s=10))
        return
    peer = websocket.client.host if websocket.client else None
    address = client_address(peer, websocket.headers.getlist("x-forwarded-for"), state["trusted_hops"])
    who = await state["pseudonyms"].of(address)
    await websocket.accept()
    with sockets.one():
        await _serve(websocket, state["desk"], state, who)


async def _refuse(websocket: WebSocket[ServerState], fault: SottoError) -> None:
    # Closing before accepting answers the handshake with HTTP 403; a browser shows no more than that anyway.
    await websocket.accept()
    await _close(websocket, fault)


async def _serve(websocket: WebSocket[ServerState], desk: Desk, state: ServerState, who: str) -> None:
    inbox: asyncio.Queue[object] = asyncio.Queue()

    async def send(message: wire.AnyServerMessage) -> None:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await websocket.send_text(wire.encode(message))

    caller = Caller(desk, state["board"], who, send, inbox.put_nowait)
    reader = asyncio.create_task(_read(websocket, desk, inbox))
    stays = False
    superseded = False
    try:
        async with asyncio.timeout(desk.terms.hello_s):
            first = await inbox.get()
        while not isinstance(first, _Closed):
            if isinstance(first, SottoError):
                raise first
            await caller.receive(first)
            first = await inbox.get()
        stays = first.code not in CLEAN_CLOSES
    except Goodbye:
        await websocket.close(1000)
    except (WebSocketDisconnect, RuntimeError, TimeoutError) as fault:
        # Sending to a socket that has just gone, a page that does not read, or no hello.
        stays = not isinstance(fault, TimeoutError) or caller.phase.name != "NEW"
        await _close(websocket, errors.TimedOut())
    except RedisError as fault:
        log.warning("queue.unavailable", exc_info=fault)
        stays = True
        await _close(websocket, errors.QueueUnavailable(retry_after_s=2))
    except SottoError as fault:
        superseded = isinstance(fault, errors.Superseded)
        stays = isinstance(fault, errors.TimedOut)
        desk.metrics.closes.labels(fault.code).inc()
        await _close(websocket, fault)
    finally:
        reader.cancel()
        try:
            await caller.part(stays=stays, superseded=superseded)
        except RedisError as fault:
            log.warning("queue.unavailable", exc_info=fault)


async def _read(websocket: WebSocket[ServerState], desk: Desk, inbox: asyncio.Queue[object]) -> None:
    """Put every frame into the inbox, decoded; the first fault ends the reading."""
    bucket = LocalBucket(Limit.MESSAGES.value, desk.clock.now_ms())
    while True:
        frame = await websocket.receive()
        if frame["type"] == "websocket.disconnect":
            inbox.put_nowait(_Closed(frame.get("code", 1006)))
            return
        try:
            if not bucket.take(desk.clock.now_ms()):
                raise errors.RateLimited(retry_after_s=5)
            inbox.put_nowait(wire.decode(_text(frame.get("text"))))
        except SottoError as fault:
            inbox.put_nowait(fault)
            return


def _text(text: str | None) -> str:
    if text is None:
        raise errors.BadMessage("Only text frames are understood here.")
    return text


async def _close(websocket: WebSocket[ServerState], fault: SottoError) -> None:
    try:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await websocket.send_text(wire.encode(message_of(fault)))
            await websocket.close(close_code_of(fault))
    except (WebSocketDisconnect, RuntimeError, TimeoutError):
        pass  # it is gone already
