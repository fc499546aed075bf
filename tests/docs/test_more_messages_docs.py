"""The pages of messages beside docs/messages.md: an example of each, read with the workflows' own models."""

import json
from typing import Any

import pytest

from activities.names import WORKFLOW_TYPES
from domain.cases.kind import Kind
from domain.kinds import KINDS
from tests.docs.documents import ROOT, blocks

KINDS_HERE: dict[str, Kind[Any]] = {
    WORKFLOW_TYPES[name]: kind for name, kind in KINDS.items() if name != "return"
}
EXAMPLES: dict[str, str] = {
    block.name: block.text
    for page in sorted((ROOT / "docs").glob("messages-*.md"))
    for block in blocks(page, "json")
    if block.name.count(".") == 2  # others are answers and further examples of a page's story
}


def test_every_message_of_every_kind_has_its_example() -> None:
    wanted = {
        f"{workflow}.{update}.json"
        for workflow, kind in KINDS_HERE.items()
        for update in ("open", *kind.commands)
    }
    assert set(EXAMPLES) == wanted


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_is_what_its_model_says(name: str) -> None:
    workflow, update, _ = name.split(".")
    kind = KINDS_HERE[workflow]
    model = kind.open_message if update == "open" else kind.commands[update]
    model.model_validate(json.loads(EXAMPLES[name]), strict=False)
