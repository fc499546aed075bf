"""Where the next page begins, as a word that callers pass back unread."""

import base64
import binascii

from pydantic import ValidationError

from domain.errors import InvalidRequest
from starters.case_ids import parse_case_id
from store.cases import CaseCursor


def to_word(cursor: CaseCursor) -> str:
    """The cursor as a word for an address."""
    return base64.urlsafe_b64encode(cursor.model_dump_json().encode()).decode().rstrip("=")


def from_word(word: str) -> CaseCursor:
    """The cursor of a word. Raises `InvalidRequest` for one that no page gave."""
    try:
        plain = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        cursor = CaseCursor.model_validate_json(plain)
        parse_case_id(cursor.case_id)
        return cursor
    except (binascii.Error, ValueError, ValidationError, InvalidRequest):
        raise InvalidRequest("cursor: no page gave this one; leave it out to begin", field="cursor") from None
