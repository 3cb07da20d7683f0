"""Icarus Verilog: finding it, compiling with it, and reading what it says."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from itertools import count
from pathlib import Path
from typing import Literal

from agent.errors import MissingToolError
from agent.process import Bounds, Completed, environment, run, run_ahead
from agent.toolchain.base import Limits
from agent.toolchain.ivl import Ivl, fits, ivl, plain
from agent.toolchain.results import Diagnostic, Limit
from agent.toolchain.sandbox import Profile, Sandbox

DESIGN = "design.sv"
"""The design's name in every directory that it is compiled in."""
IMAGE = "sim.vvp"
TESTED = ("11", "12")
"""Major versions of Icarus that the tests run with."""

MAX_DIAGNOSTICS = 40
LEARN_AFTER = 3
"""Compilations in one process before it pays to learn how to do without the driver."""
_compilations = count()


@dataclass(frozen=True)
class Icarus:
    """An installation of Icarus Verilog."""

    iverilog: Path
    vvp: Path
    version: str

    @property
    def tested(self) -> bool:
        """Whether this version is one that the tool is tested with."""
        return self.version.split(".")[0] in TESTED

    @cached_property
    def simulator(self) -> Path:
        """`vvp` itself, where its name is a link."""
        return self.vvp.resolve()

    @cached_property
    def libraries(self) -> tuple[Path, ...]:
        """Folders of all that its programs load, those of the system apart."""
        prefix = self.iverilog.resolve().parents[1]
        return (*self.folders, prefix / "lib", prefix / "lib64")

    @cached_property
    def folders(self) -> tuple[Path, ...]:
        """Folders of the compiler's parts and of the simulator's modules."""
        prefix = self.iverilog.resolve().parents[1]
        return tuple(sorted(prefix.glob("lib*/ivl"))) + tuple(sorted(prefix.glob("lib/*/ivl")))


@cache
def icarus() -> Icarus:
    """The Icarus on PATH. Raises MissingToolError when there is none that answers."""
    found = {name: shutil.which(name) for name in ("iverilog", "vvp")}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        raise MissingToolError(
            f"{' and '.join(missing)} not found: install Icarus Verilog "
            "(`apt-get install iverilog`, `brew install icarus-verilog`) and try again"
        )
    iverilog, vvp = Path(str(found["iverilog"])), Path(str(found["vvp"]))
    bounds = Bounds(wall_s=20, cpu_s=10, memory_mb=1024, file_mb=1)
    said = run([iverilog, "-V"], cwd=Path("/"), bounds=bounds, env=environment({"TMPDIR": "/tmp"}))  # noqa: S108
    version = re.search(r"Icarus Verilog version (\S+)", said.output)
    if version is None:
        raise MissingToolError(f"{iverilog} does not say its version; reinstall Icarus Verilog")
    return Icarus(iverilog, vvp, version.group(1))


