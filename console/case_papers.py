"""What a case's page shows beside its story: messages, evidence, and the facts as they are stored."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from domain.cases.events import NoticeReported
from domain.notices import Attempt
from domain.records import Recorded
from store.notices import NoticeLog
from store.pool import Pool


@dataclass(frozen=True)
class Letter:
    """A message to the customer or to the staff. `at` None: it has not got through yet."""

    kind: str
    state: str
    channel: str | None
    at: datetime | None
    attempts: list[Attempt]


@dataclass(frozen=True)
class Paper:
    """A file by reference, and the fact that brought it."""

    at: datetime
    type: str
    ref: str
    sha256: str
    shows: str


@dataclass(frozen=True)
class Fact:
    """A fact as it is stored."""

    event: Recorded
    json: str


async def letters_of(pool: Pool, case_id: str, events: Sequence[Recorded]) -> list[Letter]:
    """The latest first. Raises `StoreUnavailable`."""
    told = {str(e.data["notice_id"]): e.at for e in events if e.type == NoticeReported.name}
    return [
        Letter(each.kind, each.state, each.channel, told.get(each.notice_id), each.attempts)
        for each in reversed(await NoticeLog(pool).for_case(case_id))
    ]


def evidence_of(events: Sequence[Recorded]) -> list[Paper]:
    """Every file that a fact names."""
    return [_paper(event, file) for event in events for file in _files(event.data)]


def _paper(event: Recorded, file: dict[str, Any]) -> Paper:
    ref = str(file.get("ref") or file.get("reference"))
    return Paper(event.at, event.type, ref, str(file["sha256"]), str(file.get("shows") or ""))


def _files(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        inner = cast("dict[str, Any]", value)
        if "sha256" in inner and ("ref" in inner or "reference" in inner):
            yield inner
        for each in inner.values():
            yield from _files(each)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _files(each)


def raw_of(events: Sequence[Recorded]) -> list[Fact]:
    """The latest first."""
    return [Fact(each, json.dumps(each.data, indent=2, ensure_ascii=False)) for each in reversed(events)]
