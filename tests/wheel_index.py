"""A package index on loopback that serves small data wheels, and breaks as real ones do.

Pages follow PEP 503 with PEP 658 metadata, so that pip need not fetch a wheel to know it.
"""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from mevllm.catalogue import Model, Part


@dataclass
class Index:
    """What the server holds and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    """URL path to content."""
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Path and Range header of every request for a wheel."""
    drop_after: int | None = None
    """Close the connection after so many bytes of a wheel."""
    drops: int = 10**9
    """How many times to do so."""
    refuse: bool = False
    """Answer 403 to every wheel that is not asked for by pip itself."""
    pause_s: float = 0.0
    """Wait between the blocks of a wheel."""
    url: str = ""

    def add(self, part: Part, data: bytes, *, member: str | None = None) -> None:
        """Publish a wheel that holds `data`."""
        name = part.package.replace("-", "_")
        info = f"{name}-{part.version}.dist-info"
        metadata = f"Metadata-Version: 2.1\nName: {part.package}\nVersion: {part.version}\n"
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(f"{name}/__init__.py", "raise SystemExit('never import me')\n")
            archive.writestr(member or part.member, data)
            archive.writestr(f"{info}/METADATA", metadata)
            archive.writestr(
                f"{info}/WHEEL",
                "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            )
            archive.writestr(f"{info}/RECORD", "")
        wheel = buffer.getvalue()
        file = f"{name}-{part.version}-py3-none-any.whl"
        digest = hashlib.sha256(wheel).hexdigest()
        stated = hashlib.sha256(metadata.encode()).hexdigest()
        self.files[f"/files/{file}"] = wheel
        self.files[f"/files/{file}.metadata"] = metadata.encode()
        self.files[f"/simple/{part.package}/"] = (
            f'<a href="/files/{file}#sha256={digest}" '
            f'data-core-metadata="sha256={stated}">{file}</a>'
        ).encode()

    def environment(self, home: Path) -> dict[str, str]:
        """Point pip to this index alone, and the cache to `home`."""
        return {
            "MEVAGENT_HOME": str(home),
            "HF_HUB_OFFLINE": "1",
            "PIP_CONFIG_FILE": "/dev/null",
            "PIP_INDEX_URL": f"{self.url}/simple/",
            "PIP_EXTRA_INDEX_URL": "",
            "PIP_FIND_LINKS": "",
            "PIP_CACHE_DIR": str(home / "pip"),
            "no_proxy": "127.0.0.1",
        }


def model_of(contents: Sequence[bytes], name: str = "tiny") -> Model:
    """A catalogue entry whose parts are these."""
    whole = b"".join(contents)
    parts = tuple(
        Part(
            package=f"tiny-weights-part{index}",
            version="1.0",
            member=f"tiny_weights_part{index}/data/part{index:02}.bin",
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
        )
        for index, data in enumerate(contents, start=1)
    )
    return Model(
        name=name,
        file=f"{name}.gguf",
        size=len(whole),
        sha256=hashlib.sha256(whole).hexdigest(),
        license="CC0-1.0",
        description="random bytes",
        parts=parts,
    )


class IndexServer:
    """Serves an `Index` while the `with` block runs."""

    def __init__(self, index: Index) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(index))
        index.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> IndexServer:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(index: Index) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            data = index.files.get(self.path)
            wheel = self.path.endswith(".whl")
            by_pip = self.headers.get("User-Agent", "").startswith("pip/")
            if data is None or (wheel and index.refuse and not by_pip):
                self.send_error(404 if data is None else 403)
                return
            if wheel:
                index.requests.append((self.path, self.headers.get("Range", "")))
            start = 0
            if self.headers.get("Range"):
                start = int(self.headers["Range"].removeprefix("bytes=").split("-")[0])
                if start >= len(data):
                    self.send_response(416)
                    self.send_header("Content-Range", f"bytes */{len(data)}")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            else:
                self.send_response(200)
            kind = "application/octet-stream" if wheel else "text/html"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data) - start))
            self.end_headers()
            self._send(data[start:], wheel)

        def _send(self, data: bytes, wheel: bool) -> None:
            if wheel and index.drop_after is not None and index.drops > 0:
                index.drops -= 1
                self.wfile.write(data[: index.drop_after])
                self.close_connection = True
                return
            for at in range(0, len(data), 2**16):
                self.wfile.write(data[at : at + 2**16])
                if wheel and index.pause_s:
                    threading.Event().wait(index.pause_s)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
