"""The page: the built files of `web/dist`, with lasting caching for what has a hash in its name.

The build puts a `.gz` beside each text, which is what most browsers get: nothing here is secret or says again what was
asked, so that its compressed length tells nobody anything.
"""

import mimetypes
import os
import re
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

DIST = Path(__file__).parent.parent.parent / "web" / "dist"

# Accept-Encoding (RFC 9110 section 12.5.3) that names gzip, and not with the weight 0.
GZIP = re.compile(r"(?:^|,)\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)", re.IGNORECASE)

mimetypes.add_type("application/manifest+json", ".webmanifest")


class Pages(StaticFiles):
    """Serves the build; index.html for the bare path, and `name.html` for `name`."""

    def __init__(self, folder: Path = DIST) -> None:
        # The build may come after the server in development; requests answer 404 until then.
        super().__init__(directory=folder, html=True, check_dir=False)
        self.config_checked = True

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Find the file for a path: the page of that name comes before a folder of that name."""
        page, found = super().lookup_path(f"{path}.html")
        return (page, found) if found else super().lookup_path(path)

    def file_response(
        self, full_path: "str | os.PathLike[str]", stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Answer with the compressed file where there is one and the browser takes it."""
        compressed = Path(f"{full_path}.gz")
        if not compressed.is_file():
            return super().file_response(full_path, stat_result, scope, status_code)
        headers = Headers(scope=scope)
        if GZIP.search(headers.get("accept-encoding", "")):
            kind, _ = mimetypes.guess_type(full_path)
            encoded = {"Content-Encoding": "gzip"}
            response: Response = FileResponse(compressed, status_code, encoded, kind, stat_result=compressed.stat())
            if self.is_not_modified(response.headers, headers):
                response = NotModifiedResponse(response.headers)
        else:
            response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Vary"] = "Accept-Encoding"
        return response

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer one file: hashed names for good, anything else to be asked for again."""
        response = await super().get_response(path, scope)
        lasting = path.startswith("assets/") and response.status_code == 200
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
        return response
