"""A pinned policy as an activity gives it to a case: packed, being most of what a plain return carries."""

import base64
import zlib
from functools import lru_cache
from typing import Any

from pydantic import BeforeValidator, PlainSerializer

from domain.policy.pinned import PinnedPolicy


def pack(terms: PinnedPolicy) -> str:
    """Base64 of the zlib-compressed JSON."""
    return base64.b64encode(zlib.compress(terms.model_dump_json().encode(), 9)).decode("ascii")


@lru_cache(maxsize=64)
def unpacked(terms: type[PinnedPolicy], packed: str) -> PinnedPolicy:
    """The terms; shared by all cases that have the same terms: most of a day's."""
    return terms.model_validate_json(zlib.decompress(base64.b64decode(packed)))


def unpacks(terms: type[PinnedPolicy]) -> BeforeValidator:
    """Annotates a field of these terms: unpacks what is packed, and leaves what is not as it is."""

    def unpack(packed: Any) -> Any:
        return unpacked(terms, packed) if isinstance(packed, str) else packed

    return BeforeValidator(unpack)


PACKS = PlainSerializer(pack, return_type=str, when_used="json")
"""Annotates a field of terms: packs it in JSON."""
