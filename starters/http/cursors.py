"""Where the next page begins, as a word that callers pass back unread."""

import base64
import binascii
from typing import TypeVar

from pydantic import ValidationError

from domain.errors import InvalidRequest
from starters.case_ids import parse_case_id
from store.board import Place
from store.cases import CaseCursor
from store.feed import Checkpoint

C = TypeVar("C", CaseCursor, Place)


def to_word(cursor: CaseCursor | Place) -> str:
    """The cursor as a word for an address."""
    return base64.urlsafe_b64encode(cursor.model_dump_json().encode()).decode().rstrip("=")


def from_word(kind: type[C], word: str, field: str) -> C:
    """The cursor of a word, which came as `field`. Raises `InvalidRequest` for one that no page gave."""
    try:
        plain = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        cursor = kind.model_validate_json(plain)
        parse_case_id(cursor.case_id)
        return cursor
    except (binascii.Error, ValueError, ValidationError, InvalidRequest):
        raise _not_given(field) from None


def to_checkpoint(word: str, field: str, end: Checkpoint) -> Checkpoint:
    """The place in the feed of a word, as `from_word`; one behind the end is another installation's."""
    try:
        place = Checkpoint.of(word)
    except ValueError:
        raise _not_given(field) from None
    if place > end:
        raise _not_given(field)
    return place


def _not_given(field: str) -> InvalidRequest:
    return InvalidRequest(f"{field}: no page gave this one; leave it out to begin", field=field)
