"""The file formats that outsiders rely on, by name (contracts §1, §2)."""

from typing import Any

from pydantic import BaseModel

from domain.errors import NotFound
from domain.policy import Policy
from domain.returns.check import ReturnCheck, ReturnCheckAnswer
from domain.sla import Replay, ReplayAnswer

SCHEMAS: dict[str, type[BaseModel]] = {
    "policy": Policy,
    "return-check": ReturnCheck,
    "return-check-answer": ReturnCheckAnswer,
    "sla-replay": Replay,
    "sla-replay-answer": ReplayAnswer,
}
"""What is written by us ends in `-answer`; everything else is what we read."""


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema of a format. Raises `NotFound` that names those there are."""
    if name not in SCHEMAS:
        raise NotFound(f"there is no format {name}; there is: {', '.join(SCHEMAS)}")
    mode = "serialization" if name.endswith("-answer") else "validation"
    schema = SCHEMAS[name].model_json_schema(mode=mode)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
