"""Decision tables: prioritised rules, codes that raise signals, patterns with don't-cares."""

from __future__ import annotations

from mevllm.data.design import Description, Design, Exhibit, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.literals import (
    binary,
    decimal,
    grid,
    listed,
    logic,
    number,
    together,
    varied,
)
from mevllm.data.families.told import decisions as tellings
from mevllm.data.stimulus import combinational
from mevllm.tiers import Tier

_SIGNALS = (
    ("door_open", "too_hot", "timer_done", "stop_button"),
    ("fault", "brake", "throttle", "cruise"),
    ("empty", "full", "flush", "push"),
    ("abort", "retry", "ack", "busy"),
    ("s1", "s2", "s3", "s4"),
    ("p", "q", "r", "s"),
    ("night", "motion", "override", "rain"),
)
_ACTIONS = (
    ("motor", "lamp", "beep", "valve"),
    ("go", "hold", "drop", "warn"),
    ("y0", "y1", "y2", "y3"),
    ("heat", "cool", "fan", "alarm"),
)


def _tests(draw: Draw, inputs: list[str], count: int) -> list[list[tuple[str, int]]]:
    """So many conjunctions, each of which decides for some input, as does none of them."""
    while True:
        tests = [
            [(n, int(draw.chance(0.75))) for n in draw.rng.sample(inputs, draw.choice((1, 1, 2)))]
            for _ in range(count)
        ]
        first = set()
        for code in range(1 << len(inputs)):
            value = {n: code >> i & 1 for i, n in enumerate(inputs)}
            holds = (k for k, test in enumerate(tests) if all(value[n] == v for n, v in test))
            first.add(next(holds, count))
        if len(first) == count + 1:
            return tests


def _decisions(draw: Draw) -> Design:
    """An if/else chain over conditions; several outputs with default values."""
    inputs = together(draw, *(s[: draw.choice((3, 3, 4))] for s in _SIGNALS))
    outs = together(draw, *(a[: draw.choice((2, 2, 3, 4))] for a in _ACTIONS))
    wide = draw.choice((1, 1, 2, 3))
    widths = [1] * (len(outs) - 1) + [wide]
    defaults = [draw.bits(w) if draw.chance(0.4) else 0 for w in widths]
    count = draw.int(2, 4)
    tests = _tests(draw, inputs, count)
    effects: list[dict[int, int]] = []
    for k in range(count):
        changed = draw.rng.sample(range(len(outs)), draw.int(1, len(outs)))
        if k < len(outs) and k not in changed:
            changed.append(k)
        effects.append(
            {
                j: (
                    1 - defaults[j]
                    if widths[j] == 1
                    else defaults[j] ^ draw.int(1, (1 << widths[j]) - 1)
                )
                for j in sorted(changed)
            }
        )
    for j in range(len(outs)):
        if not any(j in e for e in effects):
            effects[0][j] = defaults[j] ^ ((1 << widths[j]) - 1)
    values = [{defaults[j], *(e[j] for e in effects if j in e)} for j in range(len(outs))]
    for bit in range(wide):
        if len({v >> bit & 1 for v in values[-1]}) == 1:
            k = next(i for i, e in enumerate(effects) if len(outs) - 1 in e)
            effects[k][len(outs) - 1] ^= 1 << bit
    shown = [[binary(w, v) for v in range(1 << w)] for w in widths]

    def condition(test: list[tuple[str, int]], verilog: bool) -> str:
        if verilog:
            return " && ".join(n if v else f"!{n}" for n, v in test)
        return " and ".join(f"`{n}` is {v}" for n, v in test)

    ports = [port(n, "input") for n in inputs]
    ports += [port(o, "output", w) for o, w in zip(outs, widths, strict=True)]
    lines = [f"    {o} = {shown[j][defaults[j]]};" for j, o in enumerate(outs)]
    for k, (test, effect) in enumerate(zip(tests, effects, strict=True)):
        lines.append(f"    {'end else ' if k else ''}if ({condition(test, True)}) begin")
        lines += [f"      {outs[j]} = {shown[j][v]};" for j, v in effect.items()]
    body = "  always @(*) begin\n" + "\n".join((*lines, "    end", "  end"))

    def rules() -> list[str]:
        start = ", ".join(f"`{o}` = {shown[j][defaults[j]]}" for j, o in enumerate(outs))
        told = []
        for k, (test, effect) in enumerate(zip(tests, effects, strict=True)):
            sets = ", ".join(f"`{outs[j]}` = {shown[j][v]}" for j, v in effect.items())
            told.append(f"{'Otherwise, if' if k else 'If'} {condition(test, False)}: {sets}.")
        return [
            draw.say(
                f"Unless something else is said the outputs have these values: {start}.",
                f"The default values are {start}; a rule changes only the outputs it names.",
            ),
            draw.say(
                "The rules are checked in order and only the first that applies has effect.",
                "Earlier rules have priority over later ones.",
            ),
            *told,
        ]

    rows = []
    for test, effect in zip(tests, effects, strict=True):
        told = [shown[j][effect.get(j, defaults[j])] for j in range(len(outs))]
        rows.append([condition(test, False).replace("`", ""), *told])
    rows.append(["otherwise", *(shown[j][defaults[j]] for j in range(len(outs)))])
    ladder = [
        (test, [(outs[j], shown[j][v]) for j, v in effect.items()])
        for test, effect in zip(tests, effects, strict=True)
    ]
    start = [(o, shown[j][defaults[j]]) for j, o in enumerate(outs)]
    draw.tell(*tellings.decisions(draw.teller(), inputs=inputs, defaults=start, rules=ladder))
    return logic(
        draw,
        DECISIONS,
        modules=("control_logic", "decide", "rules", "priority_logic"),
        ports=ports,
        body=body,
        title=f"control logic with {number(count)} prioritised rules",
        rules=rules,
        choices={
            "tests": [[(inputs.index(n), v) for n, v in t] for t in tests],
            "effects": effects,
            "defaults": defaults,
        },
        intro=("", "Give every output a value in every case, so that no latch is inferred."),
        exhibits=[
            Exhibit(
                "state table",
                "This combinational decision table is read from top to bottom; the first row whose "
                "condition holds gives the outputs.",
                grid(draw, ("condition", *outs), rows),
            )
        ],
    )


