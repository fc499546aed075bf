"""What payloads may say: names of fields and values of choices; and a reader of forms."""

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from console.forms import Reader
from console.words import words_of

READER = Reader(words_of("en"), ZoneInfo("Asia/Shanghai"), "CNY")
OF_AN_ORDER = ("Order", "OrderLine", "OrderPayment", "UnitRange")


def shapes_of(models: Iterable[type[BaseModel]]) -> tuple[set[str], set[str]]:
    """Names and choices, without those of an order."""
    fields: set[str] = set()
    choices: set[str] = set()
    for model in models:
        schema = model.model_json_schema()
        inner = [each for name, each in schema.get("$defs", {}).items() if name not in OF_AN_ORDER]
        for shape in (schema, *inner):
            for name, given in shape.get("properties", {}).items():
                fields.add(name)
                choices |= set(_choices(given))
    return fields, choices


def _choices(given: Mapping[str, Any]) -> Iterable[str]:
    yield from (str(value) for value in given.get("enum", ()))
    for inner in given.get("anyOf", ()):
        yield from _choices(inner)
    if "items" in given:
        yield from _choices(given["items"])
