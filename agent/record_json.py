"""Stored runs as JSON: one document, or one object to a line."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.attempts import Attempt, Candidate
from agent.runs import StoredRun, UnfinishedAttempt

if TYPE_CHECKING:
    from agent.replay import ReplayReport

FORMAT = "mevagent-run-1"
"""Name of the shape; its number rises when a reader would have to change."""


def run_json(run: StoredRun, *, files: bool = True) -> dict[str, Any]:
    """Everything of a run; without the contents of the testbench's files unless `files`."""
    head = _run_head(run, files=files)
    return {**head, "attempts": [attempt_json(attempt) for attempt in _in_order(run)]}


def run_lines(run: StoredRun) -> Iterator[dict[str, Any]]:
    """The same as objects for JSON Lines: the run, then each attempt, after it its candidates."""
    yield {"type": "run", **_run_head(run, files=True)}
    for attempt in _in_order(run):
        data = attempt_json(attempt)
        candidates = data.pop("candidates")
        key = {"run_id": run.run_id}
        yield {"type": "attempt", **key, **data}
        for candidate in candidates:
            yield {"type": "candidate", **key, "attempt": attempt.ordinal, **candidate}


def attempt_json(attempt: Attempt | UnfinishedAttempt) -> dict[str, Any]:
    """An attempt with its candidates; `status` says whether it counts."""
    data = {"status": "finished", **_object(attempt)}
    data["candidates"] = [candidate_json(candidate) for candidate in attempt.candidates]
    return data


def candidate_json(candidate: Candidate) -> dict[str, Any]:
    """A candidate, with its hash and score, and the prompt as a list of messages."""
    data = {"rtl_hash": candidate.rtl_hash, "score": candidate.verdict.score, **_object(candidate)}
    if candidate.generation is not None:
        data["generation"]["messages"] = messages_of(candidate)
    return data


def messages_of(candidate: Candidate) -> list[dict[str, str]]:
    """The prompt as role and content, the prefill last; empty for a design that a person gave."""
    if candidate.generation is None:
        return []
    try:
        turns = json.loads(candidate.generation.messages)
        found = [{"role": str(t["role"]), "content": str(t["content"])} for t in turns]
    except (ValueError, TypeError, KeyError):
        found = [{"role": "user", "content": candidate.generation.messages}]
    return found


def report_json(report: ReplayReport) -> dict[str, Any]:
    """A replay's result."""
    return {
        "run_id": report.run_id,
        "ok": report.ok,
        "designs": len(report.results),
        "reproduced": report.reproduced,
        "depends_on_load": report.load_dependent,
        **_object(report),
    }


def plain(value: Any) -> Any:
    """A value of the record in JSON's types: infinities are null, bytes text or base64."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return _object(value)
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _object(value: Any) -> dict[str, Any]:
    return {field.name: plain(getattr(value, field.name)) for field in fields(value)}


def _run_head(run: StoredRun, *, files: bool) -> dict[str, Any]:
    data = {"format": FORMAT, **_object(run), "seconds": run.seconds, "tokens": run.tokens}
    del data["attempts"], data["unfinished"]
    for stored, file in zip(data["start"]["files"], run.start.files, strict=True):
        stored["sha256"] = file.sha256
        if not files:
            del stored["content"]
    return data


def _in_order(run: StoredRun) -> list[Attempt | UnfinishedAttempt]:
    return sorted(run.all_attempts, key=lambda attempt: attempt.ordinal)
