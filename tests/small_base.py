"""The small base model, for tests that need real weights."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from mevllm.errors import WeightsError
from mevllm.weights import pull, resolve

SMALL = "smollm2-135m"


@cache
def small_base() -> Path:
    """Its file, pulled where it is absent; without a network the test is skipped, but not in CI."""
    try:
        return resolve(SMALL)
    except WeightsError:
        pass
    try:
        return pull(SMALL)
    except WeightsError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"{SMALL} is not here and cannot be pulled: {error}")
