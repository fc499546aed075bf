"""How people and programs name a case: the full id, or merchant and number where the kind is clear."""

import re
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from domain.base import Slug
from domain.errors import InvalidRequest
from domain.kinds import KINDS

DEFAULT_KIND = "return"
_FORM = re.compile(r"^(?:([a-z]+):)?([^:]+):([^:]+)$")
_slug = TypeAdapter[str](Slug)


class CaseId(NamedTuple):
    """A case's id, taken apart."""

    merchant: str
    number: str
    kind: str = DEFAULT_KIND

    def __str__(self) -> str:
        return f"{self.kind}:{self.merchant}:{self.number}"


def parse_case_id(text: str, kind: str = DEFAULT_KIND) -> CaseId:
    """`<kind>:<merchant>:<number>`, or `<merchant>:<number>` of the kind meant. Raises `InvalidRequest`."""
    found = _FORM.match(text)
    try:
        if found is not None and (found[1] or kind) in KINDS:
            merchant, number = _slug.validate_python(found[2]), _slug.validate_python(found[3])
            return CaseId(merchant, number, found[1] or kind)
    except ValidationError:
        pass
    raise InvalidRequest(
        f"case: {text!r} is no case id; write {kind}:<merchant>:<number> or <merchant>:<number>, "
        "each of letters, digits, `_`, `.` and `-`"
    )
