"""Starts one program closed in, watches it, and says how it ended.

Run as `python -I -S -B -c "...launcher.main()" SETTINGS PROGRAM ARGUMENT...`, where SETTINGS is
a marshalled dict in hexadecimal:

    status     descriptor to which one line `exit N`, `signal N` or `error TEXT` is written, with
               CPU seconds and peak memory in KiB behind the first two
    parent     process id that must still be the parent, or 0
    wall       seconds after which the group ends, whatever the parent does; 0 for never
    limits     resource number -> (soft, hard)
    keep       descriptors that the program inherits, beside 0 to 2
    namespace  None, or the arguments of `namespaces.enter`
    landlock   None, or the arguments of `landlock.restrict`
    seccomp    None, or a compiled filter

The program runs only when every step has succeeded; else the line is `error TEXT` and nothing ran.
The launcher stays as the program's parent, so that the whole process group ends when the tool is
killed: the kernel's parent-death signal alone would spare grandchildren.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # `signal` imports for 5 ms
import marshal
import os
import resource
import sys

from agent.toolchain.jail import landlock, libc

LONGEST_ORDER = 64 << 10
"""Bytes of what a process that stands by is told."""
_RESET = (signal.SIGXFSZ, signal.SIGPIPE, signal.SIGTERM, signal.SIGINT, signal.SIGALRM)

TYPE_CHECKING = False
if TYPE_CHECKING:  # `typing` imports for 10 ms
    from typing import Any


def main() -> None:
    """Read the settings from the command line and carry them out."""
    supervise(sys.argv[2:], marshal.loads(bytes.fromhex(sys.argv[1])), dict(os.environ))  # noqa: S302


def supervise(program: list[str], settings: dict[str, Any], env: dict[str, str]) -> None:
    """Start the program, wait for it, report, leave."""
    status: int = settings["status"]
    signal.signal(signal.SIGTERM, _end_group)
    signal.signal(signal.SIGALRM, _end_group)
    signal.setitimer(signal.ITIMER_REAL, settings["wall"])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGTERM)
    if settings["parent"] and os.getppid() != settings["parent"]:
        os._exit(1)
    supervisor = os.getpid()
    child = os.fork()
    if child == 0:
        become(program, settings, supervisor, env)
    for descriptor in settings["keep"]:
        os.close(descriptor)
    _, code, usage = os.wait4(child, 0)
    say(status, ending(code, usage))
    os._exit(0)


def ending(code: int, usage: resource.struct_rusage) -> str:
    """The status line of a process that was waited for."""
    kind, number = ("signal", os.WTERMSIG(code)) if os.WIFSIGNALED(code) else ("exit", code >> 8)
    return f"{kind} {number} {usage.ru_utime + usage.ru_stime:.3f} {usage.ru_maxrss}"


def _end_group(_signal: int, _frame: object) -> None:
    os.kill(0, signal.SIGKILL)


def say(status: int, line: str) -> None:
    """Write the status line."""
    os.write(status, line.encode(errors="replace")[:4000] + b"\n")


def become(
    program: list[str], settings: dict[str, Any], supervisor: int, env: dict[str, str]
) -> None:
    """Close this process in and turn it into the program. Never returns."""
    try:
        _close_in(settings, supervisor)
        os.execve(program[0], program, env)  # noqa: S606  that is its task
    except BaseException as error:  # whatever it was, the program must not run
        say(settings["status"], f"error {error}")
    os._exit(127)


def stand_by(settings: dict[str, Any], supervisor: int, orders: int) -> None:
    """Close this process in, wait to be told a program, and turn into it. Never returns.

    `orders` is a socket that keeps messages apart; the one message is a marshalled tuple of the
    program with its arguments and its environment. When the other end closes, this process ends.
    """
    try:
        _close_in(settings, supervisor)
        if told := os.read(orders, LONGEST_ORDER):
            program, env = marshal.loads(told)  # noqa: S302  our own
            os.close(orders)
            signal.setitimer(signal.ITIMER_REAL, settings["wall"])
            os.execve(program[0], program, env)  # noqa: S606  that is its task
    except BaseException as error:  # whatever it was, the program must not run
        say(settings["status"], f"error {error}")
    os._exit(127)


def _close_in(settings: dict[str, Any], supervisor: int) -> None:
    """Take the sandbox and the limits upon this process."""
    # Python ignores these, and an ignored signal stays ignored in the program.
    for number in _RESET:
        signal.signal(number, signal.SIG_DFL)
    os.set_inheritable(settings["status"], False)
    if settings["namespace"]:
        from agent.toolchain.jail import namespaces

        namespaces.enter(*settings["namespace"])
    if settings["landlock"]:
        landlock.restrict(*settings["landlock"])
    libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != supervisor:
        os._exit(1)
    for number, (soft, hard) in settings["limits"].items():
        ceiling = resource.getrlimit(number)[1]
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        resource.setrlimit(number, (soft, hard))
    if settings["seccomp"]:
        libc.seccomp(settings["seccomp"])
