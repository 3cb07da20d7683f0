"""Which sandbox this machine offers, and how a process is closed into it.

Levels in the order they are tried, each proven once per process by a small attack
(`jail/probe.py`) before anything untrusted runs; docs/sandbox.md says what each one covers.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from agent.errors import SandboxError
from agent.process import PACKAGE, UNCONFINED, Bounds, Confinement, interpreter, run
from agent.toolchain import seccomp

LEVELS = (
    "landlock+seccomp+bubblewrap",
    "landlock+seccomp",
    "bubblewrap+seccomp",
    "unshare+seccomp",
)
"""Strongest first."""

NONE = "none"
"""Limits, a clean environment and a fresh directory, but nothing that keeps a design in."""

_PROBE = PACKAGE / "toolchain" / "jail" / "probe.py"
_PROBE_BOUNDS = Bounds(wall_s=20, cpu_s=5, memory_mb=512, file_mb=1)


@dataclass(frozen=True)
class Profile:
    """What a process may touch. Paths that do not exist are left out."""

    write: tuple[Path, ...]
    """The job's own directory."""
    read: tuple[Path, ...] = ()
    """Beside the system's libraries."""
    execute: tuple[Path, ...] = ()
    processes: bool = False
    """Whether it may start others."""
    python: bool = True
    """Whether it is or holds a Python; else it reads no more of the system than its libraries."""
    forks: bool = False
    """Whether it starts others, waits for them, and closes each in further."""
    closes: tuple[Path, ...] = ()
    """Readable until the process closes itself further, with `Sandbox.closing`. Non-empty also
    means that all files are readable until then, where the level can take that back."""


@dataclass(frozen=True)
class Closing:
    """What a process does to itself, before untrusted work begins, to lose `Profile.closes`."""

    landlock: tuple[list[str], list[str], list[str]] | None
    unmount: tuple[str, ...]
    seccomp: bytes | None


@dataclass(frozen=True)
class Sandbox:
    """One level."""

    level: str

    @property
    def _parts(self) -> list[str]:
        return self.level.split("+")

    def confine(self, profile: Profile, cwd: Path) -> Confinement:
        """The settings with which a process that starts in `cwd` is kept to `profile`."""
        if self.level == NONE:
            return UNCONFINED
        landlock = "landlock" in self._parts
        closes = profile.closes
        everything = landlock and bool(closes)
        base = system() if profile.python else libraries()
        read = ["/"] if everything else _lasting((*base, *profile.read, *closes))
        write = _paths((*profile.write, Path("/dev/null")))
        unmount = bool(closes) and not landlock
        return Confinement(
            level=self.level,
            wrapper=_bwrap(read, write, cwd, unmount) if "bubblewrap" in self._parts else (),
            namespace=(read, write, str(cwd)) if "unshare" in self._parts else None,
            landlock=(read, write, _lasting(profile.execute + loaders())) if landlock else None,
            seccomp=seccomp.program(
                processes=profile.processes or profile.forks,
                become=True,
                unmount=unmount,
                watch=profile.forks,
            ),
            single=not (profile.processes or profile.forks),
        )

    def closing(self, profile: Profile) -> Closing:
        """The second, tighter step for a process started with `profile`."""
        if self.level == NONE:
            return Closing(None, (), None)
        landlock = "landlock" in self._parts
        read = _lasting((*system(), *profile.read))
        write = _paths((*profile.write, Path("/dev/null")))
        return Closing(
            landlock=(read, write, []) if landlock else None,
            unmount=() if landlock else tuple(_paths(profile.closes)),
            seccomp=seccomp.program(),
        )


def choose(*, level: str | None = None, allow_unsandboxed: bool = False) -> Sandbox:
    """The strongest level that withstands the probe; or `level`, when it does.

    Raises SandboxError, with what each level failed on, when there is none and running without a
    sandbox was not allowed.
    """
    if level == NONE:
        return Sandbox(NONE)
    if level is not None and level not in LEVELS:
        raise SandboxError(f"no sandbox level {level!r}: choose from {', '.join(LEVELS)} or {NONE}")
    failures = []
    for candidate in LEVELS if level is None else (level,):
        failure = prove(candidate)
        if not failure:
            return Sandbox(candidate)
        failures.append(f"{candidate}: {failure}")
    if allow_unsandboxed and level is None:
        return Sandbox(NONE)
    raise SandboxError(
        "no sandbox works here, and designs written by a model do not run without one.\n  "
        + "\n  ".join(failures)
        + "\nUse a kernel with Landlock (5.13 or later, `landlock` in /sys/kernel/security/lsm), or"
        " `apt-get install bubblewrap`; in a container, allow Landlock or user namespaces."
        " --allow-unsandboxed runs designs with your own rights."
    )


