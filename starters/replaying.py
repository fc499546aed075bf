"""Has a dead letter applied again: on record first, then done."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from store.inbox import Inbox, InboxEntry


async def replay(inbox: Inbox, entry: InboxEntry, note: Callable[[], Awaitable[None]]) -> InboxEntry:
    """Let `note` put it on record, and have it wait again; what is no dead letter is left as it is.

    Raises what `note` raises: then nothing is done.
    """
    if entry.state != "dead":
        return entry
    await note()
    return await inbox.replay(entry.entry, datetime.now(UTC))
