"""The other proofs about money at their full sizes, one line each: `make storm` runs them after the storm."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from starters.settings import CHECKOUT

SECONDS_AT_MOST = 1800


@dataclass(frozen=True)
class Size:
    """A test, and the environment in which it is as large as promised."""

    name: str
    test: str
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    at_once: int = 1


SIZES = (
    Size(
        "lost replies: 3 gateways, 1,000 refunds each",
        "tests/providers/test_lost_replies.py",
        {"CASEWORK_LOST_REPLIES": "1000"},
    ),
    Size("the last cent: 200 orders, 8 cases each", "tests/money/test_cap_race.py"),
    Size(
        "a gateway away for 26 hours: 100 refunds",
        "tests/workflows/test_long_outage.py",
        {"CASEWORK_REFUNDS": "100"},
    ),
    Size(
        "Temporal away for 3 minutes under intake",
        "tests/workflows/test_kept_intake.py",
        {"CASEWORK_AWAY_SECONDS": "180"},
    ),
    Size("20,000 worlds", "tests/money/test_simulation.py", {"CASEWORK_SEEDS": "20000"}, at_once=2),
)


def main() -> int:
    """Run them one after the other, each with a line on standard error; 1 if one fails."""
    return max([_run(size) for size in SIZES])


def _run(size: Size) -> int:
    command = [sys.executable, "-m", "pytest", "-q", size.test, "-p", "no:cacheprovider"]
    command += ["-n", str(size.at_once), f"--timeout={SECONDS_AT_MOST}"]
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=CHECKOUT, env={**os.environ, **size.env}, capture_output=True, text=True, check=False
    )
    said = re.findall(r"^\d+ (?:passed|failed).*?(?= in )", done.stdout, re.M)
    verdict = "ok  " if done.returncode == 0 else "FAIL"
    took = time.monotonic() - began
    sys.stderr.write(f"  {verdict} {size.name:<46} {took:5.0f} s  {''.join(said)}\n")
    if done.returncode:
        sys.stderr.write(done.stdout[-4000:] + done.stderr[-1000:])
    return min(done.returncode, 1)


if __name__ == "__main__":
    sys.exit(main())
