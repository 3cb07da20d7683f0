"""Machines that repeat a step until a condition holds, and a program counter unit."""

from __future__ import annotations

from dataclasses import dataclass

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.telling import Fact, bits_for, clock_words, clocked, lit, span, tell
from mevllm.data.families.told import loops as told
from mevllm.data.stimulus import Row, sequential
from mevllm.tiers import Tier


@dataclass(frozen=True)
class _Loop:
    """An algorithm: operands, state, loading, end, step and result, with {w} and names."""

    title: str
    operands: tuple[tuple[str, int], ...]
    result: int
    longest: int
    """The most steps that any operands take."""
    state: tuple[tuple[str, int, str], ...]
    """Registers: name, width, what start loads."""
    end: str
    step: tuple[str, ...]
    value: str
    goal: str
    words: str


def _algorithms(w: int, e: int) -> dict[str, _Loop]:
    """The algorithms for w-bit numbers and e-bit exponents."""
    one = f"{w}'d1"
    return {
        "gcd": _Loop(
            f"greatest common divisor of {w}-bit numbers",
            (("a", w), ("b", w)),
            w,
            (1 << w) - 2,
            (("x", w, "{a}"), ("y", w, "{b}")),
            "({x} == 0) | ({y} == 0) | ({x} == {y})",
            ("if ({x} > {y}) {x} <= {x} - {y};", "else {y} <= {y} - {x};"),
            "({x} == 0) ? {y} : {x}",
            "the greatest common divisor of {a} and {b} (the other one if one of them is 0)",
            "x starts as {a} and y as {b}; the loop ends when x is 0, y is 0 or x equals y, and "
            "the result is y if x is 0, otherwise x; a step subtracts the smaller from the larger",
        ),
        "fibonacci": _Loop(
            f"Fibonacci number modulo 2^{w}",
            (("n", e),),
            w,
            (1 << e) - 1,
            (("x", w, f"{w}'d0"), ("y", w, one), ("k", e, "{n}")),
            "({k} == 0)",
            ("{x} <= {y};", "{y} <= {x} + {y};", "{k} <= {k} - 1'b1;"),
            "{x}",
            f"the Fibonacci number F(n) modulo 2^{w} for n = {{n}}, with F(0) = 0 and F(1) = 1",
            "x starts as 0, y as 1 and k as {n}; the loop ends when k is 0 with the result x; a "
            "step replaces x by y and y by x + y, and decrements k",
        ),
        "power": _Loop(
            f"power modulo 2^{w}",
            (("base", w), ("n", e)),
            w,
            (1 << e) - 1,
            (("x", w, one), ("b", w, "{base}"), ("k", e, "{n}")),
            "({k} == 0)",
            ("{x} <= {x} * {b};", "{k} <= {k} - 1'b1;"),
            "{x}",
            f"{{base}} to the power {{n}} modulo 2^{w}",
            "x starts as 1 and k as {n}; the loop ends when k is 0 with the result x; a step "
            "multiplies x by {base} (as captured) and decrements k",
        ),
        "quotient": _Loop(
            f"quotient of {w}-bit numbers by repeated subtraction",
            (("a", w), ("b", w)),
            w,
            (1 << w) - 1,
            (("x", w, "{a}"), ("d", w, "{b}"), ("k", w, f"{w}'d0")),
            "({x} < {d}) | ({d} == 0)",
            ("{x} <= {x} - {d};", "{k} <= {k} + 1'b1;"),
            "{k}",
            "{a} divided by {b}, rounded down (0 if {b} is 0)",
            "x starts as {a} and k as 0; the loop ends when x is less than {b} (as captured) or "
            "that is 0, with the result k; a step subtracts {b} from x and increments k",
        ),
        "ones": _Loop(
            f"number of ones in {w}-bit words",
            (("a", w),),
            w.bit_length(),
            w,
            (("x", w, "{a}"), ("k", w.bit_length(), f"{w.bit_length()}'d0")),
            "({x} == 0)",
            ("{x} <= {x} & ({x} - 1'b1);", "{k} <= {k} + 1'b1;"),
            "{k}",
            "the number of ones in {a}",
            "x starts as {a} and k as 0; the loop ends when x is 0 with the result k; a step "
            "clears the lowest one in x (x AND x - 1) and increments k",
        ),
        "log": _Loop(
            f"integer logarithm of {w}-bit numbers",
            (("a", w),),
            bits_for(w),
            w - 1,
            (("x", w, "{a}"), ("k", bits_for(w), f"{bits_for(w)}'d0")),
            "({x} <= 1)",
            ("{x} <= {x} >> 1;", "{k} <= {k} + 1'b1;"),
            "{k}",
            "the logarithm of {a} to base 2, rounded down (0 if {a} is 0)",
            "x starts as {a} and k as 0; the loop ends when x is at most 1, with the result k; a "
            "step halves x, rounding down, and increments k",
        ),
        "sum": _Loop(
            f"sum of squares modulo 2^{w}",
            (("n", e),),
            w,
            (1 << e) - 1,
            (("x", w, f"{w}'d0"), ("k", e, "{n}")),
            "({k} == 0)",
            ("{x} <= {x} + {k} * {k};", "{k} <= {k} - 1'b1;"),
            "{x}",
            f"the sum of the squares 1 + 4 + 9 + ... of all numbers from 1 to {{n}}, modulo 2^{w}",
            "x starts as 0 and k as {n}; the loop ends when k is 0 with the result x; a step adds "
            "the square of k to x and decrements k",
        ),
    }


