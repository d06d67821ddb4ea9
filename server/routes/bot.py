"""`POST /v1/bot/…`: what a bot's worker cannot have from Redis, relay credentials and the way into a call's channel."""

from typing import TypeVar

import msgspec
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import Response

from matcher.bot_wire import ChannelGrant, ChannelWish, Provision, RelaySet
from matcher.domain import topic_of
from matcher.errors import BadMessage, NotFound, OversizeMessage, QueueUnavailable
from server.limits import Limit
from server.relay.provider import RelayCredentials
from server.state import ServerState

MAX_BODY_BYTES = 8192
NO_STORE = {"Cache-Control": "no-store"}

Body = TypeVar("Body")


async def take_relay(request: Request[ServerState]) -> Response:
    """Give out relay credentials for one call, and its terms."""
    state, desk = request.state, request.state["desk"]
    state["bot_key"].check(request)
    await state["limiter"].take(Limit.BOTS, "all")
    taken = await state["relays"].take()
    relay = RelaySet(taken.provider, taken.ice_servers, taken.expires_at)
    terms = desk.terms
    return _answer(Provision(relay, terms.setup_s, terms.call_s, desk.describes, desk.speech_by, desk.bot_language))


async def return_relay(request: Request[ServerState]) -> Response:
    """Take credentials back that are not used any more. Any process can, whichever gave them out."""
    request.state["bot_key"].check(request)
    relay = await _read(request, RelaySet)
    request.state["relays"].give_back(RelayCredentials(relay.provider, relay.ice_servers, relay.expires_at))
    return Response(status_code=204, headers=NO_STORE)


async def join_channel(request: Request[ServerState]) -> Response:
    """Let a bot into the channel of the call that it is in, and into no other: not even the key opens those."""
    desk = request.state["desk"]
    request.state["bot_key"].check(request)
    wish = await _read(request, ChannelWish)
    try:
        side = await desk.room.bot_side(wish.ticket_id, wish.call_id)
    except RedisError:
        raise QueueUnavailable(retry_after_s=2) from None
    if side is None:
        raise NotFound("No bot is in that call with that ticket.")
    return _answer(ChannelGrant(topic_of(wish.call_id), desk.channel(wish.call_id, side)))


async def _read(request: Request[ServerState], kind: type[Body]) -> Body:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise OversizeMessage
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        # msgspec's text may quote the input.
        raise BadMessage from None


def _answer(body: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(body), 200, NO_STORE, "application/json")
