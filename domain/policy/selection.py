"""How rules of a policy say which cases they are for."""

from collections.abc import Sequence


def meets(meant: Sequence[str] | None, value: str | None) -> bool:
    """Whether the value is among those that a rule is for; a rule that names none is for all."""
    return meant is None or value in meant
