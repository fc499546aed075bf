"""Runs the tests of a target against each mutant, in copies of the tree.

Each mutant has a process of its own, forked from one that has the heavy packages loaded and nothing of ours.
"""

import contextlib
import math
import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

from tests.mutation.mutants import Mutant
from tests.sabotage.tree import copied

PATIENCE = 4
"""A mutant that needs so many times as long as no mutant at all has made the tests hang."""
PATIENCE_AT_LEAST_SECONDS = 60
GRACE_SECONDS = 20
TESTS_FAILED, STOPPED = 1, 143


class Verdict(NamedTuple):
    """What became of a mutant: killed by a failing test, or by tests that came to no end."""

    mutant: Mutant
    killed: bool


def judged(mutants: Sequence[Mutant], tests: Sequence[str], jobs: int) -> list[Verdict]:
    """Whether the tests notice each mutant. Raises RuntimeError where they fail without any."""
    fork = multiprocessing.get_context("fork")
    ends: list[Connection] = []
    workers: list[BaseProcess] = []
    for job in range(jobs):
        ours, theirs = fork.Pipe(duplex=False)
        worker = fork.Process(target=_work, args=(mutants[job::jobs], tests, theirs))
        worker.start()
        theirs.close()
        ends.append(ours)
        workers.append(worker)
    verdicts: list[Verdict] = []
    for end in ends:
        with contextlib.suppress(EOFError):
            while True:
                verdicts.append(end.recv())
    for worker in workers:
        worker.join()
    if len(verdicts) != len(mutants):
        raise RuntimeError("the tests fail without any mutant, or a worker died; see above")
    return verdicts


def _work(mutants: Sequence[Mutant], tests: Sequence[str], told: Connection) -> None:
    signal.signal(signal.SIGTERM, _leave)
    with copied() as tree:
        started = time.monotonic()
        if _run(tree, tests, None) != 0:
            print((tree / "mutant.log").read_text(encoding="utf-8"), file=sys.stderr)
            return
        patience = max(PATIENCE_AT_LEAST_SECONDS, PATIENCE * (time.monotonic() - started))
        for mutant in mutants:
            path = tree / mutant.path
            source, was = path.read_bytes(), path.stat()
            path.write_bytes(mutant.of(source))
            try:
                verdict = Verdict(mutant, killed=_run(tree, tests, patience) != 0)
            finally:
                path.write_bytes(source)
                os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))  # so that its .pyc is good again
            told.send(verdict)
            said = "." if verdict.killed else f"\nsurvived: {mutant.told(source)}\n"
            print(said, end="", file=sys.stderr, flush=True)
    told.close()


def _leave(_number: int, _frame: object) -> None:
    sys.exit(STOPPED)


def _run(tree: Path, tests: Sequence[str], patience: float | None) -> int | None:
    """The status of the tests in the tree; None when they came to no end."""
    child = os.fork()
    if child == 0:
        _test(tree, tests, keep_compiled=patience is None)
    try:
        ended = _ended(child, patience)
    except BaseException:
        _stop(child)
        raise
    if ended is None:
        _stop(child)
    return ended


def _ended(child: int, patience: float | None) -> int | None:
    until = math.inf if patience is None else time.monotonic() + patience
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    return None


def _stop(child: int) -> None:
    """Let the tests stop the servers that they have started; then end what does not end."""
    os.killpg(child, signal.SIGINT)
    if _ended(child, GRACE_SECONDS) is None:
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _test(tree: Path, tests: Sequence[str], *, keep_compiled: bool) -> None:
    """In the child: run the tests in the tree until one fails; never returns."""
    status = TESTS_FAILED
    try:
        os.setpgid(0, 0)
        os.chdir(tree)
        sys.dont_write_bytecode = not keep_compiled
        log = os.open("mutant.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        sys.path[:] = [str(tree), *(each for each in sys.path if each not in ("", str(Path.cwd())))]
        for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
            del sys.modules[name]
        import pytest

        options = ["-q", "-x", "-p", "no:cacheprovider", "--hypothesis-seed=0", f"--rootdir={tree}"]
        options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # packages are loaded by then
        status = int(pytest.main([*options, *tests]))
        sys.stdout.flush()
    except BaseException:  # noqa: BLE001  (the child ends here whatever happens)
        traceback.print_exc()
    finally:
        os._exit(status)


OURS = ("domain", "store", "providers", "activities", "workflows", "starters", "workers", "sandbox", "tests")
