"""`make mutation`: how many small slips in the ledger and the clocks the tests notice.

Status 1 where the score of a target is below what is asked for. `--sample` judges so many mutants of each
target, drawn by `--seed`; without it, all.
"""

import argparse
import importlib
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from random import Random

from starters.settings import CHECKOUT
from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.runner import Verdict, judged
from tests.mutation.targets import TARGETS, Target

SCORE_PERCENT_MIN = 85
NICE = 19
HEAVY = ("asyncpg", "hypothesis", "pydantic", "pytest", "temporalio.client")
"""Not ours, and slow to load: once, for all that are forked."""


def drawn(target: Target, sample: int | None, seed: int) -> list[Mutant]:
    """The mutants to judge, in the dice's order: of a run that is cut short they are a sample, too."""
    found = [mutant for path in target.modules for mutant in mutants_of(path, (CHECKOUT / path).read_bytes())]
    return Random(seed).sample(found, min(sample or len(found), len(found)))


def score(verdicts: Sequence[Verdict]) -> float:
    """How many of a hundred were noticed."""
    return 100 * sum(each.killed for each in verdicts) / len(verdicts)


def report(name: str, verdicts: Sequence[Verdict]) -> dict[str, object]:
    """Per module and as a whole, with those that nobody noticed."""
    of_module = Counter(each.mutant.path for each in verdicts)
    killed = Counter(each.mutant.path for each in verdicts if each.killed)
    return {
        "target": name,
        "mutants": len(verdicts),
        "score_percent": round(score(verdicts), 1),
        "modules": {path: {"mutants": of_module[path], "killed": killed[path]} for path in sorted(of_module)},
        "survivors": [
            each.mutant.told((CHECKOUT / each.mutant.path).read_bytes())
            for each in sorted(verdicts)
            if not each.killed
        ],
    }


def main() -> int:
    """Judge, print, and say by the status whether it is enough."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[[], *TARGETS], help="ledger, clocks; both if none")
    parser.add_argument("--sample", type=int, help="so many mutants of each target")
    parser.add_argument("--seed", type=int, default=1, help="by which they are drawn")
    parser.add_argument("--module", action="append", help="only of these modules")
    parser.add_argument("--jobs", type=int, default=2, help="copies of the tree at once")
    parser.add_argument("--json", action="store_true", help="for programs")
    args = parser.parse_args()
    os.nice(NICE)
    for package in HEAVY:
        importlib.import_module(package)
    reports: list[dict[str, object]] = []
    for name in args.targets or TARGETS:
        target = TARGETS[name]
        if args.module:
            target = target._replace(modules=tuple(m for m in target.modules if m in args.module))
        verdicts = judged(drawn(target, args.sample, args.seed), target.tests, args.jobs)
        reports.append(report(name, verdicts))
    print(file=sys.stderr)
    print(json.dumps(reports, indent=2, ensure_ascii=False) if args.json else text(reports, args))
    return int(any(float(str(each["score_percent"])) < SCORE_PERCENT_MIN for each in reports))


def text(reports: Sequence[dict[str, object]], args: argparse.Namespace) -> str:
    """The same for people."""
    lines: list[str] = []
    for each in reports:
        share = f"{args.sample} drawn by seed {args.seed}" if args.sample else "all"
        lines.append(f"{each['target']}: {each['score_percent']} % of {each['mutants']} mutants ({share})")
        modules = each["modules"]
        assert isinstance(modules, dict)
        for path, of in modules.items():  # pyright: ignore[reportUnknownVariableType]
            lines.append(f"  {path:32} {of['killed']:4} of {of['mutants']:4}")
        survivors = each["survivors"]
        assert isinstance(survivors, list)
        lines += [f"  survived: {one}" for one in survivors]  # pyright: ignore[reportUnknownVariableType]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
