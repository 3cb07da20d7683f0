"""An evaluation with its samples and measures, as loaded from the store."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from agent.evaluate.measures import Sample, Summary, samples_of, summarise
from agent.evaluate.store import Asked, Evaluation, EvaluationStore


@dataclass(frozen=True)
class Measured:
    """One evaluation and what it found."""

    evaluation: Evaluation
    asked: tuple[Asked, ...]
    samples: tuple[Sample, ...]

    @property
    def name(self) -> str:
        """What a person calls it."""
        return self.evaluation.name

    @property
    def n(self) -> int:
        """Samples per problem."""
        return int(self.evaluation.config["options"]["n"])

    @cached_property
    def summary(self) -> Summary:
        """All measures."""
        return summarise(self.asked, self.samples, self.n)

    @property
    def setting(self) -> str:
        """One line: what was asked of whom, and how."""
        config = self.evaluation.config
        options = config["options"]
        heat = options["sampling"]["temperature"]
        words = [
            self.evaluation.suite,
            self.evaluation.mode,
            *([f"loop {config['loop']}"] if "loop" in config else []),
            f"expert {config['expert']}",
            f"n = {self.n}",
            f"temperature {heat:g}" if heat else "greedy",
        ]
        if self.evaluation.mode == "answer" or "loop" in config:
            words.append("with fixes" if options["fixes"] else "without fixes")
        words.append(f"{config['base']} with {len(config['adapters'])} adapters")
        return ", ".join(words)

    @property
    def budget(self) -> str:
        """Mode `agent`: what each build may spend; empty in mode `answer`."""
        bounds = self.evaluation.config["bounds"]
        return ", ".join(f"{name} {value:g}" for name, value in bounds.items()) if bounds else ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "id": self.evaluation.id,
            "name": self.name,
            "suite": self.evaluation.suite,
            "mode": self.evaluation.mode,
            "status": self.evaluation.status,
            "config": dict(self.evaluation.config),
            "summary": self.summary.as_dict(),
            "samples": [asdict(sample) for sample in self.samples],
        }

    def lines(self) -> list[str]:
        """The measures for a person."""
        summary = self.summary
        lines = [
            f"{self.name}  ({self.evaluation.id}, {self.evaluation.status})",
            self.setting,
            f"{summary.problems} problems; {summary.solved} solved",
        ]
        if self.budget:
            lines.append(f"budget of a build: {self.budget}")
        for k, found in summary.figures.function.items():
            lines.append(f"pass@{k}: function {found}, syntax {summary.figures.syntax[k]}")
        if summary.without_defective:
            for k, found in summary.without_defective.function.items():
                without = f"without the {len(summary.defective)} known to be defective"
                lines.append(f"pass@{k} {without}: function {found}")
        for tier, figures in summary.tiers.items():
            k, found = next(iter(figures.function.items()))
            lines.append(f"  {tier:<13} {figures.problems:>4} problems, pass@{k} {found}")
        for name, count in summary.failures.items():
            lines.append(f"  {name:<13} {count:>4} samples failed so")
        for name, reason in summary.unsupported:
            lines.append(f"  unsupported: {name}: {reason.splitlines()[0][:160]}")
        if summary.defective:
            lines.append(f"  defective: {', '.join(summary.defective)}")
        if summary.tokens_per_solved is not None and summary.seconds_per_solved is not None:
            lines.append(
                f"{summary.tokens_per_solved:.0f} tokens, {summary.seconds_per_solved:.1f} s per "
                "solved problem"
            )
        if self.budget and summary.first_failed:
            share = summary.repaired / summary.first_failed
            lines.append(
                f"{summary.repaired} of {summary.first_failed} builds whose first answer failed "
                f"passed in the end ({share:.1%}), {summary.mended} of them mended"
            )
        if summary.escalations:
            lines.append(f"{summary.escalations} escalations, {summary.escalations_won} won")
        if summary.missing:
            lines.append(f"{summary.missing} samples are missing: run the same command again")
        return lines


def load(store: EvaluationStore, evaluation: Evaluation) -> Measured:
    """An evaluation with what it has found so far."""
    return Measured(
        evaluation,
        tuple(store.problems(evaluation.id)),
        tuple(samples_of(store.rows(evaluation.id))),
    )
