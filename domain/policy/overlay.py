"""A policy that extends another: what it says replaces what the other says, all else stays."""

from collections.abc import Mapping

from pydantic import JsonValue


def overlaid(base: Mapping[str, JsonValue], over: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The base with the overlay's entries: mappings merged entry by entry, lists and values replaced."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            merged[key] = overlaid(below, value)
        else:
            merged[key] = value
    return merged
