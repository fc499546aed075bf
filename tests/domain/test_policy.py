"""Policies: the shipped figures, targets by case, versions by content, excerpts that a case carries."""

from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import JsonValue, ValidationError

from domain.calendars import Snapshot
from domain.errors import NotFound, UnknownCalendar
from domain.kinds import KINDS
from domain.policy import CaseProfile, Policy, ReturnTerms
from domain.policy.events import KNOWN_EVENTS
from domain.policy.overlay import overlaid
from domain.policy.periods import period_end
from domain.schemas import SCHEMAS, schema_of

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 9, 11, tzinfo=UTC)


def shipped(name: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / "deploy" / "policies" / f"{name}.yaml").read_text(encoding="utf-8"))


def snapshot(name: str) -> Snapshot:
    return Snapshot.model_validate_json((ROOT / "deploy" / "calendars" / f"{name}.json").read_bytes())


STANDARD_CONTENT = shipped("standard")
STANDARD = Policy.model_validate(STANDARD_CONTENT)
SURGE = Policy.model_validate(overlaid(STANDARD_CONTENT, shipped("surge")))
DEMO = Policy.model_validate(shipped("demo"))
SNAPSHOTS = {"cn": snapshot("cn")}


def case(**facts: Any) -> CaseProfile:
    return CaseProfile.model_validate({"kind": "return"} | facts)


def target_of(policy: Policy, metric: str, profile: CaseProfile) -> str | None:
    spec = policy.clocks(profile, SNAPSHOTS)
    return next((found.target for found in spec.metrics if found.name == metric), None)


def changed(path: str, value: Any) -> dict[str, Any]:
    """The standard policy with one entry replaced."""
    content = deepcopy(STANDARD_CONTENT)
    *parents, last = path.split(".")
    place: Any = content
    for part in parents:
        place = place[int(part) if part.isdigit() else part]
    place[last] = value
    return content


# Given a policy and a case, then the target of its clock: the SOP's figures.
TARGETS: list[tuple[Policy, str, dict[str, str], str | None]] = [
    (STANDARD, "settlement", {}, "3 workdays"),  # sop R3
    (STANDARD, "resolution", {}, "72h"),  # sop R9 before the peak
    (STANDARD, "review", {}, "4h"),
    (STANDARD, "review", {"priority": "P2"}, "2h"),
    (STANDARD, "review", {"priority": "P1", "tier": "key"}, "1h"),  # the first that covers the case
    (STANDARD, "review", {"tier": "key"}, "2h"),  # sop K1
    (STANDARD, "review", {"channel": "phone"}, "2h"),
    (STANDARD, "review", {"tier": "potential", "channel": "email"}, "4h"),
    (SURGE, "settlement", {}, "24h"),  # sop R9
    (SURGE, "resolution", {}, "36h"),  # sop R9
    (SURGE, "review", {}, "4h"),  # not overlaid
    (DEMO, "review", {}, "4s"),
    (DEMO, "settlement", {}, "27s"),
    (STANDARD, "review", {"kind": "refund"}, None),
]


@pytest.mark.parametrize(("policy", "metric", "facts", "target"), TARGETS)
def test_a_clocks_target_depends_on_the_case(
    policy: Policy, metric: str, facts: dict[str, str], target: str | None
) -> None:
    assert target_of(policy, metric, case(**facts)) == target


@pytest.mark.parametrize("targets", [[{"target": None}], [{"tier": ["key"], "target": "4h"}]])
def test_a_policy_may_promise_some_cases_nothing(targets: list[dict[str, Any]]) -> None:
    """No target, or none that covers the case: there is no such clock."""
    policy = Policy.model_validate(changed("metrics.return.review.targets", targets))
    assert target_of(policy, "review", case()) is None


def test_the_law_stands_beside_the_target() -> None:
    """sop R3 is 3 working days, CPL 25 is 7 days: the clock has both."""
    settlement = STANDARD.metrics["return"]["settlement"].metric("settlement", case())
    assert settlement is not None
    assert (settlement.target, settlement.legal) == ("3 workdays", "7 days")
    assert settlement.ladder[0].tell == ("agent",)


def test_the_shipped_windows_are_seven_days_from_receipt() -> None:
    for policy in (STANDARD, SURGE, DEMO):
        window = policy.returns.window
        assert (window.days, window.starts) == (7, "receipt")


def test_surge_approves_by_one_click_and_only_for_a_while() -> None:
    fault = ("return", "quality", "ordinary", None)
    goods = (50000, "CNY")
    assert SURGE.returns.needs_no_review(*fault, goods)
    assert not STANDARD.returns.needs_no_review(*fault, goods)
    assert SURGE.in_force is not None
    since, until = SURGE.in_force.since, SURGE.in_force.until
    assert SURGE.in_force.holds(since)
    assert not SURGE.in_force.holds(until)


