"""The requests that docs/sandbox.md shows are taken as they stand there."""

import json
import re
from pathlib import Path

from providers.settings import ProviderSettings
from sandbox.client import SandboxClient
from sandbox.faults import PARTS
from sandbox.messages import FaultRule

TEXT = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^(`[^\n]*`[^\n]*)\n\n```json\n(.*?)\n```", re.MULTILINE | re.DOTALL)
REQUEST = re.compile(r"`(PUT|POST) (/[^`\s]*)`")


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
