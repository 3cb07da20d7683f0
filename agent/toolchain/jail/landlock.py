"""Landlock: rights to files that a process gives up, for itself and all it starts.

Source: Documentation/userspace-api/landlock.rst of the kernel. What Landlock does not cover
(stat, chdir, chmod, chown, utime, extended attributes) is harmless here or denied by seccomp.
"""

from __future__ import annotations

import os
import stat
import struct

from agent.toolchain.jail import libc

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_RULE_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
TRUNCATE = 1 << 14

READ = READ_FILE | READ_DIR
WRITE = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | TRUNCATE
_ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE


def abi() -> int:
    """The kernel's Landlock ABI version; 0 where there is none."""
    try:
        return libc.syscall(_CREATE_RULESET, "landlock", None, 0, 1)
    except OSError:
        return 0


def restrict(
    read: list[str] | tuple[str, ...],
    write: list[str] | tuple[str, ...],
    execute: list[str] | tuple[str, ...],
) -> None:
    """Give up every file right but those named: paths that do not exist are left out.

    Also gives up TCP (ABI 4), abstract sockets and signals to outsiders (ABI 6) where the kernel
    knows them. Raises OSError when there is no Landlock or a right cannot be given up.
    """
    version = abi()
    if version < 1:
        raise OSError("this kernel has no Landlock")
    handled = (1 << 13) - 1
    for since, right in ((2, 1 << 13), (3, TRUNCATE), (5, 1 << 15)):
        if version >= since:
            handled |= right
    attributes = [handled]
    if version >= 4:
        attributes.append(0b11)
    if version >= 6:
        attributes.append(0b11)
    packed = struct.pack(f"={len(attributes)}Q", *attributes)
    ruleset = libc.syscall(_CREATE_RULESET, "landlock ruleset", packed, len(packed), 0)
    try:
        for paths, rights in ((read, READ), (write, WRITE), (execute, EXECUTE | READ)):
            for path in paths:
                _allow(ruleset, path, rights & handled)
        libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
        libc.syscall(_RESTRICT_SELF, "landlock restrict", ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return
    try:
        if not stat.S_ISDIR(os.fstat(beneath).st_mode):
            rights &= _ON_FILES
        rule = struct.pack("=Qi", rights, beneath)
        libc.syscall(_ADD_RULE, f"landlock rule {path}", ruleset, _RULE_PATH_BENEATH, rule, 0)
    finally:
        os.close(beneath)
