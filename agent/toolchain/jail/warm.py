"""A bare Python that has the launcher loaded and forks one for each request.

Run as `python -I -S -B -c "...warm.main()" DESCRIPTOR`, where the descriptor is a socket that keeps
messages apart. Each is marshalled:

    a dict    start: `settings`, `argv`, `cwd`, `env`, `report`, `single` and `waits` as in
              `agent/launching.py`; with it come the descriptors of output, status, and those to
              keep. The answer is a process id, with a pidfd.
    a number  a process that has ended: the answer is its exit code and the launcher's line

What is started leads a process group: a launcher, or, if it is `single`, the program itself, which
then cannot start others. It is not reaped before it is asked for, so its number stays its own, and
its group can be killed without meeting a stranger. The end of this process ends it.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # `signal` imports for 5 ms
import _socket
import gc
import marshal
import os
import sys

from agent.toolchain.jail import launcher

TYPE_CHECKING = False
if TYPE_CHECKING:  # `typing` imports for 10 ms
    from typing import Any, NoReturn

_LONGEST = 1 << 18
_MOST_FDS = 16


def main() -> None:
    """Serve until the other end is closed."""
    control = _socket.socket(fileno=int(sys.argv[1]))
    os.set_inheritable(control.fileno(), False)
    gc.collect()
    gc.freeze()
    while True:
        data, descriptors = _receive(control)
        if not data:
            os._exit(0)
        request = marshal.loads(data)  # noqa: S302  our own
        if isinstance(request, int):
            _, code, usage = os.wait4(request, 0)
            line = launcher.ending(code, usage)
            control.send(f"{os.waitstatus_to_exitcode(code)} {line}".encode())
            continue
        parent = os.getpid()
        child = os.fork()
        if child == 0:
            control.close()
            _start(request, descriptors, parent)
        try:  # noqa: SIM105  # `contextlib` imports for longer than a fork takes
            os.setpgid(child, child)  # here and in the child: whoever comes first
        except PermissionError:
            pass  # the child came first, and is another program by now
        for descriptor in descriptors:
            os.close(descriptor)
        pidfd = os.pidfd_open(child)
        rights = (_socket.SOL_SOCKET, _socket.SCM_RIGHTS, pidfd.to_bytes(4, sys.byteorder))
        control.sendmsg([str(child).encode()], [rights])
        os.close(pidfd)


def _receive(control: _socket.socket) -> tuple[bytes, list[int]]:
    data, rights, flags, _ = control.recvmsg(
        _LONGEST, _socket.CMSG_SPACE(4 * _MOST_FDS), _socket.MSG_CMSG_CLOEXEC
    )
    if flags & (_socket.MSG_TRUNC | _socket.MSG_CTRUNC):
        os._exit(1)
    packed = b"".join(sent for _, kind, sent in rights if kind == _socket.SCM_RIGHTS)
    return data, [
        int.from_bytes(packed[at : at + 4], sys.byteorder) for at in range(0, len(packed), 4)
    ]


def _start(request: dict[str, Any], descriptors: list[int], parent: int) -> NoReturn:
    """Become the launcher that a fresh Python would be."""
    output, status, *kept = descriptors
    try:
        os.setpgid(0, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        os.chdir(request["cwd"])
        env = request["env"]
        for descriptor in kept:
            os.set_inheritable(descriptor, True)
        if request["report"]:
            env[request["report"]] = str(kept[-1])
        settings = {**request["settings"], "status": status, "keep": kept, "parent": parent}
        if request["waits"]:
            os.set_inheritable(kept[-1], False)
            launcher.stand_by(settings, parent, kept[-1])
        if request["single"]:
            signal.setitimer(signal.ITIMER_REAL, settings["wall"])
            launcher.become(request["argv"], settings, parent, env)
        launcher.supervise(request["argv"], settings, env)
    except BaseException as error:  # whatever it was, no second server may go on
        launcher.say(status, f"error {error}")
    os._exit(1)
