"""The demo's figures in words, the same on the screen while it plays and in the summary."""

from collections.abc import Mapping

from domain.notices import Channel

CHANNELS: dict[Channel, str] = {"email": "e-mail", "push": "push", "sms": "SMS"}
OUTCOMES = {
    "goods_failed": "goods did not pass",
    "parcel_lost": "parcel lost",
    "expired": "never sent",
}
REFUSALS = {
    "window_closed": "after the window",
    "used": "goods used",
    "refused_by_desk": "by an agent, with a reason",
}


def pounds(amount_minor: int) -> str:
    """Pence as pounds."""
    return f"£{amount_minor / 100:,.2f}"


def by_channel(counts: Mapping[Channel, int]) -> str:
    """`92 by e-mail, 46 by push`."""
    return ", ".join(f"{count} by {CHANNELS[channel]}" for channel, count in counts.items()) or "none"


def plural(count: int, one: str, many: str) -> str:
    """`1 reply`, `2 replies`."""
    return f"{count} {one if count == 1 else many}"