DECISIONS = Family("decision_rules", Tier.INTERMEDIATE, _decisions)


def _case_flags(draw: Draw) -> Design:
    """Several one-bit outputs, each raised by one or more codes of an input."""
    width = draw.choice((3, 4, 4, 6, 8, 8, 8, 12, 16))
    outs = together(
        draw,
        ("ring", "flash", "call", "alarm"),
        ("load", "store", "branch", "halt"),
        ("f0", "f1", "f2", "f3"),
        ("start", "stop", "pause", "skip"),
        ("is_add", "is_sub", "is_and", "is_jump"),
    )[: draw.int(2, 4)]
    code = draw.name("code", "evt", "opcode", "in", "key_code")
    low = draw.chance(0.15)
    on, off = ("1'b0", "1'b1") if low else ("1'b1", "1'b0")
    count = draw.int(len(outs), min(7, (1 << width) - 2))
    codes = draw.rng.sample(range(1 << width), count)
    owners = list(range(len(outs)))
    owners += [draw.int(0, len(outs) - 1) for _ in range(count - len(outs))]
    shape = f"{width}'h{{:0{(width + 3) // 4}x}}" if width > 4 else f"{width}'b{{:0{width}b}}"
    lists = [
        [shape.format(c) for c, w in zip(codes, owners, strict=True) if w == j]
        for j in range(len(outs))
    ]
    ports = [port(code, "input", width), *(port(o, "output") for o in outs)]
    body = "  always @(*) begin\n" + "".join(f"    {o} = {off};\n" for o in outs)
    body += f"    case ({code})\n"
    body += "\n".join(
        f"      {', '.join(cs)}: {o} = {on};" for o, cs in zip(outs, lists, strict=True)
    )
    body += "\n      default: ;\n    endcase\n  end"
    one, rest = on[-1], off[-1]

    def rules() -> list[str]:
        told = [
            f"`{o}` is {one} when `{code}` is {' or '.join(cs)}."
            if draw.chance(0.5)
            else f"{' and '.join(cs)} make{'s' * (len(cs) == 1)} `{o}` {one}."
            for o, cs in zip(outs, lists, strict=True)
        ]
        return [
            *told,
            draw.say(
                f"For all other codes every output is {rest}; at most one is {one} at a time.",
                f"In all other cases an output is {rest}.",
                f"An output is {rest} unless its code is present.",
            ),
        ]

    rows = [[c, o] for o, cs in zip(outs, lists, strict=True) for c in cs]
    near = [c ^ (1 << draw.int(0, width - 1)) for c in codes]
    flags = dict(zip(outs, lists, strict=True))
    draw.tell(*tellings.case_flags(draw.teller(), code=code, flags=flags, low=low))
    return logic(
        draw,
        CASE_FLAGS,
        modules=("code_flags", "key_decoder", "decode_flags", "match_codes"),
        ports=ports,
        body=body,
        title=f"decoder of {number(count)} {width}-bit codes to {number(len(outs))} signals",
        rules=rules,
        choices={"width": width, "codes": codes, "owners": owners, "low": low},
        intro=("", f"The code on `{code}` raises at most one of {listed(outs)}."),
        exhibits=[
            Exhibit(
                "truth table",
                f"The table tells which output is {one} for which value of `{code}`; the other "
                f"outputs are {rest}, and for codes that are not listed all of them are. The "
                "circuit is combinational.",
                grid(draw, (code, f"output at {one}"), [*rows, ["others", "none"]]),
            )
        ],
        directed=[{code: c} for c in draw.shuffled(codes * 3 + near)],
        random_rows=100,
    )


