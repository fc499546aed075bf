"""How a program of ours that goes on until it is told to stop is run, and ends."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from domain.errors import CaseworkError
from starters.leaving import run_and_leave


def run_until_told(main: Callable[[], Coroutine[Any, Any, None]]) -> NoReturn:
    """Run it, and end the process; a reason not to start is one line and status 1."""

    def run() -> None:
        try:
            asyncio.run(main())
        except CaseworkError as error:
            sys.exit(f"casework: {error.code}: {error.message}")

    run_and_leave(run)
