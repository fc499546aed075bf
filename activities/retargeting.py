"""Other terms for an open case: the wanted policy is pinned as if the case had been opened under it."""

from temporalio import activity

from activities.failures import typed_failures
from domain.base import Model, UtcInstant
from domain.kinds import KINDS
from domain.policy import Policy
from domain.policy.packed import pack
from domain.policy.profiles import profile_of
from domain.records import CaseKind
from store.case_archive import CaseArchive
from store.policy_library import PolicyLibrary


class WantedTerms(Model):
    """What a case's targets depend on, when it was opened, and which policy it is to be held to."""

    kind: CaseKind
    priority: str
    tier: str
    channel: str
    opened_at: UtcInstant
    policy: str
    version: str | None = None


class PinnedTerms(Model):
    """Terms as a case carries them, packed (domain/policy/packed.py), and their hash."""

    terms: str
    terms_hash: str


class RetargetActivities:
    """Reads policies and holidays as the files say them now: a running worker need not be restarted."""

    def __init__(self, library: PolicyLibrary, archive: CaseArchive) -> None:
        self._library = library
        self._archive = archive

    @activity.defn
    @typed_failures
    async def pin_terms(self, wanted: WantedTerms) -> PinnedTerms:
        """Pin and keep. Raises `unknown_policy`; `invalid_request` for a broken file, or no such rules."""
        self._library = self._library.renewed()
        policy = await self._policy(wanted)
        profile = profile_of(wanted.kind, wanted.priority, wanted.tier, wanted.channel)
        snapshots = self._library.snapshots
        terms = policy.pin(KINDS[wanted.kind].terms, profile, wanted.opened_at, snapshots)
        terms_hash = await self._archive.keep_terms(policy, snapshots.values(), terms)
        return PinnedTerms(terms=pack(terms), terms_hash=terms_hash)

    async def _policy(self, wanted: WantedTerms) -> Policy:
        """The policy as its file says it, or the version that is meant."""
        if wanted.version is None:
            return self._library.load(wanted.policy)
        return await self._archive.policy(wanted.version)
