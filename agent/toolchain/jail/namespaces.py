"""A file system of the named paths alone, in a user and mount namespace of its own.

What `bwrap` does, for machines that have neither Landlock nor bubblewrap.
"""

from __future__ import annotations

import os

from agent.toolchain.jail import libc

_ROOT = "/tmp"  # noqa: S108  the new root is mounted there, in this namespace alone


def enter(read: list[str], write: list[str], cwd: str) -> None:
    """Move this process into a root that holds `read` (read-only) and `write`, without network.

    The process becomes root of its own user namespace, with no right outside it. Raises OSError
    where unprivileged namespaces are forbidden, or the kernel is older than 5.12.
    """
    uid, gid = os.getuid(), os.getgid()
    libc.unshare(libc.CLONE_NEWUSER | libc.CLONE_NEWNS | libc.CLONE_NEWNET | libc.CLONE_NEWIPC)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"0 {uid} 1"),
        ("gid_map", f"0 {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123  no pathlib in a bare start
            file.write(text)
    libc.mount("none", "/", "", libc.MS_REC | libc.MS_PRIVATE)
    sources = [(path, _open(path), path in write) for path in (*read, *write)]
    libc.mount("tmpfs", _ROOT, "tmpfs", libc.MS_NOSUID | libc.MS_NODEV, "mode=755")
    for path, source, writable in sources:
        if source is not None:
            _bind(path, source, writable=writable or path.startswith("/dev/"))
    os.chdir(_ROOT)
    libc.pivot_root(".", ".")
    libc.unmount(".")
    libc.make_read_only("/", recursive=False)
    os.chdir(cwd)


def _open(path: str) -> int | None:
    """A descriptor of the path, taken before the new root hides what lies below it."""
    try:
        return os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _bind(path: str, source: int, *, writable: bool) -> None:
    target = _ROOT + path
    origin = f"/proc/self/fd/{source}"
    if os.path.isdir(origin):  # noqa: PTH112
        os.makedirs(target, exist_ok=True)  # noqa: PTH103
    elif not os.path.exists(target):  # noqa: PTH110
        os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    libc.mount(origin, target, "", libc.MS_BIND | libc.MS_REC)
    if not writable:
        libc.make_read_only(target, recursive=True)
    os.close(source)
