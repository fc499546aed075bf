#!/usr/bin/env python3
"""Judges a storm by the gateway's journal and the callers' acknowledgements: `python storm/judge.py DIR`.

It needs nothing but Python and the files in DIR, and none of ours is imported, so that it can be read in one
sitting and run anywhere:

  journal.jsonl   the gateway's: at, kind, key, payment_id, refund_id, amount_minor, currency. A `capture` is
                  money that came in; `refund` and `compensation` went out, a `reversal` of one came back.
  acks.jsonl      the callers': at, case, update_id, accepted
  promises.jsonl  the callers': at, case, order_id, payment_ids, amount_minor, currency; what an accepted
                  request let be paid for a case (nothing where goods are exchanged)

Status 0 if all holds, 1 if not, 2 if a file cannot be read.
"""

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

OUT = ("refund", "compensation")
FIELDS = {
    "journal": {"at", "kind", "key", "payment_id", "refund_id", "amount_minor", "currency"},
    "acks": {"at", "case", "update_id", "accepted"},
    "promises": {"at", "case", "order_id", "payment_ids", "amount_minor", "currency"},
}
MOST_SHOWN = 20

Line = dict[str, Any]


def judge(journal: list[Line], acks: list[Line], promises: list[Line]) -> dict[str, Any]:
    """What was counted, and every violation; none where all holds."""
    violations = [*_twice(journal), *_over_cap(journal), *_unreconciled(journal, promises)]
    violations += _unasked(acks, promises)
    refunds = [line for line in journal if line["kind"] in OUT]
    off = sum(each["off_minor"] for each in violations if each["invariant"] == "I3")
    return {
        "cases": len({ack["case"] for ack in acks if ack["accepted"]}),
        "acknowledgements": len(acks),
        "refunds": len({line["key"] for line in refunds}),
        "paid_minor": sum(line["amount_minor"] for line in refunds),
        "promised_minor": sum(line["amount_minor"] for line in promises),
        "duplicate_refunds": sum(1 for each in violations if each["invariant"] == "I1"),
        "over_cap": sum(1 for each in violations if each["invariant"] == "I2"),
        "unreconciled_minor": off,
        "violations": violations,
    }


def _twice(journal: list[Line]) -> list[Line]:
    """I1: a key (case, number, part) is paid at most once."""
    paid, refs = Counter[str](), defaultdict[str, set[str]](set)
    for line in journal:
        if line["kind"] in OUT:
            paid[line["key"]] += 1
            refs[line["key"]].add(line["refund_id"])
    return [
        _violation("I1", key, f"paid {times} times, as {', '.join(sorted(refs[key]))}")
        for key, times in paid.items()
        if times > 1
    ]


def _over_cap(journal: list[Line]) -> list[Line]:
    """I2: no more goes back of a payment than came in by it, and in no other currency."""
    captured, back = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for line in journal:
        payment = (line["payment_id"], line["currency"])
        if line["kind"] == "capture":
            captured[payment] += line["amount_minor"]
        elif line["kind"] != "compensation":
            back[payment] += _signed(line)
    return [
        _violation("I2", payment, f"{minor} {currency} went back, {captured[payment, currency]} came in")
        for (payment, currency), minor in back.items()
        if minor > captured[payment, currency]
    ]


def _unreconciled(journal: list[Line], promises: list[Line]) -> list[Line]:
    """I3: what callers were acknowledged for an order is what the gateway paid for it, to the minor unit."""
    order_of: dict[str, str] = {}
    due, paid = Counter[tuple[Any, Any]](), Counter[tuple[Any, Any]]()
    for promise in promises:
        order_of.update(dict.fromkeys(promise["payment_ids"], promise["order_id"]))
        due[promise["order_id"], promise["currency"]] += promise["amount_minor"]
    for line in journal:
        if line["kind"] != "capture":
            order = order_of.get(line["payment_id"], line["payment_id"])
            paid[order, line["currency"]] += _signed(line)
    return [
        _violation(
            "I3", order, f"{paid[order, currency]} {currency} paid, {due[order, currency]} acknowledged"
        )
        | {"off_minor": abs(paid[order, currency] - due[order, currency])}
        for order, currency in sorted(due.keys() | paid.keys())
        if paid[order, currency] != due[order, currency]
    ]


def _unasked(acks: list[Line], promises: list[Line]) -> list[Line]:
    """The files must fit each other: a promise rests on an acknowledgement."""
    accepted = {ack["case"] for ack in acks if ack["accepted"]}
    strangers = {promise["case"] for promise in promises} - accepted
    return [
        _violation("files", case, "was promised money, and never acknowledged") for case in sorted(strangers)
    ]


def _signed(line: Line) -> int:
    return -line["amount_minor"] if line["kind"] == "reversal" else line["amount_minor"]


def _violation(invariant: str, subject: str, message: str) -> Line:
    return {"invariant": invariant, "subject": subject, "message": message}


def read(folder: Path, name: str) -> list[Line]:
    """The lines of a file. Raises `ValueError` that says where one is wrong, `OSError` without the file."""
    path, lines = folder / f"{name}.jsonl", list[Line]()
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            line = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"{path}:{number}: {error}") from None
        missing = FIELDS[name] - line.keys()
        if missing:
            raise ValueError(f"{path}:{number}: lacks {', '.join(sorted(missing))}")
        amount = line.get("amount_minor", 0)
        if type(amount) is not int or amount < 0:
            raise ValueError(f"{path}:{number}: {amount!r} is no amount in minor units")
        lines.append(line)
    return lines


def judge_folder(folder: Path) -> dict[str, Any]:
    """The judgement on the files in a folder."""
    return judge(read(folder, "journal"), read(folder, "acks"), read(folder, "promises"))


def main(arguments: list[str]) -> int:
    """Print the judgement; the exit status."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        said = judge_folder(Path(arguments[0]))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"judge: {error}\n")
        return 2
    shown = said | {"violations": said["violations"][:MOST_SHOWN]}
    sys.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
    return 1 if said["violations"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