def test_freight_is_paid_back_up_to_the_currencys_cap_and_not_in_others() -> None:
    assert STANDARD.returns.return_freight_cap_minor("CNY") == 3000
    assert STANDARD.returns.return_freight_cap_minor("JPY") == 0


MISTAKES: list[tuple[str, Any, str, str]] = [
    (
        "metrics.return.review.start",
        ["return.aplied"],
        "metrics.return.review.start.0",
        "no case records an event",
    ),
    ("metrics.return.review.calendar", "dsk", "metrics.return.review.calendar", "(there is: desk, always)"),
    (
        "metrics.return.settlement.legal_calendar",
        "x",
        "metrics.return.settlement.legal_calendar",
        "no calendar",
    ),
    ("returns.window.calendar", "x", "returns.window.calendar", "no calendar"),
    (
        "metrics.return.review.targets.0.target",
        "4 hours",
        "metrics.return.review.targets.0.target",
        "4 hours",
    ),
    (
        "metrics.return.review.ladder.0.tell",
        ["boss"],
        "metrics.return.review.ladder.0.tell",
        "agent, lead, head",
    ),
    ("metrics.return.review.ladder.0.tell", [], "metrics.return.review.ladder.0.tell", "say who is told"),
    (
        "metrics.return.review.ladder.0.reassign",
        "agent",
        "metrics.return.review.ladder.0.reassign",
        "say who gets the case: one of team, lead, head, on_call",
    ),
    (
        "complaints.money.above_needs",
        ["lead", "agent"],
        "complaints.money.above_needs",
        "approve is not for agent",
    ),
    (
        "complaints.confirm.final_by",
        ["agent"],
        "complaints.confirm.final_by",
        "decide final is not for agent",
    ),
    ("returns.window.days", 0, "returns.window.days", "greater than or equal to 1"),
    ("returns.confirm_within", "soon", "returns.confirm_within", "soon"),
    (
        "returns.automatic_review.0.up_to_minor.CNY",
        1.5,
        "returns.automatic_review.0.up_to_minor.CNY",
        "integer",
    ),
    ("lookups.in_transit_every", "often", "lookups.in_transit_every", "often"),
    ("colour", "red", "colour", "not permitted"),
]


