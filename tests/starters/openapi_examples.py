"""The examples of every request, as the pages of messages have them.

`python -m tests.starters.openapi_examples` writes starters/http/examples.json anew.
"""

import json
import re
from typing import Any

from activities.names import WORKFLOW_TYPES
from domain.kinds import KINDS
from starters.http.examples import EXAMPLES
from starters.updates import updates_of
from tests.docs.documents import ROOT

BLOCK = re.compile(r"^```json (\S+)\.json\n(.*?)^```", re.M | re.S)
OTHER_NAMES = {"open_return": "open-R-1001"}


def examples() -> dict[str, Any]:
    """By the ids of the API's operations."""
    told = _told()
    found: dict[str, Any] = {}
    for kind in KINDS.values():
        for name in ("open", *updates_of(kind)):
            operation = f"open_{kind.name}" if name == "open" else f"{kind.name}_{name}"
            names = (
                OTHER_NAMES.get(operation),
                f"{WORKFLOW_TYPES[kind.name]}.{name}",
                name.replace("_", "-"),
            )
            found[operation] = next(told[each] for each in names if each in told)
    return found


def as_text() -> str:
    """As the file has them."""
    return json.dumps(examples(), indent=1, ensure_ascii=False) + "\n"


def _told() -> dict[str, Any]:
    """The first example of each name."""
    pages = [page.read_text(encoding="utf-8") for page in sorted(ROOT.glob("docs/messages*.md"))]
    blocks = [block for page in pages for block in BLOCK.findall(page)]
    return {name: json.loads(text) for name, text in reversed(blocks)}


if __name__ == "__main__":
    EXAMPLES.write_text(as_text(), encoding="utf-8")
