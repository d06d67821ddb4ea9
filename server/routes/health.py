"""`/healthz`, `/readyz` and `/metrics`."""

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import Response

from matcher.errors import NotFound
from server.state import ServerState

NO_STORE = {"Cache-Control": "no-store"}


async def live(_: Request[ServerState]) -> Response:
    """The process answers."""
    return Response(b'{"status":"ok"}', 200, NO_STORE, "application/json")


async def ready(request: Request[ServerState]) -> Response:
    """Callers can be served: Redis answers, and relay credentials are to be had from a relay that works."""
    state = request.state
    checks = {"redis": await _redis_answers(state), "relay": state["relays"].available and state["probe"].any_healthy}
    status = 200 if all(checks.values()) else 503
    body = {"status": "ok" if status == 200 else "unavailable", "checks": checks}
    return Response(msgspec.json.encode(body), status, NO_STORE, "application/json")


async def _redis_answers(state: ServerState) -> bool:
    try:
        return bool(await state["redis"].ping())
    except RedisError:
        return False


async def metrics(request: Request[ServerState]) -> Response:
    """Prometheus text format, for who asks this process itself; what comes through a proxy comes from outside.

    Raises:
        NotFound: The request comes through a proxy.
    """
    if "x-forwarded-for" in request.headers:
        raise NotFound
    body = generate_latest(request.state["metrics"].registry)
    return Response(body, 200, NO_STORE, CONTENT_TYPE_LATEST)
