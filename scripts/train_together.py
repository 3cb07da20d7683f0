"""Train several adapters in one process, the base loaded once; then answer prompts with them.

For a machine with a GPU that is had for minutes, or that has nothing but torch and transformers:

    export PYTHONPATH=.
    python scripts/train_together.py prepare -o prepared.bin CONFIG...
    python scripts/train_together.py prompts -o prompts.bin NAME=PROBLEMS...
    python scripts/train_together.py train prepared.bin BASE.gguf --out DIR [--minutes NAME=M]...

`prepare` reads the training sets and tokenizes here; `train` needs neither. An adapter that a
configuration starts from is taken from DIR where it was trained before in the same run.
"""

from __future__ import annotations

import gzip
import io
import json
import pickle
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click

from mevllm.engines.base import Prompt, Sampling
from mevllm.engines.recorded import record
from mevllm.lora import WEIGHTS
from mevllm.tiers import Tier
from mevllm.train.config import load_config
from mevllm.train.run import Prepared, learn, prepare
from mevllm.weights import file_sha256, resolve


@dataclass(frozen=True)
class Job:
    """A run that is ready."""

    prepared: Prepared
    start: str | None
    """Name of the adapter to continue from."""


@dataclass(frozen=True)
class Question:
    """A prompt and what it is for."""

    problems: str
    tier: str | None
    prompt: Prompt


@click.group()
def main() -> None:
    """Train several adapters with the base loaded once."""


@main.command(name="prepare")
@click.argument("configs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True)
def prepare_(configs: tuple[Path, ...], out: Path) -> None:
    """Tokenize what the runs of CONFIGS learn from, in the order they are to be trained."""
    jobs = []
    for path in configs:
        config = load_config(path)
        found = prepare(path, resolve(config.base))
        jobs.append(Job(found, Path(config.start).name if config.start else None))
        examples = sum(map(len, found.groups))
        click.echo(f"{config.name}: {examples} examples, {found.tokens:,} tokens an epoch")
    _write(out, jobs)


@main.command()
@click.argument("suites", nargs=-1, required=True)
@click.option("--data", type=click.Path(path_type=Path), help="Data set file, for held-out ones.")
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True)
def prompts(suites: tuple[str, ...], data: Path | None, out: Path) -> None:
    """Render the prompts of SUITES: `verilog-eval=FOLDER`, `held-out families=COUNT`."""
    from tempfile import TemporaryDirectory

    from agent.evaluate.suites import Source, load_suite
    from mevllm.prompts import generate_prompt

    asked = []
    with TemporaryDirectory() as work:
        for given in suites:
            name, _, what = given.partition("=")
            if name.startswith("held-out "):
                source = Source(data=data, split=name, count=int(what))
                problems = load_suite("held-out", source, Path(work))
            else:
                problems = load_suite(name, Source(root=Path(what)), Path(work))
            asked += [
                Question(name, str(p.tier) if p.tier else None, generate_prompt(p.spec))
                for p in problems
                if p.spec
            ]
            click.echo(f"{name}: {len(problems)} problems")
    _write(out, asked)


