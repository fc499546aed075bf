"""The books that judge a storm: the callers' acknowledgements, written at once, and the gateway's journal."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.payments_state import ENTRIES, Accepted, Captured, Ended


class CallersBook:
    """What the callers were told, a line each, as soon as they were."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._acks = (folder / "acks.jsonl").open("w", encoding="utf-8")
        self._promises = (folder / "promises.jsonl").open("w", encoding="utf-8")
        self.accepted: dict[str, int] = {}
        """The cases, and how many of their requests were accepted."""

    def answered(self, case_id: str, update_id: str, *, accepted: bool) -> None:
        """A request was accepted, or refused for good."""
        self._write(self._acks, case=case_id, update_id=update_id, accepted=accepted)
        if accepted:
            self.accepted[case_id] = self.accepted.get(case_id, 0) + 1

    def promised(
        self, case_id: str, order_id: str, payment_ids: Sequence[str], amount_minor: int, currency: str
    ) -> None:
        """A request was accepted that lets a case's money be paid, or none where goods go out instead."""
        self._write(
            self._promises,
            case=case_id,
            order_id=order_id,
            payment_ids=list(payment_ids),
            amount_minor=amount_minor,
            currency=currency,
        )

    def close(self) -> None:
        """Let go of the files."""
        self._acks.close()
        self._promises.close()

    def _write(self, file: Any, **fields: Any) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        file.write(json.dumps({"at": at, **fields}, ensure_ascii=False) + "\n")
        file.flush()


def write_journal(gateway: Path, folder: Path, captured_at: datetime) -> None:
    """Tell the gateway's own journal, on disk before it answered, as one line per effect on money.

    The gateway does not say when a payment came in: `captured_at` is said of all.
    """
    with (folder / "journal.jsonl").open("w", encoding="utf-8") as file:
        for effect in _effects(gateway, captured_at):
            file.write(json.dumps(effect, ensure_ascii=False) + "\n")


def _effects(gateway: Path, captured_at: datetime) -> Iterator[dict[str, Any]]:
    accepted: dict[str, Accepted] = {}
    settled: set[str] = set()
    for text in gateway.read_bytes().splitlines():
        entry = ENTRIES.validate_json(text)
        if isinstance(entry, Captured):
            key = f"capture-{entry.order_id}"
            yield _effect(captured_at, "capture", key, entry.order_id, None, entry)
        elif isinstance(entry, Accepted):
            accepted[entry.ref] = entry
        elif isinstance(entry, Ended):
            refund = accepted[entry.ref]
            if entry.entry == "settled":
                settled.add(entry.ref)
                kind = "refund" if refund.from_captured else "compensation"
            elif entry.ref in settled:
                kind = "reversal"
            else:
                continue  # a refund that failed before it was paid moved nothing
            yield _effect(entry.at, kind, entry.key, refund.order_id, entry.ref, entry)


def _effect(
    at: datetime, kind: str, key: str, payment_id: str, refund_id: str | None, money: Captured | Ended
) -> dict[str, Any]:
    return {
        "at": at.isoformat(),
        "kind": kind,
        "key": key,
        "payment_id": payment_id,
        "refund_id": refund_id,
        "amount_minor": money.amount_minor,
        "currency": money.currency,
    }
