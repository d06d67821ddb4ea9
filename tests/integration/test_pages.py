"""The built files as the server sends them."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from server.routes.pages import Pages

SCRIPT = b"const first = 'words';\n" * 100


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of pages with one script that lies compressed beside itself, and one that does not."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "main.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "main.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "assets" / "small.js").write_bytes(b"1")
    (tmp_path / "index.html").write_bytes(b"<!doctype html>")
    (tmp_path / "index.html.gz").write_bytes(gzip.compress(b"<!doctype html>"))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(Pages(tmp_path)), base_url="http://page") as client:
        yield client


@pytest.mark.parametrize("accepts", ["gzip", "gzip, deflate, br, zstd", "br;q=1.0, GZIP;q=0.8", "deflate,gzip ; q=1"])
async def test_a_browser_that_takes_gzip_gets_it(client: httpx2.AsyncClient, accepts: str) -> None:
    """Fewer bytes of the same script, of the same type, told apart for caches."""
    answer = await client.get("/assets/main.js", headers={"Accept-Encoding": accepts})

    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(SCRIPT) / 10
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.content == SCRIPT


@pytest.mark.parametrize("accepts", ["identity", "br", "gzip;q=0", "deflate, gzip;q=0.000, br", "xgzip", ""])
async def test_any_other_gets_the_file_as_it_is(client: httpx2.AsyncClient, accepts: str) -> None:
    """Whoever does not name gzip, or refuses it."""
    answer = await client.get("/assets/main.js", headers={"Accept-Encoding": accepts})

    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.content == SCRIPT


async def test_what_is_not_compressed_is_sent_as_it_is(client: httpx2.AsyncClient) -> None:
    """Icons, and texts too small for it."""
    answer = await client.get("/assets/small.js", headers={"Accept-Encoding": "gzip"})

    assert "content-encoding" not in answer.headers
    assert answer.content == b"1"


async def test_the_document_is_asked_for_again_and_not_sent_again(client: httpx2.AsyncClient) -> None:
    """304 for the form that the browser has, the whole for another form."""
    first = await client.get("/", headers={"Accept-Encoding": "gzip"})
    headers = {"Accept-Encoding": "gzip", "If-None-Match": first.headers["etag"]}
    again = await client.get("/", headers=headers)
    plain = await client.get("/", headers={**headers, "Accept-Encoding": "identity"})

    assert first.headers["content-type"].startswith("text/html")
    assert first.headers["cache-control"] == "no-cache"
    assert again.status_code == 304
    assert plain.status_code == 200
    assert plain.content == b"<!doctype html>"