CASE_FLAGS = Family("case_flags", Tier.INTERMEDIATE, _case_flags)


def _pattern_match(draw: Draw) -> Design:
    """A list of patterns with don't-care bits; the first that fits gives the value."""
    width = draw.choice((4, 4, 5, 6, 6, 7, 8, 8, 10))
    size = draw.choice((2, 3, 3, 4, 5))
    count = draw.int(3, 6)
    word = draw.name("in", "instr", "word", "din", "key")
    out = draw.name("out", "kind", "cls", "group", "y")
    patterns: list[str] = []
    while len(patterns) < count:
        cared = draw.int(1, 3 if len(patterns) < 2 else 2)
        places = ["?"] * width
        for at in draw.rng.sample(range(width), cared + 1):
            places[at] = draw.choice("01")
        if "".join(places) not in patterns:
            patterns.append("".join(places))
    values = varied(draw, count + 1, size)
    ports = [port(word, "input", width), port(out, "output", size)]
    arms = [(f"{width}'b{p}", decimal(size, v)) for p, v in zip(patterns, values, strict=False)]
    arms.append(("default", decimal(size, values[-1])))
    lines = "\n".join(f"      {p}: {out} = {v};" for p, v in arms)
    body = f"  always @(*) begin\n    casez ({word})\n{lines}\n    endcase\n  end"
    marker = draw.choice("?-xX")
    shown = [p.replace("?", marker) for p in patterns]
    pairs = ", ".join(f"{p} gives {v}" for p, v in zip(shown, values, strict=False))
    rule = draw.say(
        f"The patterns are tried in this order and the first that fits decides; '{marker}' stands "
        f"for a bit that does not matter.",
        f"'{marker}' marks a bit that may be 0 or 1. If several patterns fit, the one listed first "
        f"wins.",
    )
    rest = f"If none fits, `{out}` is {values[-1]}."
    rows = [[p, v] for p, v in zip(shown, values, strict=False)] + [["otherwise", values[-1]]]
    listing = list(zip(patterns, values, strict=False))
    draw.tell(
        *tellings.pattern_match(draw.teller(), word=word, out=out, pairs=listing, other=values[-1])
    )
    return draw.design(
        PATTERN_MATCH,
        module=draw.module("pattern_match", "classify", "instr_class", "wild_decode"),
        ports=ports,
        body=body,
        description=Description(
            title=f"classifier of {width}-bit words by {number(count)} patterns",
            terse=f"{word} against patterns: {pairs}. {rule} {rest}".replace("`", ""),
            prose=draw.say(
                f"Classify the word on `{word}` by its bits (most significant bit first): {pairs}. "
                f"{rule} {rest}",
                f"`{out}` depends on which pattern `{word}` has, written from bit {width - 1} down "
                f"to bit 0: {pairs}. {rule} {rest} The circuit is combinational.",
            ),
            points=(
                "The circuit is combinational; patterns are written with the most significant "
                "bit first.",
                *(f"Pattern {p}: `{out}` = {v}." for p, v in zip(shown, values, strict=False)),
                rule,
                rest,
            ),
            exhibits=(
                Exhibit(
                    "truth table",
                    f"`{out}` is a combinational function of `{word}`, given by the table. {rule}",
                    grid(draw, (f"{word}[{width - 1}:0]", out), rows),
                ),
            ),
        ),
        stimulus=combinational(draw, ports),
        choices=(("patterns", patterns), ("values", values), ("size", size)),
    )


PATTERN_MATCH = Family("pattern_match", Tier.INTERMEDIATE, _pattern_match)

FAMILIES = (DECISIONS, CASE_FLAGS, PATTERN_MATCH)
