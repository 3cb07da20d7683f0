"""The servers of one simulator: who has which, and which one makes room for another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from agent.errors import InputError
from agent.toolchain.fork_server import Server
from mevllm.processors import processors


class Pool:
    """At most `size` servers, one for each processor by default; safe to use from threads."""

    def __init__(self, size: int | None = None) -> None:
        self._size = size or processors()
        self._free = threading.Condition()
        self._idle: list[Server] = []
        """The one used last at the end."""
        self._busy: list[Server] = []
        self._count = 0
        """Those that wait, those that judge and those that start."""
        self._closed = False
        # A server ends with the thread that started it, so these threads last.
        self._starter = ThreadPoolExecutor(self._size, thread_name_prefix="servers")

    def idle(self) -> tuple[int, ...]:
        """Process ids of the servers that wait for a job."""
        with self._free:
            return tuple(server.pid for server in self._idle)

    def busy(self) -> tuple[int, ...]:
        """Process ids of the servers that judge."""
        with self._free:
            return tuple(server.pid for server in self._busy)

    @contextmanager
    def server(self, key: object, start: Callable[[], Server]) -> Iterator[tuple[Server, bool]]:
        """A server with this key, and whether it was started for this use; waits while all work.

        Raises what `start` raises.
        """
        server = self._waiting(key)
        new = server is None
        if server is None:
            try:
                server = self._started(start)
            except BaseException:
                self._gone()
                raise
        with self._free:
            self._busy.append(server)
        keep = False
        try:
            yield server, new
            keep = server.steady and server.clear() and server.fresh()
        finally:
            self._back(server, keep)

    def close(self) -> None:
        """End all servers; those at work when their job is done."""
        with self._free:
            self._closed = True
            idle, self._idle = self._idle, []
            self._free.notify_all()
        for server in idle:
            server.close()
        self._starter.shutdown(wait=False)

    def _waiting(self, key: object) -> Server | None:
        """A server that waits with this key, or None with the right to start one."""
        old: list[Server] = []
        try:
            with self._free:
                while True:
                    if self._closed:
                        raise InputError("this simulator has been closed; make a new one")
                    for server in [s for s in reversed(self._idle) if s.key == key]:
                        self._idle.remove(server)
                        if server.fresh():
                            return server
                        self._count -= 1
                        old.append(server)
                    if self._count < self._size:
                        self._count += 1
                        return None
                    if self._idle:
                        old.append(self._idle.pop(0))
                        return None
                    self._free.wait()
        finally:
            for server in old:
                server.close()

    def _started(self, start: Callable[[], Server]) -> Server:
        future = self._starter.submit(start)
        try:
            return future.result()
        except BaseException:
            future.add_done_callback(_close)  # interrupted: nobody waits for it any more
            raise

    def _back(self, server: Server, keep: bool) -> None:
        with self._free:
            self._busy.remove(server)
            if keep and not self._closed:
                self._idle.append(server)
                self._free.notify()
                return
        server.close()
        self._gone()

    def _gone(self) -> None:
        with self._free:
            self._count -= 1
            self._free.notify()


def _close(future: Future[Server]) -> None:
    if not future.cancelled() and future.exception() is None:
        future.result().close()
