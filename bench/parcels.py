"""`casework watch replay` over a day of parcels, against only reading the same file (contracts §3).

Counted is the CPU of a whole process, start included. Rounds are interleaved, the first is thrown away; the
figures are medians, the ratio with its median absolute deviation. The peer starts the same interpreter, reads
the same file into the same models, and ends: what is left is the command line, the judging and the answer.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.append import Ratio, compare
from starters.settings import CHECKOUT

SHIPMENTS = 5_000
SCANS_MAX = 20
SEED = 20_261_111
ROUNDS = 5
BUDGET = 0.4

SHIPPED_AT = datetime(2026, 11, 11, tzinfo=UTC)
ON_THE_WAY = ("in_transit", "in_transit", "in_transit", "out_for_delivery", "attempt_failed", "held")
REASONS = (
    *[None] * 20,
    "weather_delay",
    "consignee_not_home",
    "carrier_damaged_parcel",
    "carrier_parcel_lost",
)
HOURS_BETWEEN = (1, 2, 3, 4, 6, 8, 12, 24, 60)
PEER = (
    "import sys\n"
    "from domain.parcels import WatchReplay\n"
    "from starters.cli.exchange import no_collection, read_model\n"
    "with no_collection():\n"
    "    read_model(sys.argv[1], WatchReplay)\n"
)


def make_file(shipments: int = SHIPMENTS, scans_max: int = SCANS_MAX, seed: int = SEED) -> dict[str, Any]:
    """Parcels with one to `scans_max` scans, in no order, some twice; the same seed gives the same file."""
    dice = random.Random(seed)
    return {
        "thresholds": {"no_pickup": "24h", "stall": "48h", "late": "24h", "lost": "7d"},
        "shipments": [_shipment(dice, number, dice.randint(1, scans_max)) for number in range(shipments)],
        "as_of": (SHIPPED_AT + timedelta(days=30)).isoformat(),
    }


def _shipment(dice: random.Random, number: int, scans: int) -> dict[str, Any]:
    shipped_at = SHIPPED_AT + timedelta(seconds=dice.randrange(24 * 3600))
    at, made = shipped_at, list[dict[str, Any]]()
    for index in range(scans):
        at += timedelta(hours=dice.choice(HOURS_BETWEEN), seconds=dice.randrange(3600))
        status = "picked_up" if index == 0 else dice.choice(ON_THE_WAY)
        made.append({"at": at.isoformat(), "status": status, "reason": dice.choice(REASONS)})
    if dice.random() < 0.9:
        made[-1]["status"] = "delivered"
    if scans > 2 and dice.random() < 0.2:
        made[1] = made[2]
    dice.shuffle(made)
    return {
        "tracking_no": f"SW{number:06}",
        "shipped_at": shipped_at.isoformat(),
        "promised_by": (shipped_at + timedelta(hours=72)).isoformat(),
        "scans": made,
    }


def measure(shipments: int = SHIPMENTS, rounds: int = ROUNDS) -> Ratio:
    """Replay and read the same file in turns."""
    with tempfile.TemporaryDirectory(prefix="casework-bench-") as folder:
        file = Path(folder) / "parcels.json"
        file.write_text(json.dumps(make_file(shipments)), encoding="utf-8")
        replay = [sys.executable, "-m", "starters", "watch", "replay", str(file)]
        read = [sys.executable, "-c", PEER, str(file)]
        seen = [(_cpu_seconds(replay), _cpu_seconds(read)) for _ in range(rounds + 1)][1:]
    rates = [(shipments / ours, shipments / peer) for ours, peer in seen]
    return compare(f"{shipments:,} parcels replayed ÷ read", rates, BUDGET)


def _cpu_seconds(command: Sequence[str]) -> float:
    process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return usage.ru_utime + usage.ru_stime


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the CPU of a replay and the ratio, or the file; status 1 when the ratio is under its budget."""
    parser = argparse.ArgumentParser(prog="python -m bench.parcels", description=__doc__)
    parser.add_argument("--shipments", type=int, default=SHIPMENTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--file", action="store_true", help="print the file of parcels and measure nothing")
    options = parser.parse_args(arguments)
    if options.file:
        print(json.dumps(make_file(options.shipments)))
        return 0
    found = measure(options.shipments, options.rounds)
    print(
        f"{found.name}: {options.shipments / found.ours_per_second:.2f} s of CPU,"
        f" read {options.shipments / found.peer_per_second:.2f} s;"
        f" {found.ratio:.2f} ±{found.deviation:.2f}, budget {BUDGET}"
    )
    return int(found.ratio < BUDGET)


if __name__ == "__main__":
    raise SystemExit(main())
