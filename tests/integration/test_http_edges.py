"""What HTTP answers at its edges: every error is a problem, every response carries the headers and is counted."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import websockets
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs
from websockets.asyncio.client import connect

from server import app as server_app
from server.routes import pages
from tests.conftest import Coturn
from tests.integration.door import serving, settings_for


@pytest.fixture
async def door(valkey_socket: str, coturn: Coturn) -> AsyncIterator[str]:
    """A server."""
    async with serving(settings_for(valkey_socket, coturn)) as host:
        yield host


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404),
        ("GET", "/assets/nothing.js", 404),
        ("GET", "/%00", 404),
        ("GET", "/..%2f..%2fetc%2fpasswd", 404),
        ("GET", "/" + "x" * 5000, 404),
        ("GET", "/v1/queue", 404),
        ("GET", "/v1/session", 405),
        ("OPTIONS", "/v1/session", 405),
        ("DELETE", "/healthz", 405),
        ("POST", "/", 405),
    ],
)
async def test_every_error_is_a_problem(door: str, method: str, path: str, status: int) -> None:
    """With its status in the body, the security headers, and nothing to be kept by a cache."""
    async with httpx2.AsyncClient(base_url=f"http://{door}") as client:
        answer = await client.request(method, path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.text)["status"] == status
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert status != 405 or answer.headers["allow"]


async def test_head_answers_without_a_body(door: str) -> None:
    """As GET does, but for the body."""
    async with httpx2.AsyncClient(base_url=f"http://{door}") as client:
        for path, status in (("/healthz", 200), ("/v1/nothing", 404)):
            answer = await client.head(path)
            assert (answer.status_code, answer.content) == (status, b"")


async def test_requests_are_counted_by_route_and_never_by_path(door: str) -> None:
    """Pages and unknown paths fall together."""
    async with httpx2.AsyncClient(base_url=f"http://{door}") as client:
        await client.post("/v1/session")
        await client.get("/v1/session")
        await client.get("/somebody's-secret")
        await client.request("PATCH", "/healthz")
        text = (await client.get("/metrics")).text

    counted = {line for line in text.splitlines() if line.startswith("sotto_http_requests_total")}
    assert counted == {
        'sotto_http_requests_total{method="POST",route="/v1/session",status="201"} 1.0',
        'sotto_http_requests_total{method="GET",route="/v1/session",status="405"} 1.0',
        'sotto_http_requests_total{method="GET",route="other",status="404"} 1.0',
        'sotto_http_requests_total{method="other",route="/healthz",status="405"} 1.0',
    }


async def test_metrics_are_not_for_those_who_come_through_a_proxy(door: str) -> None:
    """Who counts calls could tell who called: a scraper asks the process itself."""
    async with httpx2.AsyncClient(base_url=f"http://{door}") as client:
        answer = await client.get("/metrics", headers={"X-Forwarded-For": "198.51.100.7"})

        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_crash_is_a_problem_without_detail(
    valkey_socket: str, coturn: Coturn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is counted, carries the security headers, is logged once by its type, and says nothing of itself."""

    async def crash(_: Request) -> Response:
        raise ValueError("the secret of the crash")

    real = server_app.create_app

    def with_crash(*args: Any) -> Starlette:
        app = real(*args)
        app.router.routes.insert(0, Route("/crash", crash))
        return app

    monkeypatch.setattr("tests.integration.door.create_app", with_crash)
    async with (
        serving(settings_for(valkey_socket, coturn)) as door,
        httpx2.AsyncClient(base_url=f"http://{door}") as client,
    ):
        with capture_logs() as logged:
            answer = await client.get("/crash")
        counted = (await client.get("/metrics")).text

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert 'route="/crash",status="500"} 1.0' in counted
    # The relay's probe may have its first answer meanwhile.
    events = [entry["event"] for entry in logged if entry["event"] != "relay.health_changed"]
    assert events == ["http.crashed"]


async def test_a_socket_to_nowhere_is_refused(door: str) -> None:
    """The pages take no sockets."""
    with pytest.raises(websockets.InvalidStatus) as refusal:
        async with connect(f"ws://{door}/nowhere"):
            pass

    assert refusal.value.response.status_code == 403


async def test_without_a_build_there_are_no_pages_yet(
    valkey_socket: str, coturn: Coturn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """404 until the build is there, and then the page."""
    monkeypatch.setattr(pages.Pages.__init__, "__defaults__", (tmp_path / "dist",))
    async with (
        serving(settings_for(valkey_socket, coturn)) as door,
        httpx2.AsyncClient(base_url=f"http://{door}") as client,
    ):
        assert (await client.get("/")).status_code == 404
        (tmp_path / "dist").mkdir()
        (tmp_path / "dist" / "index.html").write_text("<!doctype html>")
        assert (await client.get("/")).status_code == 200
