"""Proof that a design keeps to itself when a Verilog testbench judges it.

Such a testbench says what it found by printing, in the same simulation as the design. So before
it is believed, three things are proven from the compiled simulation, whatever the source looked
like: nothing of the design's calls a system task that could print, end or reach anything; the
design elaborates alone, where there is no testbench to refer to; and it is the same then as it is
under the testbench, down to every parameter, so no part of it appeared only when watched.

The testbench's files carry names that cannot be guessed, so a `line directive cannot claim them.
"""

from __future__ import annotations

from agent.toolchain.constructs import ALLOWED
from agent.toolchain.image import Image

_METHODS = "$ivl_"
"""How Icarus compiles methods of enumerations, queues and strings."""
WRAPPER = "mevagent_alone"
"""Name of the module that instantiates a design alone."""


def foreign_calls(image: Image, trusted: frozenset[str]) -> tuple[str, ...]:
    """System tasks that the design calls and that do more than compute; `trusted` are files."""
    names: dict[str, None] = {}
    for line in image.unread:
        names[f"`{line.strip()[:60]}`"] = None
    for call in image.calls:
        module = image.module(call.scope)
        if module is not None and call.file < len(image.files):
            files = {image.files[image.scopes[module].file], image.files[call.file]}
            if files <= trusted:
                continue
        if call.name not in ALLOWED and not call.name.startswith(_METHODS):
            names[call.name] = None
    return tuple(names)


def boundaries(image: Image, trusted: frozenset[str]) -> tuple[str, ...]:
    """Instances of the design's modules in the testbench's, and roots that are not its own."""
    found = []
    for key, scope in image.scopes.items():
        if scope.kind != "module" or image.files[scope.file] in trusted:
            continue
        parent = image.module(scope.parent)
        if parent is None or image.files[image.scopes[parent].file] in trusted:
            found.append(key)
    return tuple(found)


def intrusions(image: Image, top: str) -> tuple[str, ...]:
    """What a design compiled alone does to signals that are not its own to drive.

    A testbench that reads a stimulus back from the design's port would compare against a value
    that the design chose; so inputs may not be driven, forced, or joined to other nets.
    """
    scope = image.scopes[top]
    found = [
        f"it drives its own input `{name}`"
        for name, direction, _ in scope.ports
        if direction == "input" and scope.nets.get(name, True)
    ]
    if image.forcing:
        found.append("it forces signals")
    return tuple(found)


def root(image: Image, module: str) -> str | None:
    """The scope of a module that nothing instantiates."""
    for key, scope in image.scopes.items():
        if scope.kind == "module" and scope.parent is None and scope.type == module:
            return key
    return None


Skeleton = tuple[tuple[object, ...], ...]


def skeleton(image: Image, top: str) -> Skeleton:
    """Everything below and including a scope, in a form that is the same wherever it hangs."""
    prefix = image.path(top)
    calls: dict[str | None, list[str]] = {}
    for call in image.calls:
        calls.setdefault(call.scope, []).append(call.name)
    rows = []
    for key, scope in image.scopes.items():
        path = image.path(key)
        if key != top and not path.startswith(prefix + "."):
            continue
        parameters = tuple(sorted((p.name, p.kind, p.value) for p in scope.parameters))
        ports = tuple(scope.ports)
        used = tuple(sorted(calls.get(key, ())))
        rows.append((path[len(prefix) :], scope.kind, scope.type, parameters, ports, used))
    return tuple(sorted(rows, key=repr))


def wrapper(image: Image, boundary: str, defaults: Image | None) -> str:
    """A module that instantiates the design alone, with the parameters that it has in `image`.

    Raises ValueError when a parameter's value cannot be written.
    """
    scope = image.scopes[boundary]
    usual = {
        (p.name, p.kind, p.value)
        for other in (defaults.scopes.values() if defaults else ())
        if other.type == scope.type and other.parent is None
        for p in other.parameters
    }
    overrides = ", ".join(
        f".{p.name}({p.literal()})"
        for p in scope.parameters
        if not p.local and (p.name, p.kind, p.value) not in usual
    )
    values = f"#({overrides}) " if overrides else ""
    return f"module {WRAPPER}; \\{scope.type} {values}dut (); endmodule\n"


def instance_in_wrapper(image: Image) -> str | None:
    """The design's scope in a compiled wrapper."""
    for key, scope in image.scopes.items():
        if scope.parent is not None and image.scopes[scope.parent].name == WRAPPER:
            return key
    return None
