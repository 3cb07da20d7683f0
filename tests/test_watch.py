"""`mevagent watch`: a save is noticed, the command runs again, Ctrl-C ends it."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.errors import ExitCode
from tests.conftest import DESIGNS, ROOT, Mevagent

MUX = DESIGNS / "mux4"


class Watcher:
    """A running `mevagent watch`; its lines as they come, of both outputs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))

    def until(self, part: str) -> list[str]:
        """The lines up to the next one with this part."""
        lines: list[str] = []
        while not lines or part not in lines[-1]:
            lines.append(self._lines.get(timeout=120))
        return lines


@contextmanager
def watching(folder: Path, *arguments: object) -> Iterator[Watcher]:
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "agent.cli", "watch", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield Watcher(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def test_a_saved_design_is_verified_again_until_ctrl_c(tmp_path: Path) -> None:
    design, tb = tmp_path / "mux4.v", tmp_path / "tb_mux4.py"
    shutil.copy(MUX / "broken_select_order.v", design)
    shutil.copy(MUX / "tb_mux4.py", tb)
    with watching(tmp_path, "verify", design, "--tb", tb) as watcher:
        assert any(line.startswith("FAIL ") for line in watcher.until("watching 2 files"))
        replacement = tmp_path / "saved.tmp"  # as editors save: a new file over the old one
        shutil.copy(MUX / "reference.v", replacement)
        replacement.replace(design)
        lines = watcher.until("watching 2 files")
        assert any("mux4.v changed" in line for line in lines)
        assert any(line.startswith("PASS ") for line in lines)
        tb.write_text(tb.read_text().replace("words[sel] if en else 0", "words[sel]"))
        lines = watcher.until("watching 2 files")
        assert any("tb_mux4.py changed" in line for line in lines)
        assert any(line.startswith("FAIL ") for line in lines)
        watcher.process.send_signal(signal.SIGINT)
        assert watcher.process.wait(timeout=60) == ExitCode.INTERRUPTED


def test_a_design_that_is_broken_meanwhile_or_gone_does_not_end_the_watch(tmp_path: Path) -> None:
    design = tmp_path / "mux4.v"
    shutil.copy(MUX / "reference.v", design)
    with watching(tmp_path, "verify", design, "--tb", MUX / "tb_mux4.py") as watcher:
        watcher.until("watching")
        design.write_text("modul")
        assert any("modules: none" in line for line in watcher.until("watching"))
        design.unlink()
        shutil.copy(MUX / "reference.v", design)
        assert any(line.startswith("PASS ") for line in watcher.until("watching"))


def test_a_saved_specification_is_built_again(tmp_path: Path) -> None:
    spec, script = tmp_path / "spec.md", tmp_path / "script.json"
    shutil.copy(MUX / "spec.md", spec)
    script.write_text('{"answers": ["\\n  assign y = 0;\\nendmodule\\n"], "repeat": true}')
    options = ["--engine", "scripted", "--script", script, "-k", 1, "--max-attempts", 1]
    arguments = ["build", spec, "--tb", MUX / "tb_mux4.py", *options, "-o", "mux4.v"]
    with watching(tmp_path, *arguments) as watcher:
        assert any(line.startswith("NO PASS") for line in watcher.until("watching 3 files"))
        spec.write_text(spec.read_text() + "\nAnd nothing else.\n")
        assert any(line.startswith("NO PASS") for line in watcher.until("watching 3 files"))


def test_a_wrong_option_ends_at_once(mevagent: Mevagent) -> None:
    done = mevagent("watch", "verify", MUX / "reference.v", "--nonsense")
    assert done.returncode == ExitCode.BAD_INPUT
    assert "--nonsense" in done.stderr
    assert mevagent("watch", "verify").returncode == ExitCode.BAD_INPUT
