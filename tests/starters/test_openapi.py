"""The description of the HTTP API is one: valid OpenAPI 3.1, with an example of everything that is sent."""

import json
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from domain.kinds import KINDS
from starters.http.app import build_app
from starters.http.examples import EXAMPLES
from starters.updates import updates_of
from tests.starters.openapi_examples import as_text


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    return json.loads(json.dumps(build_app().openapi()))


def operations(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in spec["paths"].values() for operation in path.values()]


def test_the_description_is_valid(spec: dict[str, Any]) -> None:
    assert spec["openapi"].startswith("3.1")
    errors = OpenAPIV31SpecValidator(spec).iter_errors()
    assert [error.message for error in errors] == []


def test_every_body_has_the_example_of_the_pages_of_messages(spec: dict[str, Any]) -> None:
    """Run `python -m tests.starters.openapi_examples` where the pages have changed."""
    assert EXAMPLES.read_text(encoding="utf-8") == as_text()
    asked = [operation["requestBody"] for operation in operations(spec) if "requestBody" in operation]
    bodies = [body["content"]["application/json"] for body in asked]
    assert len(bodies) > 50
    assert [body for body in bodies if not body.keys() & {"example", "examples"}] == []


def test_every_example_is_what_the_api_takes() -> None:
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    for kind in KINDS.values():
        kind.open_message.model_validate(examples[f"open_{kind.name}"])
        for name, message in updates_of(kind).items():
            message.model_validate(examples[f"{kind.name}_{name}"])


def test_operations_have_names_of_their_own(spec: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(spec)]
    assert len(names) == len(set(names))
