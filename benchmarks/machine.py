"""What the machine itself can do: reading memory, starting a process, an empty simulation."""

from __future__ import annotations

import ctypes
import mmap
import os
import platform
import shutil
import struct
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.harness import CannotRunError, median, seconds

BLOCK = 512 << 20
"""Bytes that are read, far more than caches hold."""
ROUNDS = 8
PROGRAM, COMPILE, SIMULATE = (
    "a static program",
    "`iverilog` on an empty design",
    "`vvp` on an empty design",
)
CODE = {
    # exit(0), as the kernel's own interface has it: mov edi, 0; mov eax, 60; syscall
    "x86_64": (62, bytes.fromhex("31ffb83c0000000f05")),
    # mov x0, 0; mov x8, 93; svc 0
    "aarch64": (183, bytes.fromhex("000080d2a80b80d2010000d4")),
}
"""By machine: its number in ELF, and a program that does nothing."""
_ADDRESS = 0x400000


def bandwidth(threads: int, quick: bool = False) -> float:
    """Bytes per second that `threads` threads read from memory, the best of ROUNDS.

    Each thread looks with the C library's `memchr` for a byte that its share of a block does not
    hold: that reads every byte once, in order, with the widest instructions, and does little else.
    """
    libc = ctypes.CDLL(None)
    libc.memchr.restype = ctypes.c_void_p
    libc.memchr.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t)
    size = BLOCK // (4 if quick else 1)
    with mmap.mmap(-1, size) as block:
        if hasattr(mmap, "MADV_HUGEPAGE"):
            block.madvise(mmap.MADV_HUGEPAGE)
        view = ctypes.c_char.from_buffer(block)
        begin, share = ctypes.addressof(view), size // threads
        ctypes.memset(begin, 0x55, size)  # untouched pages would all be one page of zeros

        def read(part: int) -> None:
            libc.memchr(begin + part * share, 0xAA, share)

        with ThreadPoolExecutor(threads) as pool:
            times = [
                seconds(lambda: list(pool.map(read, range(threads))))
                for _ in range(2 if quick else ROUNDS)
            ]
        del view
    return threads * share / min(times)


def floors(folder: Path, repeats: int) -> dict[str, float]:
    """Seconds for starting, and waiting for, what does nothing. Raises CannotRunError."""
    commands = {PROGRAM: [str(_static(folder))]}
    design, image = folder / "empty.v", folder / "empty.vvp"
    design.write_text("module empty;\nendmodule\n")
    commands[COMPILE] = [_tool("iverilog"), "-g2012", "-o", str(image), str(design)]
    subprocess.run(commands[COMPILE], check=True)
    commands[SIMULATE] = [_tool("vvp"), "-n", str(image)]
    return {name: _started(command, repeats) for name, command in commands.items()}


def _started(command: list[str], repeats: int) -> float:
    def once() -> float:
        begin = time.perf_counter()
        process = os.posix_spawn(command[0], command, os.environ)
        _, status = os.waitpid(process, 0)
        if status:
            raise CannotRunError(f"{command[0]} ended with status {status}")
        return time.perf_counter() - begin

    once()
    return median([once() for _ in range(repeats)])


def _static(folder: Path) -> Path:
    """A program without libraries that exits at once, written byte by byte (elf(5))."""
    if platform.machine() not in CODE:
        raise CannotRunError(f"no empty program is known for {platform.machine()}")
    number, code = CODE[platform.machine()]
    entry = _ADDRESS + 64 + 56
    header = struct.pack(
        "<16sHHIQQQIHHHHHH",
        b"\x7fELF\x02\x01\x01",
        *(2, number, 1, entry, 64, 0, 0, 64, 56, 1, 0, 0, 0),
    )
    size = 64 + 56 + len(code)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, _ADDRESS, _ADDRESS, size, size, 0x1000)
    path = folder / "nothing"
    path.write_bytes(header + segment + code)
    path.chmod(0o755)
    return path


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise CannotRunError(f"{name} is not installed")
    return found
