"""docs/sandbox.md has every door of the sandbox and no other; the requests that it shows are taken."""

import json
import re
from collections.abc import Iterable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import BaseRoute, Mount, Route

from providers.settings import ProviderSettings
from sandbox import app
from sandbox.client import SandboxClient
from sandbox.faults import PARTS
from sandbox.journal import Journal
from sandbox.messages import FaultRule

TEXT = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^(`[^\n]*`[^\n]*)\n\n```json\n(.*?)\n```", re.MULTILINE | re.DOTALL)
REQUEST = re.compile(r"`(PUT|POST) (/[^`\s]*)`")
PARTS_TABLE = TEXT.partition("## Parts")[2].partition("\n\n`swift`")[0]
DOOR = re.compile(r"`(GET|PUT|POST) (/[^`\s]*)`")
VARIABLE = re.compile(r"\{[^}]*\}")


def doors(routes: Iterable[BaseRoute], before: str = "") -> set[tuple[str, str]]:
    """Method and path of all that is served; the variables without their names."""
    found: set[tuple[str, str]] = set()
    for route in routes:
        if isinstance(route, Mount):
            found |= doors(route.routes, before + route.path)
        elif isinstance(route, Route):
            methods = (route.methods or set()) - {"HEAD"}
            found |= {(method, VARIABLE.sub("{}", before + route.path)) for method in methods}
    return found


def test_every_door_is_listed_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    listed = {(method, VARIABLE.sub("{}", path)) for method, path in DOOR.findall(PARTS_TABLE)}
    with ExitStack() as files:

        def kept(*given: Any, **more: Any) -> Journal[Any]:
            return files.enter_context(closing(Journal[Any](*given, **more)))

        monkeypatch.setattr(app, "Journal", kept)
        served = doors(app.build_app(app.open_world(tmp_path)).routes)
    assert listed == served


async def test_every_example_is_taken(sandbox: SandboxClient):
    answers: list[tuple[str, int]] = []
    for heading, body in EXAMPLE.findall(TEXT):
        requests = REQUEST.findall(heading)
        for method, path in requests[:-1]:
            answers.append((path, (await sandbox.request(method, path)).status_code))
        method, path = requests[-1]
        answers.append((path, (await sandbox.request(method, path, json.loads(body))).status_code))
    assert len(answers) == TEXT.count("```json") + 1  # one example has a request without a body before it
    assert {status for _, status in answers} <= {200, 204}


def test_every_fault_and_setting_is_explained():
    kinds = FaultRule.model_json_schema()["properties"]["kind"]["enum"]
    assert [kind for kind in kinds if f"`{kind}`" not in TEXT] == []
    assert [part for part in PARTS if part not in TEXT] == []
    names = [name.upper() for name in ProviderSettings.model_fields]
    assert [name for name in names if f"_{name}`" not in TEXT] == []
