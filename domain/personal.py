"""What of a case is about people, and a document as it is for who need not know them.

What is not known to be plain is masked: a new field of text is hidden until somebody says what it is
(a test asks for that).
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, JsonValue

MASK = "***"
Document = Mapping[str, JsonValue]

PERSONAL = frozenset(
    {
        # who, and where their things are
        "complainant",
        "customer_id",
        "label_url",
        "reference",
        "regulator_reference",
        "sent_back_tracking_no",
        "tracking_no",
        "url",
        # what they said and sent, and what was written about them
        "action",
        "answer",
        "appeal",
        "attachments",
        "cause",
        "content",
        "customer_says",
        "declined",
        "diagnosis",
        "done",
        "dropped",
        "evidence",
        "final_reason",
        "note",
        "prevention",
        "question",
        "reason",
        "reasons",
        "ref",
        "rejection",
        "shows",
        "text",
        "what",
        "words",
    }
)
"""Fields that say who a customer is, or hold free text, which may."""

PLAIN = frozenset(
    {
        # ids and digests, of cases and of what is in them
        "answer_sha256",
        "carrier_ref",
        "case_id",
        "cases",
        "exchange_order_id",
        "hash",
        "key",
        "line",
        "lines",
        "links",
        "merchant",
        "notice_id",
        "number",
        "order_id",
        "part",
        "payment_id",
        "policy_hash",
        "provider_ref",
        "refused_lines",
        "request_hash",
        "sha256",
        "sku",
        "terms_hash",
        "title",
        "units",
        # who of the desk, of the carriers, of the warehouses
        "agent",
        "approved_by",
        "asked_by",
        "assignee",
        "by",
        "carrier",
        "carriers",
        "department",
        "edited_by",
        "from_owner",
        "from_team",
        "money_asked_by",
        "money_fixed_by",
        "owner",
        "party",
        "reassign",
        "reported_by",
        "requested_by",
        "role",
        "taken_in_by",
        "team",
        "tell",
        "warehouse",
        # words of ours: codes, policies, places as large as a province
        "advance_declined",
        "arithmetic",
        "calendar",
        "calendar_revision",
        "category",
        "channel",
        "clocks",
        "code",
        "currency",
        "decision",
        "destination",
        "due_metric",
        "exception",
        "facets",
        "given_timezone",
        "happened",
        "how",
        "kind",
        "lane",
        "language",
        "last_status",
        "method",
        "metric",
        "milestones",
        "name",
        "next",
        "now",
        "origin",
        "outcome",
        "policy",
        "policy_asked",
        "priority",
        "promise",
        "rail",
        "refusal",
        "refused_code",
        "region",
        "root_cause",
        "rung",
        "stage",
        "state",
        "tier",
        "timezone",
        "verdict",
        "waiting_for",
        "why",
        "window",
        "windows",
        "windows_told",
    }
)


class _Shape(NamedTuple):
    """How a field's values look: without any free text, and which models are in them."""

    closed: bool
    models: tuple[type[BaseModel], ...]
    is_mapping: bool


_UNKNOWN = _Shape(closed=False, models=(), is_mapping=False)
_CLOSED = (int, float, bool, type(None), datetime, AwareDatetime, UUID, Ellipsis)


def masked(document: Document, *models: type[BaseModel]) -> dict[str, JsonValue]:
    """The document without what is about people; `models` are those that it may be of."""
    shapes = _shapes(models)
    return {name: _masked(name, value, shapes.get(name, _UNKNOWN)) for name, value in document.items()}


def _masked(name: str, value: JsonValue, shape: _Shape) -> JsonValue:
    if isinstance(value, str):
        return value if shape.closed or name in PLAIN else MASK
    if isinstance(value, list):
        return [_masked(name, each, shape) for each in value]
    if not isinstance(value, dict):
        return value
    if shape.is_mapping:
        return {key: _masked(name, each, shape._replace(is_mapping=False)) for key, each in value.items()}
    return value if name in PLAIN and not shape.models else masked(value, *shape.models)


@cache
def _shapes(models: tuple[type[BaseModel], ...]) -> dict[str, _Shape]:
    """A field that several models have is closed only if it is in all of them."""
    found: dict[str, _Shape] = {}
    for model in models:
        for name, info in model.model_fields.items():
            shape = _shape(info.annotation)
            before = found.get(name, shape)
            found[name] = _Shape(
                closed=before.closed and shape.closed,
                models=tuple(dict.fromkeys((*before.models, *shape.models))),
                is_mapping=before.is_mapping or shape.is_mapping,
            )
    return found


def _shape(annotation: Any) -> _Shape:
    leaves = list(_leaves(annotation))
    models = tuple(leaf for leaf in leaves if isinstance(leaf, type) and issubclass(leaf, BaseModel))
    closed = all(leaf in _CLOSED or leaf in models for leaf in leaves)
    return _Shape(closed, models, is_mapping=_is_mapping(annotation))


def _leaves(annotation: Any) -> Iterator[Any]:
    """The types that an annotation is made of; a set of literals is none of them."""
    origin = get_origin(annotation)
    if origin is Literal:
        return
    if origin is Annotated:
        yield from _leaves(get_args(annotation)[0])
    elif arguments := get_args(annotation):
        for argument in arguments:
            yield from _leaves(argument)
    else:
        yield annotation


def _is_mapping(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _is_mapping(get_args(annotation)[0])
    return origin is dict or (origin in (Union, UnionType) and any(map(_is_mapping, get_args(annotation))))


def text_fields(model: type[BaseModel], without: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Every field that may hold text, of the model and of those in it, but for some fields of its own."""
    seen: set[type[BaseModel]] = set()
    waiting = [model]
    while waiting:
        each = waiting.pop()
        seen.add(each)
        for name, shape in _shapes((each,)).items():
            if each is model and name in without:
                continue
            waiting.extend(inner for inner in shape.models if inner not in seen)
            if not shape.closed:
                yield each.__name__, name
