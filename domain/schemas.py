"""The file formats that outsiders rely on, by name (contracts §1 to §3)."""

from typing import Any

from pydantic import BaseModel

from domain.errors import NotFound
from domain.library.entry import LibraryEntry
from domain.parcels import WatchReplay, WatchReplayAnswer
from domain.policy import Policy
from domain.returns.check import ReturnCheck, ReturnCheckAnswer
from domain.simulation import SimulationAnswer
from domain.sla import Replay, ReplayAnswer
from domain.staff.roster import Roster

SCHEMAS: dict[str, type[BaseModel]] = {
    "library-entry": LibraryEntry,
    "policy": Policy,
    "policy-simulate-answer": SimulationAnswer,
    "return-check": ReturnCheck,
    "return-check-answer": ReturnCheckAnswer,
    "sla-replay": Replay,
    "sla-replay-answer": ReplayAnswer,
    "watch-replay": WatchReplay,
    "watch-replay-answer": WatchReplayAnswer,
    "staff": Roster,
}
"""What is written by us ends in `-answer`; everything else is what we read."""


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema of a format. Raises `NotFound` that names those there are."""
    if name not in SCHEMAS:
        raise NotFound(f"there is no format {name}; there is: {', '.join(SCHEMAS)}")
    mode = "serialization" if name.endswith("-answer") else "validation"
    schema = SCHEMAS[name].model_json_schema(mode=mode)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
