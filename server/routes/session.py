"""`POST /v1/session`: become an anonymous caller."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from server.addresses import client_address
from server.limits import Limit
from server.state import ServerState


class SessionAnswer(msgspec.Struct, frozen=True):
    """A session token and when it expires, s since the Unix epoch."""

    token: str
    expires_at: int


async def open_session(request: Request[ServerState]) -> Response:
    """Mint a token for a new random caller id. Nothing is read from the request but its address, for the limit."""
    state = request.state
    peer = request.client.host if request.client else None
    address = client_address(peer, request.headers.getlist("x-forwarded-for"), state["trusted_hops"])
    await state["limiter"].take(Limit.SESSIONS, await state["pseudonyms"].of(address))
    token, session = state["sessions"].mint()
    body = msgspec.json.encode(SessionAnswer(token, session.exp))
    return Response(body, 201, {"Cache-Control": "no-store"}, "application/json")
