"""What the pre-commit hooks share: a gate that judges pairs, and what it finds."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from agent.errors import AgentError, MissingToolError, SandboxError
from agent.hook_cache import VerdictCache
from agent.hook_git import Commit
from agent.pairs import Pair
from agent.toolchain.base import Limits, Testbench
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.results import Verdict
from agent.toolchain.simulators import open_simulator
from agent.verify import Verified, verify
from mevllm.errors import MevllmError
from mevllm.processors import processors


@dataclass(frozen=True)
class Finding:
    """What a hook says of one pair."""

    ok: bool
    subject: Path
    """The file that the finding is about."""
    headline: str
    details: tuple[str, ...] = field(default=(), repr=False)
    """What a person needs to mend it, line by line."""


class Gate:
    """Judges pairs, each once, from several threads; starts a simulator when it first needs one."""

    def __init__(
        self,
        limits: Limits,
        commit: Commit,
        *,
        cache: VerdictCache | None = None,
        allow_unsandboxed: bool = False,
    ) -> None:
        """Without a `cache` every verdict is simulated."""
        self.limits, self.commit = limits, commit
        self._allow_unsandboxed = allow_unsandboxed
        # Outside of a sandbox a testbench may read any file: what it depends on is not known.
        self._cache = None if allow_unsandboxed else cache
        self._lock = threading.Lock()
        self._simulator: DirectSimulator | None = None

    @property
    def simulator(self) -> DirectSimulator:
        """The simulator. Raises MissingToolError and SandboxError."""
        with self._lock:
            if self._simulator is None:
                self._simulator = open_simulator(allow_unsandboxed=self._allow_unsandboxed)
            return self._simulator

    def judge(self, pair: Pair) -> tuple[Verified, bool]:
        """A pair's verdict, and whether it is one kept from before.

        Raises what `agent.verify.verify` does.
        """
        testbench = pair.load()
        key = self._key(pair, testbench)
        known = self._cache.get(key, pair, testbench, self.limits) if self._cache and key else None
        if known is not None:
            return known, True
        spec = pair.spec if pair.spec.is_file() else None
        found = verify(self.simulator, pair.design, testbench, self.limits, spec=spec)
        proven = found.verdict.passed and not found.vacuous
        # What was read while it ran may have been written to since.
        if self._cache and key and proven and key == self._key(pair, testbench, fresh=True):
            self._cache.put(key, found)
        return found, False

    def _key(self, pair: Pair, testbench: Testbench, *, fresh: bool = False) -> str | None:
        if self._cache is None:
            return None
        return self._cache.key(pair, testbench, self.limits, fresh=fresh)

    def close(self) -> None:
        """End the simulator, if one was started."""
        if self._simulator is not None:
            self._simulator.close()


def look_at(pairs: Sequence[Pair], look: Callable[[Pair], Finding | None]) -> tuple[Finding, ...]:
    """Look at pairs, several at once; the findings in the order of the pairs.

    A pair that cannot be judged is a finding. Raises MissingToolError and SandboxError: the
    machine cannot judge any.
    """

    def guarded(pair: Pair) -> Finding | None:
        try:
            return look(pair)
        except (MissingToolError, SandboxError):
            raise
        except (AgentError, MevllmError) as error:
            subject = pair.design if pair.design.is_file() else pair.spec
            return Finding(False, subject, "cannot be judged", tuple(str(error).splitlines()))

    with ThreadPoolExecutor(processors()) as pool:
        try:
            found = [*pool.map(guarded, pairs)]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return tuple(finding for finding in found if finding is not None)


def counted(verdict: Verdict) -> str:
    """How many checks passed, for a headline."""
    return f"{len(verdict.tests)} of {len(verdict.tests)} checks"


def command(verb: str, pair: Pair) -> str:
    """A command about a pair, as a shell takes it."""
    if verb == "build":
        words = ["build", str(pair.spec), *pair.options(), "-o", str(pair.design)]
    else:
        spec = ["--spec", str(pair.spec)] if pair.spec.is_file() else []
        words = [verb, str(pair.design), *spec, *pair.options()]
    return f"mevagent {shlex.join(words)}"
