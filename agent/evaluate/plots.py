"""Plots of evaluations as PNG images, by matplotlib (the extra `[eval]`)."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agent.errors import MissingToolError
from agent.evaluate.classes import CLASSES
from agent.evaluate.measured import Measured
from agent.evaluate.measures import cost_curve, curve
from mevllm.tiers import Tier

SIZE = (7.0, 4.0)
"""Inches."""
DPI = 110


def plots(found: Sequence[Measured]) -> dict[str, bytes]:
    """File name to PNG, for one evaluation or several side by side.

    Raises MissingToolError without matplotlib.
    """
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise MissingToolError(
            "plots need matplotlib: pip install 'mevagent[eval]', or leave out --out"
        ) from error
    mpl.use("Agg")
    drawn: dict[str, bytes] = {}
    for name, draw in DRAWINGS.items():
        image = _png(draw, found)
        if image is not None:
            drawn[name] = image
    return drawn


def _png(
    draw: Callable[[Any, Sequence[Measured]], bool], found: Sequence[Measured]
) -> bytes | None:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=SIZE, dpi=DPI, layout="constrained")
    try:
        if not draw(axes, found):
            return None
        out = io.BytesIO()
        # No date in the file: the same evaluations give the same bytes.
        figure.savefig(out, format="png", metadata={"Software": None})
        return out.getvalue()
    finally:
        pyplot.close(figure)


def _pass_at_k(axes: Any, found: Sequence[Measured]) -> bool:
    for one in found:
        points = curve(one.asked, one.samples, one.n)
        ks = [k for k, _ in points]
        axes.plot(ks, [v.mean for _, v in points], marker="o", label=one.name)
        axes.fill_between(ks, [v.low for _, v in points], [v.high for _, v in points], alpha=0.15)
    axes.set(xlabel="k", ylabel="pass@k (function)", ylim=(0, 1))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend()
    return True


def _tiers(axes: Any, found: Sequence[Measured]) -> bool:
    tiers = [*map(str, Tier), "unknown"]
    tiers = [tier for tier in tiers if any(tier in one.summary.tiers for one in found)]
    width = 0.8 / len(found)
    for number, one in enumerate(found):
        places, means, below, above = [], [], [], []
        for place, tier in enumerate(tiers):
            figures = one.summary.tiers.get(tier)
            if figures is None:
                continue
            value = figures.function[1]
            places.append(place + (number - (len(found) - 1) / 2) * width)
            means.append(value.mean)
            below.append(value.mean - value.low)
            above.append(value.high - value.mean)
        axes.bar(places, means, width, yerr=(below, above), capsize=3, label=one.name)
    axes.set_xticks(range(len(tiers)), tiers)
    axes.set(ylabel="pass@1 (function)", ylim=(0, 1))
    axes.legend()
    return bool(tiers)


def _failures(axes: Any, found: Sequence[Measured]) -> bool:
    """First answers against the best candidates, where there are repairs between them."""
    bars: list[tuple[str, Mapping[str, int]]] = []
    for one in found:
        if one.evaluation.mode == "agent":
            bars.append((f"{one.name}: first answer", one.summary.first_failures))
            bars.append((f"{one.name}: after repair", one.summary.failures))
        else:
            bars.append((one.name, one.summary.failures))
    classes = [name for name in CLASSES if any(name in counts for _, counts in bars)]
    width = 0.8 / len(bars)
    for number, (label, counts) in enumerate(bars):
        places = [i + (number - (len(bars) - 1) / 2) * width for i in range(len(classes))]
        axes.bar(places, [counts.get(name, 0) for name in classes], width, label=label)
    axes.set_xticks(range(len(classes)), classes, rotation=30, ha="right")
    axes.set(ylabel="samples that failed so")
    axes.legend()
    return bool(classes)


def _cost(axes: Any, found: Sequence[Measured]) -> bool:
    some = False
    for one in found:
        points = cost_curve(one.samples)
        if points:
            some = True
            axes.step(
                [cost for cost, _ in points],
                [share for _, share in points],
                where="post",
                label=one.name,
            )
    axes.set(xlabel="tokens that a sample may cost", ylabel="share of samples solved", ylim=(0, 1))
    if some:
        axes.legend()
    return some


def _confusion(axes: Any, found: Sequence[Measured]) -> bool:
    routed = next((one for one in found if one.summary.confusion), None)
    if routed is None:
        return False
    rows = [t for t in (*map(str, Tier), "unknown") if t in routed.summary.confusion]
    columns = [str(tier) for tier in Tier]
    counts = [[routed.summary.confusion[r].get(c, 0) for c in columns] for r in rows]
    axes.imshow(counts, cmap="Blues", aspect="auto")
    for y, row in enumerate(counts):
        for x, count in enumerate(row):
            axes.text(x, y, str(count), ha="center", va="center")
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.set(xlabel="tier routed to", ylabel="tier of the problem", title=routed.name)
    return True


DRAWINGS: Mapping[str, Callable[[Any, Sequence[Measured]], bool]] = {
    "pass_at_k.png": _pass_at_k,
    "tiers.png": _tiers,
    "failures.png": _failures,
    "cost.png": _cost,
    "confusion.png": _confusion,
}
"""File name to what draws it; False where there is nothing to draw."""
