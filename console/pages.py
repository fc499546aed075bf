"""Pages from templates: what every one of them is given, and the answer to a fragment's request."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from console.assets import address
from console.formats import Formats, masked
from console.languages import LANGUAGES, THEMES, language_of, theme_of, zone_of
from console.words import words_of

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_GIVEN: dict[str, Any] = {"static": address, "masked": masked, "languages": LANGUAGES, "themes": THEMES}
cast("dict[str, Any]", TEMPLATES.globals).update(_GIVEN)  # pyright: ignore[reportUnknownMemberType]


@dataclass(frozen=True)
class Place:
    """A page of the header: its address, and the letter that goes there after `g`."""

    name: str
    path: str
    letter: str


PLACES = (
    Place("work", "/work", "w"),
    Place("board", "/board", "b"),
    Place("cases", "/cases", "c"),
    Place("approvals", "/approvals", "a"),
    Place("parcels", "/parcels", "p"),
    Place("library", "/library", "l"),
    Place("figures", "/figures", "f"),
    Place("policy", "/policy", "o"),
)


def formats_of(request: Request) -> Formats:
    """The ways of writing for whoever asks, now."""
    return Formats(words_of(language_of(request)), zone_of(request), datetime.now(UTC))


def is_fragment(request: Request) -> bool:
    """Whether a page that is shown already asks for a part of itself."""
    return "hx-request" in request.headers


def show(request: Request, template: str, status: int = 200, **given: Any) -> HTMLResponse:
    """A page, or a part of one, with what it was given and what all of them have.

    `person` is who signed in; a page without one (signing in, an error) has a header without places.
    """
    formats: Formats = given.pop("formats", None) or formats_of(request)
    words = formats.words
    common = {
        "request": request,
        "t": words,
        "f": formats,
        "language": words.language,
        "theme": theme_of(request),
        "zone": str(formats.zone),
        "places": _places(request),
        "person": None,
        "here": _here(request),
    }
    return HTMLResponse(TEMPLATES.get_template(template).render(common | given), status)


def _places(request: Request) -> list[Place]:
    offered: frozenset[str] = request.app.state.paths
    return [place for place in PLACES if place.path in offered]


def _here(request: Request) -> str:
    if request.method != "GET":
        return "/"
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query
