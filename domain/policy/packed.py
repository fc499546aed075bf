"""A pinned policy as an activity gives it to a case: packed, being most of what a plain return carries."""

import base64
import zlib
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

from domain.policy.pinned import PinnedPolicy


def pack(terms: PinnedPolicy) -> str:
    """Base64 of the zlib-compressed JSON."""
    return base64.b64encode(zlib.compress(terms.model_dump_json().encode(), 9)).decode("ascii")


def unpack(packed: Any) -> Any:
    """The policy again; what is not packed is left as it is."""
    return _unpacked(packed) if isinstance(packed, str) else packed


@lru_cache(maxsize=64)
def _unpacked(packed: str) -> PinnedPolicy:
    """Shared by all cases that have the same terms: most of a day's."""
    return PinnedPolicy.model_validate_json(zlib.decompress(base64.b64decode(packed)))


PackedPolicy = Annotated[
    PinnedPolicy, BeforeValidator(unpack), PlainSerializer(pack, return_type=str, when_used="json")
]
