"""The sandbox's own clock: real time, moved when somebody sets it, so that nobody has to sleep."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Runs at the pace of real time from wherever it was set to."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        """The sandbox's present moment, in UTC."""
        return datetime.now(UTC) + self._offset

    def set(self, now: datetime) -> None:
        """From here on it is `now` and runs on."""
        self._offset = now - datetime.now(UTC)
