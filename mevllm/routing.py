"""Where a specification goes: the classifier, a small model of its own, opened for one question."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from mevllm.classifier import Classification, classify
from mevllm.engines import open_engine
from mevllm.engines.base import Engine
from mevllm.errors import WeightsError
from mevllm.experts import CLASSIFIER, CLASSIFIER_BASE, find_adapter
from mevllm.spec import Spec
from mevllm.weights import resolve


def route(spec: Spec, engine: Callable[[], Engine], folder: Path | None = None) -> Classification:
    """Route a specification to a tier by the classifier.

    Without its adapter (in `folder`, then in the package) or its base's weights, the engine that
    `engine` gives answers zero-shot, and the method says why. The seconds include opening the
    small model. Raises EngineError, or WeightsError for a damaged adapter.
    """
    started = time.monotonic()
    adapter = find_adapter(CLASSIFIER, CLASSIFIER_BASE, folder)
    if spec.tier is not None or adapter is None:
        return classify(spec, engine())
    try:
        model = resolve(CLASSIFIER_BASE)
    except WeightsError:
        missing = f"the classifier's base is not here; run: mevagent models pull {CLASSIFIER_BASE}"
        return classify(spec, engine(), why=missing)
    with closing(open_engine("llamacpp", model=model, adapters=(adapter,), parallel=1)) as small:
        routed = classify(spec, small, adapter=adapter)
    return replace(routed, seconds=time.monotonic() - started)
