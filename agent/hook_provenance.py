"""The hook `mevagent-provenance`: a committed design is the one that its sidecar speaks of.

Nothing in a sidecar is believed: which specification and testbench a design has is said by the
convention or the configuration, every hash is computed anew, and the design passes again.
"""

from __future__ import annotations

from agent.hook import Finding, Gate, command, counted
from agent.pairs import Pair
from agent.provenance import differences, provenance, read, sidecar, tool_changes
from agent.toolchain.direct import versions


def prove_pair(pair: Pair, gate: Gate, *, require: bool = False) -> Finding | None:
    """Compare a design with its sidecar; None for a pair that has neither.

    `require` refuses a design without a sidecar. Raises InputError for a sidecar that is not of
    the known shape, and what `Gate.judge` does.
    """
    path = sidecar(pair.design)
    if not pair.design.is_file():
        if not path.is_file():
            return None
        return Finding(False, path, f"is left of {pair.design}, which is gone", ("delete it",))
    renew = (f"to judge the design and write it anew: {command('verify', pair)} --provenance",)
    if not path.is_file():
        if path.resolve() in {gone.resolve() for gone in gate.commit.gone}:
            return Finding(
                False, pair.design, "stays, and its sidecar is deleted or renamed", renew
            )
        if require:
            return Finding(False, pair.design, f"has no sidecar {path.name}", renew)
        return Finding(True, pair.design, "no sidecar: nothing is said of where it comes from")
    if gate.commit.untracked(path):
        return Finding(False, path, "is not in the commit", (f"`git add {path}`",))
    if not pair.spec.is_file() or not pair.testbench.is_file():
        lacking = pair.testbench if pair.spec.is_file() else pair.spec
        return Finding(False, path, f"speaks of more than there is: {lacking} is missing", renew)
    claimed = read(path)
    found, known = gate.judge(pair)
    if not found.verdict.passed:
        said = f"{path.name} says that it passed, and it does not: {found.verdict.reason}"
        return Finding(False, pair.design, "does not pass", (said, command("verify", pair)))
    now = provenance(pair.design, pair.spec, found.job, found.verdict, versions())
    if lines := differences(claimed, now):
        return Finding(False, path, "is not true of this commit", (*lines, *renew))
    changes = tool_changes(claimed, now)
    notes = (f"other tools than those that judged it first: {'; '.join(changes)}",)
    how = "kept from this commit's check" if known else "simulated again"
    headline = f"is the design that passed: {counted(found.verdict)} ({how})"
    return Finding(True, pair.design, headline, notes if changes else ())
