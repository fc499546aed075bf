"""Which message goes to which update: the one table for client, command line and docs."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from domain.cases.decisions import SHARED_COMMANDS
from domain.cases.kind import Kind
from domain.kinds import KINDS


def updates_of(kind: Kind[Any]) -> Mapping[str, type[BaseModel]]:
    """Update name to message. `open` is not here: it goes with the start (`activities/starting.py`)."""
    return {**kind.commands, **SHARED_COMMANDS}


NAMES: Mapping[type[BaseModel], str] = {
    message: name for kind in KINDS.values() for name, message in updates_of(kind).items()
}
"""Message to update name; no two kinds share a message of their own."""
