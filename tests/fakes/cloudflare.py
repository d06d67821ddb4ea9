"""A small Cloudflare Realtime TURN API on loopback, after its documentation: mint, revoke, and what can go wrong.

https://developers.cloudflare.com/realtime/turn/generate-credentials/ documents the requests, the bodies and the
statuses 201 and 204; the refusals are what any HTTP API answers.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum, auto

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.conftest import free_port, until

MAX_TTL_S = 172_800
STUN = ["stun:stun.cloudflare.com:3478", "stun:stun.cloudflare.com:53"]
TURN = [
    "turn:turn.cloudflare.com:53?transport=udp",
    "turn:turn.cloudflare.com:3478?transport=udp",
    "turn:turn.cloudflare.com:443?transport=udp",
    "turn:turn.cloudflare.com:3478?transport=tcp",
    "turn:turn.cloudflare.com:80?transport=tcp",
    "turns:turn.cloudflare.com:5349?transport=tcp",
    "turns:turn.cloudflare.com:443?transport=tcp",
]


class Shape(Enum):
    """The forms that `iceServers` has had."""

    ARRAY = auto()  # STUN and TURN apart
    MIXED = auto()  # one entry in an array
    OBJECT = auto()  # one object
    STUN_ONLY = auto()  # never seen, and never to be served
    GARBAGE = auto()


class Trouble(Enum):
    """What can go wrong with one request, besides a status."""

    HANG = auto()  # no answer at all
    DRIP = auto()  # a byte now and then
    DIE = auto()  # the connection is closed in the middle of the body


class FakeCloudflare:
    """The API of one TURN key, and the record of its use.

    `troubles` are consumed one by one by the requests that come: a status, or what else goes wrong.
    """

    def __init__(self) -> None:
        self.key_id = "0123456789abcdef"
        self.api_token = secrets.token_hex(32)
        self.base_url = ""
        self.shape = Shape.ARRAY
        self.retry_after: str | None = None
        self.troubles: deque[int | Trouble] = deque()
        self.requests = 0
        self.minted: dict[str, int] = {}
        self.revoked: list[str] = []
        self.going_on = True

    async def generate(self, request: Request) -> Response:
        """POST …/credentials/generate-ice-servers: 201 and a new set."""
        if refusal := await self._refusal(request):
            return refusal
        try:
            ttl_s = msgspec.json.decode(await request.body(), type=dict[str, int])["ttl"]
        except (msgspec.DecodeError, KeyError):
            return Response(status_code=400)
        if not 0 < ttl_s <= MAX_TTL_S:
            return Response(status_code=400)
        username, credential = secrets.token_hex(48), secrets.token_hex(48)
        self.minted[username] = ttl_s
        return JSONResponse({"iceServers": self._ice_servers(username, credential)}, 201)

    async def revoke(self, request: Request) -> Response:
        """POST …/credentials/{username}/revoke: 204."""
        if refusal := await self._refusal(request):
            return refusal
        username = request.path_params["username"]
        if username not in self.minted:
            return Response(status_code=404)
        self.revoked.append(username)
        return Response(status_code=204)

    def _ice_servers(self, username: str, credential: str) -> object:
        keys = {"username": username, "credential": credential}
        match self.shape:
            case Shape.ARRAY:
                return [{"urls": STUN}, {"urls": TURN, **keys}]
            case Shape.MIXED:
                return [{"urls": STUN + TURN, **keys}]
            case Shape.OBJECT:
                return {"urls": STUN + TURN, **keys}
            case Shape.STUN_ONLY:
                return [{"urls": STUN, **keys}]
            case Shape.GARBAGE:
                return "soon"

    async def _refusal(self, request: Request) -> Response | None:
        self.requests += 1
        trouble = self.troubles.popleft() if self.troubles else None
        if isinstance(trouble, int):
            headers = {"Retry-After": self.retry_after} if self.retry_after else {}
            return Response("the canary of a body", trouble, headers)
        if trouble:
            return StreamingResponse(self._broken_body(trouble), 201, {"Content-Length": "1000"})
        if request.headers.get("Authorization") != f"Bearer {self.api_token}":
            return Response(status_code=401)
        if request.path_params["key_id"] != self.key_id:
            return Response(status_code=404)
        return None

    async def _broken_body(self, trouble: Trouble) -> AsyncIterator[bytes]:
        yield b"{"
        if trouble is Trouble.DIE:
            return  # less than Content-Length says: uvicorn closes the connection
        while self.going_on:
            await asyncio.sleep(0.05)
            if trouble is Trouble.DRIP:
                yield b" "


@asynccontextmanager
async def cloudflare() -> AsyncIterator[FakeCloudflare]:
    """Serve a fake Cloudflare on loopback for as long as the context is open."""
    fake = FakeCloudflare()
    keys = "/v1/turn/keys/{key_id}/credentials"
    app = Starlette(
        routes=[
            Route(f"{keys}/generate-ice-servers", fake.generate, methods=["POST"]),
            Route(f"{keys}/{{username}}/revoke", fake.revoke, methods=["POST"]),
        ]
    )
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False, lifespan="off"))
    fake.base_url = f"http://127.0.0.1:{port}/v1"
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve())
        await until(lambda: server.started, "the fake Cloudflare")
        try:
            yield fake
        finally:
            fake.going_on = False
            server.should_exit = True