@main.command()
@click.argument("prepared", type=click.Path(path_type=Path))
@click.argument("gguf", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--minutes", multiple=True, help="NAME=M: how long that adapter may take.")
@click.option("--prompts", "questions", type=click.Path(path_type=Path))
@click.option("--copy", type=click.Path(path_type=Path), help="Leave parts of the weights here.")
@click.option("--device", default="cuda")
@click.option("--parallel", default=320)
@click.option("--answer-tokens", default=512)
def train(
    prepared: Path,
    gguf: Path,
    out: Path,
    minutes: tuple[str, ...],
    questions: Path | None,
    copy: Path | None,
    device: str,
    parallel: int,
    answer_tokens: int,
) -> None:
    """Train the adapters of PREPARED on GGUF, answer the prompts greedily, measure the engine."""
    from mevllm.hf_base import settle

    settle()
    say = _Clock()
    jobs: list[Job] = _read(prepared)
    say(f"read {len(jobs)} runs")
    limits = {name: float(value) for name, _, value in (m.partition("=") for m in minutes)}
    from mevllm.train.base_model import load_base

    base = load_base(gguf, device)
    sha256 = file_sha256(gguf)
    say(f"loaded {gguf.name} on {device}")
    trained: dict[str, Path] = {}
    for job in jobs:
        name = job.prepared.config.name
        config = replace(job.prepared.config, minutes=limits.get(name, job.prepared.config.minutes))
        start = trained.get(job.start) if job.start else None
        if job.start and start is None:
            raise click.ClickException(f"{name} starts from {job.start}, which was not trained")

        def told(step: Any, name: str = name) -> None:
            if step.step % 50 == 1:
                say(
                    f"{name} {step.step}/{step.steps} loss {step.loss:.4f} {step.tokens:,} tokens "
                    f"{step.tokens_per_s:.0f}/s {step.left_s:.0f} s left {step.learning_rate:.1e}"
                )

        ready = replace(job.prepared, config=config)
        model = learn(ready, base, start, out / name, base_sha256=sha256, on_step=told)
        base = model.unload()
        trained[name] = out / name / name
        if copy is not None:
            _part(trained[name], copy)
        say(f"trained {name}: {(out / name / 'loss.jsonl').read_text().splitlines()[-1]}")
    if questions is not None:
        _answer(base, gguf, trained, _read(questions), out, copy, say, parallel, answer_tokens)


def _part(adapter: Path, copy: Path) -> None:
    """The adapter's folder in two files, each small enough to travel alone."""
    import tarfile

    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.add(adapter.parent, adapter.parent.name, filter=_without_checkpoint)
    whole = packed.getvalue()
    half = (len(whole) + 1) // 2
    copy.mkdir(parents=True, exist_ok=True)
    (copy / f"{adapter.name}.tar.0").write_bytes(whole[:half])
    (copy / f"{adapter.name}.tar.1").write_bytes(whole[half:])


def _without_checkpoint(entry: Any) -> Any:
    return None if entry.name.endswith((".pt", ".partial")) else entry


def _answer(
    base: Any,
    gguf: Path,
    trained: dict[str, Path],
    questions: Sequence[Question],
    out: Path,
    copy: Path | None,
    say: _Clock,
    parallel: int,
    answer_tokens: int,
) -> None:
    """One greedy answer of every adapter and of the bare base to every question, as they come."""
    from mevllm.engines.transformers_engine import Request, TransformersEngine

    base.set_attn_implementation("sdpa")
    engine = TransformersEngine(
        gguf, adapters=[*trained.values()], parallel=parallel, context=2048, net=base
    )
    say("engine with every adapter")
    file = out / "answers.jsonl.gz"
    hashes = {name: file_sha256(path / WEIGHTS) for name, path in trained.items()}
    tiers = {str(tier) for tier in Tier}
    rounds: list[list[str | None]] = [["monolith"], sorted(tiers & set(trained)), [None]]
    greedy = Sampling(temperature=0.0, max_tokens=answer_tokens)
    for names in rounds:
        asked = [
            (name, question)
            for name in names
            for question in questions
            if (name is None or name in trained)
            and (name not in tiers or not _own(question) or question.tier == name)
        ]
        asked.sort(key=lambda pair: (len(str(pair[1].prompt)), str(pair[0])))
        requests = [
            Request(q.prompt, 1, greedy, str(trained[name]) if name else None) for name, q in asked
        ]
        if not requests:
            continue
        answers = engine.generate_many(requests)
        record(
            file,
            engine.info,
            (
                (question.prompt, greedy, hashes[name] if name else None, found[0])
                for (name, question), found in zip(asked, answers, strict=True)
            ),
        )
        if copy is not None:
            (copy / file.name).write_bytes(file.read_bytes())
        count = sum(found[0].tokens for found in answers)
        say(f"{', '.join(n or 'base' for n in names)}: {len(answers)} answers, {count:,} tokens")
    from benchmarks.gpu import rows

    prompts = [question.prompt for question in questions[:16]]
    table = [asdict(row) for row in rows(engine, [*trained.values()], prompts)]
    (out / "gpu.json").write_text(json.dumps(table, indent=1))
    if copy is not None:
        (copy / "gpu.json").write_text(json.dumps(table, indent=1))
    say("measured the engine")


def _own(question: Question) -> bool:
    return question.problems.startswith("held-out ")


class _Clock:
    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, text: str) -> None:
        click.echo(f"[{time.monotonic() - self._start:6.1f} s] {text}")


def _write(path: Path, value: object) -> None:
    with gzip.open(path, "wb", compresslevel=6) as file:
        pickle.dump(value, file, protocol=5)


def _read(path: Path) -> Any:
    with gzip.open(path, "rb") as file:
        return pickle.load(file)  # noqa: S301  # what this very script wrote


if __name__ == "__main__":
    # Under its own name, so that what one command pickles the other can read.
    from scripts.train_together import main as command

    command()
