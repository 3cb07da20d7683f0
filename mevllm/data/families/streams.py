"""Arithmetic over streams: accumulators, moving sums, extremes, events in a window."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.phrases import (
    amount,
    build,
    chain,
    gate,
    gated,
    literal,
    size,
    sized,
    spoken,
    when,
)
from mevllm.data.families.told import streams as told
from mevllm.spec import Port
from mevllm.tiers import Tier


def _accumulator(draw: Draw) -> Design:
    """Adds or subtracts words; wraps or saturates; with clear, signed or not."""
    width = draw.choice((2, 3, 4, 4, 5, 6, 8, 8, 12, 16))
    wider = draw.choice((0, 2, 3, 4, 5))
    signed = draw.chance(0.3) and width > 2
    subtracts = draw.chance(0.35)
    saturates = not signed and draw.chance(0.4)
    total = width + (min(wider, 3) if saturates else wider)
    wider = total - width
    clears = draw.choice(("", "clear", "load"))
    clocking = draw.clocking(reset=True if not clears else None)
    enable = gate(draw, 0.6)
    data = draw.name("input")
    acc = draw.name("acc", "sum", "total", "q", "out")
    sub = draw.name("sub", "minus", "subtract", "neg") if subtracts else ""
    clear = draw.name("clr", "first", "new_sum", "restart") if clears else ""
    over = draw.name("overflow", "sat", "limited", "ovf") if saturates and draw.chance(0.4) else ""
    ports = [
        *clocking.ports,
        *([port(clear, "input", 1, "starts a new sum")] if clear else []),
        *([enable.port] if enable else []),
        *([port(sub, "input", 1, "1 subtracts, 0 adds")] if sub else []),
        port(data, "input", width, "signed number" if signed else "unsigned number"),
        port(acc, "output", total, "the sum so far"),
        *([port(over, "output", 1, "the last step was limited")] if over else []),
    ]
    zero = literal(total, 0)
    term = data
    if signed and wider:
        term = f"{{{{{wider}{{{data}[{width - 1}]}}}}, {data}}}"
    lines = []
    on_reset = f"{acc} <= {zero};" + (f"\n{over} <= 1'b0;" if over else "")
    if saturates:
        plus = draw.name("plus", "sum_ext", "wide")
        lines.append(f"  wire [{total}:0] {plus} = {acc} + {data};")
        up = f"{plus}[{total}] ? {{{total}{{1'b1}}}} : {plus}[{total - 1}:0]"
        down = f"({acc} < {data}) ? {zero} : {acc} - {data}"
        following = f"{sub} ? ({down}) : ({up})" if sub else up
        limited = f"{sub} ? ({acc} < {data}) : {plus}[{total}]" if sub else f"{plus}[{total}]"
    else:
        following = f"{sub} ? {acc} - {term} : {acc} + {term}" if sub else f"{acc} + {term}"
        limited = ""
    step = f"{acc} <= {following};" + (f"\n{over} <= {limited};" if over else "")
    if clears:
        start = zero if clears == "clear" else term
        first = f"{acc} <= {start};" + (f"\n{over} <= 1'b0;" if over else "")
        if over:
            step = when(clear, first, gated(enable, step))
        else:
            step = chain(
                [(clear, first), *([(enable.condition, step)] if enable else [])],
                "" if enable else step,
            )
    else:
        step = gated(enable, step)
    lines.append(clocking.always(on_reset, step))
    kind = "signed two's complement" if signed else "unsigned"
    largest = (1 << total) - 1

    def rules() -> list[str]:
        action = f"`{data}` is added to `{acc}`"
        if sub:
            action = f"`{data}` is added to `{acc}` if `{sub}` is 0, subtracted from it if 1"
        said = [
            f"`{data}` is {sized(width)} {kind} number; `{acc}` is a register of {total} bits.",
            "at every clock edge"
            + (f" at which {enable.on}" if enable else "")
            + f", {action}"
            + (f"; otherwise `{acc}` holds." if enable else "."),
        ]
        if saturates:
            said.append(
                f"a result above {largest} is limited to {largest}"
                + (", a result below 0 to 0." if sub else ".")
            )
        else:
            said.append(
                draw.say(
                    f"results wrap around modulo 2^{total}.",
                    f"only the low {total} bits of a result are kept.",
                )
            )
        if clears == "clear":
            said.append(
                f"`{clear}` = 1 sets `{acc}` to 0 instead, before anything else"
                + (f" and whatever `{enable.name}` is." if enable else ".")
            )
        elif clears:
            said.append(
                f"when `{clear}` is 1, `{acc}` becomes `{data}` "
                + ("(sign-extended) " if signed and wider else "")
                + "itself instead"
                + (f", whatever `{enable.name}` is" if enable else "")
                + (f" and whatever `{sub}` is." if sub else ".")
            )
        if over:
            said.append(
                f"`{over}` is a register: at each accumulation it becomes 1 if the result had to "
                "be limited, else 0"
                + (f"; `{clear}` = 1 sets it to 0." if clear else ".")
                + (" It holds when nothing is accumulated." if enable else "")
            )
        return said

    texts = told.stream_accumulator(
        draw.teller(), clocking, data=data, acc=acc, sub=sub, clear=clear, loads=clears == "load",
        over=over, enable=enable, total=total, wider=wider, signed=signed, saturates=saturates
    )  # fmt: skip
    draw.tell(*texts)
    return build(
        draw,
        ACCUMULATOR,
        clocking,
        modules=("accumulator", "acc_unit", "integrator", "summer"),
        ports=ports,
        body="\n".join(lines),
        title=f"{total}-bit {'saturating ' if saturates else ''}accumulator of {width}-bit "
        f"{'signed' if signed else 'unsigned'} numbers",
        terse=spoken(*rules()),
        intro=draw.say(
            "Build an accumulator.", f"The numbers on `{data}` are summed up over time.", ""
        ),
        rules=rules,
        effect=f"clears `{acc}`" + (f" and `{over}`" if over else ""),
        directed=[{data: (1 << width - signed) - 1, **(enable.row() if enable else {})}]
        * (1 << wider + 1 + signed),
        chances={
            clear: 0.05,
            sub: 0.35 if saturates else 0.5,
            **(enable.chances() if enable else {}),
        },
        reset_chance=0.02,
        choices={
            "width": width,
            "total": total,
            "signed": signed,
            "subtracts": subtracts,
            "saturates": saturates,
            "clears": clears,
            "flag": bool(over),
            "enable": enable.active_high if enable else None,
        },
    )


def _moving_sum(draw: Draw) -> Design:
    """The sum or mean of the last k samples, from a line of registers."""
    k = draw.choice((2, 3, 4, 4, 5, 6, 8))
    width = draw.choice((1, 1, 2, 4, 5, 6, 8, 8, 10, 12))
    mean = k in (2, 4, 8) and width > 1 and draw.chance(0.4)
    growth = (k - 1).bit_length() if k & (k - 1) == 0 else k.bit_length()
    total = size(k * ((1 << width) - 1) + 1)
    clocking = draw.clocking()
    enable = gate(draw, 0.6)
    data, out = draw.name("input"), draw.name("sum", "mean" if mean else "total", "y", "q", "avg")
    acc = draw.name("acc", "running") if mean else out
    line = draw.name("line", "taps", "window", "past")
    shown = width if mean else total
    ports = [
        *clocking.ports,
        *([enable.port] if enable else []),
        port(data, "input", width, "sample"),
        port(out, "output", shown, f"{'mean' if mean else 'sum'} of the last {k} samples"),
    ]
    bulk = k * width
    oldest = f"{line}[{bulk - 1}:{bulk - width}]" if width > 1 else f"{line}[{bulk - 1}]"
    rest = f"{line}[{bulk - width - 1}:0]" if bulk - width > 1 else f"{line}[0]"
    lines = [f"  reg [{bulk - 1}:0] {line};"]
    if mean:
        lines.append(f"  reg [{total - 1}:0] {acc};")
    step = f"{line} <= {{{rest}, {data}}};\n{acc} <= {acc} + {data} - {oldest};"
    on_reset = f"{line} <= {literal(bulk, 0)};\n{acc} <= {literal(total, 0)};"
    lines.append(clocking.always(on_reset, gated(enable, step)))
    if mean:
        lines.append(f"  assign {out} = {acc}[{total - 1}:{growth}];")
    noun = "ones among" if width == 1 else "sum of"
    at = f"clock edges at which {enable.on}" if enable else "clock edges"

    def rules() -> list[str]:
        return [
            draw.say(
                f"`{data}` ({amount(width, 'bit')}, unsigned) is sampled at all {at}.",
                f"a new unsigned sample `{data}` of {amount(width, 'bit')} is taken at all {at}.",
            ),
            f"`{out}` is the mean of the last {k} samples, their sum divided by {k} and rounded "
            "down."
            if mean
            else f"`{out}` is the {'number of ' if width == 1 else ''}{noun} the last {k} samples, "
            f"in {total} bits, so that it never overflows.",
            "the sample taken at an edge is included right after that edge.",
            draw.say(
                "samples before the first one after a reset count as 0.",
                "a reset makes all the past samples 0.",
            ),
            f"while {enable.off}, nothing changes." if enable else "",
        ]

    texts = told.moving_sum(
        draw.teller(), clocking, data=data, out=out, k=k, width=width, mean=mean, enable=enable
    )
    draw.tell(*texts)
    return build(
        draw,
        MOVING_SUM,
        clocking,
        modules=("moving_sum", "boxcar", "moving_average" if mean else "window_sum"),
        ports=ports,
        body="\n".join(lines),
        title=f"moving {'average' if mean else 'sum'} of {k} {width}-bit samples",
        terse=spoken(*rules()),
        intro=draw.say(
            f"A moving {'average' if mean else 'sum'} over {k} samples is needed.",
            f"Smooth the samples on `{data}`." if mean else "Build a sliding-window adder.",
        ),
        rules=rules,
        effect=draw.say("clears all registers", "sets all stored samples to 0"),
        directed=[{data: (1 << width) - 1, **(enable.row() if enable else {})}] * (k + 2),
        chances=enable.chances() if enable else None,
        choices={
            "k": k,
            "width": width,
            "mean": mean,
            "enable": enable.active_high if enable else None,
        },
    )


def _running_extreme(draw: Draw) -> Design:
    """Smallest or largest word since a restart, perhaps with its position or a count."""
    width = draw.choice((3, 4, 5, 6, 8, 8, 10, 12, 16))
    which = draw.choice(("max", "min", "both"))
    signed = draw.chance(0.35)
    extra = (
        draw.choice(("", "position", "record", "range"))
        if which != "both"
        else draw.choice(("", "range"))
    )
    if extra == "range" and (which != "both" or signed):
        extra = ""
    clocking = draw.clocking(reset=True)
    enable = gate(draw, 0.5)
    restart = draw.name("restart", "first", "start", "clr") if draw.chance(0.4) else ""
    data = draw.name("input")
    hi = draw.name("max", "largest", "peak", "hi") if which != "min" else ""
    lo = draw.name("min", "smallest", "trough", "lo") if which != "max" else ""
    where = draw.name("index", "position", "at") if extra == "position" else ""
    record = draw.name("record", "new_best", "changed") if extra == "record" else ""
    span = draw.name("span", "spread", "range") if extra == "range" else ""
    steps = draw.name("step", "n", "sample_no")
    ports: list[Port] = [
        *clocking.ports,
        *([enable.port] if enable else []),
        *([port(restart, "input", 1, "starts over with this sample")] if restart else []),
        port(data, "input", width, f"{'signed' if signed else 'unsigned'} sample"),
        *([port(hi, "output", width, "largest so far")] if hi else []),
        *([port(lo, "output", width, "smallest so far")] if lo else []),
        *([port(where, "output", 4, "sample number of the extreme")] if where else []),
        *([port(record, "output", 1, "pulse when the extreme changes")] if record else []),
        *([port(span, "output", width, "difference of the extremes")] if span else []),
    ]
    low_end = 1 << (width - 1) if signed else 0
    high_end = (1 << (width - 1)) - 1 if signed else (1 << width) - 1
    starts = [(hi, low_end, ">")] * bool(hi) + [(lo, high_end, "<")] * bool(lo)

    def better(name: str, relation: str) -> str:
        if signed:
            return f"$signed({data}) {relation} $signed({name})"
        return f"{data} {relation} {name}"

    on_reset = "\n".join(f"{name} <= {width}'h{value:x};" for name, value, _ in starts)
    update = []
    for name, _, relation in starts:
        condition = better(name, relation)
        condition = f"{restart} || {condition}" if restart else condition
        taken = f"{name} <= {data};"
        if where:
            number = f"{restart} ? 4'd0 : {steps}" if restart else steps
            taken += f"\n{where} <= {number};"
        if record:
            taken += f"\n{record} <= 1'b1;"
        update.append(when(condition, taken))
    lines = []
    if where:
        lines.append(f"  reg [3:0] {steps};")
        on_reset += f"\n{where} <= 4'd0;\n{steps} <= 4'd0;"
        following = f"{restart} ? 4'd1 : {steps} + 4'd1" if restart else f"{steps} + 4'd1"
        update.append(f"{steps} <= {following};")
    step = gated(enable, "\n".join(update))
    if record:
        on_reset += f"\n{record} <= 1'b0;"
        step = f"{record} <= 1'b0;\n{step}"
    lines.append(clocking.always(on_reset, step))
    if span:
        lines.append(f"  assign {span} = {hi} - {lo};")
    word = {"max": "largest", "min": "smallest", "both": "largest and smallest"}[which]
    at = f"clock edge at which {enable.on}" if enable else "clock edge"

    def rules() -> list[str]:
        kind = "signed two's complement" if signed else "unsigned"
        said = [f"a sample, `{data}`, is taken at every {at}; it is {sized(width)} {kind} number."]
        for name, _, relation in starts:
            size_word = "largest" if relation == ">" else "smallest"
            said.append(
                f"`{name}` is a register with the {size_word} sample taken since the reset"
                + (" or the last restart" if restart else "")
                + f"; the reset puts the {'lowest' if relation == '>' else 'highest'} value there "
                "is into it."
            )
        if restart:
            said.append(
                f"if `{restart}` is 1 when a sample is taken, the sample replaces what is stored, "
                "whatever its value."
                + (f" `{restart}` has no effect while {enable.off}." if enable else "")
            )
        if where:
            said.append(
                f"`{where}` tells which sample it was, the first one after the reset"
                + (" or the one taken with the restart" if restart else "")
                + " being number 0; numbers are counted modulo 16, and of equal extremes the "
                "earliest counts."
            )
        if record:
            said.append(
                f"`{record}` is a register that becomes 1 at an edge at which the sample is stored "
                f"because it is {'greater' if which == 'max' else 'less'} than what was there"
                + (" or because of a restart" if restart else "")
                + ", and 0 at every other clock edge."
            )
        if span:
            said.append(f"`{span}` is `{hi}` - `{lo}` modulo 2^{width}, combinationally.")
        return said

    ramp = []
    if where:
        rise = 1 if which == "max" else -1
        values = [(low_end if rise > 0 else high_end) + rise * (i + 1) // 2 for i in range(20)]
        ramp = [{data: v & (1 << width) - 1, **(enable.row() if enable else {})} for v in values]
    return build(
        draw,
        RUNNING_EXTREME,
        clocking,
        modules=("extreme_tracker", "peak_hold", "min_max", "tracker"),
        ports=ports,
        body="\n".join(lines),
        title=f"tracker of the {word} {width}-bit {'signed' if signed else 'unsigned'} sample",
        terse=spoken(*rules()),
        intro=draw.say(f"Keep track of the {word} sample.", "Build a peak detector.", "")
        if which == "max"
        else draw.say(f"Keep track of the {word} sample.", ""),
        rules=rules,
        effect=" and ".join(f"sets `{name}` to {width}'h{value:x}" for name, value, _ in starts)
        + (" and the sample number to 0" if where else ""),
        directed=ramp,
        chances={restart: 0.08, **(enable.chances() if enable else {})},
        reset_chance=0.05,
        choices={
            "width": width,
            "which": which,
            "signed": signed,
            "extra": extra,
            "restart": bool(restart),
            "enable": enable.active_high if enable else None,
        },
    )


ACCUMULATOR = Family("stream_accumulator", Tier.ADVANCED, _accumulator)
MOVING_SUM = Family("moving_sum", Tier.ADVANCED, _moving_sum)
RUNNING_EXTREME = Family("running_extreme", Tier.ADVANCED, _running_extreme, held_out=True)

FAMILIES = (ACCUMULATOR, MOVING_SUM, RUNNING_EXTREME)
