"""Broadcasts over HTTP: clients use them before their socket has joined, and for sends that need no socket."""

from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from matcher.errors import BadMessage
from server.realtime.authorize import Claims
from server.realtime.hub import Hub
from server.realtime.messages import Broadcast, broadcast_of
from server.realtime.socket import RealtimeState
from server.realtime.tokens import Denied

# A batch may hold several payloads.
MAX_BATCH_PAYLOADS = 4


class _Item(Struct, frozen=True):
    topic: str
    event: str
    payload: dict[str, Raw]
    private: bool = False


class _Batch(Struct, frozen=True):
    messages: Annotated[tuple[_Item, ...], Meta(max_length=64)]


class _Refusal(Exception):
    def __init__(self, status: int, body: object) -> None:
        self.response = JSONResponse(body, status)


async def broadcast_batch(request: Request[RealtimeState]) -> Response:
    """`POST /api/broadcast`: `{"messages": [{topic, event, payload, private}]}`.

    202 even for messages to topics that the caller may not write: those are skipped silently, as upstream.
    """
    hub = request.state["hub"]
    try:
        claims = _identify(request, hub)
        body = await _read(request, hub.limits.payload_bytes * MAX_BATCH_PAYLOADS)
        batch = _decode_batch(body)
        sends = [(item.topic, _broadcast(hub, item.event, msgspec.json.encode(item.payload))) for item in batch.messages
                 if _admits(hub, claims, item.topic, private=item.private)]  # fmt: skip
        for topic, broadcast in sends:
            _publish(hub, topic, broadcast)
    except _Refusal as refusal:
        return refusal.response
    return Response(status_code=202)


async def broadcast_one(request: Request[RealtimeState]) -> Response:
    """`POST /api/broadcast/{topic}/events/{event}?private=true`: the body is the user payload itself."""
    hub = request.state["hub"]
    topic: str = request.path_params["topic"]
    try:
        claims = _identify(request, hub)
        if not _admits(hub, claims, topic, private=request.query_params.get("private") == "true"):
            raise _Refusal(403, {"message": "Forbidden"})
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in ("application/json", "application/octet-stream"):
            raise _Refusal(415, {"message": "Unsupported media type"})
        body = await _read(request, hub.limits.payload_bytes)
        is_json = kind == "application/json"
        if is_json and not body.lstrip().startswith(b"{"):
            raise _Refusal(422, {"message": "The payload must be a JSON object"})
        _publish(hub, topic, _broadcast(hub, request.path_params["event"], body, is_json=is_json))
    except _Refusal as refusal:
        return refusal.response
    return Response(status_code=202)


def _identify(request: Request[RealtimeState], hub: Hub) -> Claims:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        return hub.identify(token.strip() if scheme.lower() == "bearer" else request.headers.get("apikey"))
    except Denied:
        raise _Refusal(401, {"message": "Unauthorized"}) from None


def _admits(hub: Hub, claims: Claims, topic: str, *, private: bool) -> bool:
    try:
        hub.admit(claims, topic, private=private)
    except Denied:
        return False
    return True


async def _read(request: Request[RealtimeState], max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise _too_large()
    return bytes(body)


def _decode_batch(body: bytes) -> _Batch:
    try:
        return msgspec.json.decode(body, type=_Batch)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise _Refusal(422, {"errors": {"messages": ["is invalid"]}}) from None


def _broadcast(hub: Hub, event: str, payload: bytes, *, is_json: bool = True) -> Broadcast:
    if len(payload) > hub.limits.payload_bytes:
        raise _too_large()
    try:
        return broadcast_of(event, payload, is_json=is_json)
    except BadMessage:
        raise _Refusal(422, {"message": "The event or the payload is invalid"}) from None


def _publish(hub: Hub, topic: str, broadcast: Broadcast) -> None:
    if not hub.quota.take(topic, hub.stopwatch.now_ms()):
        raise _Refusal(429, {"message": "Too many messages per second"})
    hub.publish(topic, broadcast)


def _too_large() -> _Refusal:
    return _Refusal(422, {"errors": {"payload": ["Payload size exceeds tenant limit"]}})