@dataclass(frozen=True)
class Build:
    """What became of one compilation."""

    image: Path | None
    """The compiled simulation; None when there is none."""
    diagnostics: tuple[Diagnostic, ...]
    """About the design; for others' files the message begins with `FILE:LINE:`."""
    output: str
    limit: Limit | None = None

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that stopped it."""
        return tuple(d for d in self.diagnostics if d.severity == "error")


def compile_units(
    folder: Path,
    units: Sequence[str],
    roots: Sequence[str],
    *,
    sandbox: Sandbox,
    limits: Limits,
    timescale: str = "1ns/1ps",
    parameters: Sequence[tuple[str, str]] = (),
    names: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
    expanded: str = "",
) -> Build:
    """Compile files of `folder`, each as a compilation unit of its own, into `folder/sim.vvp`.

    Separate units keep macros, time scales and `default_nettype` of one file out of the others.
    `parameters` override those of the first root. `names` maps names of files to those that
    messages show. `expanded` is the first of two units after `preprocess`, where that is known. The
    compiler sees `folder` and nothing else of the user's.
    """
    tool = icarus()
    source = _read(folder / DESIGN)
    wanted = [units[0], DESIGN] if expanded else [DESIGN]
    if (
        [*units] == wanted
        and len(roots) == 1
        and not options
        and fits(source, roots[0], parameters)
    ):
        before = _read(folder / units[0])
        if expanded:
            (folder / units[0]).write_text(expanded)  # under that name messages tell of it
        done = _without_driver(
            folder, units, roots[0], sandbox, compile_bounds(limits), timescale, parameters
        )
        sure = not expanded and plain(source)
        if done is not None and (done.status == 0 or done.limit is not None or sure):
            return _built(done, folder, source, names or {})
        if expanded:
            (folder / units[0]).write_text(before)
    commands = folder / "commands.f"
    commands.write_text(f"+timescale+{timescale}\n")
    argv = [str(tool.iverilog), "-g2012", "-u", "-o", IMAGE, "-f", commands.name, *options]
    for root in roots:
        argv += ["-s", root]
    argv += [f"-P{roots[0]}.{name}={value}" for name, value in parameters]
    shell = Path("/bin/sh").resolve()
    profile = Profile(
        write=(folder,),
        read=tool.folders,
        execute=(tool.iverilog.resolve(), shell, Path("/bin/sh"), *tool.folders),
        processes=True,
    )
    done = run(
        [*argv, *units],
        cwd=folder,
        bounds=compile_bounds(limits),
        confinement=sandbox.confine(profile, folder),
        env=environment({"TMPDIR": str(folder)}),
    )
    return _built(done, folder, source, names or {})


def _built(done: Completed, folder: Path, source: str, names: Mapping[str, str]) -> Build:
    image = folder / IMAGE
    output = done.output.replace(f"{folder}/", "")
    for name, shown in names.items():
        output = output.replace(f"./{name}", shown).replace(name, shown)
    good = done.status == 0 and image.is_file()
    diagnostics = parse(output, source)
    if not good and done.limit is None and not any(d.severity == "error" for d in diagnostics):
        diagnostics = (*diagnostics, _crash(done, output))
    return Build(image if good else None, diagnostics, output, None if good else done.limit)


def _read(path: Path) -> str:
    """A file's text with its own line ends."""
    return path.read_bytes().decode(errors="replace") if path.exists() else ""


def preprocess(folder: Path, unit: str, *, sandbox: Sandbox, limits: Limits) -> str:
    """A file of `folder` after the preprocessor; empty where the driver must do it.

    The preprocessor sees `folder` and nothing else of the user's.
    """
    found = _learnt()
    if found is None:
        return ""
    result = folder / "ivl.expanded"
    done = _run(
        found.preprocess(folder, unit, result.name), folder, sandbox, compile_bounds(limits)
    )
    if done.status != 0 or done.output:
        return ""
    try:
        return result.read_bytes().decode()
    except UnicodeDecodeError:
        return ""
    finally:
        result.unlink()


def _without_driver(
    folder: Path,
    units: Sequence[str],
    root: str,
    sandbox: Sandbox,
    bounds: Bounds,
    timescale: str,
    parameters: Sequence[tuple[str, str]],
) -> Completed | None:
    """Compile with `ivl` alone; None where it is not known how."""
    found = _learnt()
    if found is None:
        return None
    argv = found.prepare(folder, units, root, IMAGE, timescale, parameters)
    return _run(argv, folder, sandbox, bounds)


def _learnt() -> Ivl | None:
    """How to do without the driver, once the process has compiled enough for that to pay."""
    tool = icarus()
    if next(_compilations) < LEARN_AFTER or not tool.folders:
        return None
    return ivl(tool.iverilog.resolve(), tool.folders[0])


def _run(argv: Sequence[str], folder: Path, sandbox: Sandbox, bounds: Bounds) -> Completed:
    """Run a part of the compiler that starts no other."""
    return run(
        argv,
        cwd=folder,
        bounds=bounds,
        confinement=sandbox.confine(_profile(folder, Path(argv[0])), folder),
        env=environment({"TMPDIR": str(folder)}),
    )


