"""Icarus's compiler proper, `ivl`, without the driver, the shells and the preprocessor before it.

`iverilog` starts a shell that starts `ivl`, which starts a shell that starts `ivlpp` for each file:
half of what compiling a small design costs. A text without a backtick needs no preprocessor, so
`ivl` can be started alone. What the driver tells it differs between versions; so the driver is
asked once, with a stand-in for `ivl` that keeps what it was told, and what is learnt counts only
when a sample compiles to the same simulation and fails with the same words both ways.
"""

from __future__ import annotations

import re
import shlex
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agent.process import Bounds, Completed, environment, run

_ROOT, _IMAGE, _SCALE = "mevagent_root", "mevagent.vvp", "1ns/1ps"
_BOUNDS = Bounds(wall_s=20, cpu_s=10, memory_mb=1024, file_mb=4)
_STAND_IN = """#!/bin/sh
for argument in "$@"; do printf '%s\\n' "$argument" >> {folder}/arguments; done
cat "${{1#-C}}" > {folder}/told
defines=$(sed -n 's/^ivlpp:.* -F"\\([^"]*\\)".*/\\1/p' {folder}/told)
cat "$defines" > {folder}/defines
exit 1
"""
_TEXT = re.compile(r"[\t\n\x20-\x5f\x61-\x7e]*")
"""Printable, without a backtick."""
_PLAIN = re.compile(r"[\w.+'-]+", re.ASCII)
_ADDRESS = re.compile(r"0x[0-9a-f]+")
_PREPROCESSOR = re.compile(r'ivlpp:(\S+) +-L -F"[^"]+" -P"[^"]+"')
_SAMPLES = (
    (
        f"module {_ROOT} #(parameter W = 2) (input clk, output reg [W:0] q);\n"
        "  // a comment\n  always @(posedge clk) q <= q + $clog2(W);\nendmodule\n",
    ),
    (f"module {_ROOT} #(parameter W = 2) (input clk, output q);\n  absent a(clk);\nendmodule\n",),
    (f"module {_ROOT} #(parameter W = 2) (input clk output q);\nendmodule\n",),
    (
        f"`timescale 1ns/10ps\n`define D(x) part #(.N(x)) p\nmodule {_ROOT};\n"
        "  parameter W = 2;\n  /* a comment */ `D(W) ();\n"
        "`ifdef __ICARUS__\n  initial #1.5 $display(`__FILE__, `__LINE__);\n`endif\nendmodule\n",
        "module part #(parameter N = 1);\n  wire [N:0] w;\nendmodule\n",
    ),
)


@dataclass(frozen=True)
class Ivl:
    """How to start `ivl`."""

    program: Path
    lines: tuple[str, ...]
    """What the driver tells it, for one root with one parameter."""
    rest: tuple[str, ...]
    """Its arguments after the first."""
    preprocessor: Path
    defines: str
    """What the preprocessor is told."""

    def preprocess(self, folder: Path, source: str, result: str) -> list[str]:
        """Write what `ivlpp` reads into `folder`; the command that preprocesses one file there."""
        (folder / "ivl.defines").write_text(self.defines)
        (folder / "ivl.before").write_text("")
        options = ["-L", "-Fivl.defines", "-Pivl.before", "-o", result]
        return [str(self.preprocessor), *options, source]

    def prepare(
        self,
        folder: Path,
        sources: Sequence[str],
        root: str,
        image: str,
        timescale: str,
        parameters: Sequence[tuple[str, str]],
    ) -> list[str]:
        """Write what `ivl` reads into `folder`; the command that compiles files there.

        They have been through the preprocessor, or do not need it.
        """
        told = []
        for line in self.lines:
            if line == f"root:{_ROOT}":
                told.append(f"root:{root}")
            elif line == f"out:{_IMAGE}":
                told.append(f"out:{image}")
            elif line == f"timescale:{_SCALE}":
                told.append(f"timescale:{timescale}")
            elif line == f"defparam:{_ROOT}.W=3":
                told += [f"defparam:{root}.{name}={value}" for name, value in parameters]
            else:
                told.append(line)
        (folder / "ivl.told").write_text("".join(f"{line}\n" for line in told))
        (folder / "ivl.files").write_text("".join(f"{source}\n" for source in sources))
        return [str(self.program), "-Civl.told", *self.rest, "-Fivl.files"]


