"""What several tests share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

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
            timeout=280,
            check=False,
        )

    return run


@pytest.fixture
def script(tmp_path: Path) -> Callable[[Sequence[str]], Path]:
    """Write a script for the scripted engine: its answers, by seed."""

    def write(answers: Sequence[str]) -> Path:
        path = tmp_path / "script.json"
        path.write_text(json.dumps({"answers": list(answers)}))
        return path

    return write
