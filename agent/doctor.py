"""What `mevagent doctor` looks at: each tool, version, weight and the sandbox, with the fix."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from agent.errors import AgentError
from mevllm.errors import MevllmError
from mevllm.experts import (
    CLASSIFIER,
    CLASSIFIER_BASE,
    MONOLITH,
    find_adapter,
    resolve_expert,
)
from mevllm.lora import adapter_name
from mevllm.processors import processors
from mevllm.tiers import Tier

PACKAGES = ("cocotb", "pyslang", "pyverilog", "xllamacpp", "sqlite-utils", "rich", "click")
EXTRAS = {
    "transformers": "train",
    "peft": "train",
    "torch": "train",
    "ray": "ray",
    "textual": "tui",
}


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report."""

    name: str
    ok: bool
    detail: str
    fix: str = ""
    """What to do; empty where nothing is needed."""
    required: bool = True
    """Whether `mevagent build` needs it."""


def examine_machine() -> tuple[Finding, ...]:
    """Look at everything; never raises for what is missing."""
    return (
        _python(),
        _libpython(),
        *(_package(name) for name in PACKAGES),
        _llamacpp(),
        _icarus(),
        *_simulation(),
        _sqlite(),
        *_weights(),
        _processor(),
        *(_extra(name, extra) for name, extra in EXTRAS.items()),
    )


def _python() -> Finding:
    ok = sys.version_info >= (3, 11)
    return Finding("python", ok, platform.python_version(), "" if ok else "install Python 3.11")


def _libpython() -> Finding:
    from find_libpython import find_libpython

    path = find_libpython()
    name = f"libpython{sys.version_info.major}.{sys.version_info.minor}"
    fix = "" if path else f"apt-get install {name} (the simulator embeds it)"
    return Finding("libpython", path is not None, path or "not found", fix)


def _package(name: str) -> Finding:
    try:
        return Finding(name, True, version(name))
    except PackageNotFoundError:
        return Finding(name, False, "not installed", f"pip install {name}, or run `make setup`")


def _llamacpp() -> Finding:
    try:
        import xllamacpp
    except ImportError as error:
        fix = "apt-get install libgomp1" if "libgomp" in str(error) else "run `make setup`"
        return Finding("llama.cpp", False, str(error), fix)
    return Finding("llama.cpp", True, f"loads, xllamacpp {xllamacpp.__version__}")


def _icarus() -> Finding:
    from agent.toolchain.compile import icarus

    return _attempt("icarus", lambda: icarus().version, "apt-get install iverilog")


def _simulation() -> tuple[Finding, ...]:
    from agent.toolchain.simulators import describe, open_simulator

    try:
        simulator = open_simulator()
    except AgentError as error:
        fix = "use a kernel with Landlock (5.13), or install bubblewrap"
        return (Finding("sandbox", False, str(error), fix),)
    try:
        return (
            Finding("sandbox", True, simulator.sandbox),
            Finding("simulator", True, describe(simulator), required=False),
        )
    finally:
        simulator.close()


def _attempt(name: str, look: Callable[[], str], fix: str) -> Finding:
    try:
        return Finding(name, True, look())
    except AgentError as error:
        return Finding(name, False, str(error), fix)


def _sqlite() -> Finding:
    with sqlite3.connect(":memory:") as connection:
        options = {row[0] for row in connection.execute("pragma compile_options")}
    ok = "ENABLE_FTS5" in options
    fix = "" if ok else "use a Python whose SQLite has FTS5"
    return Finding("sqlite", ok, f"{sqlite3.sqlite_version}, FTS5 {'yes' if ok else 'no'}", fix)


def _weights() -> list[Finding]:
    from mevllm.weights import base_name, resolve

    try:
        path = resolve()
    except MevllmError as error:
        return [Finding("base model", False, str(error), "mevagent models pull")]
    base = base_name(path)
    return [Finding("base model", True, f"{base}, {path}"), _experts(base), _classifier()]


def _experts(base: str) -> Finding:
    try:
        experts = [resolve_expert(tier, base) for tier in Tier]
    except MevllmError as error:
        return Finding("adapters", False, str(error), "install mevagent again", required=False)
    missing = [expert.tier for expert in experts if expert.adapter is None]
    shared = [e.tier for e in experts if e.adapter and adapter_name(e.adapter) != str(e.tier)]
    detail = f"{len(Tier) - len(missing) - len(shared)} of {len(Tier)}"
    if shared:
        detail += f"; the {MONOLITH} answers for {', '.join(map(str, shared))}"
    if missing:
        detail += f"; the base answers for {', '.join(map(str, missing))}"
    return Finding("adapters", not missing, detail, required=False)


def _classifier() -> Finding:
    from mevllm.weights import resolve

    adapter = find_adapter(CLASSIFIER, CLASSIFIER_BASE)
    if adapter is None:
        detail = "no adapter; the base model routes zero-shot"
        return Finding("classifier", False, detail, required=False)
    try:
        resolve(CLASSIFIER_BASE)
    except MevllmError as error:
        fix = f"mevagent models pull {CLASSIFIER_BASE}"
        return Finding("classifier", False, str(error), fix, required=False)
    return Finding("classifier", True, f"{CLASSIFIER_BASE} + {adapter}", required=False)


def _processor() -> Finding:
    flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    avx2 = " avx2" in flags or platform.machine() != "x86_64"
    free = shutil.disk_usage(Path.home()).free // 10**9
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 10**9
    detail = f"{processors()} processors, {memory} GB memory, {free} GB disk free"
    fix = "" if avx2 else "the engine's wheel needs AVX2; use a newer processor or --engine openai"
    return Finding("machine", avx2, detail + ("" if avx2 else ", no AVX2"), fix)


def _extra(name: str, extra: str) -> Finding:
    try:
        return Finding(name, True, version(name), required=False)
    except PackageNotFoundError:
        fix = f"pip install 'mevagent[{extra}]'"
        return Finding(name, False, f"not installed (extra [{extra}])", fix, required=False)
