"""Gates as people tell them: single ones, panels, small networks, chips."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from mevllm.data.draw import Draw
from mevllm.data.families.basic_words import capital, listed, number, ticked
from mevllm.data.families.told._words_basic import binary, clockless, lanes, plain, remarks


def _value(kind: str, words: Sequence[int], width: int) -> int:
    """The output of a gate for words of so many bits."""
    full = (1 << width) - 1
    total = words[0]
    for word in words[1:]:
        if kind in ("and", "nand"):
            total &= word
        elif kind in ("or", "nor"):
            total |= word
        else:
            total ^= word
    return total ^ full if kind in ("nand", "nor", "xnor") else total


def _behaviour(
    draw: Draw, kind: str, names: Sequence[str], inverted: Sequence[bool], out: str
) -> str:
    """What the gate does, told by the values of its inputs."""
    if kind in ("xor", "xnor"):
        odd, even = (1, 0) if kind == "xor" else (0, 1)
        if len(names) == 2:
            a, b = ticked(names)
            return draw.say(
                f"`{out}` is {odd} where {a} and {b} disagree and {even} where they agree",
                f"equal inputs give {even}, different ones {odd}",
                f"it tells {a} and {b} apart: {odd} for a difference, {even} for a match",
            )
        return draw.say(
            f"an odd number of ones makes `{out}` {odd}, an even number (or none) makes it {even}",
            f"`{out}` shows {odd} for one or three ones, {even} for any even number of them",
        )
    at = 1 if kind in ("and", "nand") else 0
    result = 1 if kind in ("and", "nor") else 0
    values = [at ^ low for low in inverted]
    case = listed([f"`{n}` is {v}" for n, v in zip(names, values, strict=True)])
    short = ", ".join(f"`{n}` = {v}" for n, v in zip(names, values, strict=True))
    return draw.say(
        f"`{out}` is {result} if {case}; any other combination makes it {1 - result}",
        f"only one combination gives {result} on `{out}`, namely {short}; the others give "
        f"{1 - result}",
        f"`{out}` stays at {1 - result} except for {short}, where it goes to {result}",
        f"for {short} the result is {result}, in all remaining cases {1 - result}",
    )


def gate(
    draw: Draw, kind: str, names: Sequence[str], inverted: Sequence[bool], out: str, width: int
) -> tuple[str, ...]:
    """One gate, some of its inputs inverted."""
    label, many = kind.upper(), number(len(names))
    wide = lanes(draw, width)
    low = listed(ticked([n for n, i in zip(names, inverted, strict=True) if i]))
    ins = listed(ticked(names))
    taken = listed([f"NOT `{n}`" if i else f"`{n}`" for n, i in zip(names, inverted, strict=True)])
    bubble = f" with a bubble on {low}" if low else ""
    does = _behaviour(draw, kind, names, inverted, out)
    lane = f"In every bit lane, {does}" if width > 1 else does
    call = ", ".join(f"~{n}" if i else n for n, i in zip(names, inverted, strict=True))
    short = draw.say(
        f"`{out}` gets the {label} of {taken}{wide}.{clockless(draw)}",
        f"{many.capitalize()}-input {label}{bubble}: {ins} go in, `{out}` comes out{wide}.",
        f"{label} together {taken}{wide}, result on `{out}`.",
        f"One {label}{bubble} makes `{out}` out of {ins}{wide}. Nothing else.",
        f"`{out}` = {label}({call}){wide}.{clockless(draw)}",
        f"Drive `{out}` from one {label} whose operands are {taken}{wide}.",
        f"I need the {label} function here{wide}. Operands: {taken}. Result: `{out}`.",
        f"{capital(lane)} - in short, {label} of {taken}.",
        f"What sits between {ins} and `{out}` is a single {label}{bubble}{wide}.",
        f"Take {taken}; {label} them{wide}; put that on `{out}`.",
    )
    noun, spare = ("word", "a row of spare gates") if width > 1 else ("signal", "a spare gate")
    first = f", and {low} passes an inverter first" if low else ""
    side = f", {width} of them side by side" if width > 1 else ""
    purpose = draw.say(
        f"An old board had one discrete {label} between {ins} and `{out}`{bubble}. The board is "
        f"being moved into a programmable part, and this module replaces the gate{wide}: {lane}.",
        f"A fix late in a chip project uses up {spare}: "
        f"the {noun} `{out}` has to become the {label} of {taken}{wide}. Nothing may be "
        f"registered on the way.",
        f"In the combining stage of a signal processor {many} {noun}s meet, {ins}. The stage "
        "passes "
        f"on one {noun} `{out}`. {capital(lane)}.",
        f"For a set of building blocks that beginners plug together we want the {label} block"
        f"{wide}. Sockets {ins} receive the operands{first}; "
        f"`{out}` shows the result at once.",
        f"Condition logic: {ins} are condition {noun}s from elsewhere, and `{out}` is what the "
        f"rest of the machine listens to. {capital(lane)}. It reacts without a clock.",
        f"The tester of a gate library compares its device against this golden model. The device "
        f"is a {many}-input {label}{bubble}{side}: "
        f"inputs {ins}, answer on `{out}`.",
    )
    words = [draw.bits(width) for _ in names]
    full = (1 << width) - 1
    result = _value(kind, [w ^ full * i for w, i in zip(words, inverted, strict=True)], width)
    example = (
        ", ".join(f"`{n}` = {binary(w, width)}" for n, w in zip(names, words, strict=True))
        + draw.say(" gives ", " leads to ", " must produce ", " -> ")
        + f"`{out}` = {binary(result, width)}"
    )
    items = [
        f"the function is {label}{wide}",
        f"operands are {taken}",
        draw.say("no clock and no storage", "`" + out + "` follows the inputs immediately", ""),
        f"example: {example}" if width < 17 else "",
    ]
    longer = draw.say(
        remarks(draw, f"Gate with {many} inputs, {ins}, and output `{out}`.", items),
        remarks(draw, f"Ticket: `{out}` is missing its driver.", [*draw.shuffled(items[:2]), lane]),
        f"{capital(lane)}. That is the {label} of {taken}."
        + (f" Check: {example}." if width < 17 else " The check is left to the reader."),
        f"Data sheet entry. Function: {label}{bubble}. Inputs: {ins}. Output: `{out}`."
        + (f" Organisation: {width} independent lanes." if width > 1 else "")
        + f" Behaviour: {lane}.",
        f"Q: what does `{out}` depend on? A: solely on {ins}.\nQ: how? A: {lane}."
        + ("\nQ: and if some input floats? A: not considered." if draw.chance(0.3) else ""),
        remarks(draw, f"To be described: the {label} gate{bubble}.", [lane, items[3], items[2]]),
    )
    return plain(draw, short, purpose, longer)


def _panel_words(draw: Draw, kind: str, a: str, b: str) -> str:
    return {
        "left": draw.say(f"`{a}` AND NOT `{b}`", f"`{a}` masked by the inverse of `{b}`"),
        "right": draw.say(f"`{b}` AND NOT `{a}`", f"`{b}` masked by the inverse of `{a}`"),
        "implies": draw.say(
            f"NOT `{a}` OR `{b}`", f"the implication from `{a}` to `{b}`, i.e. (not `{a}`) or `{b}`"
        ),
        "not": draw.say(f"the inverse of `{a}`", f"NOT `{a}`", f"`{a}` complemented"),
    }.get(kind) or draw.say(f"`{a}` {kind.upper()} `{b}`", f"{kind.upper()} of `{a}` and `{b}`")


_TABLES = {
    "and": "0001",
    "or": "0111",
    "xor": "0110",
    "nand": "1110",
    "nor": "1000",
    "xnor": "1001",
    "left": "0010",
    "right": "0100",
    "implies": "1101",
    "not": "1100",
}
"""Each panel gate's values for the inputs 00, 01, 10, 11."""


