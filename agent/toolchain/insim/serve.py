"""A simulator that has imported the testbench and forks once for each design.

What `guard` does for one design is done in two parts here: the import once, the rest in a process
forked for each job, which then returns to `vvp` and opens its design. Nothing untrusted is ever
read in the process that forks.

On MEVAGENT_CONTROL, a socket that keeps messages apart, each message a JSON object:

    out   {"files": {path: signature}, "began": ns}   ready, and what the import depends on
    out   {"unfit": reason}                            a fork would not be as good; the last message
    in    {"wall": seconds, "cpu": seconds}            a job, with the descriptors of its output and
                                                       of its report; its files lie in the directory
    out   {"line": "exit N CPU RSS"}                   how it ended, as the launcher says it

The other end closes the socket to end this process; what it forked dies with it.
"""

from __future__ import annotations

import _socket
import ctypes
import gc
import json
import os
import random
import resource
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

from agent.toolchain.insim import guard, report
from agent.toolchain.insim.watch import Watch
from agent.toolchain.jail import libc

_GRACE_S = 2.0
"""How long after the deadline a job ends by itself, whatever the others do."""
_MOST_SAID = 1 << 20


def main() -> None:
    """Import, then fork; returns only in a process that may open its design."""
    control = _socket.socket(fileno=int(os.environ.pop("MEVAGENT_CONTROL")))
    os.set_inheritable(control.fileno(), False)
    settings = guard.begin()
    began = time.time_ns()
    path = Path(settings["testbench"])
    watch = Watch(str(path.parent), settings["run"], settings["data"], settings["fixed"])
    _load_the_rest()
    watch.begin()
    try:
        guard.load(settings)
    except guard.FaultError as fault:
        _leave(control, str(fault))
    files = watch.end()
    said = _said()
    if watch.unfit or len(said) > _MOST_SAID:
        _leave(control, watch.unfit or "it prints too much")
    gc.collect()
    gc.freeze()
    _send(control, {"files": files, "began": began})
    _serve(control, settings, said)


def _load_the_rest() -> None:
    """What is not the testbench's, that which cocotb imports only with a design included."""
    import pygpi.entry  # noqa: F401


def _said() -> bytes:
    """What the import printed: each job's output begins with it."""
    sys.stdout.flush()
    sys.stderr.flush()
    ctypes.CDLL(None).fflush(None)
    return os.pread(1, _MOST_SAID + 1, 0)


def _send(control: _socket.socket, message: dict[str, Any]) -> None:
    control.send(json.dumps(message).encode())


def _leave(control: _socket.socket, reason: str) -> None:
    _send(control, {"unfit": reason})
    os._exit(0)


def _serve(control: _socket.socket, settings: dict[str, Any], said: bytes) -> None:
    """Fork for each job; returns in the forked process, closed in."""
    server = os.getpid()
    while True:
        message, rights, _, _ = control.recvmsg(
            1 << 12, _socket.CMSG_SPACE(8), _socket.MSG_CMSG_CLOEXEC
        )
        if not message:
            os._exit(0)
        packed = b"".join(sent for _, _, sent in rights)
        output, channel = (int.from_bytes(packed[at : at + 4], sys.byteorder) for at in (0, 4))
        state = random.getstate()
        child = os.fork()
        if child == 0:
            try:
                control.close()
                random.setstate(state)  # Python seeds anew in a forked process
                _become(json.loads(message), output, channel, server, said)
                guard.close_in(settings)
            except BaseException as error:  # nothing may run that is not closed in
                os.write(2, f"guard: {error!r}\n".encode())
                os._exit(71)
            return
        os.close(output)
        os.close(channel)
        _send(control, {"line": _wait(child, control)})


def _become(order: dict[str, Any], output: int, channel: int, server: int, said: bytes) -> None:
    """Take on the job's limits and descriptors."""
    libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != server:
        os._exit(71)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    report.open_channel(channel)
    if said:
        os.write(1, said)
    signal.setitimer(signal.ITIMER_REAL, order["wall"] + _GRACE_S)
    ceiling = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft, hard = order["cpu"], order["cpu"] + 1
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _wait(child: int, control: _socket.socket) -> str:
    """Wait for the job's end and tell of it; ends with the job when the other end is gone."""
    pidfd = os.pidfd_open(child)
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    poll.register(control, 0)
    ended = {descriptor for descriptor, _ in poll.poll()}
    if pidfd not in ended:
        os._exit(1)
    os.close(pidfd)
    _, code, usage = os.wait4(child, 0)
    kind, number = ("signal", os.WTERMSIG(code)) if os.WIFSIGNALED(code) else ("exit", code >> 8)
    return f"{kind} {number} {usage.ru_utime + usage.ru_stime:.3f} {usage.ru_maxrss}"
