"""A worker's results as they come: what makes them runs in a thread, who uses them does not."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


class Abandoned(Exception):  # noqa: N818  not an error: the consumer has gone
    """Raised in the worker, to end it, once nobody listens any more."""


@dataclass(frozen=True)
class _End:
    error: BaseException | None = None


class Hand(Generic[T]):
    """What the worker holds: where it puts results, and what it may ask."""

    def __init__(self) -> None:
        self._items: queue.Queue[T | _End] = queue.Queue()
        self._gone = threading.Event()

    @property
    def abandoned(self) -> bool:
        """Whether the consumer has gone: an exception there, or Ctrl-C."""
        return self._gone.is_set()

    def put(self, item: T) -> None:
        """Hand a result over and go on at once."""
        self._items.put(item)

    def settle(self) -> None:
        """Wait until the consumer is done with all that was put. Raises Abandoned."""
        self._items.join()
        if self.abandoned:
            raise Abandoned


def stream(work: Callable[[Hand[T]], None]) -> Generator[T]:
    """Yield what `work(hand)` puts, as it comes; `work` runs in a thread of its own.

    What it raises is raised here. Closing the iterator waits for the thread, which should look at
    `hand.abandoned` now and then.
    """
    hand: Hand[T] = Hand()
    items = hand._items

    def run() -> None:
        end = _End()
        try:
            work(hand)
        except Abandoned:
            pass
        except BaseException as caught:
            end = _End(caught)
        items.put(end)

    worker = threading.Thread(target=run, name="stream", daemon=True)
    worker.start()
    in_use, end = False, None
    try:
        while not isinstance(item := items.get(), _End):
            in_use = True
            yield item
            items.task_done()
            in_use = False
        end = item
    finally:
        hand._gone.set()
        # Whoever waits for its results to be used is told that they never will be.
        if in_use:
            items.task_done()
        while end is None:
            if isinstance(item := items.get(), _End):
                end = item
            else:
                items.task_done()
        worker.join()
    if end.error is not None:
        raise end.error
