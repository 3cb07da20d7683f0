"""Demultiplexers, one-hot selects, controlled swaps."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.literals import (
    article,
    binary,
    listed,
    logic,
    number,
    ones,
    sized,
    together,
    zero,
)
from mevllm.data.families.told import choosing as told
from mevllm.tiers import Tier

_WIDTHS = (1, 1, 1, 2, 3, 4, 4, 5, 8, 8, 10, 12, 16, 32)


def _demux(draw: Draw) -> Design:
    """One input to one of several outputs, the others idle."""
    count = draw.choice((2, 3, 4, 4, 5, 6, 8, 8))
    width = draw.choice(_WIDTHS)
    lines = max(1, (count - 1).bit_length())
    packed = draw.chance(0.4)
    idle_high = draw.chance(0.15)
    enable = draw.name("enable") if draw.chance(0.3) else ""
    word, sel = draw.name("in", "d", "data_in", "x"), draw.name("sel", "select", "dest", "addr")
    if packed:
        outs = [draw.name("out", "q", "lanes", "dout")]
    else:
        letters = tuple("abcdefgh"[:count])
        outs = together(
            draw, letters, *(tuple(f"{n}{i}" for i in range(count)) for n in ("y", "out", "ch"))
        )
    ports = [port(word, "input", width), port(sel, "input", lines)]
    ports += [port(enable, "input")] if enable else []
    size = width * count if packed else width
    ports += [port(o, "output", size) for o in outs]
    idle = ones(size) if idle_high else zero(size)
    arms = []
    for i in range(count):
        target = outs[0] if packed else outs[i]
        if packed:
            target += f"[{i}]" if width == 1 else f"[{(i + 1) * width - 1}:{i * width}]"
        arms.append(f"{lines}'d{i}: {target} = {word};")
    spare = count < 1 << lines
    start = "\n".join(f"    {o} = {idle};" for o in outs)
    if packed:
        place = f"{outs[0]}[{sel}]" if width == 1 else f"{outs[0]}[{sel}*{width} +: {width}]"
        tests = ([enable] if enable else []) + ([f"{sel} < {count}"] if spare else [])
        test = " && ".join(f"({t})" if " " in t and len(tests) > 1 else t for t in tests)
        write = f"{place} = {word};"
        body = f"  always @(*) begin\n{start}\n"
        body += f"    if ({test})\n      {write}\n  end" if tests else f"    {write}\n  end"
    else:
        gate = f"{enable} && " if enable else ""
        body = "\n".join(
            f"  assign {o} = ({gate}{sel} == {lines}'d{i}) ? {word} : {idle};"
            for i, o in enumerate(outs)
        )
    rest = "all ones" if idle_high and width > 1 else "1" if idle_high else "0"
    part = "bit" if width == 1 else f"{width}-bit slice"

    def rules() -> list[str]:
        if packed:
            order = (
                f"slice 0 is `{outs[0]}[{width - 1}:0]`" if width > 1 else "bit 0 is the rightmost"
            )
            main = draw.say(
                f"`{word}` is copied to {part} number `{sel}` of `{outs[0]}` ({order}); all the "
                f"other bits are {'1' if idle_high else '0'}.",
                f"`{outs[0]}` consists of {number(count)} {part}s; the one with index `{sel}` "
                f"takes the value of `{word}` and the rest of the bits are "
                f"{'1' if idle_high else '0'} ({order}).",
            )
        else:
            main = draw.say(
                f"`{word}` goes to the output that `{sel}` selects: 0 for `{outs[0]}`, 1 for "
                f"`{outs[1]}`{f', and so on to {count - 1} for `{outs[-1]}`' * (count > 2)}. The "
                f"outputs not selected are {rest}.",
                f"Route `{word}` to one of {listed(outs)}, which have the numbers 0 to "
                f"{count - 1} in this order, according to `{sel}`; every other output is {rest}.",
            )
        return [
            main,
            f"If `{sel}` is {count} or more, nothing is selected." if spare else "",
            draw.say(
                f"While `{enable}` is 0, nothing is selected.",
                f"Nothing is selected unless `{enable}` is 1.",
            )
            if enable
            else "",
        ]

    draw.tell(
        *told.demux(
            draw.teller(),
            count=count,
            width=width,
            word=word,
            sel=sel,
            outs=outs,
            enable=enable,
            idle=int(idle_high),
        )
    )
    return logic(
        draw,
        DEMUX,
        modules=("demux", f"demux1to{count}", "router", "distribute"),
        ports=ports,
        body=body,
        title=sized(width, f"1-to-{count} demultiplexer"),
        rules=rules,
        choices={
            "count": count,
            "width": width,
            "packed": packed,
            "enable": bool(enable),
            "idle": idle_high,
        },
        intro=("", f"Build {article(sized(width, f'1-to-{count} demultiplexer'))}."),
    )


DEMUX = Family("demux", Tier.INTERMEDIATE, _demux)


def _one_hot_mux(draw: Draw) -> Design:
    """A multiplexer whose select has one bit for each input."""
    count = draw.choice((2, 3, 4, 4, 5, 6, 8))
    width = draw.choice(_WIDTHS)
    kind = draw.choice(("or", "or", "exact", "first"))
    letters = tuple("abcdefgh"[:count])
    names = together(
        draw, letters, *(tuple(f"{n}{i}" for i in range(count)) for n in ("in", "d", "src"))
    )
    sel = draw.name("sel", "onehot", "grant", "pick")
    out = draw.name("out", "y", "q", "result")
    ports = [port(sel, "input", count), *(port(n, "input", width) for n in names)]
    ports.append(port(out, "output", width))
    if kind == "or":
        terms = [
            f"({sel}[{i}] & {n})" if width == 1 else f"({{{width}{{{sel}[{i}]}}}} & {n})"
            for i, n in enumerate(names)
        ]
        body = f"  assign {out} = " + " |\n    ".join(terms) + ";"
    elif kind == "exact":
        arms = [f"      {binary(count, 1 << i)}: {out} = {n};" for i, n in enumerate(names)]
        arms.append(f"      default: {out} = {zero(width)};")
        body = f"  always @(*) begin\n    case ({sel})\n" + "\n".join(arms)
        body += "\n    endcase\n  end"
    else:
        arms = [
            f"    {'else ' if i else ''}if ({sel}[{i}])\n      {out} = {n};"
            for i, n in enumerate(names)
        ]
        body = "  always @(*) begin\n" + "\n".join(arms)
        body += f"\n    else\n      {out} = {zero(width)};\n  end"

    def rules() -> list[str]:
        main = draw.say(
            f"Bit 0 of `{sel}` stands for `{names[0]}`, bit 1 for `{names[1]}`"
            f"{f', and so on to bit {count - 1} for `{names[-1]}`' * (count > 2)}.",
            f"`{sel}[i]` belongs to input number i of {listed(names)} (counted from 0).",
        )
        what = {
            "or": draw.say(
                f"`{out}` is the bitwise OR of all inputs whose select bit is 1, so it is 0 when "
                "none is.",
                f"Each input is masked by its select bit; their OR is `{out}`, and "
                "with no bit set it is 0.",
            ),
            "exact": f"If exactly one bit of `{sel}` is 1, `{out}` is the input it stands for; in "
            "all other cases it is 0.",
            "first": f"`{out}` is the input whose select bit is 1; if several are, the bit with "
            f"the lowest index decides, and if none is, `{out}` is 0.",
        }[kind]
        return [main, what]

    directed = [
        {**{n: draw.bits(width) for n in names}, sel: 1 << i} for i in range(count) for _ in "abc"
    ]
    draw.tell(
        *told.one_hot_mux(draw.teller(), kind=kind, width=width, names=names, sel=sel, out=out)
    )
    return logic(
        draw,
        ONE_HOT_MUX,
        modules=("onehot_mux", f"mux{count}_onehot", "and_or_mux"),
        ports=ports,
        body=body,
        title=sized(width, f"multiplexer with {number(count)} inputs and one-hot select"),
        rules=rules,
        choices={"count": count, "width": width, "kind": kind},
        directed=directed,
    )


ONE_HOT_MUX = Family("one_hot_mux", Tier.INTERMEDIATE, _one_hot_mux)


def _swap(draw: Draw) -> Design:
    """Words or parts of a word that change places under control."""
    kind = draw.choice(("words", "halves", "reverse", "pairs", "bytes", "nibbles"))
    width = draw.choice(
        {"bytes": (16, 32, 32, 64), "nibbles": (8, 16, 32)}.get(kind, (2, 4, 6, 8, 8, 10, 16, 32))
    )
    control = draw.name("swap", "sel", "ctrl", "exchange")
    high = draw.chance(0.8)
    on = control if high else f"!{control}"
    if kind == "words":
        a, b = together(draw, ("a", "b"), ("in0", "in1"), ("x", "y"))
        p, q = together(draw, ("p", "q"), ("out0", "out1"), ("first", "second"))
        ports = [port(n, "input", width) for n in (a, b)] + [port(control, "input")]
        ports += [port(n, "output", width) for n in (p, q)]
        body = f"  assign {p} = {on} ? {b} : {a};\n  assign {q} = {on} ? {a} : {b};"
        changed = (f"`{p}` = `{b}` and `{q}` = `{a}`", f"`{p}` = `{a}` and `{q}` = `{b}`")
    else:
        word, out = draw.name("in", "d", "word", "x"), draw.name("out", "q", "y", "result")
        ports = [port(word, "input", width), port(control, "input"), port(out, "output", width)]
        half = width // 2
        size = {"bytes": 8, "nibbles": 4, "reverse": 1}.get(kind, 1)
        if kind == "halves":
            swapped = f"{{{word}[{half - 1}:0], {word}[{width - 1}:{half}]}}"
            body = f"  assign {out} = {on} ? {swapped} : {word};"
        else:
            source = {"reverse": f"{width - 1} - i", "pairs": "i ^ 1"}.get(kind, "")
            if source:
                loop = f"i = 0; i < {width}; i = i + 1"
                take = f"{out}[i] = {on} ? {word}[{source}] : {word}[i];"
            else:
                parts = width // size
                loop = f"i = 0; i < {parts}; i = i + 1"
                take = f"{out}[i*{size} +: {size}] = {on} ? {word}[({parts - 1} - i)*{size} +: "
                take += f"{size}] : {word}[i*{size} +: {size}];"
            body = f"  integer i;\n\n  always @(*) begin\n    for ({loop})\n      {take}\n  end"
        what = {
            "halves": f"the upper and the lower {sized(half, 'half')} of `{word}` exchanged",
            "reverse": f"the bits of `{word}` in reverse order",
            "pairs": f"the bits of `{word}` exchanged in pairs (0 with 1, 2 with 3, and so on)",
            "bytes": f"the bytes of `{word}` in reverse order, each byte unchanged",
            "nibbles": f"the 4-bit groups of `{word}` in reverse order, each group unchanged",
        }[kind]
        changed = (f"`{out}` has {what}", f"`{out}` equals `{word}`")

    def rules() -> list[str]:
        one, other = (1, 0) if high else (0, 1)
        return [
            draw.say(
                f"If `{control}` is {one}, {changed[0]}; if it is {other}, {changed[1]}.",
                f"`{control}` = {other}: {changed[1]}. `{control}` = {one}: {changed[0]}.",
                f"{changed[1]} unless `{control}` is {one}, in which case {changed[0]}.",
            )
        ]

    title = {"words": "exchange of two words", "reverse": "bit reversal"}.get(
        kind, f"swap of {kind}"
    )
    sources, targets = ([a, b], [p, q]) if kind == "words" else ([word], [out])
    draw.tell(
        *told.swap(
            draw.teller(),
            kind=kind,
            width=width,
            ins=sources,
            outs=targets,
            control=control,
            high=high,
        )
    )
    return logic(
        draw,
        SWAP,
        modules=("swapper", "cross_switch", "reorder", "swap_unit"),
        ports=ports,
        body=body,
        title=f"{width}-bit controlled {title}",
        rules=rules,
        choices={"kind": kind, "width": width, "high": high},
    )


SWAP = Family("controlled_swap", Tier.INTERMEDIATE, _swap)

FAMILIES = (DEMUX, ONE_HOT_MUX, SWAP)
