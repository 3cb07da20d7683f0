"""What can go wrong on the model's side; each message says what to do next."""

from __future__ import annotations


class MevllmError(Exception):
    """Base of every error that mevllm raises."""


class SpecError(MevllmError):
    """A specification cannot be read, or its interface is missing or contradictory."""

    def __init__(self, message: str, *, source: str = "", line: int | None = None) -> None:
        self.source = source
        self.line = line
        where = source + (f":{line}" if line is not None else "")
        super().__init__(f"{where}: {message}" if where else message)


class WeightsError(MevllmError):
    """A base model or adapter is absent, cannot be fetched, or fails its hash check."""


class NoExamplesError(MevllmError):
    """A data set and its configuration leave nothing to train on."""


class EngineError(MevllmError):
    """An engine cannot start or answer."""


class LongPromptError(EngineError):
    """A prompt leaves too little of the model's context for an answer."""
