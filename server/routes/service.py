"""`GET /v1/service`: what this service offers, for a page that is the same everywhere."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from server.state import ServerState


class Service(msgspec.Struct, frozen=True):
    """Whether there are bots."""

    bots: bool


async def describe(request: Request[ServerState]) -> Response:
    """Say it to anybody. Nothing of who asks is read."""
    body = msgspec.json.encode(Service(request.state["desk"].bots))
    return Response(body, 200, {"Cache-Control": "no-store"}, "application/json")
