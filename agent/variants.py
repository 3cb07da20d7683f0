"""Designs that differ from a failing one in one place: what mending tries, likeliest first. Pure.

The templates are those of automatic repair of hardware (CirFix, Ahmad et al., ASPLOS 2022;
RTL-Repair, Laeufer et al., ASPLOS 2024), as far as they keep what the design says and change how:
a constant, an operator, a condition, an edge, a name, the order of a concatenation, the kind of
reset, an initial value, a value where none is assigned, where a counter ends, when a register is
stored. Nothing that takes
behaviour away (a reset ignored, a condition never true) is among them: such a design could pass a
weak testbench, and would be wrong.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain, zip_longest

from agent.advice import wanted_reset
from mevllm.data.faults import Change, condition_of, outside, written
from mevllm.data.mutate import (
    Mutant,
    before_of,
    closing,
    names_read,
    near_constants,
    other_names,
    places,
    split,
)
from mevllm.spec import Spec

_TURNS = (
    *("unread", "wrap", "cycle", "constant", "condition", "operator"),
    *("edge", "order", "exchange", "guard", "name"),
)
"""Kinds of changes that take turns."""
_DECLARES = frozenset(("reg", "wire", "logic", "integer", "parameter", "localparam", "genvar"))
_CLOCKED = re.compile(r"@\s*\(\s*(?:pos|neg)edge\b")
_START = r"(?:^|[;)]|\bbegin|\belse|:)\s*"
_STORED = re.compile(rf"{_START}([A-Za-z_]\w*)\s*(?:\[[^\]\n]*\]\s*)?<=", re.M)
_STORES = re.compile(rf"{_START}([A-Za-z_]\w*(?:\s*\[[^\]\n]*\])?)\s*<=\s*([^;]+);", re.M)
_COMBINATIONAL = re.compile(
    r"\balways(?:_comb\b|\s*@\s*(?:\(\s*\*\s*\)|\*))\s*begin\b(?:\s*:\s*\w+)?"
)
_BLOCK = re.compile(r"\b(?:begin|end|case[zx]?|endcase)\b")
_SET = re.compile(rf"{_START}([A-Za-z_]\w*)\s*(?:\[[^\]\n]*\]\s*)?=(?!=)", re.M)
_FIRST = re.compile(r"(?:\s*[A-Za-z_]\w*\s*=(?!=)[^;]*;)*")
_COUNTED = re.compile(r"\bfor\s*\(\s*(?:int(?:eger)?\s+)?([A-Za-z_]\w*)")
_COUNTS = re.compile(r"\b([A-Za-z_]\w*)\s*<=\s*(\1\s*([+-])\s*(?:\d*'[bdhBDH])?0*1)\s*;")
_ASSIGNS = re.compile(r"\bassign\s+([A-Za-z_]\w*)\s*=\s*([^;]+);")
_WHOLE = re.compile(r"(?<![\w'.\[:])\d{1,5}(?![\w'.\]:])")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_SLICE = re.compile(r"([A-Za-z_]\w*)\s*\[\s*(\d+)\s*:\s*(\d+)\s*\]")


def variants(text: str, spec: Spec) -> Iterator[Mutant]:
    """Every variant of a design: first missing values and the kind of reset, then kinds in turn.

    Header, declarations, directives and comments stay. Texts are unique; none equals the design.
    Each is written when it is asked for: a large design has tens of thousands.
    """
    tokens, seen = split(text), {text}
    first = (
        *_with_initial_values(text),
        *_with_defaults(text),
        *_with_reset(text, spec),
        *_other_level(text, spec),
    )
    kinds: dict[str, list[Mutant | Change]] = defaultdict(list)
    for made in (*_wrapped(text, spec), *_cycle_apart(text, spec), *_guarded(text, spec)):
        kinds[made.kind].append(made)
    fixed, changed = outside(tokens), set()
    for change in _changes(tokens, spec):
        begin, end, new, _, kind = change
        if (begin, end, new) not in changed and fixed.isdisjoint(range(begin, end)):
            changed.add((begin, end, new))
            kinds[kind].append(change)
    turns = zip_longest(*(kinds[kind] for kind in _TURNS))
    for found in chain(first, (found for turn in turns for found in turn if found)):
        variant = found if isinstance(found, Mutant) else written(tokens, found)
        if variant.text not in seen:
            seen.add(variant.text)
            yield variant


def _changes(tokens: list[str], spec: Spec) -> Iterator[Change]:
    for at, new, change in places(tokens):
        word = tokens[at]
        if new != "(!" and not _constant(word):
            yield at, at + 1, new, change, _kind(word)
    read = names_read(tokens)
    yield from _unread(tokens, read, spec)
    yield from _exchanged(tokens, read)
    for at, new, change in other_names(tokens):
        yield at, at + 1, new, change, "name"
    declaring = False
    for at, word in enumerate(tokens):
        declaring = (declaring or word in _DECLARES) and word != ";"
        if word == "if":
            yield from _negated(tokens, at)
        elif word == "{":
            yield from _reordered(tokens, at)
        elif _constant(word) and not declaring and before_of(tokens, at) != "#":
            for new in near_constants(word):
                yield at, at + 1, new, f"`{word}` to `{new}`", "constant"


def _unread(tokens: list[str], read: list[int], spec: Spec) -> Iterator[Change]:
    """An input that the design never reads, in the place of a name that it reads."""
    known = {tokens[at] for at in read} | {spec.interface.clock, spec.interface.reset}
    inputs = [port.name for port in spec.interface.ports if port.direction == "input"]
    for at in read:
        for name in inputs:
            if name not in known:
                yield at, at + 1, name, f"`{tokens[at]}` to `{name}`", "unread"


def _exchanged(tokens: list[str], read: list[int]) -> Iterator[Change]:
    """Two names that are read one after the other, exchanged."""
    for number, at in enumerate(read):
        for other in read[number + 1 : number + 3]:
            one, two = tokens[at], tokens[other]
            if one != two:
                new = "".join((two, *tokens[at + 1 : other], one))
                yield at, other + 1, new, f"`{one}` and `{two}` exchanged", "exchange"


def _constant(word: str) -> bool:
    return word[0].isdigit() or (word[0] == "'" and len(word) > 1)


def _kind(word: str) -> str:
    return "edge" if word in ("posedge", "negedge") else "operator"


def _negated(tokens: list[str], at: int) -> Iterator[Change]:
    found = condition_of(tokens, at)
    if found is not None:
        opening, end, inner, shown = found
        yield opening + 1, end, f"!({inner})", f"condition `{shown}` negated", "condition"


def _reordered(tokens: list[str], at: int) -> Iterator[Change]:
    """A concatenation backwards; one of a slice and what is shifted in, shifted the other way."""
    end = closing(tokens, at, "{}")
    parts = _parts(tokens[at + 1 : end])
    if len(parts) < 2 or len(set(parts)) < 2 or any("{" in part for part in parts):
        return
    shown = f"{{{', '.join(parts)}}}"
    yield at, end + 1, f"{{{', '.join(parts[::-1])}}}", f"`{shown}` backwards", "order"
    if len(parts) != 2:
        return
    for kept, other, by in ((0, 1, 1), (1, 0, -1)):
        found = _SLICE.fullmatch(parts[kept])
        if found and int(found[3]) + by >= 0:
            moved = f"{found[1]}[{int(found[2]) + by}:{int(found[3]) + by}]"
            pair = (parts[other], moved) if kept == 0 else (moved, parts[other])
            new = f"{{{', '.join(pair)}}}"
            yield at, end + 1, new, f"`{shown}` to `{new}`", "order"


def _parts(tokens: list[str]) -> list[str]:
    """What stands between the commas, those in brackets apart."""
    parts, depth = [""], 0
    for word in tokens:
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(word, 0)
        if word == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += word
    return [" ".join(part.split()) for part in parts]


def _with_initial_values(text: str) -> Iterator[Mutant]:
    """The design with all its registers 0 at the start, where it does not say what they are."""
    code = _COMMENT.sub("", text)
    if not _CLOCKED.search(code) or re.search(r"\binitial\b", code):
        return
    arrays = set(re.findall(r"([A-Za-z_]\w*)\s*\[[^\]\n]*\]\s*[;,]", code))
    names = [n for n in dict.fromkeys(_STORED.findall(code)) if n not in arrays]
    end = text.rfind("endmodule")
    if names and end >= 0:
        block = "".join(f"    {name} = 0;\n" for name in names)
        mended = f"{text[:end].rstrip()}\n\n  initial begin\n{block}  end\n{text[end:]}"
        shown = ", ".join(f"`{name}`" for name in names)
        line = text[:end].rstrip().count("\n") + 3
        yield Mutant(mended, line, f"{shown} 0 at the start", "start")


def _with_defaults(text: str) -> Iterator[Mutant]:
    """What combinational blocks leave unassigned on some path 0 there, instead of stored."""
    code = _COMMENT.sub(lambda found: " " * len(found[0]), text)
    blocks = [(found.end(), _held(code, found.end())) for found in _COMBINATIONAL.finditer(code)]
    blocks = [(at, names) for at, names in blocks if names]
    for chosen in (blocks, *([block] for block in blocks if len(blocks) > 1)):
        mended = text
        for at, names in reversed(chosen):
            given = "".join(f"\n    {name} = 0;" for name in names)
            mended = f"{mended[:at]}{given}{mended[at:]}"
        if chosen:
            line = text[: chosen[0][0]].count("\n") + 2
            shown = ", ".join(f"`{name}`" for _, names in chosen for name in names)
            yield Mutant(mended, line, f"{shown} 0 unless assigned", "default")


def _held(code: str, at: int) -> list[str]:
    """Names that a block, which begins at a place, assigns, but not as its first statements."""
    depth, end = 1, len(code)
    for word in _BLOCK.finditer(code, at):
        depth += 1 if word[0] in ("begin", "case", "casez", "casex") else -1
        if depth == 0:
            end = word.start()
            break
    body = code[at:end]
    counted = {*_COUNTED.findall(body)}
    first = _FIRST.match(body)
    given = {*_SET.findall(first[0])} if first else set()
    return [n for n in dict.fromkeys(_SET.findall(body)) if n not in counted | given]


def _wrapped(text: str, spec: Spec) -> Iterator[Mutant]:
    """A counter that goes round after a number of the specification, or stops at its end."""
    numbers = [int(word) for word in _WHOLE.findall(spec.text)]
    lasts = dict.fromkeys(last for n in numbers for last in (n, n - 1) if last > 0)
    for found in _COUNTS.finditer(text):
        name, step, sign = found.groups()
        if sign == "+":
            ends = [(f"{name} == {last}", start) for last in lasts for start in ("0", "1")]
            ends.append((f"&{name}", name))
        else:
            ends = [(f"{name} == 0", str(last)) for last in lasts] + [(f"{name} == 0", name)]
        for end, then in ends:
            new = f"({end}) ? {then} : {step}"
            change = f"`{step}` to `{new}`"
            yield _replaced(text, found.start(2), found.end(2), new, change, "wrap")


def _cycle_apart(text: str, spec: Spec) -> Iterator[Mutant]:
    """An output one cycle later, from a register, or one earlier, without its register."""
    clock, reset = spec.interface.clock, spec.interface.reset
    outputs = {port.name for port in spec.interface.ports if port.direction == "output"}
    if clock is None:
        return
    for found in _ASSIGNS.finditer(text):
        name, value = found.groups()
        if name in outputs:
            cleared = f"{reset} ? 0 : " if reset else ""
            new = f"always @(posedge {clock}) {name} <= {cleared}({value});"
            yield _replaced(text, *found.span(), new, f"`{name}` one cycle later", "cycle")
    stored = [found for found in _STORES.finditer(text) if found[1] in outputs]
    for name in dict.fromkeys(found[1] for found in stored):
        own = [found for found in stored if found[1] == name]
        if len(re.findall(rf"\b{name}\b", text)) > len(own) + 1:  # read too, or set elsewhere
            continue
        bare = text
        for found in reversed(own):
            bare = f"{bare[: found.start(1)]};{bare[found.end() :]}"
        end = bare.rfind("endmodule")
        for found in own:
            if not found[2].strip().endswith("0"):  # a reset says nothing of the value
                new = f"{bare[:end]}  assign {name} = {found[2]};\n{bare[end:]}"
                line = text[: found.start(1)].count("\n") + 1
                yield Mutant(new, line, f"`{name}` one cycle earlier", "cycle")


def _other_level(text: str, spec: Spec) -> Iterator[Mutant]:
    """The reset active at the other level, in its edge and in its condition."""
    reset = spec.interface.reset
    edge = re.search(rf"\b(pos|neg)edge\s+{re.escape(reset)}\b", text) if reset else None
    if reset is None or edge is None:
        return
    other = "neg" if edge[1] == "pos" else "pos"
    mended = f"{text[: edge.start(1)]}{other}{text[edge.end(1) :]}"
    plain = rf"\bif\s*\(\s*([!~]?)\s*{re.escape(reset)}\s*\)"
    mended = re.sub(plain, lambda m: f"if ({'' if m[1] else '!'}{reset})", mended)
    line = text[: edge.start()].count("\n") + 1
    yield Mutant(mended, line, f"reset `{reset}` active at the other level", "reset")


def _guarded(text: str, spec: Spec) -> Iterator[Mutant]:
    """A register that keeps its value unless a one-bit input is 1, or is 0."""
    interface = spec.interface
    inputs = [
        port.name
        for port in interface.ports
        if port.direction == "input" and port.width == 1
        if port.name not in (interface.clock, interface.reset)
    ]
    for found in _STORES.finditer(text) if _CLOCKED.search(text) else ():
        target, value = found.groups()
        for name in inputs:
            for guard in (name, f"!{name}"):
                new = f"{guard} ? ({value}) : {target}"
                change = f"`{target}` only stored with `{guard}`"
                yield _replaced(text, found.start(2), found.end(2), new, change, "guard")


def _replaced(text: str, start: int, end: int, new: str, change: str, kind: str) -> Mutant:
    line = text[:start].count("\n") + 1
    return Mutant(f"{text[:start]}{new}{text[end:]}", line, change, kind)


def _with_reset(text: str, spec: Spec) -> Iterator[Mutant]:
    """The design with the kind of reset that the specification names."""
    wanted = wanted_reset(text, spec)
    if wanted is None:
        return
    clock, reset, kind = wanted
    if kind == "synchronous":
        mended = re.sub(rf"\s*(?:\bor\b|,)\s*(?:pos|neg)edge\s+{re.escape(reset)}\b", "", text)
    else:
        low = re.search(rf"\(\s*[!~]\s*{re.escape(reset)}\b", text)
        also = f" or {'negedge' if low else 'posedge'} {reset}"
        mended = re.sub(
            rf"(@\s*\(\s*(?:pos|neg)edge\s+{re.escape(clock)}\b)\s*\)", rf"\g<1>{also})", text
        )
    if mended != text:
        line = text[: _first_difference(text, mended)].count("\n") + 1
        yield Mutant(mended, line, f"reset `{reset}` made {kind}", "reset")


def _first_difference(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))
