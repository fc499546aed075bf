"""What may be announced, and which clocks rest for it."""

from datetime import datetime

from domain.errors import IdempotencyConflict, InvalidRequest, UnknownRegion
from domain.policy.policy import Policy
from domain.policy.weather_rules import WeatherRules
from domain.sla import parse_duration
from domain.weather.messages import AnnounceWeather

RELIEF = ".relief_granted"
"""How the stored names of the facts end that begin a relief."""


def rules_of(policy: Policy) -> WeatherRules:
    """The policy's rules for weather; raises `InvalidRequest` where it has none."""
    if policy.weather is None:
        raise InvalidRequest(f"policy {policy.name} has no section weather; a window needs it")
    return policy.weather


def check_window(window: AnnounceWeather, rules: WeatherRules, now: datetime) -> None:
    """Raise `UnknownRegion` for a region that is not in the table, `InvalidRequest` for a wrong span."""
    if window.region not in rules.carriers:
        known = ", ".join(rules.carriers)
        raise UnknownRegion(f"region {window.region} is not in the policy's table; there is: {known}")
    if window.until <= now:
        raise InvalidRequest(f"until: {window.until.isoformat()} has passed already")
    check_span(window.since, window.until, rules.longest)


def check_span(since: datetime, until: datetime, longest: str) -> None:
    """Raise `InvalidRequest` for an end before the beginning, or too far away from it."""
    if until <= since:
        raise InvalidRequest("until: a window cannot end before it begins")
    if until - since > parse_duration(longest):
        raise InvalidRequest(f"until: a window lasts {longest} at most; announce a new one then")


def check_same(known: AnnounceWeather, again: AnnounceWeather) -> None:
    """Raise `IdempotencyConflict` for another window under the same name; its end may have been moved."""
    same = {"merchant", "region", "reason", "since", "carriers"}
    if known.model_dump(include=same) != again.model_dump(include=same):
        raise IdempotencyConflict(f"{known.window_id} was announced otherwise; take another name")


def resting_clocks(policy: Policy) -> list[str]:
    """The clocks that rest while a window lasts, as `kind.metric`."""
    return [
        f"{kind}.{name}"
        for kind, metrics in policy.metrics.items()
        for name, clock in metrics.items()
        if any(event.endswith(RELIEF) for event in clock.pause)
    ]
