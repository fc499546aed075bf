"""How people and programs name a case: the full id, or merchant and number."""

import re
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from domain.base import Slug
from domain.errors import InvalidRequest

KIND = "return"
_FORM = re.compile(r"^(?:return:)?([^:]+):([^:]+)$")
_slug = TypeAdapter[str](Slug)


class CaseId(NamedTuple):
    """A return's id, taken apart."""

    merchant: str
    number: str

    def __str__(self) -> str:
        return f"{KIND}:{self.merchant}:{self.number}"


def parse_case_id(text: str) -> CaseId:
    """`return:<merchant>:<number>` or `<merchant>:<number>`. Raises `InvalidRequest`."""
    found = _FORM.match(text)
    try:
        if found is not None:
            return CaseId(_slug.validate_python(found[1]), _slug.validate_python(found[2]))
    except ValidationError:
        pass
    raise InvalidRequest(
        f"case: {text!r} is no case id; write return:<merchant>:<number> or <merchant>:<number>, "
        "each of letters, digits, `_`, `.` and `-`"
    )
