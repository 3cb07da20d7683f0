"""From a job to a simulation that may be run: policy, the design alone, then with its testbench."""

from __future__ import annotations

import re
from concurrent.futures import Executor, wait
from dataclasses import dataclass, replace
from pathlib import Path

from agent.toolchain import image as images
from agent.toolchain import origin, verilog_run
from agent.toolchain.base import Job
from agent.toolchain.check import check
from agent.toolchain.compile import DESIGN, Build, compile_units, icarus, preprocess
from agent.toolchain.image import Image
from agent.toolchain.known import LARGEST, PLACE, Compiled, Known
from agent.toolchain.results import Diagnostic, Outcome, Verdict
from agent.toolchain.sandbox import Sandbox

ALONE, BESIDE = "alone", "bench"
"""Folders that a design is compiled in."""
_ABSENT_SCOPE = re.compile(r"Scope of \S+ not found")
_DEPENDENT = re.compile(r"Unable to (bind|elaborate)|Could not find|not found|Unknown module", re.I)


@dataclass(frozen=True)
class Prepared:
    """A compiled simulation that has been proven to keep to the rules."""

    path: Path
    image: Image
    toplevel: str
    """The root that a cocotb testbench gets as `dut`."""
    timescale: str
    """Of the testbench."""
    diagnostics: tuple[Diagnostic, ...]
    """Warnings about the design."""
    trusted: frozenset[str] = frozenset()
    """Names of the files that are not the design's."""


def prepare(
    job: Job,
    folder: Path,
    *,
    sandbox: Sandbox,
    known: Known,
    aside: Executor,
    policy: bool = True,
    waves: str = "",
) -> Prepared | Verdict:
    """Compile a job in `folder`, or say why there is nothing to simulate.

    `known` are the designs compiled before; `aside` runs what may be done meanwhile. `policy` False
    leaves out the check of constructs, for tests of the layers behind it. `waves` is a further root
    module, `mevagent_waves`. Raises TestbenchError, SandboxError and MissingToolError.
    """
    diagnostics: tuple[Diagnostic, ...] = ()
    if policy:
        report = check(job.rtl, job.top, printing=job.testbench.kind == "cocotb")
        diagnostics = report.diagnostics
        if report.refused:
            return refused((report.refused,), job)
    work = _Work(job, folder, sandbox, known, diagnostics)
    if job.testbench.kind == "cocotb" and not job.testbench.sources and not waves:
        return work.alone()
    if any(found.severity == "error" for found in diagnostics):
        alone = work.alone()
        return alone if isinstance(alone, Verdict) else work.proven(alone, work.beside(waves))
    beside = aside.submit(work.beside, waves)  # it is likely to be wanted, and there may be room
    try:
        alone = work.alone()
        if not isinstance(alone, Verdict):
            found = work.beside(waves) if beside.cancel() else beside.result()
            return work.proven(alone, found)
        return alone
    finally:
        if not beside.cancel():
            wait([beside])  # it works in `folder`


def refused(reasons: tuple[str, ...], job: Job) -> Verdict:
    """The verdict on a design that breaks a rule."""
    lines = job.rtl.splitlines()
    found = []
    for reason in reasons:
        stated = re.match(r"line (\d+): ", reason)
        line = int(stated[1]) if stated else None
        source = lines[line - 1].strip() if line and line <= len(lines) else ""
        text = reason[stated.end() :] if stated else reason
        found.append(Diagnostic("policy", "error", text, line, source=source))
    return Verdict(Outcome.REFUSED, diagnostics=tuple(found), reason=f"refused: {reasons[0]}")


@dataclass(frozen=True)
class _Beside:
    """A design compiled with its testbench."""

    bench: verilog_run.Bench
    build: Build


