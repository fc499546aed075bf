"""Opening an improvement, and asking the figures whether it helped (sop C16, L6)."""

from temporalio import activity

from activities.failures import typed_failures
from domain.improvements.decisions.opening import refuse_unknown_department
from domain.improvements.opening import ImprovementOpening, Prepared, Recurrence, WantedCount
from domain.policy import CaseProfile
from domain.policy.improvement_terms import ImprovementTerms
from store.case_archive import CaseArchive
from store.policy_library import PolicyLibrary
from store.recurrence import Recurrences


class ImprovementActivities:
    """Idempotent: they only read, but for what is pinned by its content."""

    def __init__(self, library: PolicyLibrary, archive: CaseArchive, recurrences: Recurrences) -> None:
        self._library = library
        self._archive = archive
        self._recurrences = recurrences

    @activity.defn
    @typed_failures
    async def prepare_improvement(self, opening: ImprovementOpening) -> Prepared:
        """Pin the policy and count how often it came up before, over as long as it will be watched.

        Raises `unknown_policy`, `unknown_team`, `case_not_found` for evidence that is not there, and
        `idempotency_conflict` for a number whose case another run began.
        """
        start, finding = opening.start, opening.start.improvement
        assert finding is not None
        await self._archive.check_begun_by(start.case_id, opening.runs)
        policy = self._library.in_force(finding.policy, opening.at)
        profile = CaseProfile(kind="improvement", priority=finding.priority)
        terms = policy.pin(ImprovementTerms, profile, opening.at, self._library.snapshots)
        refuse_unknown_department(terms, finding.department)
        await self._recurrences.check_evidence(start.merchant, finding.evidence)
        terms_hash = await self._archive.keep_terms(policy, self._library.snapshots.values(), terms)
        span = terms.end_of(terms.improvements.of(finding.severity).observe, opening.at) - opening.at
        before = await self._recurrences.count(
            WantedCount(
                merchant=start.merchant,
                recurs=finding.recurs,
                kinds=finding.kinds,
                since=opening.at - span,
                until=opening.at,
            )
        )
        return Prepared(terms=terms, terms_hash=terms_hash, baseline=before.found)

    @activity.defn
    @typed_failures
    async def count_recurrence(self, wanted: WantedCount) -> Recurrence:
        """What came up again. Raises `store_unavailable`."""
        return await self._recurrences.count(wanted)
