"""The project's own problems: the designs of `testbenches/`, and held-out splits of a data set."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Sequence
from pathlib import Path

from agent.errors import InputError
from agent.evaluate.problems import Problem, Simulation, read_spec, read_text
from agent.toolchain.testbench import load_testbench
from mevllm.data.records import Record, Split, read_records
from mevllm.tiers import Tier


def load_testbenches(root: Path, suite: str) -> tuple[Problem, ...]:
    """The designs below `root`: `<design>/spec.md`, `tb_<design>.py`, `reference.v`.

    `tiers.toml` beside them says which tier each is meant for. Raises InputError.
    """
    specs = sorted(root.glob("*/spec.md"))
    if not specs:
        raise InputError(f"{root} holds no designs (*/spec.md); name their folder with --root")
    tiers = root / "tiers.toml"
    meant = tomllib.loads(read_text(tiers))["tiers"] if tiers.is_file() else {}
    return tuple(_design(path.parent, suite, meant.get(path.parent.name)) for path in specs)


def _design(folder: Path, suite: str, tier: str | None) -> Problem:
    spec, fault = read_spec(read_text(folder / "spec.md"), folder.name)
    reference = folder / "reference.v"
    return Problem(
        id=folder.name,
        suite=suite,
        module=spec.interface.module if spec else folder.name,
        spec=spec,
        simulations=(Simulation(load_testbench(folder / f"tb_{folder.name}.py")),),
        reference=read_text(reference) if reference.is_file() else None,
        tier=Tier(tier) if tier else None,
        unsupported=fault,
    )


def load_split(
    data: Path, split: Split, count: int | None, seed: int, suite: str, work: Path
) -> tuple[Problem, ...]:
    """`count` designs of a data set's split, drawn over all its families, each with its checker.

    The checkers are written into `work`; one specification of each design is taken, whose voice
    the seed draws. Raises InputError where the split is empty, MevllmError for a damaged file.
    """
    records = [record for record in read_records(data) if record.split == split]
    if not records:
        raise InputError(f"{data} holds no design of the split {split!r}; see its card")
    return tuple(_drawn(record, seed, suite, work) for record in _taken(records, count, seed))


def _taken(records: Sequence[Record], count: int | None, seed: int) -> list[Record]:
    """In turn one design of each family, so that a small count still covers the families."""
    rng = random.Random(seed)  # noqa: S311
    families: dict[str, list[Record]] = {}
    for record in rng.sample(list(records), len(records)):
        families.setdefault(record.family, []).append(record)
    order = rng.sample(sorted(families), len(families))
    taken: list[Record] = []
    while families and (count is None or len(taken) < count):
        for name in [name for name in order if name in families]:
            taken.append(families[name].pop())
            if not families[name]:
                del families[name]
    return sorted(taken[:count], key=lambda record: record.id)


def _drawn(record: Record, seed: int, suite: str, work: Path) -> Problem:
    from mevllm.data.checker import checker
    from mevllm.data.families import draw_design, families

    design = draw_design(families()[record.family], record.seed)
    folder = work / record.id.replace("/", "-")
    folder.mkdir(parents=True, exist_ok=True)
    bench = folder / "checker.v"
    bench.write_text(checker(design), encoding="utf-8")
    rng = random.Random(f"{seed}/{record.id}")  # noqa: S311
    voice = rng.choice(sorted(record.specifications))
    spec, fault = read_spec(record.specifications[voice], record.id)
    return Problem(
        id=record.id,
        suite=suite,
        module=record.module,
        spec=spec,
        simulations=(Simulation(load_testbench(bench, top="tb")),),
        reference=design.reference,
        tier=record.tier,
        unsupported=fault,
    )
