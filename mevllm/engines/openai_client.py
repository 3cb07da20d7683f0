"""HTTP to an OpenAI-compatible server: JSON, event streams, and patience, by the standard library.

Format of the stream: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from mevllm.errors import EngineError

TRIES = 4
FIRST_WAIT_S = 0.5
"""Before the second try; doubled for each further one."""
LONGEST_WAIT_S = 30.0
PASSING = (408, 429, 500, 502, 503, 504)
"""Statuses that another try may not meet again."""
LONGEST_LINE = 4 * 2**20
"""Bytes of one event."""

Result = TypeVar("Result")


class PassingError(Exception):
    """A failure that may be over soon."""

    def __init__(self, message: str, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class Stop:
    """Ends what threads are waiting for: a connection that is being read from is cut."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self.wait = self._event.wait
        self.is_set = self._event.is_set

    def set(self) -> None:
        """Cut every connection, and those that are opened later."""
        with self._lock:
            self._event.set()
            for connection in self._open:
                _cut(connection)

    @contextlib.contextmanager
    def cutting(self, connection: socket.socket) -> Iterator[None]:
        """While it lasts, the connection is among those to cut."""
        with self._lock:
            self._open.add(connection)
            if self._event.is_set():
                _cut(connection)
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(connection)


class Client:
    """One server. Connections are not shared between threads: each request opens its own."""

    def __init__(self, url: str, key: str | None, timeout_s: float) -> None:
        """`url` is the API's root, such as `http://gpu:8000/v1`; `timeout_s` is for each silence.

        Raises EngineError when it is no such URL.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise EngineError(f"{url} is no address of a server; give one like http://gpu:8000/v1")
        if parts.username or parts.password:
            raise EngineError("the server's address must hold no password; set MEVAGENT_OPENAI_KEY")
        self.root = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/') or '/v1'}"
        self._parts, self._key, self._timeout_s = urlsplit(self.root), key, timeout_s

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The JSON that the server answers. Raises EngineError or PassingError."""
        with self._open(method, path, body) as response:
            try:
                return json.loads(response.read())
            except (OSError, http.client.HTTPException) as error:
                raise PassingError(f"{self.root} broke off: {error}") from error
            except ValueError as error:
                raise EngineError(
                    f"{self.root}{path} did not answer in JSON; is it an OpenAI-compatible API?"
                ) from error

    def stream(self, path: str, body: Mapping[str, Any], stop: Stop) -> Iterator[dict[str, Any]]:
        """The events of an answer until it ends or `stop` is set; then the connection is cut.

        Raises EngineError or PassingError.
        """
        with self._open("POST", path, {**body, "stream": True}, stop) as response:
            try:
                while not stop.is_set():
                    read = response.readline(LONGEST_LINE)
                    if not read:
                        raise PassingError(f"{self.root} broke off in the middle of an answer")
                    line = read.strip()
                    if line == b"data: [DONE]":
                        return
                    if line.startswith(b"data:"):
                        yield _event(json.loads(line[5:]), self.root)
            except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
                # A connection that `stop` cut fails in one of these ways in the reading thread.
                if not stop.is_set():
                    raise PassingError(f"{self.root} broke off: {error}") from error

    @contextlib.contextmanager
    def _open(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        stop: Stop | None = None,
    ) -> Iterator[http.client.HTTPResponse]:
        parts = self._parts
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        connection = kind(parts.hostname or "", parts.port, timeout=self._timeout_s)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        with contextlib.ExitStack() as stack:
            stack.callback(connection.close)
            try:
                connection.connect()
                if stop:
                    stack.enter_context(stop.cutting(connection.sock))
                connection.request(
                    method, parts.path + path, json.dumps(body) if body else None, headers
                )
                response = connection.getresponse()
            except (OSError, http.client.HTTPException) as error:
                raise PassingError(f"{self.root} cannot be reached: {error}") from error
            if response.status != http.client.OK:
                raise self._refusal(response, path)
            yield response

    def _refusal(self, response: http.client.HTTPResponse, path: str) -> Exception:
        with contextlib.suppress(OSError, http.client.HTTPException):
            said = _message(response.read(65536))
        status = response.status
        if status in PASSING:
            wait = response.getheader("Retry-After", "")
            waited = float(wait) if wait.isdigit() else None
            return PassingError(f"{self.root}{path} answers {status}: {said}", waited)
        if status in (401, 403):
            return EngineError(
                f"{self.root} refuses the key ({status}): {said}; set MEVAGENT_OPENAI_KEY"
            )
        return EngineError(f"{self.root}{path} answers {status}: {said}")


def patiently(work: Callable[[], Result], stop: Stop | None = None, tries: int = TRIES) -> Result:
    """Do the work, again after a growing pause when it meets a PassingError.

    Raises EngineError when the last try fails as well, or what else the work raises.
    """
    pause = FIRST_WAIT_S
    for left in range(tries - 1, -1, -1):
        try:
            return work()
        except PassingError as error:
            if not left or (stop and stop.is_set()):
                raise EngineError(
                    f"{error} ({tries} tries); check the server, or its address in "
                    "MEVAGENT_OPENAI_URL"
                ) from error
            wait_s = min(max(pause, error.wait_s or 0.0), LONGEST_WAIT_S)
            if stop:
                stop.wait(wait_s)
            else:
                time.sleep(wait_s)
            pause *= 2
    raise EngineError("no try was allowed")


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may have ended by itself
        connection.shutdown(socket.SHUT_RDWR)


def _event(event: Any, root: str) -> dict[str, Any]:
    if not isinstance(event, dict):
        raise EngineError(f"{root} sends something else than events; is it the right address?")
    if event.get("error"):
        raise EngineError(f"{root} failed: {_said(event['error'])}")
    return event


def _message(data: bytes) -> str:
    try:
        answer = json.loads(data)
    except ValueError:
        return data.decode(errors="replace").strip()[:200]
    return _said(answer.get("error", answer) if isinstance(answer, dict) else answer)


def _said(error: Any) -> str:
    return str(error.get("message", error) if isinstance(error, dict) else error)[:500]
