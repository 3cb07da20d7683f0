"""Several requests to llama.cpp's server at once, each of which can be broken off on its own."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any

from mevllm.errors import EngineError

POLL_S = 0.05
PARTING_S = 10.0
"""How long a broken-off request may take to notice."""

Chunk = dict[str, Any]
Handle = Callable[[dict[str, Any], Callable[[Chunk], bool]], object]
"""xllamacpp's `handle_completions`: a request, and who hears each chunk; true breaks it off."""


class Streams:
    """The requests under way, from the first chunk to the last. Use it as a context manager."""

    def __init__(self, handle: Handle, bodies: Sequence[dict[str, Any]]) -> None:
        """Send the requests. `handle` is called in a thread of its own for each."""
        self._handle = handle
        self._news: queue.SimpleQueue[tuple[int, Chunk | Exception | None]] = queue.SimpleQueue()
        self._stops = [threading.Event() for _ in bodies]
        self._workers = [
            threading.Thread(
                target=self._work, args=(index, body), name="llamacpp request", daemon=True
            )
            for index, body in enumerate(bodies)
        ]

    def __enter__(self) -> Streams:
        for worker in self._workers:
            worker.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Break off what is still under way, and wait until its slots are given back."""
        for stop in self._stops:
            stop.set()
        for worker in self._workers:
            worker.join(PARTING_S)

    def stop(self, request: int) -> None:
        """Break one request off; its slot is free once the token under way is decoded."""
        self._stops[request].set()

    def __iter__(self) -> Iterator[tuple[int, Chunk] | None]:
        """Each chunk with the number of its request, and None whenever none came for POLL_S.

        Ends when every request has ended. Raises EngineError when one failed.
        """
        running = len(self._workers)
        while running:
            try:
                request, chunk = self._news.get(timeout=POLL_S)
            except queue.Empty:
                yield None
                continue
            if chunk is None:
                running -= 1
            elif isinstance(chunk, Exception):
                raise EngineError(f"llama.cpp failed: {chunk}") from chunk
            else:
                yield request, checked(chunk)

    def _work(self, request: int, body: dict[str, Any]) -> None:
        stop = self._stops[request]

        def receive(chunk: Chunk) -> bool:
            self._news.put((request, chunk))
            return stop.is_set()

        try:
            self._handle({**body, "stream": True}, receive)
            self._news.put((request, None))
        except Exception as error:
            self._news.put((request, error))


def checked(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer itself. Raises EngineError where it is a refusal."""
    if "error" in answer:
        error = answer["error"]
        message = error.get("message", error) if isinstance(error, dict) else error
        raise EngineError(f"llama.cpp refused the request: {message}")
    return answer
