"""The system calls that Python 3.11 does not offer, with errors as OSError."""

from __future__ import annotations

import ctypes
import os
import struct

_libc = ctypes.CDLL(None, use_errno=True)

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
MNT_DETACH = 2

_MOUNT_SETATTR = 442
_MOUNT_ATTR_RDONLY = 1
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(number: int, what: str, *arguments: object) -> int:
    """Call the kernel by number. Raises OSError naming `what`."""
    return _checked(_libc.syscall(number, *arguments), what)


def prctl(option: int, value: object, third: object = 0) -> None:
    """prctl(2). Raises OSError."""
    _checked(_libc.prctl(option, value, third, 0, 0), f"prctl {option}")


def unshare(flags: int) -> None:
    """unshare(2). Raises OSError."""
    _checked(_libc.unshare(flags), "unshare")


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    """mount(2). Raises OSError."""
    _checked(
        _libc.mount(source.encode(), target.encode(), kind.encode(), flags, data.encode()),
        f"mount {target}",
    )


def unmount(target: str) -> None:
    """Take a mount, and all below it, out of the view of this namespace. Raises OSError."""
    _checked(_libc.umount2(target.encode(), MNT_DETACH), f"unmount {target}")


def make_read_only(target: str, *, recursive: bool) -> None:
    """Make a mount read-only, with those below it; mount_setattr(2), Linux 5.12. Raises OSError."""
    attributes = struct.pack("=4Q", _MOUNT_ATTR_RDONLY, 0, 0, 0)
    flags = _AT_RECURSIVE if recursive else 0
    what = f"read-only {target}"
    syscall(_MOUNT_SETATTR, what, _AT_FDCWD, target.encode(), flags, attributes, len(attributes))


def pivot_root(new: str, old: str) -> None:
    """pivot_root(2). Raises OSError."""
    number = {"x86_64": 155, "aarch64": 41}[os.uname().machine]
    syscall(number, "pivot_root", new.encode(), old.encode())


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def seccomp(program: bytes) -> None:
    """Load a compiled filter (packed `struct sock_filter`) on this thread, for good.

    Source: Documentation/userspace-api/seccomp_filter.rst of the kernel. Raises OSError.
    """
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    packed = _Program(len(program) // 8, program)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(packed))
