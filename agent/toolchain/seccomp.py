"""The system calls that no process of the toolchain needs, as filters for the launcher."""

from __future__ import annotations

import errno
from functools import cache

_OTHER_PROCESSES = """
    kill tkill rt_sigqueueinfo pidfd_open pidfd_send_signal pidfd_getfd ptrace process_vm_readv
    process_vm_writev process_madvise setsid setpgid
"""
_NETWORK = """
    socket socketpair connect bind listen accept accept4
    io_uring_setup io_uring_enter io_uring_register
"""
_NAMESPACES = """
    mount pivot_root chroot unshare setns move_mount open_tree fsopen fsmount fsconfig fspick
    mount_setattr name_to_handle_at open_by_handle_at
"""
_BESIDE_LANDLOCK = """
    truncate chmod fchmodat fchmodat2 chown lchown fchownat utime utimes utimensat futimesat
    setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr mknod mknodat
"""
_KERNEL = """
    bpf perf_event_open userfaultfd memfd_create memfd_secret execveat keyctl add_key request_key
    kexec_load kexec_file_load init_module finit_module delete_module reboot swapon swapoff acct
    syslog quotactl settimeofday clock_settime adjtimex clock_adjtime sethostname setdomainname
    personality iopl ioperm modify_ldt
"""
_GROUPS = (_OTHER_PROCESSES, _NETWORK, _NAMESPACES, _BESIDE_LANDLOCK, _KERNEL)

ALWAYS = tuple(name for group in _GROUPS for name in group.split())
"""Denied with EPERM to every process, compilers included."""

_X32 = 0x40000000  # the x32 ABI has numbers of its own for the same calls
_CLONE_THREAD = 0x00010000
_CLONE_NEWUSER = 0x10000000


@cache
def program(
    *,
    processes: bool = False,
    become: bool = False,
    unmount: bool = False,
    watch: bool = False,
) -> bytes:
    """A compiled filter.

    `processes`: may start others. `become`: may become another program. `unmount`: may give up
    mounts. `watch`: may wait for processes by descriptor. Loading a further filter and giving up
    further files stays possible.
    """
    import seccompy

    denied = [name for name in ALWAYS if not (watch and name == "pidfd_open")]
    if not processes:
        denied += ["fork", "vfork"]
    if not become:
        denied.append("execve")
    if not unmount:
        denied.append("umount2")
    known = seccompy.Filter()
    for name in denied:
        number = _number(name)
        if number is not None:
            known.errno(number, errno.EPERM)
            known.errno(number | _X32, errno.ENOSYS)
    # A clone3 call keeps its flags in memory, where a filter cannot look; libc falls back to clone.
    clone, clone3 = _number("clone"), _number("clone3")
    if clone is None or clone3 is None:
        raise OSError("this architecture has no clone")
    known.errno(clone3, errno.ENOSYS)
    wanted, mask = (_CLONE_NEWUSER, _CLONE_NEWUSER) if processes else (0, _CLONE_THREAD)
    known.errno(clone, errno.EPERM, args=[(0, seccompy.CmpOp.MASKED_EQ, wanted, mask)])
    known.errno(clone | _X32, errno.ENOSYS)
    return bytes(known.program)


def _number(name: str) -> int | None:
    """The call's number here; None on an architecture or in a table that lacks it."""
    import seccompy

    try:
        return int(seccompy.syscall_nr(name))
    except (KeyError, ValueError, seccompy.SeccompError):
        return None
