"""A case's `ETag` is the number of its last event, which `If-None-Match` and `If-Match` name (RFC 9110)."""

import re
from collections.abc import Sequence
from typing import Annotated

from fastapi import Header

_OURS = re.compile(r'"([1-9][0-9]{0,15})"')


def etag_of(seq: int) -> str:
    """The case as its event with this number left it."""
    return f'"{seq}"'


def matches(if_none_match: str | None, etag: str) -> bool:
    """Whether who asks has this already; a proxy may have made the tag a weak one."""
    return if_none_match is not None and bool({"*", etag} & {_strong(each) for each in _tags(if_none_match)})


def expected_seqs(
    if_match: Annotated[
        str | None,
        Header(description="An `ETag` of the case: only if it is as it was then, else `case_changed`."),
    ] = None,
) -> Sequence[int] | None:
    """What the case's last event must be one of; None for any. A tag that is none of ours matches no case."""
    if if_match is None or "*" in _tags(if_match):
        return None
    return [int(found[1]) for each in _tags(if_match) if (found := _OURS.fullmatch(each))]


def _tags(header: str) -> list[str]:
    return [each.strip() for each in header.split(",")]


def _strong(tag: str) -> str:
    return tag.removeprefix("W/")
