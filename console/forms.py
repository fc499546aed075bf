"""Forms made from messages: a field for each thing that a person says, and what they said as a message."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from console.words import Words
from domain.access import SPEAKERS
from domain.currencies import as_minor

FieldKind = Literal["text", "long", "choice", "either", "tick", "number", "money", "moment", "fixed"]
LEFT_OUT = ("schema_version", "attachments", "approval", "improvement", "role")
"""What no form asks for: it goes without saying, or it needs a page of its own."""
LONG_TEXT = 300
EMPTY_ROWS = 2
YES, NO = "yes", "no"
PROBLEMS = {
    "missing": "missing",
    "string_too_short": "missing",
    "too_short": "missing",
    "string_too_long": "too_long",
    "string_pattern_mismatch": "signs",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
    "literal_error": "choose",
}
"""What pydantic calls a problem, and the word for it; others are shown as they are told."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a field, or with the whole. `is_told`: in the program's words, not the reader's."""

    text: str
    is_told: bool = False


@dataclass(frozen=True)
class Field:
    """One thing that is asked. `path` names it in the form: `lines.0.passed`."""

    path: str
    name: str
    kind: FieldKind
    is_required: bool = False
    choices: tuple[str, ...] = ()
    longest: int | None = None
    row: str = ""
    value: str = ""
    problem: Problem | None = None


