"""What share of failing candidates one repair turn mends, by each of several models.

usage: repair_turn.py DATA PAIRS [--with NAME]... [--adapters FOLDER] [--count N]

PAIRS are failing designs of a held-out split with what the tools said of them, the same ones for
every model: `mevagent data sample DATA --split "held-out families" -o PAIRS` draws them. NAME is
`base`, `experts` (the adapter of the tier that the family is meant for), or an adapter's own name.
Each model gives one greedy answer to the repair prompt, which is held to the design's checker as
it is written. In brackets: 95% bootstrap intervals over the candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from itertools import groupby, product
from pathlib import Path

import click

from agent.evaluate.measures import interval
from agent.judge import Judge
from agent.toolchain.simulators import open_simulator
from agent.training_pairs import as_written, judging
from mevllm.data.families import draw_design, families
from mevllm.data.pairs import Pair, read_pairs
from mevllm.data.records import read_records
from mevllm.engines import open_engine
from mevllm.engines.base import Engine, Sampling
from mevllm.errors import MevllmError
from mevllm.experts import find_adapter
from mevllm.prompts import repair_prompt
from mevllm.spec import parse_spec
from mevllm.weights import resolve

BASE = "base"
EXPERTS = "experts"
MODEL = "qwen2.5-coder-1.5b"


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("pairs", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--with", "names", multiple=True, default=(BASE, "monolith", EXPERTS))
@click.option("--adapters", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--count", type=click.IntRange(min=1), help="Failing candidates at most.")
def score(
    data: Path, pairs: Path, names: Sequence[str], adapters: Path | None, count: int | None
) -> None:
    """Print the share of the failing candidates that each model mends in one turn."""
    failing = [pair for pair in read_pairs(pairs) if pair.wrong][:count]
    seeds = {record.id: record.seed for record in read_records(data)}
    fixed: dict[str, list[float]] = {name: [] for name in names}
    chosen = {
        (name, pair.tier): _adapter(name, pair, adapters) for name in names for pair in failing
    }
    files = tuple(dict.fromkeys(path for path in chosen.values() if path))
    opened = open_engine("llamacpp", model=resolve(MODEL), adapters=files, parallel=1)
    with closing(open_simulator()) as simulator, closing(opened) as engine:
        for specification, group in groupby(failing, key=lambda pair: pair.specification):
            pairs_of_one = list(group)
            first = pairs_of_one[0]
            design = draw_design(families()[first.family], seeds[first.id.rpartition("/")[0]])
            with judging(design, specification, simulator) as judge:
                for pair, name in product(pairs_of_one, names):
                    mended = _mends(engine, judge, pair, chosen[name, pair.tier])
                    fixed[name].append(float(mended))
                    click.echo(f"{pair.id} {name} {'mended' if mended else 'no'}", err=True)
    click.echo(f"{len(failing)} failing candidates of {len({p.family for p in failing})} families")
    for name, passed in fixed.items():
        click.echo(f"{name:<12} {sum(passed):.0f} mended, {interval(passed)}")


def _mends(engine: Engine, judge: Judge, pair: Pair, adapter: Path | None) -> bool:
    """Whether one greedy answer to the repair prompt passes, as it is written."""
    spec = parse_spec(pair.specification)
    prompt = repair_prompt(spec, pair.wrong, pair.feedback)
    sampling = Sampling(temperature=0.0, max_tokens=512)
    [answer] = engine.generate(prompt, 1, sampling, adapter=str(adapter) if adapter else None)
    return as_written(judge, spec.interface, prompt.prefill, answer.text).verdict.passed


def _adapter(name: str, pair: Pair, folder: Path | None) -> Path | None:
    if name == BASE:
        return None
    found = find_adapter(str(pair.tier) if name == EXPERTS else name, MODEL, folder)
    if found is None:
        raise MevllmError(f"there is no adapter {name} for {MODEL}; name its folder: --adapters")
    return found


if __name__ == "__main__":
    score()
