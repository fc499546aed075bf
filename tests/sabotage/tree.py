"""A copy of the tree to damage: nobody's own files are ever touched."""

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from starters.settings import CHECKOUT

LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".casework", "__pycache__", ".*_cache", ".hypothesis", ".coverage*", "htmlcov"
)


@contextmanager
def copied() -> Generator[Path]:
    """The tree as it is now, in a temporary folder, until it is left."""
    with tempfile.TemporaryDirectory(prefix="casework-copy-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(CHECKOUT, copy, ignore=LEFT_OUT)
        yield copy