def gate_panel(
    draw: Draw, a: str, b: str, kinds: Sequence[str], outs: Sequence[str], width: int
) -> tuple[str, ...]:
    """Several gates on the same two inputs."""
    wide = lanes(draw, width)
    joiner = draw.choice((": ", " = ", " is ", " -> ", " carries "))
    pairs = [
        f"`{o}`{joiner}{_panel_words(draw, k, a, b)}" for o, k in zip(outs, kinds, strict=True)
    ]
    mixed = draw.shuffled(pairs)
    flat = "; ".join(mixed)
    short = draw.say(
        f"{flat}{wide}.",
        f"Same two operands everywhere{wide}: {flat}.",
        f"Gates in parallel on `{a}` and `{b}`{wide}. {flat}.",
        f"From `{a}` and `{b}` derive {number(len(outs))} results{wide}: {', '.join(mixed)}.",
        f"Give me these functions of `{a}` and `{b}` at once{wide} - {flat}.",
        f"{number(len(outs)).capitalize()} little gates, no clock. {flat}{wide}.",
    )
    noun = "words" if width > 1 else "lines"
    purpose = draw.say(
        f"A logic trainer has two switch {'banks' if width > 1 else 'levers'}, `{a}` and `{b}`, "
        "and "
        f"a lamp{' row' if width > 1 else ''} for each gate{wide}. What the lamps show: {flat}.",
        f"The logic half of an arithmetic unit works out all its results at the same time and lets "
        f"a multiplexer elsewhere pick one. Here only the results are made{wide}: {flat}.",
        f"A test structure in the corner of a wafer has one of each gate on the same two {noun}, "
        "so "
        f"that they can be probed side by side{wide}. {flat}.",
        f"Two {noun} are watched by a monitor that wants to see several relations of them at the "
        f"same time{wide}. {'. '.join(mixed)}.",
        f"We build a demonstration for visitors: move `{a}` and `{b}` and see what every kind of "
        f"gate makes of them{wide}. {', '.join(mixed)}.",
    )
    va, vb = draw.bits(width), draw.bits(width)
    full = (1 << width) - 1
    results = []
    for k in kinds:
        row = _TABLES[k]
        terms = (~va & ~vb, ~va & vb, va & ~vb, va & vb)
        results.append(sum(t & full for t, bit in zip(terms, row, strict=True) if bit == "1"))
    shown = ", ".join(f"`{o}` = {binary(r, width)}" for o, r in zip(outs, results, strict=True))
    example = f"`{a}` = {binary(va, width)} and `{b}` = {binary(vb, width)} give {shown}"
    columns = [f"`{o}`: {', '.join(_TABLES[k])}" for o, k in zip(outs, kinds, strict=True)]
    longer = draw.say(
        remarks(draw, f"Gates with the shared inputs `{a}` and `{b}`{wide}.", pairs, example + "."),
        remarks(
            draw,
            f"Truth table by columns. The four values belong to {a}{b} = 00, 01, 10, 11 in this "
            f"order{wide}.",
            columns,
        ),
        f"{'. '.join(mixed)}. Everything acts on `{a}` and `{b}`{wide}. For instance, {example}.",
        remarks(draw, f"Every output is one gate of `{a}` and `{b}`.", [*mixed, wide.strip(", ")]),
        "\n".join(
            f"when {a}{b} is {x}{y}: "
            + ", ".join(f"{o} {_TABLES[k][2 * x + y]}" for o, k in zip(outs, kinds, strict=True))
            for x, y in product((0, 1), repeat=2)
        )
        + f"\n\nThese rows describe the outputs{wide or ' completely'}.",
    )
    return plain(draw, short, purpose, longer)


