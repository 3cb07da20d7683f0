"""Design files are written whole or not at all."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from agent.errors import InputError
from agent.output import best_path, check_writable, write_atomically


def test_a_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "x.v"
    path.write_text("old")
    path.chmod(0o640)
    write_atomically(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file_and_no_scrap(tmp_path: Path) -> None:
    path = tmp_path / "x.v"
    path.write_text("old")
    code = (
        "import resource, pathlib, sys\n"
        "from agent.output import write_atomically\n"
        "from agent.errors import InputError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n"
        "    write_atomically(pathlib.Path(sys.argv[1]), 'x' * 5000)\n"
        "except InputError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    assert "cannot write" in done.stdout
    assert "free space" in done.stdout
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 1000


def test_a_folder_that_cannot_be_written_is_found_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name another place with -o"):
        check_writable(tmp_path / "absent" / "x.v")
    with pytest.raises(InputError, match="cannot write into /proc"):
        check_writable(Path("/proc/x.v"))
    with pytest.raises(InputError, match="is a folder"):
        check_writable(tmp_path)
    check_writable(tmp_path / "x.v")
    assert not list(tmp_path.iterdir())


def test_the_best_failing_design_goes_beside_the_output() -> None:
    assert best_path(Path("out/x.v")) == Path("out/x.best.v")
