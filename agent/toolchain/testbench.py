"""Testbenches: loading one, and trying it on an empty design before a model is asked."""

from __future__ import annotations

import ast
import difflib
import re
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.errors import InputError, TestbenchError
from agent.toolchain.base import Job, Limits, Simulator, Testbench
from agent.toolchain.pass_rules import rule_for
from agent.toolchain.results import Outcome, Verdict
from mevllm.spec import Interface

MAX_BYTES = 8 << 20
"""Longest testbench that is read."""
_VERILOG = (".v", ".sv")
_STRING = re.compile(r'"([^"\\\n]+)"')
_NO_CHILD = re.compile(r"(\w+) contains no (?:child )?object named ['`\"]?(\w+)")
_NO_PORT = re.compile(r"[Pp]ort [`'\"]*(\w+)[`'\"]* is not a port of")
_FAULT = re.compile(
    r"(?:NameError|UnboundLocalError|ImportError|ModuleNotFoundError|AttributeError: module "
    r"|TypeError: Can't get \w+ on \d+-bit).*"
)
"""What a test cannot blame on the design."""
_NO_MODULE = re.compile(r"Unknown module type: (\w+)")
_NO_FILE = re.compile(
    r"(?:FileNotFoundError|PermissionError|No such file|Permission denied)"
    r"[^\n]*?['\"](?P<file>[^'\"\n]+)['\"]"
    r"|Unable to open (?P<memory>\S+) for reading"
)


@dataclass(frozen=True)
class TestbenchReport:
    """What a testbench does to an empty design."""

    __test__ = False

    tests: tuple[str, ...]
    """The tests that must run; empty when they are not known before a run."""
    passes_on_stub: bool
    """Whether a design that drives nothing passes: then the testbench proves nothing."""
    warning: str
    """One line for the user; empty when all is well."""
    seconds: float


def load_testbench(
    path: Path,
    *,
    sources: Sequence[Path] = (),
    top: str | None = None,
    pass_pattern: str | None = None,
    fail_pattern: str | None = None,
    data: Sequence[Path] = (),
) -> Testbench:
    """Read a testbench: `.py` is cocotb's, `.v` and `.sv` are Verilog's.

    Without `sources`, `X_test.sv` brings its sibling `X_ref.sv`. A Verilog testbench brings the
    files beside it that it names in strings. `pass_pattern` and `fail_pattern` are regular
    expressions for whole lines of output; see `pass_rules` for what is known without them.

    Raises InputError for a file that cannot be used, TestbenchError for Python that cannot be
    compiled.
    """
    text = _read(path)
    for extra in (*sources, *data):
        if not extra.is_file():
            raise InputError(f"{extra}: no such file; it was named for the testbench {path}")
    if path.suffix == ".py":
        if pass_pattern or fail_pattern or top:
            raise InputError(
                f"{path} is a cocotb testbench: its tests judge, so patterns and a top module of "
                "the testbench do not apply; leave them out"
            )
        _compile_python(path, text)
        return Testbench(path, "cocotb", tuple(sources), data=tuple(data))
    reference = path.with_name(path.stem.removesuffix("_test") + "_ref.sv")
    if not sources and path.stem.endswith("_test") and reference.is_file():
        sources = (reference,)
    rule = rule_for(text, pass_pattern, fail_pattern)
    files = (*data, *_files_beside(path, text, [*sources, *data]))
    return Testbench(path, "verilog", tuple(sources), top, rule, files)


def examine(
    simulator: Simulator,
    interface: Interface,
    testbench: Testbench,
    limits: Limits,
    parameters: tuple[tuple[str, str], ...] = (),
) -> TestbenchReport:
    """Run a testbench against a design that has the right ports and drives nothing.

    Raises TestbenchError when the testbench cannot judge any design: it does not compile or
    import, holds no tests, touches ports that the specification lacks, or misses a file. One
    that passes, does not end, or ends without a result gives a warning.
    """
    started = time.monotonic()
    job = Job(interface.stub(), interface.module, testbench, limits, parameters=parameters)
    verdict = simulator.judge(job)
    _refuse_broken(verdict, interface, testbench)
    return TestbenchReport(
        tests=_tests(verdict, testbench),
        passes_on_stub=verdict.passed,
        warning=_warning(verdict, testbench.path, interface),
        seconds=time.monotonic() - started,
    )