def gate_network(
    draw: Draw,
    kinds: Sequence[str],
    groups: Sequence[Sequence[str]],
    low: Sequence[str],
    wires: Sequence[str],
    last: str,
    out: str,
    second: str,
    extra: Sequence[str],
) -> tuple[str, ...]:
    """Gates at the inputs joined by one gate; `extra` is about a further output, if any."""
    other, other_kind, _, more = extra or ("", "", "", "")

    def sources(group: Sequence[str], inverted: str) -> list[str]:
        return [f"NOT `{n}`" if n == inverted else f"`{n}`" for n in group]

    calls = [
        f"{k.upper()}({', '.join(sources(g, i))})"
        for k, g, i in zip(kinds, groups, low, strict=True)
    ]
    words = [
        f"the {k.upper()} of {listed(sources(g, i))}"
        for k, g, i in zip(kinds, groups, low, strict=True)
    ]
    also = {
        "none": "",
        "inverse": draw.say(
            f" `{other}` is `{out}` inverted.", f" The complement of `{out}` goes to `{other}`."
        ),
        "wire": draw.say(
            f" `{other}` repeats {calls[-1]} alone.", f" Also, `{other}` = {calls[-1]}."
        ),
        "gate": f" Besides, `{other}` = {other_kind.upper()}({calls[0]}, `{more}`).",
    }[second]
    nested = f"{last.upper()}({', '.join(calls)})"
    form = {
        ("and", "or"): "AND-OR logic (a sum of products)",
        ("and", "nor"): "an AND-OR-invert structure",
        ("or", "and"): "OR-AND logic (a product of sums)",
        ("or", "nand"): "an OR-AND-invert structure",
        ("nand", "nand"): "NAND-NAND logic",
        ("nor", "nor"): "NOR-NOR logic",
    }.get((kinds[0], last) if len(set(kinds)) == 1 else ("", ""), "two levels of gates")
    steps = [f"`{w}` = {c}" for w, c in zip(wires, calls, strict=True)]
    final = f"`{out}` = {last.upper()}({', '.join(ticked(wires))})"
    count = number(len(kinds))
    feeds = draw.say(
        f"{listed(calls)} meet in a final {last.upper()} that drives `{out}`",
        f"`{out}` is the {last.upper()} of {count} things: {listed(calls)}",
        f"a {last.upper()} at the end joins {listed(calls)} into `{out}`",
    )
    short = draw.say(
        f"`{out}` = {nested}.{also}",
        f"{capital(feeds)}.{also}",
        f"{capital(form)}: `{out}` = {nested}.{also}",
        f"Wire up {form}. First level {', '.join(calls)}; second level {last.upper()} onto "
        f"`{out}`.{also}",
        f"{'; '.join(steps)}; {final}. The named wires are internal.{also}",
        f"Read from the inside outwards, what drives `{out}` is {nested}.{also}",
    )
    purpose = draw.say(
        f"A tiny piece of glue logic on a controller board decides `{out}` from a few status "
        "lines. "
        f"It is {form}: {feeds}.{also}",
        "This replaces a handful of discrete gates in a device that is being redrawn. "
        f"{capital(feeds)}."
        f"{also} There was no flip-flop in the old circuit either.",
        f"From a reverse-engineered board: {'; '.join(steps)} at the first level, then {final}. We "
        f"named the inner nets ourselves.{also}",
        f"The permission line `{out}` of a machine depends on several contacts. "
        f"{capital(feeds)}.{also} "
        f"The answer is there without a clock.",
        f"A netlist exporter gave us this cone of logic and we want it as readable code. Root: "
        f"{last.upper()} gate on `{out}`. Leaves: {'; '.join(calls)}.{also}",
    )
    inputs = sorted({n for g in groups for n in g})
    at = {n: draw.bits(1) for n in inputs}
    inner = [
        _value(k, [at[n] ^ (n == i) for n in g], 1)
        for k, g, i in zip(kinds, groups, low, strict=True)
    ]
    trace = (
        ", ".join(f"`{n}` = {v}" for n, v in at.items())
        + ": "
        + ", ".join(f"`{w}` = {v}" for w, v in zip(wires, inner, strict=True))
        + f" and so `{out}` = {_value(last, inner, 1)}"
    )
    items = [*steps, final, also.strip(" .")]
    longer = draw.say(
        remarks(draw, "The circuit, net by net.", items, f"Trace: {trace}."),
        remarks(draw, f"{capital(feeds)}.", [also.strip(" ."), f"trace: {trace}"]),
        remarks(draw, f"`{out}` has a {last.upper()} in front of it. Its operands:", words)
        + f"\n\nNothing is clocked.{also}",
        f"Start at the output. `{out}` comes from a {last.upper()} of {listed(ticked(wires))}. "
        + " ".join(f"`{w}` is {c}." for w, c in zip(wires, words, strict=True))
        + also
        + " Only gates are used.",
        remarks(draw, f"Gate list ({len(kinds) + 1} gates, {form}):", draw.shuffled(items)),
    )
    return plain(draw, short, purpose, longer)


