"""`mevagent data`: the training set, built, checked, harvested and labelled."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.errors import InputError
from mevllm.data.splits import SPLITS
from mevllm.processors import processors
from mevllm.tiers import Tier

if TYPE_CHECKING:
    from mevllm.data.build import Tally
    from mevllm.data.records import Split
    from mevllm.engines.base import Engine

DATA = click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
TABLE = click.option(
    "--overlap-table",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Digests of the texts that must not be trained on.",
)
JOBS = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=processors(),
    help="Processes that work side by side; as many as there are processors when not given.",
)
TIER = click.option("--tier", type=click.Choice([str(t) for t in Tier]), help="Only of this tier.")
ADAPTER = click.option(
    "--adapter",
    type=click.Path(path_type=Path, exists=True),
    help="The adapter that answers; the bare base when not given.",
)
SPLIT = click.option(
    "--split", type=click.Choice(SPLITS), default="train", help="Designs of this split."
)
OUT_PAIRS = click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("runs/data/pairs.jsonl.gz"),
    help="Where the pairs are written.",
)


@click.group()
def data() -> None:
    """Build and check the training set; harvest your own RTL.

    Every design is drawn from a family, compiled, simulated and tried against mutants; the same
    seed gives the same bytes.
    """


@data.command("build")
@click.option("--seed", default=0, help="The set with this number.")
@click.option("--count", type=click.IntRange(min=1), default=20_000, help="Designs wanted.")
@click.option("--family", "names", multiple=True, help="Only this family; may be repeated.")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("runs/data/designs.jsonl.gz"),
    help="The set's file; its card is written beside it.",
)
@TABLE
@JOBS
def build_data(
    seed: int, count: int, names: tuple[str, ...], out: Path, overlap_table: Path | None, jobs: int
) -> None:
    """Draw designs from the families, verify them, and write those that are good."""
    from mevllm.data.build import Tally, build
    from mevllm.data.card import card
    from mevllm.data.overlap import load_table
    from mevllm.data.records import write_records

    tally = Tally()
    table = load_table(overlap_table) if overlap_table else None
    with click.progressbar(length=count, label="designs") as bar:
        records = build(
            count,
            seed,
            names=names,
            jobs=jobs,
            overlap=table,
            tally=tally,
            on_family=lambda _, kept: bar.update(kept),
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    digest = write_records(records, out)
    command = f"mevagent data build --seed {seed} --count {count}"
    command += "".join(f" --family {name}" for name in names)
    notes = _notes(tally, table is not None)
    page = out.with_name(out.name.split(".")[0] + ".md")
    page.write_text(card(records, command=command, sha256=digest, notes=notes), encoding="utf-8")
    click.echo(f"{len(records)} designs in {out}, card in {page}")
    click.echo(f"sha256 {digest}")


def _notes(tally: Tally, compared: bool) -> list[str]:
    return [
        f"{tally.drawn} designs were drawn; {sum(tally.rejected.values())} did not pass "
        f"verification and {tally.repeated} were the same circuit as another.",
        f"{sum(tally.unread.values())} texts were left out because the specification reader takes "
        "their interface otherwise.",
        f"{tally.close} texts were left out as too close to a benchmark."
        if compared
        else "The texts were not compared with any benchmark.",
    ]


@data.command("check")
@DATA
@TABLE
@JOBS
def check_data(path: Path, overlap_table: Path | None, jobs: int) -> None:
    """Verify a training set again: draw each design anew, simulate it, compare every hash."""
    from agent.errors import ExitCode
    from mevllm.data.check import check
    from mevllm.data.overlap import load_table
    from mevllm.data.records import read_records

    table = load_table(overlap_table) if overlap_table else None
    records = list(read_records(path))
    problems = check(records, jobs=jobs, overlap=table)
    for problem in problems:
        click.echo(problem)
    click.echo(f"{len(records) - len(problems)} of {len(records)} designs hold")
    if problems:
        raise SystemExit(int(ExitCode.NOT_PASSED))


@data.command("label")
@DATA
@JOBS
def label_data(path: Path, jobs: int) -> None:
    """Measure the tier of every design and compare it with what its family is meant for."""
    from mevllm.data.families import draw_design, families
    from mevllm.data.labels import agreement
    from mevllm.data.records import read_records

    known = families()
    designs = [draw_design(known[r.family], r.seed) for r in read_records(path)]
    found = agreement(designs, jobs=jobs)
    click.echo(found.table())
    click.echo(f"\nequal {found.exact:.1%}, within one tier {found.within_one:.1%}")
    for line in found.unread:
        click.echo(f"not measured: {line}")


@data.command("pairs")
@DATA
@click.option("--count", type=click.IntRange(min=1), default=1000, help="Designs to take.")
@click.option("--each", type=click.IntRange(min=1), default=1, help="Mutants and slips a design.")
@click.option("--seed", default=0, help="Which designs and voices are drawn.")
@OUT_PAIRS
def pairs_of_data(path: Path, count: int, each: int, seed: int, out: Path) -> None:
    """Write repair pairs: faulty designs, what the tools say of them, the right design."""
    from agent.toolchain.simulators import open_simulator
    from agent.training_pairs import chosen, written_pairs
    from mevllm.data.lines import append_lines
    from mevllm.data.records import read_records

    _begin(out)
    records = chosen(list(read_records(path)), count, "train", seed)
    with closing(open_simulator()) as simulator:
        found = append_lines(written_pairs(records, simulator, each=each, seed=seed), out)
    click.echo(f"{found} pairs in {out}")


@data.command("sample")
@DATA
@click.option("--count", type=click.IntRange(min=1), default=200, help="Designs to take.")
@click.option("-n", "answers", type=click.IntRange(min=1), default=4, help="Answers a design.")
@TIER
@SPLIT
@click.option("--seed", default=0, help="Which designs, voices and answers are drawn.")
@ADAPTER
@OUT_PAIRS
def sample_data(
    path: Path,
    count: int,
    answers: int,
    tier: str | None,
    split: Split,
    seed: int,
    adapter: Path | None,
    out: Path,
) -> None:
    """Let a model answer training specifications; keep what passes, pair what fails.

    What passes and differs from the reference is an answer to learn (rejection sampling); what
    fails becomes a repair pair with its diagnostics. Those of a held-out split are for measuring
    repairs (scripts/repair_turn.py).
    """
    from agent.toolchain.simulators import open_simulator
    from agent.training_pairs import chosen, sampled_pairs
    from mevllm.data.lines import append_lines
    from mevllm.data.records import read_records

    _begin(out)
    records = [r for r in read_records(path) if tier in (None, str(r.tier))]
    with closing(open_simulator()) as simulator, closing(_opened(adapter, answers)) as engine:
        found = sampled_pairs(
            chosen(records, count, split, seed),
            simulator,
            engine,
            adapter=str(adapter) if adapter else None,
            n=answers,
            seed=seed,
            model=_answering(engine, adapter),
        )
        written = append_lines(found, out)
    click.echo(f"{written} pairs in {out}")


@data.command("describe")
@DATA
@click.option("--count", type=click.IntRange(min=1), default=200, help="Designs to take.")
@click.option("-n", "answers", type=click.IntRange(min=1), default=4, help="Answers a text.")
@TIER
@SPLIT
@click.option("--seed", default=0, help="Which designs, voices and answers are drawn.")
@click.option("--paraphrase/--no-paraphrase", default=True, help="Or only count what is solved.")
@TABLE
@ADAPTER
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("runs/data/trials.jsonl.gz"),
    help="Where the trials are written.",
)
def describe_data(
    path: Path,
    count: int,
    answers: int,
    tier: str | None,
    split: Split,
    seed: int,
    paraphrase: bool,
    overlap_table: Path | None,
    adapter: Path | None,
    out: Path,
) -> None:
    """Let a model solve training specifications, and say those that it solves in other words.

    A paraphrase is kept when it keeps every fact and its answers pass at least as often. The share
    solved is a second label of the tier. A run that was stopped goes on where it stopped.
    """
    from agent.toolchain.simulators import open_simulator
    from agent.training_pairs import chosen
    from agent.training_trials import tried
    from mevllm.data.lines import append_lines
    from mevllm.data.overlap import load_table
    from mevllm.data.records import read_records
    from mevllm.data.trials import read_trials

    table = load_table(overlap_table) if overlap_table else None
    done = {trial.id for trial in read_trials(out)} if out.exists() else set()
    records = [r for r in read_records(path) if tier in (None, str(r.tier))]
    wanted = [r for r in chosen(records, count, split, seed) if r.id not in done]
    with closing(open_simulator()) as simulator, closing(_opened(adapter, answers)) as engine:
        trials = tried(
            wanted,
            simulator,
            engine,
            adapter=str(adapter) if adapter else None,
            samples=answers,
            seed=seed,
            paraphrases=paraphrase,
            overlap=table,
            model=_answering(engine, adapter),
        )
        append_lines(trials, out)
    found = list(read_trials(out))
    kept = sum(bool(trial.paraphrase) for trial in found)
    click.echo(
        f"{len(found)} designs tried, {sum(t.passed for t in found)} of "
        f"{sum(t.samples for t in found)} answers pass, {kept} paraphrases kept, in {out}"
    )


def _opened(adapter: Path | None, answers: int) -> Engine:
    from mevllm.engines import open_engine
    from mevllm.weights import resolve

    adapters = (adapter,) if adapter else ()
    return open_engine("llamacpp", model=resolve(None), adapters=adapters, parallel=answers)


def _answering(engine: Engine, adapter: Path | None) -> str:
    """Base and adapter hash, for the record of what a model wrote."""
    from mevllm.lora import read_adapter

    return f"{engine.info.base} {read_adapter(adapter).sha256 if adapter else ''}".strip()


def _begin(out: Path) -> None:
    if out.exists():
        raise InputError(f"{out} exists; choose another file with -o, or remove it")


@data.command("harvest")
@click.argument("place")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("runs/data/harvest.jsonl"),
    help="Where the modules are written, one a line.",
)
@click.option("--any-licence", is_flag=True, help="Take files of any licence, or of none.")
@click.option("--describe", is_flag=True, help="Let the base model describe each module.")
@click.option("--seed", default=0, help="Of the descriptions.")
@JOBS
def harvest_data(
    place: str, out: Path, any_licence: bool, describe: bool, seed: int, jobs: int
) -> None:
    """Harvest the Verilog modules of a folder or a git URL, to tune the experts on them.

    Each module is checked for syntax, deduplicated and labelled with its tier; its licence is
    recorded.
    """
    import tempfile

    from mevllm.data.harvest import harvest, with_descriptions, write_harvest
    from mevllm.data.licences import PERMISSIVE
    from mevllm.engines import open_engine
    from mevllm.weights import resolve

    with tempfile.TemporaryDirectory(prefix="mevagent-harvest-") as work:
        licences = None if any_licence else PERMISSIVE
        found = harvest(place, Path(work), licences=licences, jobs=jobs)
    for what, why in found.skipped:
        click.echo(f"skipped {what}: {why}", err=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    if not describe:
        click.echo(f"{write_harvest(found.modules, out)} modules in {out}")
        return
    with closing(open_engine("llamacpp", model=resolve(None), parallel=1)) as engine:
        described = with_descriptions(found.modules, engine, seed)
        count = write_harvest((module for module, _ in described), out)
    click.echo(f"{count} modules in {out}")


@data.command("adopt")
@click.argument("harvested", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@OUT_PAIRS
def adopt_data(harvested: Path, out: Path) -> None:
    """Make examples to learn of a harvest: its modules that have a specification.

    Name the file under `pairs` in the configuration of a training.
    """
    from mevllm.data.lines import append_lines
    from mevllm.data.pairs import harvested_pairs

    _begin(out)
    click.echo(f"{append_lines(harvested_pairs(harvested), out)} pairs in {out}")
