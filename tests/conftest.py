"""What several tests share."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

# A background job of a shell starts with Ctrl-C ignored, and hands that on to what it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent
DESIGNS = ROOT / "testbenches"

Mevagent = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def mevagent(tmp_path: Path) -> Mevagent:
    """Run the real command in a fresh folder."""

    def run(
        *arguments: object, cwd: Path | None = None, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "agent.cli", *map(str, arguments)],
            cwd=cwd or tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **(env or {})},
            capture_output=True,
            text=True,
            timeout=800,
            check=False,
        )

    return run


Script = Callable[..., Path]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Write a script for the scripted engine: one list of answers per attempt."""

    def write(*attempts: Sequence[object], **more: object) -> Path:
        path = tmp_path / "script.json"
        path.write_text(json.dumps({"answers": attempts, **more}))
        return path

    return write
