"""Compiled workflow code: the sandbox loads it anew for every case, and shall not compile it every time."""

import sys
from importlib.util import cache_from_source
from pathlib import Path

from workflows import options


def keep_bytecode(folder: Path) -> None:
    """Where Python keeps no compiled code beside the sources, have it keep it in this folder.

    So it is where `PYTHONDONTWRITEBYTECODE` is set, as in many images, and in checkouts that the worker may
    not write to. Compiling for each case takes a good part of a worker's CPU (docs/performance.md).
    """
    if not Path(cache_from_source(options.__file__)).exists():
        sys.pycache_prefix, sys.dont_write_bytecode = str(folder), False
