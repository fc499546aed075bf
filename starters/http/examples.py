"""Examples of requests for the description of the API: those of docs/messages.md and its sisters."""

import json
from functools import cache
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).with_name("examples.json")


def add_examples(spec: dict[str, Any]) -> None:
    """Put them beside the bodies of the operations that they are of."""
    for path in spec["paths"].values():
        for operation in path.values():
            example = _examples().get(operation.get("operationId"))
            if example is not None:
                operation["requestBody"]["content"]["application/json"]["example"] = example


@cache
def _examples() -> dict[str, Any]:
    return json.loads(EXAMPLES.read_text(encoding="utf-8"))
