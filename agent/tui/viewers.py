"""The waveform viewers that a person may have, and starting one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

VIEWERS = ("gtkwave", "surfer")
INSTALL = "install GTKWave (`apt-get install gtkwave`) or Surfer (https://surfer-project.org)"
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


def open_waves(vcd: Path, environment: Mapping[str, str] = os.environ) -> str:
    """Open a dump in the first viewer that is installed; say what was done, or what to do."""
    path = environment.get("PATH", os.defpath)
    viewer = next((found for v in VIEWERS if (found := shutil.which(v, path=path))), None)
    if viewer is None:
        return f"no waveform viewer was found: {INSTALL}; until you leave, the dump is {vcd}"
    if not any(environment.get(name) for name in DISPLAYS):
        return (
            f"there is no display for {Path(viewer).name} (DISPLAY is not set); until you leave, "
            f"the dump is {vcd}"
        )
    from agent.process import start_detached

    start_detached([viewer, str(vcd)], environment)
    return f"{Path(viewer).name} opens {vcd.name}"
