"""How our programs end: with their own status, whatever threads the Temporal client has left running."""

import atexit
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

INTERRUPTED = 130


def run_and_leave(program: Callable[[], object]) -> NoReturn:
    """Run the program and end the process with its status, without the interpreter's own teardown.

    A thread of the Temporal client that touches Python while the interpreter is being taken down aborts the
    process (temporalio/sdk-python issue 300): a command that has done its work, or has said why it could not,
    would end with SIGABRT instead of its status. What was registered to run at exit does run.
    """
    status = _status_of(program)
    atexit._run_exitfuncs()  # pyright: ignore[reportPrivateUsage]
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def _status_of(program: Callable[[], object]) -> int:
    try:
        program()
    except SystemExit as leaving:
        if isinstance(leaving.code, str):
            print(leaving.code, file=sys.stderr)
            return 1
        return leaving.code or 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except BaseException:  # noqa: BLE001 - as the interpreter would: told, then status 1
        sys.excepthook(*sys.exc_info())  # pyright: ignore[reportArgumentType]
        return 1
    return 0