@pytest.mark.parametrize(("path", "value", "where", "why"), MISTAKES)
def test_a_mistake_is_found_where_it_is(path: str, value: Any, where: str, why: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Policy.model_validate(changed(path, value))
    problem = caught.value.errors()[0]
    assert ".".join(str(part) for part in problem["loc"]) == where
    assert why in problem["msg"]


def test_an_overlay_must_end_after_it_begins() -> None:
    span = {"since": "2026-11-11T00:00:00+08:00", "until": "2026-11-11T00:00:00+08:00"}
    with pytest.raises(ValidationError, match="`until` must be later"):
        Policy.model_validate(STANDARD_CONTENT | {"in_force": span})


def in_force(since: str, until: str, **changes: Any) -> Policy:
    """An overlay of the standard policy with a window of days in November."""
    span = {"since": f"2026-11-{since}T00:00:00+08:00", "until": f"2026-11-{until}T00:00:00+08:00"}
    return Policy.model_validate(
        STANDARD_CONTENT | {"name": "over", "extends": "standard", "in_force": span} | changes
    )


@pytest.mark.parametrize(
    ("at", "state"),
    [
        ("2026-11-10T23:59:59+08:00", "not_yet"),
        ("2026-11-11T00:00:00+08:00", "now"),
        ("2026-11-25T23:59:59+08:00", "now"),
        ("2026-11-26T00:00:00+08:00", "over"),
    ],
)
def test_an_overlay_says_where_a_moment_lies(at: str, state: str) -> None:
    window = in_force("11", "26").in_force
    assert window is not None
    assert window.state(datetime.fromisoformat(at)) == state


@pytest.mark.parametrize(
    ("other", "clash"),
    [
        (in_force("20", "30"), True),
        (in_force("01", "12"), True),
        (in_force("12", "13"), True),
        (in_force("26", "30"), False),
        (in_force("01", "11"), False),
        (in_force("12", "13", extends="demo"), False),
        (in_force("12", "13", in_force=None), False),
    ],
)
def test_two_overlays_clash_that_stand_in_for_the_same_at_the_same_time(other: Policy, clash: bool) -> None:
    surge = in_force("11", "26")
    assert surge.clashes_with(other) == other.clashes_with(surge) == clash


def test_an_overlay_replaces_lists_and_values_and_keeps_the_rest() -> None:
    base: dict[str, JsonValue] = {"a": {"b": [1, 2], "c": 3}, "d": {"e": 1}, "f": 1}
    assert overlaid(base, {"a": {"b": [9]}, "d": 2, "f": {"g": 1}}) == {
        "a": {"b": [9], "c": 3},
        "d": 2,
        "f": {"g": 1},
    }
    assert base["a"] == {"b": [1, 2], "c": 3}, "the base stays as it was"


def test_the_version_is_the_content_not_the_writing() -> None:
    """Another order of keys and a default said aloud change nothing; a figure does."""
    reordered = Policy.model_validate(dict(reversed(STANDARD_CONTENT.items())))
    aloud = Policy.model_validate(changed("metrics.return.review.reopen", "continue"))
    other = Policy.model_validate(changed("returns.window.days", 8))
    assert reordered.hash == aloud.hash == STANDARD.hash
    assert other.hash != STANDARD.hash
    assert STANDARD.hash.startswith(STANDARD.short_hash)


def test_a_pinned_policy_has_what_the_case_needs_and_no_more() -> None:
    pinned = STANDARD.pin(ReturnTerms, case(tier="key"), AT, SNAPSHOTS)
    targets = {metric.name: metric.target for metric in pinned.clocks.metrics}
    assert targets == {
        "review": "2h",
        "inspection": "4h",
        "settlement": "3 workdays",
        "resolution": "48h",
        "repair": "30 days",
        "clawback": "15 days",
        "refund_approval": "4h",
        "repayment": "4h",
    }
    days = sorted(pinned.clocks.calendars["desk"].days)
    assert days[0].isoformat() == "2026-09-20"
    assert pinned.calendar_revision == f"cn@{SNAPSHOTS['cn'].revision}"
    assert (pinned.policy, pinned.policy_hash) == ("standard", STANDARD.hash)


def test_a_pinned_policy_survives_json_and_stays_small() -> None:
    """It is carried in a workflow's history, so what is at its default is left out."""
    pinned = STANDARD.pin(ReturnTerms, case(), AT, SNAPSHOTS)
    text = pinned.model_dump_json()
    assert ReturnTerms.model_validate_json(text) == pinned
    assert len(text) < 5900
    assert "null" not in text


def test_a_calendar_without_published_holidays_has_no_revision() -> None:
    assert DEMO.pin(ReturnTerms, case(), AT, {}).calendar_revision == "none"


def test_only_the_calendars_in_use_are_carried() -> None:
    spare = Policy.model_validate(
        changed("calendars", STANDARD_CONTENT["calendars"] | {"spare": {"timezone": "UTC", "week": {}}})
    )
    assert set(spare.pin(ReturnTerms, case(), AT, SNAPSHOTS).clocks.calendars) == {"desk", "always"}
    assert spare.clocks(case(kind="refund"), SNAPSHOTS).calendars == {}


def test_a_legal_calendar_of_its_own_is_carried() -> None:
    policy = Policy.model_validate(changed("metrics.return.settlement.legal_calendar", "always"))
    assert policy.clocks(case(), SNAPSHOTS).metrics[2].legal_calendar == "always"


def test_holidays_that_are_not_shipped_and_calendars_that_are_not_there_are_named() -> None:
    with pytest.raises(UnknownCalendar, match='no snapshot "cn"'):
        STANDARD.pin(ReturnTerms, case(), AT, {})
    with pytest.raises(UnknownCalendar, match="policy standard has no calendar x; it has desk, always"):
        STANDARD.calendar("x", SNAPSHOTS)


def test_policies_know_every_event_that_moves_a_case_and_no_other() -> None:
    names = {name for kind in KINDS.values() for name in kind.fold.payloads}
    assert {name for name in names if not name.startswith(("notice.", "clock."))} == KNOWN_EVENTS


def test_a_period_of_days_ends_at_local_midnight_also_over_a_clock_change() -> None:
    start = datetime(2026, 10, 20, 23, 30, tzinfo=UTC)
    assert period_end("7 days", start, "Europe/London").isoformat() == "2026-10-29T00:00:00+00:00"
    assert period_end("7d", start, "Europe/London").isoformat() == "2026-10-27T23:30:00+00:00"


def test_every_format_has_a_schema() -> None:
    for name in SCHEMAS:
        assert schema_of(name)["type"] == "object"
    assert "decision" in schema_of("return-check-answer")["required"]
    with pytest.raises(NotFound, match="there is no format nope; there is: library-entry"):
        schema_of("nope")


def test_a_ladder_may_tell_who_is_on_call() -> None:
    policy = Policy.model_validate(changed("metrics.return.review.ladder.0.tell", ["on_call", "lead"]))
    assert policy.metrics["return"]["review"].ladder[0].tell == ("on_call", "lead")


def test_a_rung_may_give_the_case_to_others() -> None:
    policy = Policy.model_validate(changed("metrics.return.review.ladder.0.reassign", "on_call"))
    assert policy.metrics["return"]["review"].ladder[0].reassign == "on_call"


def test_a_ladder_with_the_same_rung_twice_is_refused_at_its_place() -> None:
    rung = {"at": "75%", "tell": ["agent"]}
    with pytest.raises(ValidationError, match='rung "75%" is there twice') as refused:
        Policy.model_validate(changed("metrics.return.review.ladder", [rung, rung]))
    assert refused.value.errors()[0]["loc"][-2:] == ("ladder", 1)
