"""`WS /v1/queue`: from frames to the caller's inbox and back. Close codes are listed in ARCHITECTURE.md."""

import asyncio
from contextlib import suppress

import structlog
from redis.exceptions import RedisError
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from matcher import errors, wire
from matcher.errors import SottoError
from server.errors import close_code_of, message_of
from server.limits import Limit, LocalBucket
from server.queue.caller import Caller, Goodbye
from server.queue.desk import Desk
from server.state import ServerState

log = structlog.get_logger()

SEND_TIMEOUT_S = 10.0

# The page closed on purpose: it left (1000), or its document was unloaded (1001).
CLEAN_CLOSES = (1000, 1001)
# Whoever breaks the rules loses the place; every other fault is ours, or passes.
FINAL = (errors.BadMessage, errors.Unauthorized)


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
    try:
        who = await state["arrivals"].admit(websocket, Limit.SOCKETS)
    except SottoError as refusal:
        await _refuse(websocket, refusal)
        return
    with sockets.one():
        if await _accepted(websocket):
            await _serve(websocket, state["desk"], state, who)


async def _accepted(websocket: WebSocket[ServerState]) -> bool:
    try:
        await websocket.accept()
    except OSError:
        return False  # it has gone in the middle of the handshake
    return True


async def _refuse(websocket: WebSocket[ServerState], fault: SottoError) -> None:
    # Closing before accepting answers the handshake with HTTP 403; a browser shows no more than that anyway.
    if await _accepted(websocket):
        await _close(websocket, fault)


async def _serve(websocket: WebSocket[ServerState], desk: Desk, state: ServerState, who: str) -> None:
    inbox: asyncio.Queue[object] = asyncio.Queue()

    async def send(message: wire.AnyServerMessage) -> None:
        if websocket.application_state is not WebSocketState.CONNECTED:
            return
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await websocket.send_text(wire.encode(message))
        except WebSocketDisconnect:
            pass  # how it went, on purpose or not, is still to come through the inbox
        except TimeoutError:
            raise errors.TimedOut from None  # the page does not read

    caller = Caller(desk, state["board"], who, send, inbox.put_nowait)
    reader = asyncio.create_task(_read(websocket, desk, caller, inbox))
    stays = True
    fault: SottoError | None = None
    try:
        stays = await _converse(caller, inbox, desk.terms.hello_s) not in CLEAN_CLOSES
    except Goodbye:
        stays = False
    except SottoError as known:
        fault, stays = known, not isinstance(known, FINAL)
    except RedisError as away:
        log.warning("queue.unavailable", exc_info=away)
        fault = errors.QueueUnavailable(retry_after_s=2)
    except Exception as bug:  # it ends this socket and no other
        log.error("queue.crashed", exc_info=bug)
        fault = SottoError()
    finally:
        reader.cancel()
        await asyncio.wait([reader])
        await caller.part(stays=stays and not _left_unheard(inbox))
    if fault:
        desk.metrics.closes.labels(fault.code).inc()
    await _close(websocket, fault)


async def _converse(caller: Caller, inbox: asyncio.Queue[object], hello_s: float) -> int:
    """Handle what arrives, one by one, until the socket is closed; returns its close code."""
    try:
        async with asyncio.timeout(hello_s):
            item = await inbox.get()
    except TimeoutError:
        raise errors.TimedOut from None
    while not isinstance(item, _Closed):
        if isinstance(item, Exception):
            raise item
        await caller.receive(item)
        item = await inbox.get()
    return item.code


def _left_unheard(inbox: asyncio.Queue[object]) -> bool:
    """Say whether the page went on purpose while something that it had said before could not be done."""
    while not inbox.empty():
        match inbox.get_nowait():
            case wire.Leave():
                return True
            case _Closed(code=code):
                return code in CLEAN_CLOSES
    return False


async def _read(websocket: WebSocket[ServerState], desk: Desk, caller: Caller, inbox: asyncio.Queue[object]) -> None:
    """Put every frame into the inbox, decoded; the first fault is put there too and ends the reading."""
    bucket = LocalBucket(Limit.MESSAGES.value, desk.stopwatch.now_ms())
    try:
        while (frame := await websocket.receive())["type"] != "websocket.disconnect":
            caller.heard()
            if not bucket.take(desk.stopwatch.now_ms()):
                desk.metrics.limit_refused(Limit.MESSAGES.name.lower())
                raise errors.RateLimited(retry_after_s=5)
            inbox.put_nowait(wire.decode(_text(frame.get("text"))))
    except Exception as fault:  # noqa: BLE001 # whoever waits at the inbox decides
        inbox.put_nowait(fault)
    else:
        inbox.put_nowait(_Closed(frame.get("code", 1006)))


def _text(text: str | None) -> str:
    if text is None:
        raise errors.BadMessage("Only text frames are understood here.")
    return text


async def _close(websocket: WebSocket[ServerState], fault: SottoError | None) -> None:
    """Say what is wrong, if anything is, and close; a socket that is closed already is left alone."""
    if websocket.application_state is not WebSocketState.CONNECTED:
        return
    with suppress(WebSocketDisconnect, TimeoutError):
        async with asyncio.timeout(SEND_TIMEOUT_S):
            if fault:
                await websocket.send_text(wire.encode(message_of(fault)))
            await websocket.close(close_code_of(fault) if fault else 1000)
