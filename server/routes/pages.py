"""The page: the built files of `web/dist`, with lasting caching for what has a hash in its name."""

import mimetypes
import os
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

DIST = Path(__file__).parent.parent.parent / "web" / "dist"

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

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer one file: hashed names for good, anything else to be asked for again."""
        response = await super().get_response(path, scope)
        lasting = path.startswith("assets/") and response.status_code == 200
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
        return response
