"""`POST /v1/session`: become an anonymous caller."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from server.limits import Limit
from server.state import ServerState


class SessionAnswer(msgspec.Struct, frozen=True):
    """A session token, when it expires, s since the Unix epoch, and how long it does for new places in the queue, s."""

    token: str
    expires_at: int
    fresh_s: int


async def open_session(request: Request[ServerState]) -> Response:
    """Mint a token for a new random caller id. Nothing is read from the request but its address, for the limit."""
    await request.state["arrivals"].admit(request, Limit.SESSIONS)
    sessions = request.state["sessions"]
    token, session = sessions.mint()
    body = msgspec.json.encode(SessionAnswer(token, session.exp, sessions.fresh_s))
    return Response(body, 201, {"Cache-Control": "no-store"}, "application/json")
