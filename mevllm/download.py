"""Downloads that resume: byte ranges over HTTP, and the data wheels of a package index.

The index, its proxies and its credentials are pip's business: pip is asked where a wheel is
and what its hash is, and fetches it itself where a plain request is refused.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import shutil
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

CHUNK = 256 * 1024
PIP_TIMEOUT_S = 180
"""For pip to answer where the wheels are; a black hole of a network must not look like work."""
HUB_TIMEOUT_S = 6.0

OnBytes = Callable[[int], None]
"""Told how many bytes of the file are on disk."""


class DownloadError(Exception):
    """A source cannot be reached, or what it sent is not what was promised."""


@dataclass(frozen=True)
class Wheel:
    """Where pip would get a wheel from."""

    url: str
    sha256: str | None
    """Of the wheel file, as the index states it."""


def fetch(
    url: str,
    dest: Path,
    on_bytes: OnBytes,
    *,
    attempts: int = 5,
    timeout_s: float = 20.0,
    first_pause_s: float = 0.5,
) -> None:
    """Download `url` to `dest`, continuing after the bytes that `dest` already holds.

    A connection that breaks is taken up again where it broke; after `attempts` tries in a row
    without one new byte the source is given up. `timeout_s` bounds each wait for the network.
    Raises DownloadError when the source fails, OSError when the disk does.
    """
    if urllib.parse.urlsplit(url).scheme == "file":
        _copy(url, dest, on_bytes)
        return
    fruitless = 0
    while True:
        before = _size(dest)
        try:
            if _stream(url, dest, on_bytes, timeout_s):
                return
            reason = "the connection closed early"
        except urllib.error.HTTPError as error:
            reason = f"HTTP status {error.code} {error.reason}"
            if error.code < 500 and error.code not in (408, 416, 429):
                raise DownloadError(f"{reason} for {_public(url)}") from error
        except (urllib.error.URLError, http.client.HTTPException) as error:
            reason = str(getattr(error, "reason", error)) or type(error).__name__
        except (TimeoutError, ConnectionError, ssl.SSLError) as error:
            reason = str(error) or type(error).__name__
        fruitless = 0 if _size(dest) > before else fruitless + 1
        if fruitless >= attempts:
            raise DownloadError(f"{reason} ({attempts} tries) for {_public(url)}")
        time.sleep(first_pause_s * 2**fruitless)


def find_wheels(requirements: Sequence[str]) -> dict[str, Wheel]:
    """Ask pip where the wheels of pinned requirements are; keys are the requirements.

    Raises DownloadError when the index cannot be reached or lacks one of them.
    """
    report = _pip(
        "install",
        "--dry-run",
        "--ignore-installed",
        "--no-deps",
        "--only-binary=:all:",
        "--quiet",
        "--report=-",
        *requirements,
    )
    wheels = {}
    for item in json.loads(report)["install"]:
        name = item["metadata"]["name"].lower().replace("_", "-")
        info = item["download_info"]
        hashes = info.get("archive_info", {}).get("hashes", {})
        wheel = Wheel(info["url"], hashes.get("sha256"))
        wheels[f"{name}=={item['metadata']['version']}"] = wheel
    missing = [r for r in requirements if r not in wheels]
    if missing:
        raise DownloadError(f"pip did not say where {missing[0]} is")
    return wheels


def fetch_wheel(requirement: str, wheel: Wheel, dest: Path, on_bytes: OnBytes) -> None:
    """Download a wheel as a file and check the hash that the index states.

    Where a plain request fails, pip downloads it: an index may want credentials, a proxy or
    certificates that only pip is configured for. Raises DownloadError or OSError.
    """
    partial = dest.with_name(f"{(wheel.sha256 or dest.stem)[:16]}.whl.part")
    try:
        fetch(wheel.url, partial, on_bytes)
    except DownloadError as error:
        _pip_download(requirement, partial, error)
    got = sha256_of(partial)
    if wheel.sha256 and got != wheel.sha256:
        partial.unlink()
        raise DownloadError(
            f"the wheel of {requirement} is damaged: expected SHA-256 {wheel.sha256}, got {got}"
        )
    partial.replace(dest)


def hub_address(repository: str, file: str, revision: str) -> tuple[str, int | None]:
    """Ask the hub's own library where a file is: its address and its size in bytes.

    Raises DownloadError when the library is not installed, told to stay offline, or has no
    answer within HUB_TIMEOUT_S: a name lookup can hang for longer than any socket's time-out.
    """
    try:
        import huggingface_hub
        from huggingface_hub.constants import HF_HUB_OFFLINE
    except ImportError as error:
        raise DownloadError("huggingface_hub is not installed") from error
    if HF_HUB_OFFLINE:
        raise DownloadError("HF_HUB_OFFLINE is set")
    answers: list[tuple[str, int | None] | Exception] = []

    def ask() -> None:
        try:
            url = huggingface_hub.hf_hub_url(repository, file, revision=revision)
            found = huggingface_hub.get_hf_file_metadata(url, timeout=HUB_TIMEOUT_S / 2)
            answers.append((url, found.size))
        except Exception as error:  # the library's errors come from whichever client it uses
            answers.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(HUB_TIMEOUT_S)
    if not answers:
        raise DownloadError(f"no answer within {HUB_TIMEOUT_S:.0f} s")
    if isinstance(answers[0], Exception):
        lines = str(answers[0]).splitlines() or [type(answers[0]).__name__]
        raise DownloadError(lines[0][:300]) from answers[0]
    return answers[0]


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stream(url: str, dest: Path, on_bytes: OnBytes, timeout_s: float) -> bool:
    """One request. Return whether the file is whole now."""
    have = _size(dest)
    request = urllib.request.Request(url, headers={"Accept-Encoding": "identity"})  # noqa: S310
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        response = urllib.request.urlopen(request, timeout=timeout_s)  # noqa: S310
    except urllib.error.HTTPError as error:
        if error.code == 416:
            if error.headers.get("Content-Range", "") == f"bytes */{have}":
                return True
            dest.unlink()
        raise
    with response:
        resumed = response.status == 206 and _range_start(response) == have
        if not resumed:
            have = 0
        length = response.headers.get("Content-Length")
        total = have + int(length) if length else None
        with dest.open("ab" if resumed else "wb") as file:
            while True:
                try:
                    block = response.read(CHUNK)
                except OSError as error:
                    # Only the disk's errors may leave as OSError: they are final, these are not.
                    raise ConnectionError(str(error)) from error
                if not block:
                    break
                file.write(block)
                have += len(block)
                on_bytes(have)
    return total is None or have == total


def _range_start(response: http.client.HTTPResponse) -> int:
    value = response.headers.get("Content-Range", "")
    start = value.removeprefix("bytes ").split("-")[0]
    return int(start) if start.isdigit() else -1


def _copy(url: str, dest: Path, on_bytes: OnBytes) -> None:
    source = Path(urllib.request.url2pathname(urllib.parse.urlsplit(url).path))
    if not source.is_file():
        raise DownloadError(f"{source} does not exist")
    shutil.copyfile(source, dest)
    on_bytes(_size(dest))


def _pip_download(requirement: str, dest: Path, why: DownloadError) -> None:
    folder = dest.with_name(f"{dest.name}.pip")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        _pip(
            "download",
            "--no-deps",
            "--only-binary=:all:",
            "--quiet",
            f"--dest={folder}",
            requirement,
            timeout_s=None,
        )
        (wheel,) = folder.glob("*.whl")
        wheel.replace(dest)
    except DownloadError as error:
        raise DownloadError(f"{why}; pip: {error}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pip(*arguments: str, timeout_s: float | None = PIP_TIMEOUT_S) -> str:
    """Run pip and return its standard output."""
    command = [sys.executable, "-m", "pip", *arguments]
    command += ["--timeout=10", "--retries=1", "--disable-pip-version-check", "--no-input"]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DownloadError(f"the package index did not answer in {timeout_s:.0f} s") from error
    if done.returncode:
        raise DownloadError(_pip_reason(done.stderr))
    return done.stdout


def _pip_reason(stderr: str) -> str:
    """The line of pip's complaint that names the cause."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    for line in lines:
        if "connection broken by" in line:
            return line.split("connection broken by", 1)[1].strip(" '\"")[:300]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["pip failed without a message"])[0].removeprefix("ERROR: ")[:300]


def _public(url: str) -> str:
    """The address without credentials."""
    parts = urllib.parse.urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
