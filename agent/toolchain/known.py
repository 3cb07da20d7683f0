"""What was compiled before: a design that is judged again, a testbench that judges many."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar

from agent.toolchain.compile import Build
from agent.toolchain.image import Image

MOST = 64
LARGEST = 1 << 20
"""Bytes of a compiled design, characters of a testbench, that are kept."""
PLACE = "\0token\0"

Value = TypeVar("Value")


@dataclass(frozen=True)
class Compiled:
    """What a design compiled to by itself."""

    build: Build
    """Its image is a file that is gone."""
    content: bytes
    """Of the image; empty where there is none."""
    image: Image | None


class Latest(Generic[Value]):
    """The values used last, by all that they depend on; safe to use from threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[object, Value] = OrderedDict()

    def get(self, key: object) -> Value | None:
        """The value that is known."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def keep(self, key: object, value: Value) -> None:
        """Remember a value; the one not used for longest makes room."""
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)


class Known:
    """What one simulator compiled."""

    def __init__(self) -> None:
        self.designs: Latest[Compiled] = Latest()
        self.expanded: Latest[str] = Latest()
        """Testbenches after the preprocessor, `PLACE` where the token stands."""

    def keep(self, key: object, compiled: Compiled) -> None:
        """Remember a design, unless a limit ended its compilation or it is large."""
        if compiled.build.limit is None and len(compiled.content) <= LARGEST:
            self.designs.keep(key, compiled)