class FormRejected(Exception):
    """What was sent is no message; `problems` by path, the one of the whole under ""."""

    def __init__(self, problems: Mapping[str, Problem]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Reader:
    """How somebody writes amounts and moments, and in which words they are answered."""

    words: Words
    zone: ZoneInfo
    currency: str | None


def fields_of(message: type[BaseModel], lines: Sequence[str] = ()) -> list[Field]:
    """The fields of a message. `lines`: the case's, of which a message may say something each."""
    schema = _schema(message)
    return list(_fields(schema, schema.get("$defs", {}), "", tuple(lines), ""))


@cache
def _schema(message: type[BaseModel]) -> dict[str, Any]:
    return message.model_json_schema()


def _fields(
    schema: Mapping[str, Any], shapes: Mapping[str, Any], at: str, lines: tuple[str, ...], row: str
) -> Iterator[Field]:
    for name, raw in schema["properties"].items():
        if name in LEFT_OUT or (not at and name in SPEAKERS):
            continue
        is_required = name in schema.get("required", ())
        yield from _field(name, _whole(raw, shapes), shapes, f"{at}{name}", is_required, lines, row)


def _whole(raw: Mapping[str, Any], shapes: Mapping[str, Any]) -> Mapping[str, Any]:
    """The shape itself, where it is one of several with null, or named elsewhere."""
    for one in raw.get("anyOf", ()):
        if one.get("type") != "null":
            return _whole({**raw, "anyOf": (), **one}, shapes)
    return shapes[raw["$ref"].rpartition("/")[2]] if "$ref" in raw else raw


def _field(
    name: str,
    shape: Mapping[str, Any],
    shapes: Mapping[str, Any],
    path: str,
    is_required: bool,
    lines: tuple[str, ...],
    row: str,
) -> Iterator[Field]:
    if shape.get("type") == "object":
        yield from _fields(shape, shapes, f"{path}.", lines, row)
    elif shape.get("type") == "array":
        if is_required:
            yield from _rows(_whole(shape["items"], shapes), shapes, path, lines)
    else:
        longest = shape.get("maxLength")
        yield Field(path, name, _kind(name, shape), is_required, tuple(shape.get("enum", ())), longest, row)


def _rows(
    shape: Mapping[str, Any], shapes: Mapping[str, Any], path: str, lines: tuple[str, ...]
) -> Iterator[Field]:
    """A row for each line of the case, else a few to be filled."""
    if shape.get("type") != "object":
        return
    names = lines if "line" in shape["properties"] else tuple(str(n + 1) for n in range(EMPTY_ROWS))
    for number, row in enumerate(names):
        for each in _fields(shape, shapes, f"{path}.{number}.", lines, row):
            is_line = each.name == "line" and bool(lines)
            yield replace(each, kind="fixed", value=row) if is_line else each


def _kind(name: str, shape: Mapping[str, Any]) -> FieldKind:
    if "enum" in shape:
        return "choice"
    if shape.get("type") == "boolean":
        return "tick" if shape.get("default") is False else "either"
    if shape.get("type") == "integer":
        return "money" if name.endswith("_minor") else "number"
    if shape.get("format") == "date-time":
        return "moment"
    return "long" if shape.get("maxLength", 0) > LONG_TEXT else "text"


def with_values(
    fields: Sequence[Field], sent: Mapping[str, str], problems: Mapping[str, Problem]
) -> list[Field]:
    """The fields as somebody filled them in, each with its problem."""
    return [
        replace(each, value=sent.get(each.path, each.value), problem=problems.get(each.path))
        for each in fields
    ]


def understood(
    message: type[BaseModel],
    fields: Sequence[Field],
    sent: Mapping[str, str],
    said: Mapping[str, Any],
    reader: Reader,
) -> BaseModel:
    """The message that a filled form is; `said` goes without asking. Raises `FormRejected`."""
    rows_given = {_row_of(each.path) for each in fields if each.kind != "fixed" and sent.get(each.path)}
    document: dict[str, Any] = dict(said)
    problems: dict[str, Problem] = {}
    for each in fields:
        text = sent.get(each.path, each.value).strip()
        if not text or (_row_of(each.path) not in rows_given and _row_of(each.path)):
            continue
        try:
            _put(document, each.path, _value(each, text, reader))
        except (ValueError, InvalidOperation):
            problems[each.path] = Problem(reader.words(f"form.problem.{each.kind}"))
    if problems:
        raise FormRejected(problems)
    places = _close_up(document)
    try:
        return message.model_validate(document)
    except ValidationError as error:
        raise FormRejected(_problems(error, fields, places, reader)) from None


def _row_of(path: str) -> str:
    """`lines.0` of `lines.0.passed`; nothing for a field that stands in no row."""
    parts = path.split(".")
    return ".".join(parts[:2]) if len(parts) > 2 and parts[1].isdigit() else ""


def _value(field: Field, text: str, reader: Reader) -> Any:
    match field.kind:
        case "number":
            return int(text)
        case "money":
            return as_minor(Decimal(text.replace(",", "")), reader.currency or "")
        case "moment":
            at = datetime.fromisoformat(text)
            return at if at.tzinfo else at.replace(tzinfo=reader.zone)
        case "either" | "tick":
            return text == YES
        case _:
            return text


def _put(document: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    for part in way:
        document = document.setdefault(part, {})
    document[last] = value


def _close_up(document: dict[str, Any]) -> dict[tuple[str, int], str]:
    """Rows become lists without gaps; where each of them stood in the form."""
    places: dict[tuple[str, int], str] = {}
    for name, value in document.items():
        rows = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        if rows and all(key.isdigit() for key in rows):
            for number, key in enumerate(rows):
                places[name, number] = key
            document[name] = list(rows.values())
    return places


def _problems(
    error: ValidationError, fields: Sequence[Field], places: Mapping[tuple[str, int], str], reader: Reader
) -> dict[str, Problem]:
    known = {each.path for each in fields}
    found: dict[str, Problem] = {}
    for each in error.errors():
        where = [str(part) for part in each["loc"]]
        if len(each["loc"]) > 1 and isinstance(each["loc"][1], int):
            where[1] = places.get((where[0], each["loc"][1]), where[1])
        path = ".".join(where)
        word = PROBLEMS.get(each["type"])
        text = reader.words(f"form.problem.{word}") if word else each["msg"].removeprefix("Value error, ")
        if path not in known:
            path = _named_in(text, path, known)
        found.setdefault(path, Problem(text, is_told=word is None))
    return found


def _named_in(text: str, path: str, known: set[str]) -> str:
    """Of a rule over several fields: the field that its words name, as in "a refusal needs `reason`"."""
    for name in text.split("`")[1::2]:
        for each in (f"{path}.{name}" if path else name, f"{path}.{name}.ref", f"{name}.ref"):
            if each in known:
                return each
    return next((each for each in sorted(known) if path and each.startswith(f"{path}.")), "")
