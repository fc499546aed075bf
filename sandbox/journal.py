"""An append-only file of JSON lines that a part of the sandbox rebuilds itself from."""

import os
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, TypeAdapter

E = TypeVar("E", bound=BaseModel)


class Journal(Generic[E]):
    """Entries in the order they happened. `durable`: on disk before `append` returns, for money."""

    def __init__(self, path: Path, entries: TypeAdapter[E], *, durable: bool = False) -> None:
        self._entries = entries
        self._durable = durable
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+b", buffering=0)
        if durable:
            _sync_folder(path.parent)

    def replay(self) -> list[E]:
        """What was recorded. A line that a kill tore off in the middle was never answered for: it is cut."""
        self._file.seek(0)
        content = self._file.read()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            self._file.truncate(len(whole))
        return [self._entries.validate_json(line) for line in whole.splitlines()]

    def append(self, *entries: E) -> None:
        """Record the entries together; a write that fails leaves no trace."""
        end = self._file.seek(0, os.SEEK_END)
        try:
            self._write(b"".join(entry.model_dump_json().encode() + b"\n" for entry in entries))
            if self._durable:
                os.fdatasync(self._file.fileno())
        except OSError:
            self._file.truncate(end)
            raise

    def _write(self, content: bytes) -> None:
        rest = memoryview(content)
        while rest:
            rest = rest[self._file.write(rest) :]

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _sync_folder(folder: Path) -> None:
    """Make the new file's name durable, not only its content."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
