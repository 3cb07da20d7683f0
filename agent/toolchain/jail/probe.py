"""A small attack, run in the sandbox before anything else is: every step must be refused.

`python -I -S -B probe.py HIDDEN INSIDE` leaves with status 0 when the file INSIDE can be written
and nothing else can be reached; else it prints what could, and leaves with 1.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable


def main() -> None:
    """Try everything, say what worked."""
    hidden, inside = sys.argv[1:3]
    attempts: tuple[tuple[str, Callable[[], object]], ...] = (
        ("read a file outside", lambda: os.open(hidden, os.O_RDONLY)),
        ("write a file outside", lambda: os.open(hidden, os.O_WRONLY)),
        ("truncate a file outside", lambda: os.truncate(hidden, 0)),
        ("remove a file outside", lambda: os.unlink(hidden)),  # noqa: PTH108
        ("change a file outside", lambda: os.chmod(hidden, 0o777)),  # noqa: PTH101, S103
        ("read the environment", lambda: os.open("/proc/self/environ", os.O_RDONLY)),
        ("read the password file", lambda: os.open("/etc/passwd", os.O_RDONLY)),
        ("signal the launcher", lambda: os.kill(os.getppid(), 0)),
        ("leave the process group", os.setsid),
        ("start a process", _fork),
        ("open a socket", _socket),
    )
    reached = []
    for name, attempt in attempts:
        try:
            attempt()
        except OSError:
            continue
        reached.append(name)
    try:
        os.close(os.open(inside, os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError as error:
        reached.append(f"be kept from its own folder ({error})")
    if reached:
        sys.stdout.write("it could " + ", ".join(reached))
        sys.exit(1)


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _socket() -> None:
    import _socket

    _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM, 0).close()


if __name__ == "__main__":
    main()
