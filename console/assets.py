"""Files for the browser: where they are, and addresses that change with their content."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
LOOK_AGAIN = "no-cache"


@cache
def address(path: str) -> str:
    """`/static/…?v=…`: another content is another address, so that browsers may keep each for ever."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()
    return f"/static/{path}?v={digest[:12]}"


class Assets(StaticFiles):
    """The files; kept by the browser when asked for under their content's address."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """As static files are served, with how long they may be kept."""
        response = await super().get_response(path, scope)
        named = scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = FOR_EVER if named else LOOK_AGAIN
        return response
