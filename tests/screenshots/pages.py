"""Which pages are shown: every address of the console that there is, and the customer's page of each case.

A new page joins by itself, one with `{case_id}` in its address for each of the cases. Other places in an
address are for `MORE` to fill.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from starlette.routing import Route

from console.case import TABS
from tests.console.test_doors import PUBLIC, routers

NOT_SHOWN = {"/", "/bulk/do", "/bulk/preview"}
MORE = {
    "board-complaints": "/board?kind=complaint",
    "board-deliveries": "/board?kind=delivery",
    "cases-none": "/cases?kind=claim&priority=P4",
    "search-found": "/cases?q=SO-2026-0012",
    "search-nothing": "/cases?q=nothing-like-it",
    "signed-out": "/signed-out",
    "error-not-there": "/nowhere",
    "error-no-such-case": "/cases/return:harbourlight:R-404",
    "error-sign-in": "/sign-in/done",
    "error-not-readable": "/cases?kind=pigeon",
}
"""Other views of pages that take something after the question mark, and errors, by their picture's name."""
ENDINGS = ("csv", "xlsx", "json")
"""Files are no pages."""
TABBED = "complaint-answered"
"""The case whose other tabs are shown, too."""


@dataclass(frozen=True)
class Shown:
    """A page to take a picture of."""

    name: str
    address: str
    site: str
    """`console`, or `customer`."""


def pages(cases: Mapping[str, str], links: Mapping[str, str]) -> Iterator[Shown]:
    """All of them. `cases`: what is to be seen, and the case; `links`: the same, and the link's path."""
    for path in sorted(_addresses()):
        name = path.strip("/").replace("/", "-") or "home"
        if "{" not in path:
            yield Shown(name, path, "console")
        elif "{case_id}" in path and path.count("{") == 1:
            for what, case_id in cases.items():
                label = name.replace("{case_id}", what)
                yield Shown(label, path.replace("{case_id}", case_id), "console")
    tabs = {f"cases-{TABBED}-{tab}": f"/cases/{cases[TABBED]}?tab={tab}" for tab in TABS[1:]}
    for name, address in (MORE | tabs).items():
        yield Shown(name, address, "console")
    for name, path in links.items():
        yield Shown(f"customer-{name}", path, "customer")
    yield Shown("customer-no-link", "/c/nothing", "customer")


def _addresses() -> Iterator[str]:
    for router in routers():
        for route in router.routes:
            if isinstance(route, Route) and "GET" in (route.methods or set()) and _is_page(route.path):
                yield route.path


def _is_page(path: str) -> bool:
    return path not in NOT_SHOWN | PUBLIC and not path.endswith(ENDINGS)
