"""Ties a part to its supervisor: when the supervisor goes, however it goes, the part gets its stop signal.

Run as a script of its own, before the part: `tether.py PARENT_PID STOP_SIGNAL ACCOUNT|- COMMAND…`. A function
called between fork and exec would do the same, but may hang where other threads hold locks.
"""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 0.5


def become(account: str) -> None:
    """Give up root for the account."""
    entry = pwd.getpwnam(account)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    os.environ["HOME"] = entry.pw_dir


def watch(parent: int, stop_signal: int, command: list[str]) -> int:
    """Where the kernel has no death signal: stay beside the part and look for the parent."""
    part = subprocess.Popen(command)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: part.send_signal(received))
    while part.poll() is None:
        if os.getppid() != parent:
            part.send_signal(stop_signal)
            return part.wait()
        time.sleep(LOOK_SECONDS)
    return part.returncode


def main(parent: int, stop_signal: int, account: str, command: list[str]) -> int:
    """Become the part; returns only where it has to stay beside it, or if the parent is gone already."""
    if account != "-":
        become(account)
    if sys.platform != "linux":
        return watch(parent, stop_signal, command)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, stop_signal)
    if os.getppid() == parent:
        os.execv(command[0], command)
    return 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]))
