"""Archiving a closed case through the activity: as often as it takes, and found afterwards."""

from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.archive import ArchiveActivities
from store.case_library import CaseLibrary, LibraryFilter
from store.pool import Pool
from tests.domain.library.entries import CLOSED_AT, CUP, make_entry


async def test_an_archived_case_is_found(pool: Pool) -> None:
    library = CaseLibrary(pool)
    archive_case = ArchiveActivities(library).archive_case
    for _attempt in range(2):
        await ActivityEnvironment().run(archive_case, make_entry(customer_text="杯子破了"))
    page = await library.search("子破", LibraryFilter(), CLOSED_AT + timedelta(days=1))
    assert [each.entry.case_id for each in page.found] == [CUP]


async def test_a_store_that_is_away_is_an_outage_to_be_retried(pool: Pool) -> None:
    await pool.close()
    with pytest.raises(ApplicationError) as failed:
        await ActivityEnvironment().run(ArchiveActivities(CaseLibrary(pool)).archive_case, make_entry())
    assert (failed.value.type, failed.value.non_retryable) == ("store_unavailable", False)
