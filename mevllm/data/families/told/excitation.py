"""Tellings of state machines given by the inputs of their flip-flops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_machines import Ink, around, clocks, remarks

Products = Sequence[tuple[tuple[str, int], ...]]


def _written(style: int, terms: Products) -> str:
    if style == 0:
        parts = [" and ".join(n if v else f"not {n}" for n, v in t) for t in terms]
        return ", or ".join(parts)
    if style == 1:
        parts = [" and ".join(f"{n}={v}" for n, v in t) for t in terms]
        return " or ".join(f"({p})" if len(parts) > 1 and " " in p else p for p in parts)
    parts = [" & ".join(n if v else f"~{n}" for n, v in t) for t in terms]
    return " | ".join(f"({p})" if len(parts) > 1 and "&" in p else p for p in parts)


def flip_flop_equations(
    pen: Draw,
    clocking: Clocking,
    *,
    kind: str,
    n: int,
    q: str,
    z: str,
    visible: bool,
    code: str,
    rules: Mapping[str, Products],
) -> tuple[str, str, str]:
    """D or T flip-flops: what each loads, or when it toggles."""
    names = (q, z, clocking.clock, str(clocking.reset))
    nth = {2: "two", 3: "three"}[n]

    def plain(name: str) -> str:
        return name

    def bits() -> list[str]:
        style = pen.int(0, 2)
        found = []
        shape = pen.int(0, 2)
        for i in range(n):
            text, at = _written(style, rules[f"{kind}{i}"]), f"{q}[{i}]"
            value = text if style == 2 else f"1 if {text}, else 0"
            if kind == "D":
                found.append(
                    (f"{at} loads {value}", f"next {at}: {value}", f"{at} becomes {value}")[shape]
                )
            else:
                when = text if style != 2 else f"{text} is 1"
                found.append(
                    (
                        f"{at} toggles when {when}",
                        f"flip {at} whenever {when}",
                        f"{at} is inverted if {when}, else kept",
                    )[shape]
                )
        return found

    def out() -> str:
        style = pen.int(0, 2)
        text = _written(style, rules[z])
        if style == 2:
            return f"{z} = {text}, combinationally"
        return pen.say(f"{z} is 1 exactly if {text}", f"{z} is high for {text}, low otherwise")

    def unit() -> str:
        where = pen.say("visible as", "brought out as") if visible else pen.say("internal,", "")
        return (
            pen.say(
                f"{nth} {kind} flip-flops, {where} {q}[{n - 1}:0].",
                f"state: {n} {kind}-type bits {where} {q}[{n - 1}:0].",
                f"{n}-bit state of {kind} flip-flops, {where} {q}[{n - 1}:0].",
            )
            .replace("  ", " ")
            .replace(",,", ",")
            .replace(", q[", ", q[")
        )

    def together() -> str:
        return pen.say(
            "All use old values, as flip-flops do.",
            "All bits change together.",
            "Right-hand sides are the values before the edge.",
            "",
        )

    def reset(ink_: Ink) -> str:
        return clocks(pen, ink_, clocking, pen.say(f"sets {q} to {code}", f"puts {code} into {q}"))

    short = around(pen, unit(), "; ".join(bits()) + ".", out() + ".", reset(plain), names=names)
    lead = pen.say(
        "A schematic of a breadboard from the attic has been traced wire by wire.",
        "Someone laid out a small machine at gate level, and nobody knows its state graph.",
        f"For a repair, a board of {kind} flip-flops and gates is moved into a PLD.",
        "A pattern generator for a noise experiment is described by its gates.",
        "An examiner draws a circuit and asks what it does; first it has to be built.",
    )
    purpose = f"{lead} " + around(
        pen, unit(), "; ".join(bits()) + ".", out() + ".", together(), reset(plain), names=names
    )
    told = remarks(
        pen,
        pen.say(
            f"A sequential circuit, analysed to its {kind} inputs.",
            "The netlist in words.",
            f"Machine with the output {z}, given by what happens to its state bits.",
            "At every active clock edge:",
            "Small synchronous circuit.",
        ),
        [
            *(f"{b}." for b in bits()),
            out() + ".",
            unit(),
            together(),
            reset(plain),
        ],
        names,
    )
    return short, purpose, told
