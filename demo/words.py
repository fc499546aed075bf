"""The demo's figures in words, the same on the screen while it plays and in the summary."""

from collections.abc import Mapping, Sequence

from demo.mishaps import Kill
from domain.notice_kinds import Channel
from domain.records import CaseKind

CHANNELS: dict[Channel, str] = {"email": "e-mail", "push": "push", "sms": "SMS"}
OUTCOMES = {
    "goods_failed": "goods did not pass",
    "parcel_lost": "parcel lost",
    "expired": "never sent",
}
PLURALS: dict[CaseKind, tuple[str, str]] = {
    "return": ("return", "returns"),
    "complaint": ("complaint", "complaints"),
    "shipment": ("parcel", "parcels"),
    "delivery": ("delivery exception", "delivery exceptions"),
    "claim": ("claim", "claims"),
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


def same(ours: int, theirs: int) -> str:
    """Whether two books say the same."""
    return "equal" if ours == theirs else "NOT EQUAL"


def share(percent: float | None) -> str:
    """`83 %`, rounded down; a dash before any verdict."""
    return "-" if percent is None else f"{int(percent)} %"


def kill_lines(kills: Sequence[Kill]) -> list[str]:
    """What became of the worker that was killed."""
    lines: list[str] = []
    for kill in kills:
        paying = f" while paying {kill.paying}" if kill.paying else ""
        lines.append(f"{kill.at:%H:%M:%S}  {kill.worker} killed by SIGKILL{paying}")
        if kill.back_at:
            lines.append(f"{kill.back_at:%H:%M:%S}  {kill.worker} works again")
    return lines
