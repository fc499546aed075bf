"""Rules between the fields of a model, as JSON Schema tells them: for who reads the schema and not the code.

The model's validator holds the rule; these say it in the description of the API. What a schema cannot say,
as that one moment lies before another, is in the model's words alone.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import ConfigDict

Rule = dict[str, Any]

UNIQUE: Rule = {"uniqueItems": True}


def given(*names: str) -> Rule:
    """These fields are there, and not null."""
    return {"required": [*names], "properties": {name: {"not": {"type": "null"}} for name in names}}


def some(name: str) -> Rule:
    """The list is there and has something in it."""
    return {"required": [name], "properties": {name: {"minItems": 1}}}


def without(*names: str) -> Rule:
    """These fields are left out: null, or a list of nothing."""
    return {"properties": {name: {"type": ["null", "array"], "maxItems": 0} for name in names}}


def when(name: str, values: Sequence[Any], then: Rule, *, by_default: bool = False) -> Rule:
    """Where the field has one of these values, or by default none at all, so must the others be."""
    asked: Rule = {"properties": {name: {"enum": [*values]}}}
    if not by_default:
        asked["required"] = [name]
    return {"if": asked, "then": then}


def one_of(*rules: Rule) -> Rule:
    """One of these holds, and no other."""
    return {"oneOf": [*rules]}


def any_of(*rules: Rule) -> Rule:
    """At least one of these holds."""
    return {"anyOf": [*rules]}


def both(*rules: Rule) -> Rule:
    """All of these hold."""
    return {"allOf": [*rules]}


def told_by(*rules: Rule) -> ConfigDict:
    """The configuration of a model whose schema says these rules."""
    return ConfigDict(json_schema_extra=both(*rules))
