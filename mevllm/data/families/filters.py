"""Signals cleaned: debouncers and votes over samples."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.phrases import (
    amount,
    bits,
    build,
    gate,
    gated,
    joined,
    literal,
    size,
    spoken,
)
from mevllm.data.families.told import filters as told
from mevllm.tiers import Tier


def _debouncer(draw: Draw) -> Design:
    """The output follows the input after it has differed for N samples in a row."""
    n = draw.choice((2, 3, 4, 4, 5, 6, 7, 8, 10, 12, 16))
    other = draw.choice((n, n, n, 1, 2, draw.int(1, 10)))
    synchronised = draw.chance(0.35)
    pulses = draw.choice(("", "", "rise", "both"))
    clocking = draw.clocking()
    enable = gate(draw, 0.3)
    source = draw.name("button", "in", "noisy", "raw", "sw", "din", "x")
    out = draw.name("out", "clean", "stable", "debounced", "q", "level_o")
    pressed = draw.name("pressed", "rise", "went_high") if pulses else ""
    released = draw.name("released", "fall", "went_low") if pulses == "both" else ""
    count = draw.name("count", "cnt", "differs")
    k = size(max(n, other))
    first, now = draw.name("meta", "s0"), source
    ports = [
        *clocking.ports,
        *([enable.port] if enable else []),
        port(source, "input", 1, "signal with glitches"),
        port(out, "output", 1, "filtered signal"),
        *([port(pressed, "output", 1, "pulse when the filtered signal rises")] if pressed else []),
        *([port(released, "output", 1, "pulse when it falls")] if released else []),
    ]
    lines = [f"  reg {bits(k)}{count};"]
    sampling = zeroes = ""
    if synchronised:
        now = draw.name("sync", "s1")
        lines.append(f"  reg {first}, {now};")
        sampling = f"{first} <= {source};\n{now} <= {first};\n"
        zeroes = f"{first} <= 1'b0;\n{now} <= 1'b0;\n"
    zero = literal(k, 0)
    target = literal(k, n - 1)
    if other != n:
        target = f"({out} ? {literal(k, other - 1)} : {literal(k, n - 1)})"
    accepted = f"{out} <= {now};\n{count} <= {zero};"
    filtering = (
        f"if ({now} == {out}) begin\n  {count} <= {zero};\n"
        f"end else if ({count} == {target}) begin\n"
        + "\n".join(f"  {line}" for line in accepted.split("\n"))
        + f"\nend else begin\n  {count} <= {count} + 1'b1;\nend"
    )
    before = ""
    on_reset = f"{zeroes}{count} <= {zero};\n{out} <= 1'b0;"
    steps = sampling + gated(enable, filtering)
    if pulses:
        before = draw.name("out_q", "old", "last_out")
        lines.append(f"  reg {before};")
        steps += f"\n{before} <= {out};"
        on_reset += f"\n{before} <= 1'b0;"
    lines.append(clocking.always(on_reset, steps))
    if pressed:
        lines.append(f"  assign {pressed} = {out} & ~{before};")
    if released:
        lines.append(f"  assign {released} = ~{out} & {before};")
    what = "the synchronised input" if synchronised else f"`{source}`"
    at = f"sampling edges (clock edges at which {enable.on})" if enable else "clock edges"

    def rules() -> list[str]:
        said = []
        if synchronised:
            said.append(
                f"`{source}` passes two flip-flops in series, clocked at every edge; the output of "
                "the second one is the synchronised input."
            )
        if other == n:
            said.append(
                draw.say(
                    f"`{out}` changes only when {what} has been different from `{out}` at {n} {at} "
                    "in a row: at the last of them it takes the new value.",
                    f"a new level is accepted when {n} {at} in succession have found {what} unlike "
                    f"`{out}`; `{out}` changes at the {'last' if n > 2 else 'second'} of these "
                    "edges.",
                )
            )
        else:
            said.append(
                f"`{out}` goes from 0 to 1 at the last of {amount(n, 'edge')} in a row at which "
                f"{what} is 1, and from 1 to 0 at the last of {amount(other, 'edge')} in a row at "
                f"which it is 0; the edges counted are {at}."
            )
        said.append(
            draw.say(
                f"if {what} equals `{out}` at such an edge, the counting starts anew.",
                "anything shorter is ignored and not remembered.",
            )
        )
        if enable:
            said.append(f"while {enable.off}, neither `{out}` nor the count changes.")
        if pressed:
            said.append(
                f"`{pressed}` is 1 for the one clock period that follows a change of `{out}` from "
                "0 to 1"
                + (f", `{released}` likewise for a change from 1 to 0." if released else ".")
            )
        return said

    fixed = enable.row() if enable else {}
    directed: list[dict[str, int]] = []
    for turn in range(10):
        level = turn % 2 ^ 1
        need = n if level else other
        for run in (draw.int(1, max(1, need - 1)), need - 1 or 1, need + draw.int(0, 3)):
            directed += [{source: level, **fixed}] * run
            if run < need:
                directed += [{source: 1 - level, **fixed}] * draw.int(1, 2)
    named = (source, out, pressed, released)
    draw.tell(
        *told.debouncer(draw.teller(), clocking, named, n, other, synchronised, enable),
    )
    return build(
        draw,
        DEBOUNCER,
        clocking,
        modules=("debounce", "debouncer", "glitch_filter", "button_filter"),
        ports=ports,
        body="\n".join(lines),
        title=f"debouncer that waits for {n} equal samples"
        + (f" to rise and {other} to fall" if other != n else ""),
        terse=joined(
            f"{source} is synchronised by two flip-flops first." if synchronised else "",
            f"{out} takes the value of {what} at the last of {n} {at} in a row at which they "
            "differ."
            if other == n
            else f"{out} rises at the last of {amount(n, 'edge')} in a row with {what} 1, falls at "
            f"the last of {other} with 0, counting {at}.",
            f"{pressed} is 1 for one clock after {out} rises"
            + (f", {released} after it falls." if released else ".")
            if pressed
            else "",
        ),
        intro=draw.say(
            f"A mechanical contact bounces; `{out}` is its clean signal.",
            f"Filter short glitches out of `{source}`.",
            "",
        ),
        rules=rules,
        effect="clears all registers" + (f" (`{out}` = 0)" if draw.chance(0.5) else " to 0"),
        directed=directed,
        random_rows=60,
        chances=enable.chances(0.8) if enable else None,
        hold={source: 0.8},
        reset_chance=0.01,
        choices={
            "n": n,
            "other": other,
            "synchronised": synchronised,
            "pulses": pulses,
            "enable": enable.active_high if enable else None,
        },
    )


def _vote(draw: Draw) -> Design:
    """The majority of the last samples, or agreement of all of them, of one or several bits."""
    width = draw.choice((1, 1, 1, 2, 4, 8))
    style = draw.choice(("majority", "majority", "agree", "any of", "all of"))
    depth = draw.choice((3, 3, 5)) if style == "majority" else draw.choice((2, 3, 4))
    if width > 1 and depth == 5:
        depth = 3
    registered = style != "agree" and draw.chance(0.5)
    clocking = draw.clocking(reset=None if style != "agree" else True)
    enable = gate(draw, 0.45)
    source, out = draw.name("input"), draw.name("output")
    olds = [draw.name(f"s{i}", f"x{i}_q", f"sample_{i}") for i in range(depth)]
    ports = [
        *clocking.ports,
        *([enable.port] if enable else []),
        port(source, "input", width, "signal that is sampled"),
        port(out, "output", width, "filtered signal"),
    ]
    if registered:
        olds.pop()
    taken = [source, *olds] if registered else olds
    if style == "majority" and depth == 3:
        a, b, c = taken
        result = f"({a} & {b}) | ({a} & {c}) | ({b} & {c})"
    elif style == "majority":
        result = f"({' + '.join(taken)}) >= 3'd3"
    else:
        result = f" {'|' if style == 'any of' else '&'} ".join(taken)
    zero = literal(width, 0)
    lines = [f"  reg {bits(width)}{', '.join(olds)};"]
    shift = [f"{new} <= {old};" for new, old in zip(olds, [source, *olds], strict=False)]
    resets = [f"{o} <= {zero};" for o in olds]
    assigns: list[str] = []
    if style == "majority" and depth == 5:
        sum_name = draw.name("ones", "votes", "sum")
        lines.append(f"  wire [2:0] {sum_name} = {' + '.join(taken)};")
        result = f"({sum_name} >= 3'd3)"
    if style == "agree":
        everyone = " & ".join(olds)
        nobody = " | ".join(olds)
        shift.append(f"{out} <= ({out} | ({everyone})) & ({nobody});")
        resets.append(f"{out} <= {zero};")
    elif registered:
        shift.append(f"{out} <= {result};")
        resets.append(f"{out} <= {zero};")
    else:
        assigns.append(f"  assign {out} = {result};")
    lines += [clocking.always("\n".join(resets), gated(enable, "\n".join(shift))), *assigns]
    samples = f"samples of `{source}` taken at" + (
        f" clock edges at which {enable.on}" if enable else " consecutive clock edges"
    )
    each = "each bit of " if width > 1 else ""
    verdict = {
        "majority": f"1 if at least {depth // 2 + 1} of {{them}} are 1, else 0",
        "any of": "1 if at least one of {them} is 1, else 0",
        "all of": "1 only if all of {them} are 1",
        "agree": "",
    }[style]

    def rules() -> list[str]:
        said = [f"the circuit keeps the last {len(olds)} {samples}."]
        if style == "agree":
            said.append(
                f"at each of these edges {each}`{out}` is set to 1 if all {depth} samples kept "
                "before the edge are 1, to 0 if all are 0, and stays as it is if they are mixed."
            )
            if width > 1:
                said.append("every bit is judged by itself.")
        elif registered:
            said.append(
                f"at each of these edges {each}`{out}`, a register, becomes "
                + verdict.format(
                    them=f"the {depth} values made up of the present value of `{source}` and the "
                    f"{depth - 1} samples kept"
                )
                + (", bit by bit." if width > 1 else ".")
            )
        else:
            said.append(
                f"{each}`{out}` is combinationally "
                + verdict.format(them=f"the {depth} samples kept")
                + (", bit by bit." if width > 1 else ".")
            )
        if enable:
            said.append(f"while {enable.off}, nothing is sampled and `{out}` holds.")
        return said

    kinds = {"majority": "majority", "any of": "any-of", "all of": "all-of", "agree": "agreement"}
    words = [w for w in rules() if w]
    draw.tell(
        *told.vote(draw.teller(), clocking, source, out, width, style, depth, registered, enable),
    )
    return build(
        draw,
        VOTE,
        clocking,
        modules=("vote_filter", "voter", "majority_filter", "sample_filter"),
        ports=ports,
        body="\n".join(lines),
        title=f"{kinds[style]} filter over {depth} samples",
        terse=spoken(*words),
        intro=draw.say(
            f"A digital filter decides over {depth} samples in a row.",
            "Disturbances of single samples are to be removed from a signal.",
            "",
        ),
        rules=rules,
        effect="clears all registers to 0",
        chances=enable.chances() if enable else None,
        hold={source: 0.5 if style != "majority" else 0.25},
        choices={
            "width": width,
            "style": style,
            "depth": depth,
            "registered": registered,
            "enable": enable.active_high if enable else None,
        },
    )


DEBOUNCER = Family("debouncer", Tier.ADVANCED, _debouncer)
VOTE = Family("vote", Tier.ADVANCED, _vote)

FAMILIES = (DEBOUNCER, VOTE)
