"""Loss curves, from a run's log to a picture."""

from __future__ import annotations

import json
from pathlib import Path

from mevllm.train.loop import LOSSES

SMOOTHED = 0.9
"""Share of the running mean that a step keeps."""


def plot(folder: Path, title: str) -> Path:
    """Draw `loss.png` from the log in a run's folder; return its path."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    lines = [json.loads(line) for line in (folder / LOSSES).read_text().splitlines()]
    # A run that was stopped repeats the steps after its checkpoint; the last ones count.
    steps = {line["step"]: line for line in lines}
    rows = [steps[number] for number in sorted(steps)]
    mean, smooth = rows[0]["loss"], []
    for row in rows:
        mean = SMOOTHED * mean + (1 - SMOOTHED) * row["loss"]
        smooth.append(mean)
    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    tokens = [row["tokens"] / 1000 for row in rows]
    axes.plot(tokens, [row["loss"] for row in rows], color="0.8", linewidth=0.8, label="step")
    axes.plot(tokens, smooth, color="tab:blue", label="running mean")
    held = [(row["tokens"] / 1000, row["validation"]) for row in rows if "validation" in row]
    if held:
        axes.plot(*zip(*held, strict=True), "o-", color="tab:orange", label="validation")
    axes.set(xlabel="thousand tokens", ylabel="loss (nats a token of the answer)", title=title)
    axes.set_ylim(bottom=0)
    axes.legend()
    path = folder / "loss.png"
    figure.savefig(path, dpi=120)
    plt.close(figure)
    return path