@dataclass(frozen=True)
class _Work:
    job: Job
    folder: Path
    sandbox: Sandbox
    known: Known
    diagnostics: tuple[Diagnostic, ...]

    def _stopped(self, build: Build, outcome: Outcome, reason: str) -> Verdict:
        found = (*self.diagnostics, *build.diagnostics)
        if build.limit is not None:
            outcome, reason = Outcome.LIMIT, f"the compiler was ended by its {build.limit} limit"
        return Verdict(
            outcome, diagnostics=found, reason=reason, limit=build.limit, log=build.output[-8192:]
        )

    def _compile_alone(self, name: str, wrapper: str = "", timescale: str = "1ns/1ps") -> Build:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        _write(folder / DESIGN, self.job.rtl)
        units, roots = [DESIGN], [self.job.top]
        if wrapper:
            (folder / "wrapper.sv").write_text(wrapper)
            units, roots = ["wrapper.sv", DESIGN], [origin.WRAPPER]
        return compile_units(
            folder,
            units,
            roots,
            sandbox=self.sandbox,
            limits=self.job.limits,
            timescale=timescale,
            parameters=() if wrapper else self.job.parameters,
        )

    def _compiled(self) -> Compiled:
        """The design compiled by itself, now or before."""
        job = self.job
        limits = (job.limits.compile_wall_s, job.limits.compile_memory_mb)
        key = (job.rtl, job.top, job.parameters, limits)
        found = self.known.designs.get(key)
        if found is None:
            build = self._compile_alone(ALONE)
            content = build.image.read_bytes() if build.image else b""
            found = Compiled(build, content, images.read(build.image) if build.image else None)
            self.known.keep(key, found)
            return found
        if found.image is None:
            return found
        path = self.folder / "alone.vvp"
        path.write_bytes(found.content)
        return replace(found, build=replace(found.build, image=path))

    def alone(self) -> Prepared | Verdict:
        """Compile the design by itself: where there is nothing to reach, nothing is reached."""
        compiled = self._compiled()
        build, image = compiled.build, compiled.image
        if build.image is None or image is None:
            first = build.errors[0].message if build.errors else ""
            return self._stopped(build, Outcome.NOT_COMPILED, f"does not compile: {first}")
        top = origin.root(image, self.job.top)
        intrusions = origin.intrusions(image, top) if top else ("it has no top module",)
        absent = _ABSENT_SCOPE.search(build.output)
        if absent:
            intrusions = (*intrusions, f"it reaches outside itself: {absent[0]}")
        if intrusions:
            return replace(refused(intrusions, self.job), log=build.output[-8192:])
        warnings = tuple(d for d in build.diagnostics if d.severity == "warning")
        found = (*self.diagnostics, *warnings)
        return Prepared(build.image, image, self.job.top, "1ns/1ps", found)

    def beside(self, waves: str) -> _Beside:
        """Compile the design with all that the testbench brings."""
        folder = self.folder / BESIDE
        folder.mkdir(exist_ok=True)
        _write(folder / DESIGN, self.job.rtl)
        bench = verilog_run.lay_out(self.job, folder, waves)
        expanded = "" if waves else self._expanded(bench, folder)
        build = self._compile_beside(bench, [bench.unit, DESIGN], expanded=expanded)
        return _Beside(bench, build)

    def _compile_beside(
        self, bench: verilog_run.Bench, units: list[str], *options: str, expanded: str = ""
    ) -> Build:
        return compile_units(
            self.folder / BESIDE,
            units,
            bench.roots,
            sandbox=self.sandbox,
            limits=self.job.limits,
            timescale=bench.timescale,
            parameters=self.job.parameters if bench.roots[0] == self.job.top else (),
            names=bench.names,
            options=options,
            expanded=expanded,
        )

    def proven(self, alone: Prepared, beside: _Beside) -> Prepared | Verdict:
        """The design under its testbench, when it is the same there as alone."""
        bench, build = beside.bench, beside.build
        if build.image is None:
            first = build.errors[0].message if build.errors else ""
            own = self._compile_beside(bench, [bench.unit], "-i") if build.limit is None else None
            if own is not None and (fault := _own_fault(own)):
                reason = f"this testbench does not compile with Icarus {icarus().version}: {fault}"
                return self._stopped(build, Outcome.UNSUPPORTED, reason)
            reason = f"does not fit the testbench: {first}"
            return self._stopped(build, Outcome.NOT_ELABORATED, reason)
        image = images.read(build.image)
        reasons = self._proof(image, alone, bench)
        if reasons:
            return refused(reasons, self.job)
        return Prepared(
            build.image, image, bench.roots[0], bench.timescale, alone.diagnostics, bench.files
        )

    def _expanded(self, bench: verilog_run.Bench, folder: Path) -> str:
        """The testbench after the preprocessor, now or before; empty if the driver must do it."""
        known = self.known.expanded.get(bench.contents)
        if known is None:
            text = preprocess(folder, bench.unit, sandbox=self.sandbox, limits=self.job.limits)
            if not text:
                return ""
            known = text.replace(bench.token, PLACE)
            if len(known) <= LARGEST:
                self.known.expanded.keep(bench.contents, known)
        return known.replace(PLACE, bench.token)

    def _proof(self, image: Image, alone: Prepared, bench: verilog_run.Bench) -> tuple[str, ...]:
        """What speaks against the design keeping to itself under its testbench."""
        if self.job.testbench.kind == "verilog":
            calls = origin.foreign_calls(image, bench.files)
            if calls:
                names = ", ".join(calls[:5])
                return (f"it calls {names} under a testbench that judges by what is printed",)
        usual = origin.root(alone.image, self.job.top)
        proven = {origin.skeleton(alone.image, usual)} if usual else set()
        for index, boundary in enumerate(origin.boundaries(image, bench.files)):
            seen = origin.skeleton(image, boundary)
            if seen in proven:
                continue
            try:
                wrapper = origin.wrapper(image, boundary, alone.image)
            except ValueError as error:
                return (str(error),)
            build = self._compile_alone(f"alone{index}", wrapper, bench.timescale)
            if build.image is None or _ABSENT_SCOPE.search(build.output):
                return ("it reaches outside itself with the parameters that the testbench gives",)
            lone = images.read(build.image)
            inside = origin.instance_in_wrapper(lone)
            if inside is None or origin.skeleton(lone, inside) != seen:
                return ("it is another design under the testbench than alone",)
            if intrusions := origin.intrusions(lone, inside):
                return intrusions
            proven.add(seen)
        return ()


def _own_fault(build: Build) -> str:
    """The first error that a testbench has without any design, and that needs none to explain."""
    own = [d.message for d in build.errors if not _DEPENDENT.search(d.message)]
    return own[0] if own else ""


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