_resolved = lru_cache(maxsize=16)(Path.resolve)


def _profile(folder: Path, program: Path) -> Profile:
    return Profile(
        write=(folder,), read=icarus().libraries, execute=(_resolved(program),), python=False
    )


def compile_ahead(folder: Path, *, sandbox: Sandbox, limits: Limits) -> None:
    """Start the process that will compile in `folder`, where it is known to be `ivl` alone."""
    found = _learnt()
    if found is not None:
        confinement = sandbox.confine(_profile(folder, found.program), folder)
        run_ahead(folder, compile_bounds(limits), confinement)


def compile_bounds(limits: Limits) -> Bounds:
    """The limits on a compiler: it uses at most one core for all the time it may take."""
    return Bounds(
        wall_s=limits.compile_wall_s,
        cpu_s=max(1, math.ceil(limits.compile_wall_s)),
        memory_mb=limits.compile_memory_mb,
        file_mb=64,
    )


def _crash(done: Completed, output: str) -> Diagnostic:
    how = f"signal {done.signal}" if done.signal else f"status {done.status}"
    last = [line.strip() for line in output.splitlines() if line.strip()]
    said = f": {last[-1]}" if last else ""
    return Diagnostic("iverilog", "error", f"the compiler failed with {how}{said}")


_MESSAGE = re.compile(
    r"(?P<file>[^\s:][^:\n]*):(?P<line>\d+): ?"
    r"(?:(?P<kind>error|warning|sorry|internal error|assert|vvp\.tgt error|vvp\.tgt sorry): )?"
    r"(?P<text>.*)"
)
_BARE = re.compile(r"(?P<kind>error|sorry|internal error): (?P<text>.*)")
_CONTINUED = re.compile(r"(?:[^\s:][^:\n]*:\d+)?:? +: (?P<text>.*)")
_MISSING = re.compile(r" +(?P<module>\S+) referenced \d+ times\.")


def parse(output: str, design: str) -> tuple[Diagnostic, ...]:
    """The messages of iverilog, those about `design.sv` with the line of its text.

    Source of the forms: parse_misc.cc, elaborate.cc and netmisc.cc of Icarus 11 and 12.
    """
    lines = design.splitlines()
    found: list[Diagnostic] = []
    for text in output.splitlines():
        continued = _CONTINUED.fullmatch(text)
        if continued and found:
            found[-1] = replace(
                found[-1], message=f"{found[-1].message} {continued['text'].strip()}"
            )
            continue
        message = _MESSAGE.fullmatch(text) or _BARE.fullmatch(text)
        missing = _MISSING.fullmatch(text)
        if missing:
            name = missing["module"]
            found = [d for d in found if d.message != f"Unknown module type: {name}"] + [
                replace(d, message=f"Unknown module type: {name} (it is not defined anywhere)")
                for d in found
                if d.message == f"Unknown module type: {name}"
            ]
        if message is None:
            continue
        diagnostic = _diagnostic(message.groupdict(), lines)
        if diagnostic not in found:
            found.append(diagnostic)
    return tuple(found[:MAX_DIAGNOSTICS])


def _diagnostic(parts: Mapping[str, str | None], lines: Sequence[str]) -> Diagnostic:
    kind, message = parts["kind"], (parts["text"] or "").strip()
    severity: Literal["error", "warning"] = "warning" if kind == "warning" else "error"
    if kind and "sorry" in kind:
        # Some of these stop the compiler and some do not; the exit status decides.
        message = f"not supported by this Icarus: {message}"
    file, number = parts.get("file"), parts.get("line")
    if file is None or number is None:
        return Diagnostic("iverilog", severity, message, code=kind or "")
    if file != DESIGN:
        return Diagnostic("iverilog", severity, f"{file}:{number}: {message}", code=kind or "")
    line = int(number)
    source = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    return Diagnostic("iverilog", severity, message, line, code=kind or "", source=source)
