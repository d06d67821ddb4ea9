"""Errors at the edges: problem+json (RFC 9457) over HTTP, `error` messages and close codes on sockets."""

import math

import msgspec
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from matcher import errors, wire
from matcher.errors import SottoError

log = structlog.get_logger()

# The nearest ancestor counts.
STATUS: dict[type[SottoError], int] = {
    errors.BadMessage: 400,
    errors.OversizeMessage: 413,
    errors.Unauthorized: 401,
    errors.WrongOrigin: 403,
    errors.RateLimited: 429,
    errors.Superseded: 409,
    errors.TimedOut: 408,
    errors.NotFound: 404,
    errors.Unavailable: 503,
    SottoError: 500,
}

# WebSocket close codes of the private range (RFC 6455 section 7.4.2): 4000 + the HTTP status of the same fault.
CLOSE_BASE = 4000


def status_of(fault: SottoError) -> int:
    """Return the HTTP status of an error."""
    return next(STATUS[kind] for kind in type(fault).__mro__ if kind in STATUS)


def close_code_of(fault: SottoError) -> int:
    """Return the WebSocket close code of an error."""
    return CLOSE_BASE + status_of(fault)


def message_of(fault: SottoError) -> wire.Error:
    """Return the socket message of an error."""
    return wire.Error(code=fault.code, message=fault.message, retry_after=fault.retry_after_s)


def problem(fault: SottoError) -> Response:
    """Return the problem+json response of an error; it never quotes the request."""
    status = status_of(fault)
    body = {"type": f"urn:sotto:{fault.code}", "title": fault.text, "status": status, "code": fault.code}
    if fault.message != fault.text:
        body["detail"] = fault.message
    headers = {"Cache-Control": "no-store"}
    if fault.retry_after_s is not None:
        body["retry_after"] = fault.retry_after_s
        headers["Retry-After"] = str(math.ceil(fault.retry_after_s))
    return Response(msgspec.json.encode(body), status, headers, "application/problem+json")


def on_sotto_error(_: Request, fault: Exception) -> Response:
    """Answer one of our own errors."""
    assert isinstance(fault, SottoError)  # noqa: S101 - registered for this type only
    return problem(fault)


def on_http_exception(_: Request, fault: Exception) -> Response:
    """Answer what the framework refuses: an unknown path, a wrong method, a body that is too long."""
    assert isinstance(fault, HTTPException)  # noqa: S101 - registered for this type only
    body = {
        "type": "about:blank",
        "title": fault.detail,
        "status": fault.status_code,
        "code": f"http_{fault.status_code}",
    }
    headers = dict(fault.headers or {}) | {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(body), fault.status_code, headers, "application/problem+json")


def on_crash(_: Request, fault: Exception) -> Response:
    """Answer a bug: logged by type and place, told without detail."""
    log.error("http.crashed", exc_info=fault)
    return problem(SottoError())