@cache
def prove(level: str) -> str:
    """Attack the level from inside; empty when it held, else what went wrong."""
    if "bubblewrap" in level and shutil.which("bwrap") is None:
        return "bwrap is not installed"
    with tempfile.TemporaryDirectory(prefix="mevagent-probe-") as folder:
        inside, hidden = Path(folder, "inside"), Path(folder, "hidden")
        inside.mkdir()
        hidden.write_text("secret")
        python = Path(interpreter())
        profile = Profile(
            write=(inside,), read=(_PROBE,), execute=(python, python.resolve()), processes=False
        )
        try:
            probe = run(
                [python, "-I", "-S", "-B", _PROBE, hidden, inside / "file"],
                cwd=inside,
                bounds=_PROBE_BOUNDS,
                confinement=Sandbox(level).confine(profile, inside),
            )
        except (SandboxError, OSError, ImportError) as error:
            return str(error)
        if probe.status != 0:
            return probe.output.strip() or f"the probe ended with {probe}"
        if hidden.read_text() != "secret":
            return "a file outside was changed"
    return ""


@cache
def system() -> tuple[Path, ...]:
    """What every program reads: libraries, the loader's cache, this Python. No home, no /etc.

    Folders below /usr one by one: people keep projects in /usr/src and /usr/local.
    """
    usr = [
        Path(prefix, name)
        for prefix in ("/usr", "/usr/local")
        for name in ("bin", "lib", "lib32", "lib64", "libexec", "share")
    ]
    return (
        *usr,
        *(Path(name) for name in ("/bin", "/lib", "/lib32", "/lib64", "/nix/store")),
        *(Path("/etc", name) for name in ("ld.so.cache", "ld.so.preload", "localtime")),
        *(Path("/dev", name) for name in ("zero", "urandom", "random")),
        *python_files(Path(sys.base_prefix)),
        *python_files(Path(interpreter()).resolve().parents[1]),
    )


def python_files(prefix: Path) -> tuple[Path, ...]:
    """The parts of a Python installation or virtual environment that running it reads."""
    return tuple(prefix / name for name in ("bin", "lib", "lib64", "pyvenv.cfg"))


@cache
def libraries() -> tuple[Path, ...]:
    """What a program that brings nothing but itself reads: shared libraries, how to find them."""
    folders = [
        Path(prefix, name)
        for prefix in ("/usr", "/usr/local")
        for name in ("lib", "lib32", "lib64")
    ]
    return (
        *folders,
        *(Path(name) for name in ("/lib", "/lib32", "/lib64", "/nix/store")),
        *(Path("/etc", name) for name in ("ld.so.cache", "ld.so.preload", "localtime")),
    )


@cache
def loaders() -> tuple[Path, ...]:
    """Program loaders, which the kernel executes for every dynamically linked program."""
    folders = (Path("/lib"), Path("/lib64"), *Path("/usr/lib").glob("*-linux-*"))
    return tuple(loader for folder in folders for loader in sorted(folder.glob("ld-*.so*")))


def _lasting(paths: tuple[Path, ...]) -> list[str]:
    """`_paths` of what does not come and go while this process runs."""
    return list(_looked_up(paths))


@lru_cache(maxsize=256)
def _looked_up(paths: tuple[Path, ...]) -> tuple[str, ...]:
    return tuple(_paths(paths))


def _paths(paths: tuple[Path, ...]) -> list[str]:
    """Names of what exists, without what another one covers, parents first."""
    found: list[Path] = []
    for path in sorted({path.absolute() for path in paths if path.exists()}):
        if not any(path.is_relative_to(parent) for parent in found):
            found.append(path)
    return [str(path) for path in found]


def _bwrap(read: list[str], write: list[str], cwd: Path, unmount: bool) -> tuple[str, ...]:
    command = [shutil.which("bwrap") or "bwrap", "--unshare-all", "--die-with-parent"]
    if unmount:
        command += ["--cap-add", "CAP_SYS_ADMIN"]
    for path in _paths((*map(Path, read), PACKAGE)):
        command += ["--ro-bind", path, path]
    for path in write:
        command += ["--dev-bind" if path.startswith("/dev/") else "--bind", path, path]
    return (*command, "--remount-ro", "/", "--chdir", str(cwd), "--")
