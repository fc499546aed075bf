"""Under which clocks a past case was, and under which it is judged now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from domain.calendars import CalendarRules, Snapshot, calendar_of
from domain.errors import InvalidRequest, UnknownCalendar
from domain.invalid import where_and_why
from domain.policy import CaseProfile, Policy
from domain.policy.claim_rules import CarrierClaimRules, with_filing_window
from domain.policy.pinned import GradedMetrics, carried, carried_days, graded_clocks
from domain.sla import Calendar, ClockSpec

KEPT_SPECS = 4096

Body = Mapping[str, Any]
CalendarsByName = Mapping[str, CalendarRules]
_graded_metrics = TypeAdapter(GradedMetrics)
_calendar_rules = TypeAdapter(dict[str, CalendarRules])


class ChosenBy(NamedTuple):
    """By what a case's clocks are chosen; `carrier` is the one that a claim is against."""

    profile: CaseProfile
    carrier: str | None
    pinned_at: datetime


@dataclass(frozen=True)
class PastTerms:
    """What a simulation needs of the terms that were pinned to cases.

    `metrics` are those of a kind whose grade may change, `claims` has the carriers' own times to claim.
    `calendars` are the rules of the policy behind them; only who changes the calendars needs these.
    """

    terms_hash: str
    policy: str
    policy_hash: str
    calendar_revision: str
    clocks: ClockSpec
    metrics: GradedMetrics | None = None
    claims: CarrierClaimRules | None = None
    calendars: CalendarsByName = field(default_factory=dict[str, CalendarRules])
    _chosen: dict[CaseProfile, ClockSpec] = field(
        default_factory=dict[CaseProfile, ClockSpec], init=False, repr=False, compare=False
    )

    def clocks_of(self, case: ChosenBy) -> ClockSpec:
        """The clocks that such a case was held to, chosen as the case itself chooses them."""
        if self.metrics is None:
            return _against(self.clocks, self.claims, case)
        if case.profile not in self._chosen:
            self._chosen[case.profile] = graded_clocks(self.metrics, self.clocks, case.profile)
        return self._chosen[case.profile]


Candidate = Callable[[ChosenBy, PastTerms], ClockSpec]
"""The clocks of a case under those terms, had it been opened at the same moment under something else."""


def past_terms(terms_hash: str, body: Body) -> PastTerms:
    """Stored terms, read for their clocks alone: other rules may have another shape by now.

    Raises `InvalidRequest` for terms that this program cannot read.
    """
    metrics, claims = body.get("metrics"), body.get("carrier_claims")
    try:
        return PastTerms(
            terms_hash,
            *(str(body.get(name, "")) for name in ("policy", "policy_hash", "calendar_revision")),
            clocks=ClockSpec.model_validate(body.get("clocks")),
            metrics=None if metrics is None else _graded_metrics.validate_python(metrics),
            claims=None if claims is None else CarrierClaimRules.model_validate(claims),
        )
    except ValidationError as error:
        raise _unreadable(f"terms {terms_hash}", error) from error


def _against(clocks: ClockSpec, claims: CarrierClaimRules | None, case: ChosenBy) -> ClockSpec:
    """A claim has the time to claim of the carrier that it is against."""
    if claims is None or case.carrier is None:
        return clocks
    return with_filing_window(clocks, claims.terms_of(case.carrier).file_within)


def calendar_rules(policy_hash: str, body: Body) -> CalendarsByName:
    """The calendars of a stored policy. Raises `InvalidRequest` for one that this program cannot read."""
    try:
        return _calendar_rules.validate_python(body.get("calendars"))
    except ValidationError as error:
        raise _unreadable(f"policy {policy_hash}", error) from error


class UnderPolicy:
    """Every case under one policy, whatever its own was. Raises `UnknownCalendar`."""

    def __init__(self, policy: Policy, snapshots: Mapping[str, Snapshot]) -> None:
        self._policy = policy
        self._snapshots = snapshots
        self._whole: dict[tuple[CaseProfile, str | None], ClockSpec] = {}
        self._carried = lru_cache(maxsize=KEPT_SPECS)(carried)

    def __call__(self, case: ChosenBy, terms: PastTerms) -> ClockSpec:
        """As `Policy.pin` would have it; made once per profile and day."""
        known = case.profile, case.carrier
        if known not in self._whole:
            whole = self._policy.clocks(case.profile, self._snapshots)
            self._whole[known] = _against(whole, self._policy.carrier_claims, case)
        return self._carried(self._whole[known], *carried_days(case.pinned_at))


class UnderCalendars:
    """Every case under its own clocks, with the holidays of other snapshots. Raises `UnknownCalendar`."""

    def __init__(self, snapshots: Mapping[str, Snapshot]) -> None:
        self._snapshots = snapshots
        self._calendars: dict[str, dict[str, Calendar]] = {}
        self._whole: dict[tuple[str, CaseProfile, str | None], ClockSpec] = {}
        self._carried = lru_cache(maxsize=KEPT_SPECS)(carried)

    def __call__(self, case: ChosenBy, terms: PastTerms) -> ClockSpec:
        """The case's own metrics; calendars made anew by the rules of the policy behind its terms."""
        known = terms.terms_hash, case.profile, case.carrier
        if known not in self._whole:
            metrics = terms.clocks_of(case).metrics
            self._whole[known] = ClockSpec(calendars=self._renewed(terms), metrics=metrics)
        return self._carried(self._whole[known], *carried_days(case.pinned_at))

    def _renewed(self, terms: PastTerms) -> dict[str, Calendar]:
        if terms.terms_hash not in self._calendars:
            names = terms.clocks.calendars
            for name in names:
                if name not in terms.calendars:
                    raise UnknownCalendar(f"policy {terms.policy_hash} has no calendar {name}")
            found = {name: calendar_of(terms.calendars[name], self._snapshots) for name in names}
            self._calendars[terms.terms_hash] = found
        return self._calendars[terms.terms_hash]


def _unreadable(what: str, error: ValidationError) -> InvalidRequest:
    where, why = where_and_why(error, whole="clocks")
    return InvalidRequest(f"{what} cannot be read by this program: {where}: {why}")
