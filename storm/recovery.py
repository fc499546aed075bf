"""How long callers waited after a kill: for each request that was on its way when something died."""

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager


class Recovery:
    """Kills and the waits that met them. Times are the machine's monotonic seconds."""

    def __init__(self) -> None:
        self._kills: list[float] = []
        self.seconds: list[float] = []

    def struck(self) -> None:
        """Something was killed just now."""
        self._kills.append(time.monotonic())

    @contextmanager
    def waiting(self) -> Generator[None]:
        """A request is on its way while the block runs."""
        began = time.monotonic()
        try:
            yield
        finally:
            first = next((kill for kill in self._kills if kill > began), None)
            if first is not None:
                self.seconds.append(time.monotonic() - first)


def percentile(seconds: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed; 0 of nothing."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
