"""The smallest and largest of several numbers, and sorting."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.adders import edges
from mevllm.data.families.literals import decimal, listed, logic, number, together
from mevllm.data.families.told import extremes as told
from mevllm.tiers import Tier

_WIDTHS = (2, 3, 4, 4, 5, 6, 7, 8, 8, 10, 12, 16, 16, 24, 32)


def _extremes(draw: Draw) -> Design:
    """The smallest or the largest of two to five numbers, or both."""
    count = draw.choice((2, 3, 3, 4, 4, 5))
    width = draw.choice(_WIDTHS)
    negative = draw.chance(0.3)
    kinds = draw.choice((["min"], ["max"], ["min"], ["max"], ["min", "max"]))
    pools = (
        ("a", "b", "c", "d", "e"),
        ("x0", "x1", "x2", "x3", "x4"),
        ("in1", "in2", "in3", "in4", "in5"),
    )
    names = together(draw, *(pool[:count] for pool in pools))
    outs = {
        "min": draw.name("min", "smallest", "lowest", "min_out"),
        "max": draw.name("max", "largest", "highest", "max_out"),
    }
    which = draw.name("index", "which", "winner") if len(kinds) == 1 and draw.chance(0.25) else ""
    ports = [port(n, "input", width) for n in names]
    ports += [port(outs[k], "output", width) for k in kinds]
    size = max(1, (count - 1).bit_length())
    ports += [port(which, "output", size)] if which else []
    word = (lambda n: f"$signed({n})") if negative else (lambda n: n)
    lines = []
    for k in kinds:
        sign = "<" if k == "min" else ">"
        out = outs[k]
        if count == 2 and not which:
            a, b = names
            lines.append(f"  assign {out} = ({word(a)} {sign} {word(b)}) ? {a} : {b};")
            continue
        steps = [f"    {out} = {names[0]};"]
        if which:
            steps.append(f"    {which} = {decimal(size, 0)};")
        for i, n in enumerate(names[1:], 1):
            if which:
                steps.append(
                    f"    if ({word(n)} {sign} {word(out)}) begin\n      {out} = {n};\n"
                    f"      {which} = {decimal(size, i)};\n    end"
                )
            else:
                steps.append(f"    if ({word(n)} {sign} {word(out)})\n      {out} = {n};")
        lines.append("  always @(*) begin\n" + "\n".join(steps) + "\n  end")
    body = "\n\n".join(lines) if count > 2 else "\n".join(lines)
    kind = "signed two's complement" if negative else "unsigned"
    nouns = {"min": "smallest", "max": "largest"}

    def rules() -> list[str]:
        told = [
            draw.say(
                f"`{outs[k]}` is the {nouns[k]} of the {number(count)} {kind} numbers "
                f"{listed(names)}.",
                f"Find the {nouns[k]} of {listed(names)}, which are {kind} numbers, and output it "
                f"on `{outs[k]}`.",
            )
            for k in kinds
        ]
        if which:
            told.append(
                f"`{which}` is the position of that number: 0 for `{names[0]}`, 1 for "
                f"`{names[1]}`{' and so on' * (count > 2)}; among equal numbers the first counts."
            )
        return told

    title = (
        f"finder of the {' and the '.join(f'{nouns[k]}' for k in kinds)} of {number(count)} numbers"
    )
    draw.tell(
        *told.extremes(
            draw.teller(),
            width,
            inputs=names,
            kinds=kinds,
            outs=outs,
            which=which,
            negative=negative,
        )
    )
    return logic(
        draw,
        EXTREMES,
        modules=(f"{kinds[0]}{count}", "extreme", f"find_{kinds[0]}", "select_best"),
        ports=ports,
        body=body,
        title=title,
        rules=rules,
        choices={
            "count": count,
            "width": width,
            "signed": negative,
            "kinds": kinds,
            "which": bool(which),
        },
        intro=("", f"Words of {width} bits are compared."),
        directed=edges(draw, tuple(names), width, 40),
        random_rows=160,
    )


EXTREMES = Family("extremes", Tier.INTERMEDIATE, _extremes)


def _sorter(draw: Draw) -> Design:
    """Two to four numbers in ascending or descending order."""
    count = draw.choice((2, 3, 3, 4))
    width = draw.choice(_WIDTHS)
    falling = draw.chance(0.35)
    letters = ("a", "b", "c", "d")[:count]
    names = together(draw, letters, tuple(f"in{i}" for i in range(count)))
    outs = together(
        draw, tuple(f"s{i}" for i in range(count)), tuple(f"out{i}" for i in range(count))
    )
    ports = [port(n, "input", width) for n in names] + [port(o, "output", width) for o in outs]
    swap = draw.name("t", "tmp", "hold_v")
    sign = "<" if falling else ">"
    pairs = {2: [(0, 1)], 3: [(0, 1), (1, 2), (0, 1)], 4: [(0, 1), (2, 3), (0, 2), (1, 3), (1, 2)]}
    steps = [f"    {o} = {n};" for o, n in zip(outs, names, strict=True)]
    for i, j in pairs[count]:
        steps.append(
            f"    if ({outs[i]} {sign} {outs[j]}) begin\n      {swap} = {outs[i]};\n"
            f"      {outs[i]} = {outs[j]};\n      {outs[j]} = {swap};\n    end"
        )
    declared = f"  reg [{width - 1}:0] {swap};\n\n"
    body = declared + "  always @(*) begin\n" + "\n".join(steps) + "\n  end"
    order = "descending" if falling else "ascending"

    def rules() -> list[str]:
        return [
            draw.say(
                f"The outputs {listed(outs)} are the unsigned numbers {listed(names)} in "
                f"{order} order, `{outs[0]}` being the {'largest' if falling else 'smallest'}.",
                f"Sort the {number(count)} unsigned inputs {listed(names)} so that `{outs[0]}` is "
                f"the {'greatest' if falling else 'least'} and `{outs[-1]}` the "
                f"{'least' if falling else 'greatest'}.",
            ),
            draw.say("Equal numbers appear as often as they come in.", ""),
        ]

    return logic(
        draw,
        SORTER,
        modules=("sorter", f"sort{count}", "order"),
        ports=ports,
        body=body,
        title=f"sorter for {number(count)} {width}-bit numbers",
        rules=rules,
        choices={"count": count, "width": width, "falling": falling},
        directed=edges(draw, tuple(names), width, 40),
    )


SORTER = Family("sorter", Tier.INTERMEDIATE, _sorter, held_out=True)

FAMILIES = (EXTREMES, SORTER)
