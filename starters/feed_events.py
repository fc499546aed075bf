"""Recorded events as they leave us: whole, or without what is about people."""

from domain.feed import FeedEvent, feed_event
from starters.sight import data_masked
from store.feed import Entry


def event_for_others(entry: Entry, *, is_clear: bool) -> FeedEvent:
    """An entry of the feed for who sees personal data, or for who does not."""
    return feed_event(
        entry.case_id,
        entry.event,
        id=f"evt_{entry.checkpoint.pos}",
        position=entry.checkpoint.word,
        data=entry.event.data if is_clear else data_masked(entry.event),
        is_superseded=entry.is_superseded,
    )