def _read(path: Path) -> str:
    if path.suffix not in (".py", *_VERILOG):
        raise InputError(
            f"{path}: a testbench is a cocotb module (.py) or a Verilog file (.v, .sv)"
        )
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(f"{path} has {size} bytes; a testbench may have {MAX_BYTES}")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot read the testbench {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text; give the testbench's source") from error
    if "\0" in text:
        raise InputError(f"{path} is a binary file; give the testbench's source")
    if not text.strip():
        raise InputError(f"{path} is empty; write a testbench that checks the design")
    return text


def _compile_python(path: Path, text: str) -> None:
    """Raises TestbenchError for a syntax error; nothing is run."""
    name = path.stem
    if not name.isidentifier() or name in sys.stdlib_module_names or name in ("cocotb", "pytest"):
        raise InputError(
            f"{path}: Python cannot import a testbench under the name `{name}`; rename the file, "
            "e.g. to `tb_design.py`"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, str(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        line = (error.text or "").strip()
        shown = f": `{line}`" if line else ""
        raise TestbenchError(f"{path}:{error.lineno}{shown}: {error.msg}; correct it") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise TestbenchError(f"{path}: Python cannot compile it: {error}") from error


def _files_beside(path: Path, text: str, known: Sequence[Path]) -> list[Path]:
    """Data files that a Verilog testbench names and that lie beside it."""
    names = dict.fromkeys(match[1] for match in _STRING.finditer(text))
    plain = [name for name in names if re.fullmatch(r"[\w.-]+\.\w+", name)]
    beside = [path.with_name(name) for name in plain if not name.endswith(_VERILOG)]
    taken = {file.name for file in known}
    return [file for file in beside if file.is_file() and file.name not in taken]


def _refuse_broken(verdict: Verdict, interface: Interface, testbench: Testbench) -> None:
    """Raises TestbenchError for what no design could mend."""
    path = testbench.path
    messages = [test.message for test in verdict.tests if not test.passed]
    messages += [d.message for d in verdict.diagnostics if d.severity == "error"]
    unread = [line for line in verdict.log.splitlines() if "Unable to open" in line]
    said = (*messages, verdict.reason, *unread)
    absent = [m[2] for text in said if (m := _NO_CHILD.search(text)) and m[1] == interface.module]
    absent += [m[1] for text in said if (m := _NO_PORT.search(text))]
    if absent:
        raise TestbenchError(_no_port(path, list(dict.fromkeys(absent)), interface))
    for message in said:
        fault = _FAULT.search(message)
        if fault and testbench.kind == "cocotb":
            raise TestbenchError(f"{path}: no design can pass it: {fault[0]}; correct it")
        missing = _NO_FILE.search(message)
        if missing:
            file = missing["file"] or missing["memory"]
            raise TestbenchError(
                f"{path}: it cannot open {file!r}: a test runs in a fresh directory; give the "
                f"file with `--data {Path(file).name}` and open it by that name"
            )
        module = _NO_MODULE.search(message)
        if module and module[1] != interface.module:
            raise TestbenchError(
                f"{path}: it instantiates `{module[1]}`, and the specification's module is "
                f"`{interface.module}`: use that name, or give the file that defines "
                f"`{module[1]}` with `--source FILE`"
            )
    if verdict.outcome in (Outcome.NOT_ELABORATED, Outcome.UNSUPPORTED, Outcome.NOT_COMPILED):
        cause = next(iter(messages), verdict.reason)
        raise TestbenchError(
            f"{path}: it does not compile with this simulator, even around a design that only "
            f"has the specified ports: {cause}"
        )
    if verdict.outcome is Outcome.INCONCLUSIVE and testbench.kind == "cocotb":
        raise TestbenchError(
            f"{path}: it judges no design: {verdict.reason}"
            f"{_last_line(verdict.log)}; correct the testbench"
        )


def _no_port(path: Path, names: Sequence[str], interface: Interface) -> str:
    ports = [port.name for port in interface.ports]
    folded = {port.lower(): port for port in ports}
    used: list[str] = []
    for name in names:
        near = difflib.get_close_matches(name.lower(), [*folded], n=1, cutoff=0.5)
        used.append(f"`{name}`" + (f" (the nearest is `{folded[near[0]]}`)" if near else ""))
    return (
        f"{path}: it uses {', '.join(used)}, and the specification of `{interface.module}` has no "
        f"such port; its ports are {', '.join(ports)}. Correct the name in the testbench, or add "
        "the port to the specification; signals inside a design cannot be relied on"
    )


def _tests(verdict: Verdict, testbench: Testbench) -> tuple[str, ...]:
    if testbench.kind == "verilog":
        return (testbench.path.stem,)
    declared = _plain_tests(testbench.path)
    if verdict.outcome in (Outcome.PASSED, Outcome.FAILED):
        # A skipped test is reported by cocotb and is no part of the verdict.
        return tuple(test.name for test in verdict.tests) if declared is not None else ()
    return declared or ()


def _plain_tests(path: Path) -> tuple[str, ...] | None:
    """The names of a cocotb module's tests; None where they are skipped or parametrized."""
    text = path.read_text(encoding="utf-8-sig")
    if "TestFactory" in text:
        return None
    names: list[str] = []
    for node in ast.parse(text).body:
        marks = [ast.unparse(mark) for mark in getattr(node, "decorator_list", ())]
        if any(re.search(r"skip|parametrize|name=", mark) for mark in marks):
            return None
        if isinstance(node, ast.AsyncFunctionDef) and any("test" in mark for mark in marks):
            names.append(node.name)
    return tuple(names)


def _warning(verdict: Verdict, path: Path, interface: Interface) -> str:
    if verdict.passed:
        outputs = ", ".join(p.name for p in interface.ports if p.direction != "input")
        return (
            f"{path.name} passes on a design that drives nothing: it checks nothing about "
            f"{outputs or 'the design'}, so a pass will prove nothing"
        )
    if verdict.outcome is Outcome.LIMIT:
        test = f" in `{verdict.hung_test}`" if verdict.hung_test else ""
        return (
            f"{path.name} was ended by its {verdict.limit} limit{test} on a design that drives "
            "nothing: if it waits for the design, give its waits a timeout, so that failing "
            "designs are judged quickly"
        )
    if verdict.outcome is Outcome.INCONCLUSIVE:
        return (
            f"{path.name} gives no result on a design that drives nothing: {verdict.reason}; if "
            "its words are others, give them with `--pass-pattern` and `--fail-pattern`"
        )
    return ""


def _last_line(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return f" ({lines[-1][:200]})" if lines else ""