def gate_chip(
    draw: Draw, gates: Sequence[tuple[str, int]], legs: Sequence[tuple[Sequence[str], str]]
) -> tuple[str, ...]:
    """Independent gates in one package."""
    pins, ends = [p for p, _ in legs], [e for _, e in legs]
    same = len(set(gates)) == 1
    times = {2: "dual", 3: "triple", 4: "quad"}[len(gates)]
    names = (
        f"{times} {number(gates[0][1])}-input {gates[0][0].upper()}"
        if same
        else " plus ".join(f"{number(n)}-input {k.upper()}" for k, n in gates)
    )
    calls = [
        f"`{e}` = {k.upper()}({', '.join(ticked(p))})"
        for (k, _), p, e in zip(gates, pins, ends, strict=True)
    ]
    flows = [f"{', '.join(ticked(p))} to `{e}`" for p, e in zip(pins, ends, strict=True)]
    marked = [f"{f} ({k.upper()})" for f, (k, _) in zip(flows, gates, strict=True)]
    said = [
        f"{listed(ticked(p))} are combined by {k.upper()} into `{e}`"
        for (k, _), p, e in zip(gates, pins, ends, strict=True)
    ]
    short = draw.say(
        f"{capital(names)} in one package: {'; '.join(marked)}.",
        f"{'; '.join(calls)}. Independent of each other.",
        f"Model of a {names} part. Sections: {', '.join(marked)}.",
        f"{number(len(gates)).capitalize()} separate gates, nothing shared. {'; '.join(said)}.",
        f"Logic pack, {names}; pins {'; '.join(marked)}.{clockless(draw)}",
        f"One part, {number(len(gates))} unrelated gates - {'; '.join(calls)}.",
    )
    purpose = draw.say(
        f"A drawer of old logic parts is to live on as models. This one is a {names}: "
        f"{'; '.join(marked)}. Supply and ground are left out.",
        f"To simulate a whole board we need a stand-in for each package on it, here a {names}. "
        f"{'. '.join(said)}.",
        f"A repair shop tests chips by comparing them with a perfect one, and this is the perfect "
        f"one. It holds {number(len(gates))} gates ({names}). {'; '.join(calls)}.",
        f"The breadboard editor of a teaching program lets pupils drop in a {names}. Each section "
        f"works for itself: {'; '.join(marked)}.",
        f"In a netlist the package appears as one block although its gates have nothing to do with "
        f"each other. Describe the block: {', '.join(calls)}.",
    )
    levels = [[draw.bits(1) for _ in p] for p in pins]
    checks = [
        f"with {', '.join(f'`{n}` = {v}' for n, v in zip(p, bits, strict=True))} the pin `{e}` "
        f"shows {_value(k, bits, 1)}"
        for (k, _), p, e, bits in zip(gates, pins, ends, levels, strict=True)
    ]
    longer = draw.say(
        remarks(draw, f"Part: {names}.", said, f"Example: {checks[0]}."),
        remarks(draw, f"Package with {len(gates)} gates.", calls, "Unused pins do not exist."),
        f"Pinout by section: {'; '.join(marked)}. The sections do not influence one another. "
        f"A test would see, for example, that {checks[-1]}.",
        remarks(draw, f"Write down a {names} chip.", [*marked, checks[0], "no supply pins"]),
        f"{'. '.join(said)}. No section has memory. Sanity checks: {'; '.join(checks)}.",
    )
    return plain(draw, short, purpose, longer)
