"""`make sabotage`: plants twelve defects one by one, in a copy of the tree, and says which tests notice each.

The tests must pass without any of them first. Status 1 unless all are caught. With names, only those whose
name has one of them.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.sabotage.defects import DEFECTS, Defect
from tests.sabotage.runner import TESTS_PASSED, Finding, NotThere, judged, tests_run
from tests.sabotage.tree import copied


def main() -> int:
    """Plant, run, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.sabotage", description=__doc__)
    parser.add_argument("names", nargs="*", help="part of a defect's name; all if none")
    parser.add_argument("--json", action="store_true", help="for programs")
    args = parser.parse_args()
    chosen = [
        defect for defect in DEFECTS if not args.names or any(name in defect.name for name in args.names)
    ]
    if not chosen:
        parser.error(f"no defect has such a name: {', '.join(args.names)}")
    with copied() as tree:
        if (broken := without_defects(tree, chosen)) is not None:
            print(f"the tests fail without any defect:\n{broken}", file=sys.stderr)
            return 1
        try:
            findings = [told(judged(tree, defect)) for defect in chosen]
        except NotThere as gone:
            print(gone, file=sys.stderr)
            return 1
    told_as = json.dumps([each._asdict() for each in findings], indent=2) if args.json else text(findings)
    print(told_as)
    return int(not all(each.caught for each in findings))


def told(finding: Finding) -> Finding:
    """Say at once what became of it: all twelve take minutes."""
    print(line(finding), file=sys.stderr, flush=True)
    return finding


def without_defects(tree: Path, chosen: Sequence[Defect]) -> str | None:
    """What the tests say of the tree as it is; None when all pass."""
    tests = tuple(dict.fromkeys(path for defect in chosen for path in defect.tests))
    status, said = tests_run(tree, tests)
    return None if status == TESTS_PASSED else said


def text(findings: Sequence[Finding]) -> str:
    """A line per defect, for people."""
    caught = sum(each.caught for each in findings)
    return "\n".join([*map(line, findings), f"{caught} of {len(findings)} planted defects are caught"])


def line(finding: Finding) -> str:
    """One defect, and the first test that noticed it."""
    seen = finding.by[0] if finding.caught else finding.why
    return f"{'caught' if finding.caught else 'MISSED':7} {finding.defect:42} {seen}"


if __name__ == "__main__":
    sys.exit(main())