def _loop(draw: Draw) -> Design:
    """The algorithm and its widths; a step counter as a second output."""
    c = draw.clocking()
    kind = draw.choice(("gcd", "gcd", "fibonacci", "power", "quotient", "ones", "log", "sum"))
    exponent = draw.choice((3, 4))
    width = draw.choice(
        {
            "gcd": (3, 4, 4, 5, 6),
            "quotient": (3, 4, 4, 5, 6),
            "fibonacci": (3, 4) if exponent == 3 else (5, 6, 8, 9),
            "power": (4, 5, 6, 8, 8, 10),
            "sum": (5, 6, 7) if exponent == 3 else (7, 8, 10),
        }.get(kind, (5, 7, 8, 12, 16))
    )
    algorithm = _algorithms(width, exponent)[kind]
    count = bits_for(algorithm.longest + 1)
    counted, level = draw.chance(0.35), draw.chance(0.3)
    pools = {
        "a": ("a", "num_a", "value"),
        "b": ("b", "num_b", "other"),
        "n": ("n", "count_in", "index"),
        "base": ("base", "radix"),
    }
    names = {key: draw.name(*pools[key]) for key, _ in algorithm.operands}
    start, busy = draw.name("start", "go", "req"), draw.name("busy", "running")
    done = draw.name("done", "ready_o", "valid")
    result = draw.name("result", "answer", "out")
    steps = draw.name("steps", "cycles") if counted else ""
    ports = [*c.ports, port(start, "input", 1, "begin when not busy")]
    ports += [port(names[key], "input", size, "operand") for key, size in algorithm.operands]
    ports += [
        port(busy, "output", 1, "the loop is running"),
        port(done, "output", 1, "the result is there" if level else "pulse: new result"),
        port(result, "output", algorithm.result, "result"),
    ]
    if counted:
        ports.append(port(steps, "output", count, "steps taken"))
    state = {key: draw.name(f"{key}_r", f"{key}_q") for key, _, _ in algorithm.state}
    text = {**names, **state}
    # Operands and registers may share a key (`b`): the load uses the operands.
    loads = [f"{state[k]} <= {load.format(**names)};" for k, _, load in algorithm.state]
    end = draw.name("finish", "over")
    lines = [f"  reg {span(size)}{state[key]};" for key, size, _ in algorithm.state]
    lines.append(f"  wire {end} = {algorithm.end.format(**text)};")
    clear = "\n".join(f"{r} <= 0;" for r in (busy, done, result, *([steps] if counted else [])))
    clear = "\n".join([clear, *(f"{r} <= 0;" for r in state.values())])
    if counted:
        loads.append(f"{steps} <= 0;")
    drop = f"\n    {done} <= 1'b0;" if level else ""

    def pad(rows: list[str], by: int) -> str:
        return "\n".join(" " * by + row for row in rows)

    move = [s.format(**text) for s in algorithm.step]
    move += [f"{steps} <= {steps} + 1'b1;"] if counted else []
    work = "" if level else f"{done} <= 1'b0;\n"
    work += f"if (!{busy}) begin\n  if ({start}) begin\n{pad(loads, 4)}\n    {busy} <= 1'b1;"
    work += f"{drop}\n  end\n"
    work += f"end else if ({end}) begin\n  {busy} <= 1'b0;\n  {done} <= 1'b1;\n"
    work += f"  {result} <= {algorithm.value.format(**text)};\nend else begin\n{pad(move, 2)}\nend"
    ticked = {key: f"`{name}`" for key, name in names.items()}
    goal, words = algorithm.goal.format(**ticked), algorithm.words.format(**ticked)
    facts: tuple[Fact, ...] = (
        f"The result is {goal}; all numbers are unsigned.",
        f"The algorithm: {words}.",
        (
            f"A clock edge with `{start}` = 1 and `{busy}` = 0 captures the operands and sets "
            f"`{busy}` to 1; while `{busy}` is 1, `{start}` is ignored.",
            f"`{start}` is obeyed at clock edges with `{busy}` = 0: the operands are loaded and "
            f"`{busy}` becomes 1.",
        ),
        f"At every following clock edge the condition for the end is tested first: if it holds, "
        f"that edge stores the register `{result}` and clears `{busy}`; otherwise it makes one "
        f"step.",
        (
            f"That edge also sets `{done}`, which stays 1 until the next accepted start clears it."
            if level
            else f"That edge also sets `{done}` for exactly one clock cycle."
        ),
        f"`{steps}` counts the steps made (not the edge of the end); it is cleared by an accepted "
        f"start and holds when the loop has ended." * counted,
        f"`{result}` changes only when a result is stored.",
        *clocked(draw, c, "stops the loop and sets all outputs to 0"),
    )
    rows: list[Row] = []
    sizes = {names[key]: size for key, size in algorithm.operands}
    runs = 1 << exponent if "n" in names else 9
    for k in range(runs):
        values = {name: draw.bits(draw.int(1, size)) for name, size in sizes.items()}
        if k < 2:
            values = {name: (1 << size) - 1 for name, size in sizes.items()}
        if k == 1 and len(sizes) == 2 and "n" not in names:
            values[names["b"]] = 1
        if "n" in names:
            values[names["n"]] = (runs - 1 - k) % runs
        rows.append({start: 1, **values})
        wait = algorithm.longest if "n" in names or k == 1 else min(algorithm.longest, 16)
        rows += [{} for _ in range(wait + 2)]
    own = (start, busy, done, result, steps)
    draw.tell(*told.loop(draw.teller(), c, kind, names, width, own, level))
    return draw.design(
        LOOP,
        module=draw.module(kind, f"{kind}_unit", "loop_machine"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(clear, work),
        description=tell(
            draw,
            title=f"sequential machine for the {algorithm.title}",
            terse=f"Computes {goal}. {words[0].upper()}{words[1:]}. ".replace("`", "")
            + f"{start} with {busy} = 0 loads and sets {busy}; each later edge tests the end first "
            f"(stores {result}, clears {busy}, "
            + (f"sets {done} until the next start" if level else f"pulses {done} one cycle")
            + ") or makes one step. "
            + f"{steps} = steps made, cleared by a start. " * counted
            + clock_words(c, "zeroes all outputs"),
            opening=(
                "A small machine repeats one step until a condition holds.",
                f"Write hardware that computes {goal}.",
                "Turn this loop into a circuit that makes one step a clock cycle.",
            ),
            facts=facts,
        ),
        stimulus=sequential(
            draw, ports, c, directed=rows, random_rows=90, chances={start: 0.4}, reset_chance=0.005
        ),
        choices=(
            ("kind", kind),
            ("width", (width, [size for _, size in algorithm.operands])),
            ("more", (counted, level)),
        ),
        clocking=c,
    )


def _counter(draw: Draw) -> Design:
    """Width, reset value, step, and jumps: absolute, relative, call and return, interrupt."""
    c = draw.clocking()
    width = draw.choice((6, 8, 8, 10, 12, 16))
    start = draw.choice((0, 0, 4, 16, draw.bits(width)))
    step = draw.choice((1, 1, 2, 4))
    offset = draw.int(3, min(width - 1, 8))
    chosen = [k for k in ("interrupt", "call", "ret", "jump", "branch") if draw.chance(0.65)]
    if "ret" in chosen and "call" not in chosen:
        chosen.remove("ret")
    for needed in ("jump", "branch"):
        if len(chosen) < 2 and needed not in chosen:
            chosen.append(needed)
    order = draw.shuffled(chosen)
    vector = draw.bits(width)
    stall_first = draw.chance(0.7)
    target, off = draw.name("target", "jump_addr"), draw.name("offset", "disp")
    stall, pc = draw.name("stall", "hold"), draw.name("pc", "iaddr", "address")
    link = draw.name("link", "ret_addr") if "call" in chosen else ""
    names = {
        "interrupt": draw.name("irq", "trap"),
        "call": draw.name("call", "jal"),
        "ret": draw.name("ret", "return_i"),
        "jump": draw.name("jump", "jmp"),
        "branch": draw.name("branch", "taken"),
    }
    ports = [*c.ports, port(stall, "input", 1, "keep the address")]
    ports += [port(names[k], "input", 1, k) for k in order]
    if {"jump", "call"} & set(chosen):
        ports.append(port(target, "input", width, "absolute address"))
    if "branch" in chosen:
        ports.append(port(off, "input", offset, "signed distance"))
    ports.append(port(pc, "output", width, "program counter"))
    if link:
        ports.append(port(link, "output", width, "return address"))
    one = lit(width, step)
    extended = f"{{{{{width - offset}{{{off}[{offset - 1}]}}}}, {off}}}"
    values = {
        "interrupt": lit(width, vector),
        "call": target,
        "ret": link,
        "jump": target,
        "branch": f"{pc} + {extended}",
    }
    words = {
        "interrupt": f"`{names['interrupt']}` = 1: {vector}",
        "call": f"`{names['call']}` = 1: `{target}`; besides, `{link}` takes the old `{pc}` + "
        f"{step}",
        "ret": f"`{names['ret']}` = 1: the value of `{link}`",
        "jump": f"`{names['jump']}` = 1: `{target}`",
        "branch": f"`{names['branch']}` = 1: `{pc}` + `{off}`, the distance being a two's "
        f"complement number",
    }
    arms = []
    for k in order:
        act = f"{pc} <= {values[k]};"
        if k == "call":
            act = f"begin\n  {pc} <= {target};\n  {link} <= {pc} + {one};\nend"
        arms.append(f"if ({names[k]}) {act}")
    chain = "\nelse ".join([*arms, f"{pc} <= {pc} + {one};"])
    if stall_first:
        work = f"if (!{stall}) begin\n" + "\n".join(f"  {r}" for r in chain.split("\n")) + "\nend"
    else:
        work = "\nelse ".join([*arms, f"if (!{stall}) {pc} <= {pc} + {one};"])
    clear = f"{pc} <= {lit(width, start)};" + (f"\n{link} <= 0;" if link else "")
    listing = "; then ".join(words[k] for k in order)
    held: Fact = (
        (
            f"`{stall}` = 1 has priority over everything but reset: nothing changes at that edge.",
            f"At an edge with `{stall}` = 1 no register changes, whatever the other inputs are.",
        )
        if stall_first
        else (
            f"If none of these is 1 and `{stall}` is 1, `{pc}` keeps its value; `{stall}` does not "
            f"hold back any of the others."
        )
    )
    said = held if isinstance(held, str) else held[0]
    plain = f"Otherwise `{pc}` grows by {step}; all additions wrap modulo 2^{width}."
    reset = f"sets `{pc}` to {start}" + (f" and `{link}` to 0" if link else "")
    own, sizes = (target, off, stall, pc, link), (start, step, vector)
    draw.tell(*told.counter(draw.teller(), c, own, names, order, sizes, stall_first))
    return draw.design(
        COUNTER,
        module=draw.module("pc_unit", "program_counter", "fetch_unit"),
        ports=ports,
        body=c.always(clear, work),
        description=tell(
            draw,
            title=f"{width}-bit program counter with {' and '.join(sorted(chosen))}",
            terse=f"Program counter. Next value, first match wins: {listing}. "
            f"{said} {plain} ".replace("`", "")
            + clock_words(c, reset.replace("`", "")),
            opening=(
                "Write the program counter of a processor.",
                "Design the unit that addresses the instructions of a CPU.",
                f"A processor needs a {width}-bit instruction address register.".replace(
                    "a 8-", "an 8-"
                ),
            ),
            facts=(
                f"At each clock edge `{pc}` takes a new value; the first condition that holds, in "
                f"this order, decides: {listing}.",
                held,
                plain,
                f"`{link}` is a register that changes only by a call." * bool(link),
                *clocked(draw, c, reset),
            ),
        ),
        stimulus=sequential(
            draw,
            ports,
            c,
            random_rows=260,
            chances={stall: 0.2, **dict.fromkeys(names.values(), 0.18)},
            reset_chance=0.015,
        ),
        choices=(
            ("size", (width, start, step)),
            ("order", order),
            ("offset", offset if "branch" in chosen else 0),
            ("vector", vector if "interrupt" in chosen else 0),
            ("stall first", stall_first),
        ),
        clocking=c,
    )


LOOP = Family("loop_machine", Tier.EXPERT, _loop)
COUNTER = Family("program_counter_unit", Tier.EXPERT, _counter)

FAMILIES = (LOOP, COUNTER)
