"""Imports the testbench, then closes the simulator in, then hands the design over.

`vvp` starts its Python before it opens the design, so everything here happens while nothing
untrusted has been read. A design can run code of its own before cocotb's first callback (variable
initialisers), which is why the testbench is imported here and not where cocotb would.

The compiled design lies under another name until the last step, so a simulator in which this
module did not run to its end has nothing to simulate.
"""

from __future__ import annotations

import ast
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import linecache
import logging
import os
import random
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType, SimpleNamespace
from typing import Any

from agent.toolchain.insim import report
from agent.toolchain.jail import landlock, libc


class FaultError(Exception):
    """What is wrong with the testbench itself."""


def main() -> None:
    """Read the settings from the environment and carry them out."""
    settings = begin()
    report.open_channel(int(os.environ.pop("MEVAGENT_REPORT")))
    try:
        load(settings)
    except FaultError as fault:
        report.fault(str(fault))
    close_in(settings)


def begin() -> dict[str, Any]:
    """Take the settings; leave neither them nor ourselves for a testbench to find."""
    settings: dict[str, Any] = json.loads(os.environ.pop("MEVAGENT_GUARD"))
    os.environ.pop("PYTHONPATH", None)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it, and a flood would go on
    report.tell_of(str(Path(settings["testbench"]).parent))
    _forget_ourselves()
    return settings


def load(settings: dict[str, Any]) -> None:
    """Import cocotb and the testbench. Raises FaultError."""
    _prepare_cocotb(settings["seed"])
    _import(Path(settings["testbench"]))
    linecache.checkcache = _keep  # the folder cannot be read from here on


def close_in(settings: dict[str, Any]) -> None:
    """Give up all that a simulation does not need, then hand the design over."""
    path = Path(settings["testbench"])
    if settings["unmount"]:
        for folder in settings["unmount"]:
            libc.unmount(folder)
    if settings["landlock"]:
        landlock.restrict(*settings["landlock"])
    if settings["seccomp"]:
        libc.seccomp(bytes.fromhex(settings["seccomp"]))
    if settings["closes"] and _readable(path):
        raise OSError(f"{path} can still be read")
    os.rename(settings["locked"], settings["design"])  # noqa: PTH104  one system call


def _readable(path: Path) -> bool:
    try:
        os.close(os.open(path, os.O_RDONLY))
    except OSError:
        return False
    return True


def _keep(filename: str | None = None) -> None:
    """Stands in for `linecache.checkcache`, which would drop lines it cannot compare."""


def _forget_ourselves() -> None:
    """Leave no trace on the import path: a testbench may have a package called `agent`."""
    sys.path.pop(0)
    for name in [name for name in sys.modules if name.split(".")[0] == "agent"]:
        del sys.modules[name]
    sys.modules["_mevagent_report"] = report


class _NoDesignYet:
    """Stands for `cocotb.top` while a testbench is imported."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(
            f"cocotb.top.{name} is read while the testbench is imported; the design is opened "
            "only after that, so read it inside a test"
        )


def _prepare_cocotb(seed: int) -> None:
    """Load what a test needs, and give the module the state that a simulation would."""
    import cocotb
    import cocotb._init
    import cocotb.clock
    import cocotb.regression
    import cocotb.triggers

    module: Any = cocotb
    module.is_simulation = True
    module.log = logging.getLogger("test")
    module.argv, module.plusargs = ["vvp"], {}
    module.SIM_NAME, module.SIM_VERSION = "Icarus Verilog", ""
    module.packages = SimpleNamespace()
    module.top = _NoDesignYet()
    module.RANDOM_SEED = seed
    random.seed(seed)
    logging.getLogger("cocotb.initialize").setLevel(logging.WARNING)  # versions and paths


def _import(path: Path) -> None:
    """Import the testbench and the neighbours that it imports later on. Raises FaultError."""
    folder, name = path.parent, path.stem
    if name in sys.modules or name in sys.stdlib_module_names:
        raise FaultError(f"its name hides the Python module {name!r}: rename the file")
    sys.path.insert(0, str(folder))
    sys.meta_path.insert(0, _Neighbours(folder))
    importlib.invalidate_caches()
    try:
        spec = importlib.util.spec_from_file_location(
            name, path, loader=_Rewriting(name, str(path))
        )
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        for neighbour in _imported_later(path):
            importlib.import_module(neighbour)
    except BaseException as error:
        where = report.location(error)
        text = error.msg if isinstance(error, SyntaxError) else str(error)
        first = text.strip().splitlines()[0] if text.strip() else ""
        cause = f"{type(error).__name__}: {first}" if first else type(error).__name__
        said = f"it cannot be imported: {where + ': ' if where else ''}{cause}"
        raise FaultError(said) from error
    for loaded in list(sys.modules.values()):
        file = getattr(loaded, "__file__", None)
        if file and file.endswith(".py") and Path(file).is_relative_to(folder):
            linecache.getlines(file)


def _imported_later(path: Path) -> list[str]:
    """Neighbouring modules that are imported inside functions: later their folder is closed."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    folder = path.parent

    def beside(name: str) -> bool:
        top = name.split(".")[0]
        return (folder / f"{top}.py").is_file() or (folder / top / "__init__.py").is_file()

    return sorted(name for name in names if name not in sys.modules and beside(name))


class _Rewriting(importlib.machinery.SourceFileLoader):
    """Compiles with pytest's assertion rewriting, so that a bare assert says what it saw.

    cocotb's own way loads every plugin of pytest first, which takes most of a short run. Nothing
    is read from or written to `__pycache__`.
    """

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        source = self.get_data(path)
        tree = ast.parse(source, filename=path)
        try:
            from _pytest.assertion.rewrite import rewrite_asserts

            rewrite_asserts(tree, source, path)
        except (ImportError, TypeError):
            tree = ast.parse(source, filename=path)
        return compile(tree, path, "exec", dont_inherit=True)


class _Neighbours(importlib.abc.MetaPathFinder):
    """Finds Python files in the testbench's folder, for `_Rewriting`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The usual spec with another loader, for files of the folder alone."""
        if path is None and not (
            (self._folder / f"{name}.py").is_file() or (self._folder / name).is_dir()
        ):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return None
        if not Path(spec.loader.path).is_relative_to(self._folder):
            return None
        spec.loader = _Rewriting(spec.loader.name, spec.loader.path)
        return spec
