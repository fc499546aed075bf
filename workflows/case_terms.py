"""What a case is held to: other terms are looked up and kept before they become a fact (design §4)."""

from typing import NamedTuple

from temporalio import workflow

from workflows.case_links import CaseLinks
from workflows.local_first import local_first

with workflow.unsafe.imports_passed_through():
    from activities.retargeting import RetargetActivities, WantedTerms
    from domain.cases.messages import Retarget
    from domain.cases.retargeting import profile_facts
    from domain.cases.state import S
    from domain.policy.packed import unpacked
    from domain.policy.pinned import PinnedPolicy


class OtherTerms(NamedTuple):
    """Terms that are kept in the store, and their hash."""

    terms: PinnedPolicy
    terms_hash: str


class CaseTerms(CaseLinks[S]):
    """Finds the terms that somebody wants the case to be held to."""

    async def other_terms(self, wanted: Retarget) -> OtherTerms:
        """The wanted policy as it would have been pinned at this case's opening; its refusal is raised."""
        state = self.state
        assert state.opened_at is not None
        priority, tier, channel = profile_facts(state)
        asked = WantedTerms(
            kind=self.kind.name,
            priority=priority,
            tier=tier,
            channel=channel,
            opened_at=state.opened_at,
            policy=wanted.policy,
            version=wanted.version,
        )
        found = await local_first(RetargetActivities.pin_terms, asked, f"pin policy {wanted.policy}")
        return OtherTerms(unpacked(self.kind.terms, found.terms), found.terms_hash)
