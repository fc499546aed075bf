"""The profile of a case that is stored already: its words may come from another version of this program."""

from functools import lru_cache

from pydantic import ValidationError

from domain.errors import InvalidRequest
from domain.invalid import where_and_why
from domain.policy.clock_rules import CaseProfile


@lru_cache(maxsize=1024)
def profile_of(
    kind: str,
    priority: str,
    tier: str,
    channel: str,
    category: str | None = None,
    source: str | None = None,
) -> CaseProfile:
    """What the targets of a stored case depend on; what it does not name, such as a channel, is the usual.

    Raises `InvalidRequest` for words from another version.
    """
    more = {"channel": channel, "category": category, "source": source}
    facts = {"kind": kind, "priority": priority, "tier": tier}
    facts |= {name: word for name, word in more.items() if word}
    try:
        return CaseProfile.model_validate(facts)
    except ValidationError as error:
        raise InvalidRequest(": ".join(where_and_why(error))) from error
