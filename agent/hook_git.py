"""What git knows about the commit that a hook runs for."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_GIT_S = 30.0


@dataclass(frozen=True)
class Commit:
    """The part of a repository that a commit would hold."""

    gone: tuple[Path, ...]
    """Files that the commit deletes, or renames to another name; relative to this folder."""
    tracked: frozenset[Path] | None
    """Every file in the index, absolute; None outside of a repository."""
    top: Path | None

    def untracked(self, path: Path) -> bool:
        """Whether a file of the repository's folder would not be in the commit."""
        real = path.resolve()
        return (
            self.tracked is not None
            and self.top is not None
            and real.is_relative_to(self.top)
            and real not in self.tracked
        )


def commit() -> Commit:
    """The commit being made; with pre-commit's --from-ref and --to-ref, what lies between them."""
    top = _git("rev-parse", "--show-toplevel")
    if not top:
        return Commit((), None, None)
    root = Path(os.fsdecode(top[0].rstrip(b"\n"))).resolve()
    ends = [os.environ.get(f"PRE_COMMIT_{end}_REF") for end in ("FROM", "TO")]
    between = [f"{ends[0]}...{ends[1]}"] if all(ends) else ["--cached"]
    fields = _git("diff", "--name-status", "-z", "-M", "--diff-filter=DR", *between)
    names = _git("ls-files", "-z", "--recurse-submodules", cwd=root)
    return Commit(
        gone=tuple(Path(os.path.relpath(root / name)) for name in _old_names(fields)),
        tracked=frozenset(_real(root, name) for name in names),
        top=root,
    )


def _real(root: Path, name: bytes) -> Path:
    """Where a tracked name leads; links are followed, as for the paths compared with it."""
    path = root / os.fsdecode(name)
    return path.resolve() if path.is_symlink() else path


def _old_names(fields: list[bytes]) -> list[str]:
    """Of `D name` and `R100 old new` the names that are no more."""
    old: list[str] = []
    at = 0
    while at + 1 < len(fields):
        old.append(os.fsdecode(fields[at + 1]))
        at += 3 if fields[at].startswith(b"R") else 2
    return old


def _git(*arguments: str, cwd: Path | None = None) -> list[bytes]:
    """The NUL-separated fields that git prints; none where it fails."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_GIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [field for field in done.stdout.split(b"\0") if field] if done.returncode == 0 else []
