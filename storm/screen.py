"""How far a storm is: a line that renews itself on a terminal, nothing where nobody looks."""

import asyncio
import time
from typing import TextIO

from storm.run import Storm

EVERY_SECONDS = 0.5
WIDTH = 79


class Screen:
    """Writes to one stream."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def line(self, text: str) -> None:
        """A line that stays."""
        self._stream.write(text + "\n")
        self._stream.flush()

    async def follow(self, storm: Storm) -> None:
        """Renew the line until cancelled, then take it away."""
        if not self._stream.isatty():
            return
        try:
            while True:
                self._stream.write(f"\r{progress(storm):<{WIDTH}}")
                self._stream.flush()
                await asyncio.sleep(EVERY_SECONDS)
        finally:
            self._stream.write(f"\r{'':<{WIDTH}}\r")
            self._stream.flush()


def progress(storm: Storm) -> str:
    """Where the storm is, in one line."""
    seconds = max(time.monotonic() - storm.began, 0.001)
    if storm.phase != "blowing":
        return f"{storm.phase}: {storm.size.cases} cases"
    rate = storm.driven / seconds
    left = (storm.size.cases - storm.driven) / rate if rate else 0
    wrong = len(storm.wrong) + len(storm.callers.found)
    return (
        f"{storm.driven}/{storm.size.cases} cases  {storm.strikes.kills.total()}/{storm.size.kills} kills  "
        f"{rate:.1f}/s  {seconds:.0f} s, {left:.0f} s left  {wrong} wrong"
    )[:WIDTH]