def fits(text: str, root: str, parameters: Sequence[tuple[str, str]]) -> bool:
    """Whether a text can do without the preprocessor, and its names without a shell's quoting."""
    words = [root, *(word for pair in parameters for word in pair)]
    return _TEXT.fullmatch(text) is not None and all(map(_PLAIN.fullmatch, words))


def plain(text: str) -> bool:
    """Whether what is wrong with a text is surely `ivl`'s to say, and not the preprocessor's."""
    return "/*" not in text and '"' not in text


@cache
def ivl(driver: Path, folder: Path) -> Ivl | None:
    """The `ivl` of an installation whose parts lie in `folder`; None where it cannot be learnt."""
    with tempfile.TemporaryDirectory(prefix="mevagent-ivl-") as name:
        work = Path(name).resolve()
        learnt = _learn(driver, folder, work)
        same = learnt is not None and all(
            _both(driver, learnt, work, sample) for sample in _SAMPLES
        )
        return learnt if same else None


def _learn(driver: Path, folder: Path, work: Path) -> Ivl | None:
    parts = work / "parts"
    parts.mkdir()
    for entry in folder.iterdir():
        if entry.name != "ivl":
            (parts / entry.name).symlink_to(entry)
    stand_in = parts / "ivl"
    stand_in.write_text(_STAND_IN.format(folder=shlex.quote(str(work))))
    stand_in.chmod(0o700)
    (work / "sample0.sv").write_text(_SAMPLES[0][0])
    _drive(driver, work, ["sample0.sv"], f"-B{parts}")
    told, arguments = work / "told", work / "arguments"
    if not told.is_file() or not (folder / "ivl").is_file():
        return None
    given = arguments.read_text().replace(str(parts), str(folder)).splitlines()
    lines = told.read_text().replace(str(parts), str(folder)).splitlines()
    rest = tuple(given[1:-1])
    wanted = {
        f"root:{_ROOT}",
        f"out:{_IMAGE}",
        f"timescale:{_SCALE}",
        f"defparam:{_ROOT}.W=3",
    }
    if not (wanted <= {*lines} and given[0].startswith("-C") and given[-1].startswith("-F")):
        return None
    if any(not (part.startswith("-C") and str(folder) in part) for part in rest):
        return None
    before = [found for line in lines if (found := _PREPROCESSOR.fullmatch(line))]
    if len(before) != 1:
        return None
    kept = tuple(line for line in lines if not line.startswith("ivlpp:"))
    defines = (work / "defines").read_text().replace(str(parts), str(folder))
    return Ivl(folder / "ivl", kept, rest, Path(before[0][1]), defines)


def _drive(driver: Path, work: Path, sources: Sequence[str], *options: str) -> Completed:
    (work / "commands.f").write_text(f"+timescale+{_SCALE}\n")
    argv = [str(driver), "-g2012", "-u", "-o", _IMAGE, "-f", "commands.f", "-s", _ROOT]
    env = environment({"TMPDIR": str(work)})
    return run([*argv, f"-P{_ROOT}.W=3", *options, *sources], cwd=work, bounds=_BOUNDS, env=env)


def _both(driver: Path, learnt: Ivl, work: Path, texts: Sequence[str]) -> bool:
    """Whether texts come to the same both ways; the first of several is preprocessed."""
    names = [f"sample{number}.sv" for number in range(len(texts))]
    for name, text in zip(names, texts, strict=True):
        (work / name).write_text(text)
    usual, wanted = _result(work, lambda: _drive(driver, work, names))
    env = environment({"TMPDIR": str(work)})
    if len(texts) > 1:
        before = learnt.preprocess(work, names[0], "before.i")
        if run(before, cwd=work, bounds=_BOUNDS, env=env).status != 0:
            return False
        (work / "before.i").rename(work / names[0])
    argv = learnt.prepare(work, names, _ROOT, _IMAGE, _SCALE, [("W", "3")])
    alone, found = _result(work, lambda: run(argv, cwd=work, bounds=_BOUNDS, env=env))
    same = (usual.status == 0) == (alone.status == 0) and usual.output == alone.output
    return same and _ADDRESS.sub("", wanted) == _ADDRESS.sub("", found)


def _result(work: Path, compile_: Callable[[], Completed]) -> tuple[Completed, str]:
    image = work / _IMAGE
    image.unlink(missing_ok=True)
    done = compile_()
    return done, image.read_text() if image.is_file() else ""
