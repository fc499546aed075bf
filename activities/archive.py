"""The case library, as workflows reach it: a closed case is archived, as often as it takes (sop C14)."""

from temporalio import activity

from activities.failures import typed_failures
from domain.library.entry import LibraryEntry
from store.case_library import CaseLibrary


class ArchiveActivities:
    """Idempotent: an entry that is there is written again, and a later closing supersedes."""

    def __init__(self, library: CaseLibrary) -> None:
        self._library = library

    @activity.defn
    @typed_failures
    async def archive_case(self, entry: LibraryEntry) -> None:
        """Keep the entry. Raises `store_unavailable`."""
        await self._library.archive(entry)
