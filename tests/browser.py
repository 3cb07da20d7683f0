"""A real browser for tests of pages: screenshots, and what it asks the network for."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socketserver
import struct
import subprocess
import tempfile
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
]


OWN = re.compile(r"\b(?:clients\d|accounts|update|edgedl\.me|optimizationguide-pa)\.g\w+\.com\b")
"""What the browser itself asks for, whatever the page."""


def chromium() -> str:
    """The browser; skips the test where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    return pytest.skip("no Chromium is installed (Debian: apt-get install chromium)")


def screenshot(page: Path, picture: Path, *, dark: bool = False, proxy: str = "") -> bytes:
    """Open a page in a fresh profile and photograph it; returns the PNG."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        subprocess.run(
            [
                chromium(),
                *QUIET,
                f"--user-data-dir={profile}",
                f"--blink-settings=preferredColorScheme={0 if dark else 1}",
                "--window-size=1200,2400",
                *([f"--proxy-server={proxy}", "--proxy-bypass-list=<-loopback>"] if proxy else []),
                f"--screenshot={picture}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=240,
            env={**os.environ, "HOME": profile},
        )
    return picture.read_bytes()


def scanlines(png: bytes) -> list[bytes]:
    """The picture's lines as PNG filters them: lines that repeat are equal."""
    at, width, data = 8, 0, b""
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + size]
        if kind == b"IHDR":
            width, _, _, colour = struct.unpack(">IIBB", body[:10])
            width *= {2: 3, 6: 4}[colour]
        data += body if kind == b"IDAT" else b""
        at += size + 12
    raw = zlib.decompress(data)
    return [raw[i : i + width + 1] for i in range(0, len(raw), width + 1)]


@contextlib.contextmanager
def listening_proxy() -> Iterator[tuple[str, list[str]]]:
    """A proxy that answers nothing and keeps the first line of every request of a page."""
    asked: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            line = self.rfile.readline().decode(errors="replace").strip()
            if not OWN.search(line):
                asked.append(line)
            self.wfile.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
