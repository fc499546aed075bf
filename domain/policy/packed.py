"""A pinned policy as an activity gives it to a case: packed, being most of what a plain return carries."""

import base64
import zlib
from functools import lru_cache
from typing import Any

from pydantic import BeforeValidator, PlainSerializer

from domain.policy.dictionary import DICTIONARY_1
from domain.policy.pinned import PinnedPolicy

MARK = "1:"
"""Before what was packed with the first dictionary; without a mark it was packed with none, in base64."""


def pack(terms: PinnedPolicy) -> str:
    """The JSON, compressed with what most policies have in common, in base85."""
    packer = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zdict=DICTIONARY_1)
    return (
        MARK + base64.b85encode(packer.compress(terms.model_dump_json().encode()) + packer.flush()).decode()
    )


@lru_cache(maxsize=64)
def unpacked(terms: type[PinnedPolicy], packed: str) -> PinnedPolicy:
    """The terms; shared by all cases that have the same terms: most of a day's."""
    return terms.model_validate_json(_text_of(packed))


def _text_of(packed: str) -> bytes:
    if not packed.startswith(MARK):
        return zlib.decompress(base64.b64decode(packed))
    unpacker = zlib.decompressobj(zdict=DICTIONARY_1)
    return unpacker.decompress(base64.b85decode(packed.removeprefix(MARK))) + unpacker.flush()


def unpacks(terms: type[PinnedPolicy]) -> BeforeValidator:
    """Annotates a field of these terms: unpacks what is packed, and leaves what is not as it is."""

    def unpack(packed: Any) -> Any:
        return unpacked(terms, packed) if isinstance(packed, str) else packed

    return BeforeValidator(unpack)


PACKS = PlainSerializer(pack, return_type=str, when_used="json")
"""Annotates a field of terms: packs it in JSON."""
