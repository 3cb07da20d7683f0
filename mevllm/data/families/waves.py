"""Generators and decoders of waveforms: PWM, ramps, quadrature, pulse measurement."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.telling import (
    Fact,
    an,
    bits_for,
    clock_words,
    clocked,
    lit,
    span,
    tell,
)
from mevllm.data.families.told import waves as told
from mevllm.data.stimulus import Row, sequential
from mevllm.tiers import Tier


def _pwm(draw: Draw) -> Design:
    """Resolution, period, double buffering, alignment, polarity, several channels."""
    c = draw.clocking()
    width = draw.choice((3, 3, 4, 4, 5))
    top = (1 << width) - 1 if draw.chance(0.5) else draw.int(4, (1 << width) - 1)
    count = draw.choice((1, 1, 2, 3))
    buffered = draw.chance(0.65)
    low = draw.chance(0.3)
    marked = draw.chance(0.5)
    duty, we = draw.name("duty", "level", "compare"), draw.name("we", "load", "update")
    en = draw.name("enable")
    out, mark = draw.name("pwm", "out", "pwm_out"), draw.name("period_end", "wrap", "sync_o")
    ports = [
        *c.ports,
        port(en, "input", 1, "run"),
        port(we, "input", 1, "store new duty values"),
        port(duty, "input", width * count, "duty values, lowest channel in the low bits"),
        port(out, "output", count, "modulated outputs"),
    ]
    if marked:
        ports.append(port(mark, "output", 1, "last cycle of a period"))
    cnt, hold, act = (
        draw.name("cnt", "counter"),
        draw.name("next_duty", "shadow"),
        draw.name("now", "used"),
    )
    size = width * count
    end = mark if marked else draw.name("at_end", "final_step")
    lines = [f"  reg {span(width)}{cnt};", f"  reg {span(size)}{f'{hold}, ' * buffered}{act};"]
    lines.append(
        f"  {'assign' if marked else 'wire'} {end} = {f'{en} & ' * marked}({cnt} == "
        f"{lit(width, top)});"
    )
    sense = "<" if not low else ">="
    if count == 1:
        lines.append(f"  assign {out} = ({cnt} {sense} {act});")
    else:
        i = draw.name("i", "k")
        lines.append(
            f"  integer {i};\n  always @(*)\n    for ({i} = 0; {i} < {count}; {i} = {i} + 1)\n"
            f"      {out}[{i}] = ({cnt} {sense} {act}[{width}*{i} +: {width}]);"
        )
    clear = f"{cnt} <= 0;\n{act} <= 0;" + f"\n{hold} <= 0;" * buffered
    step = f"{cnt} <= {end} ? {lit(width, 0)} : {cnt} + 1'b1;"
    if buffered:
        work = f"if ({we}) {hold} <= {duty};\nif ({en}) begin\n  {step}\n"
        work += f"  if ({end}) {act} <= {hold};\nend"
    else:
        work = f"if ({we}) {act} <= {duty};\nif ({en}) {step}"
    many = count > 1
    part = f"channel i has the duty value `{duty}`[{width}*i +: {width}]" if many else ""
    each = f"bit i of `{out}`" if many else f"`{out}`"
    on, off = (0, 1) if low else (1, 0)
    facts: tuple[Fact, ...] = (
        (
            f"A counter of {width} bits runs from 0 to {top} and then starts again at 0, one step "
            f"for each clock edge with `{en}` = 1; it holds while `{en}` is 0.",
            f"While `{en}` is 1 an internal counter steps through 0..{top} cyclically, so a period "
            f"has {top + 1} steps; `{en}` = 0 stops it.",
        ),
        f"There are {count} channels; {part}." * many,
        (
            f"{each[0].upper()}{each[1:]} is {on} while the counter is less than the duty value in "
            f"use, and {off} otherwise (combinationally).",
            f"In the first d steps of a period {each} is {on}, then {off}, where d is the duty "
            f"value in use; this is decoded combinationally from the counter.",
        ),
        (
            (
                f"`{we}` = 1 at a clock edge stores `{duty}` in a buffer. The buffer's old "
                f"contents come into use at the edge that ends a period, that is, one with "
                f"`{en}` = 1 and the counter at {top}; at other edges the values in use do not "
                f"change.",
                f"Duty values are double buffered: an edge with `{we}` = 1 loads a shadow "
                f"register, and the edge (with `{en}` = 1) that returns the counter from {top} "
                f"to 0 copies the shadow register, as it was before that edge, to the register "
                f"in use.",
            )
            if buffered
            else (
                f"An edge with `{we}` = 1 stores `{duty}`, whatever `{en}` is, and the new value "
                f"is in use from then on.",
                f"`{we}` = 1 at a clock edge replaces the duty value in use by `{duty}` at once.",
            )
        ),
        f"`{mark}` is 1 (combinationally) while the counter is {top} and `{en}` is 1." * marked,
        *clocked(draw, c, "sets the counter and all stored duty values to 0"),
    )
    rows: list[Row] = []
    for value in (0, top, 1, top // 2):
        packed = sum((value + k) % (1 << width) << (width * k) for k in range(count))
        rows.append({en: 1, we: 1, duty: packed})
        rows += [{en: 1} for _ in range(top + 3)]
    own, sizes = (en, we, duty, out, mark * marked), (width, top, count)
    draw.tell(*told.pwm(draw.teller(), c, own, sizes, buffered, low))
    return draw.design(
        PWM,
        module=draw.module("pwm", "pwm_gen", "pulse_width"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(clear, work),
        description=tell(
            draw,
            title=f"PWM generator, {count} channel{'s' * many}, {width} bits"
            + " with double buffering" * buffered,
            terse=f"PWM: counter 0..{top} cyclic while {en}; {each} = {on} while counter < duty, "
            f"else {off}, combinational. ".replace("`", "")
            + f"Channel i uses {width} bits of {duty} from bit {width}*i. " * many
            + (
                f"{we} loads a shadow register, copied to the register in use at the {en}-edge "
                f"that ends a period. "
                if buffered
                else f"{we} loads the duty register at once. "
            )
            + f"{mark} = {en} & (counter == {top}). " * marked
            + clock_words(c, "zeroes counter and duty registers"),
            opening=(
                "The brightness of lamps is controlled by pulse widths.",
                "Write a pulse-width modulator.",
                f"Design a motor drive's PWM unit with {an(width)} counter.",
            ),
            facts=facts,
        ),
        stimulus=sequential(
            draw,
            ports,
            c,
            directed=rows,
            random_rows=140,
            chances={en: 0.9, we: 0.1},
            reset_chance=0.008,
        ),
        choices=(
            ("size", (width, top, count)),
            ("buffered", buffered),
            ("low", low),
            ("marked", marked),
        ),
        clocking=c,
    )


def _ramp(draw: Draw) -> Design:
    """A signal generator: sawtooth, triangle, square and others, chosen by a mode input."""
    c = draw.clocking()
    width = draw.choice((3, 4, 4, 5, 5, 6))
    top = (1 << width) - 1
    step = draw.choice((1, 1, 2, 3)) if width > 4 else 1
    pool = {
        "sawtooth": ("{p}[{w1}:0]", "the low {w} bits of the phase"),
        "falling sawtooth": ("~{p}[{w1}:0]", "the complement of the low {w} bits of the phase"),
        "triangle": (
            "{p}[{w}] ? ~{p}[{w1}:0] : {p}[{w1}:0]",
            "the low {w} bits of the phase, complemented while bit {w} of the phase is 1",
        ),
        "square": ("{{{w}{{{p}[{w}]}}}}", "all bits equal to bit {w} of the phase"),
        "staircase": (
            "{{{p}[{w}:{w1}], {low}}}",
            "bits {w} and {w1} of the phase as the two top bits, the others 0",
        ),
        "pulse": (
            "({p} == 0) ? {top} : {zero}",
            "{topv} while the phase is 0, otherwise 0",
        ),
    }
    count = draw.choice((2, 3, 4)) if width < 6 else 2
    chosen = draw.shuffled(list(pool))[:count]
    bits = bits_for(count)
    mode, en = draw.name("mode", "wave", "sel"), draw.name("enable")
    out = draw.name("wave_out", "sample", "dac", "out")
    registered = draw.chance(0.5)
    ports = [
        *c.ports,
        port(en, "input", 1, "advance"),
        port(mode, "input", bits, "shape"),
        port(out, "output", width, "sample"),
    ]
    p, shape = draw.name("phase", "acc"), draw.name("shape", "value")
    low = f"{width - 2}'d0" if width > 2 else ""
    used = {"p": p, "w": width, "w1": width - 1, "low": low}
    used |= {"top": lit(width, top), "zero": lit(width, 0), "topv": top}
    target = shape if registered else out
    lines = [f"  reg {span(width + 1)}{p};"]
    if registered:
        lines.append(f"  reg {span(width)}{shape};")
    lines.append(f"  always @(*) begin\n    case ({mode})")
    for k, name in enumerate(chosen):
        label = lit(bits, k) if k + 1 < count else "default"
        lines.append(f"      {label}: {target} = {pool[name][0].format(**used)};")
    lines.append("    endcase\n  end")
    clear, work = f"{p} <= 0;", f"if ({en}) {p} <= {p} + {lit(width + 1, step)};"
    if registered:
        clear += f"\n{out} <= 0;"
        work += f"\n{out} <= {shape};"
    unused = (1 << bits) > count
    listing = "; ".join(
        f"{k}{' and above' if unused and k + 1 == count else ''}: {name}, "
        f"{pool[name][1].format(**used)}"
        for k, name in enumerate(chosen)
    )
    when = (
        (
            f"`{out}` is a register that takes the sample, formed of the phase before the edge and "
            f"`{mode}`, at every clock edge, whether `{en}` is 1 or not.",
            f"The sample is registered: each clock edge loads `{out}` with the shape of the "
            f"present phase (independent of `{en}`).",
        )
        if registered
        else (
            f"`{out}` is a combinational function of the phase and `{mode}`.",
            f"The sample at `{out}` is formed from the phase combinationally.",
        )
    )
    facts: tuple[Fact, ...] = (
        f"An internal phase register of {width + 1} bits grows by {step} at each clock edge with "
        f"`{en}` = 1, wrapping modulo {2 << width}; it holds otherwise.",
        f"`{mode}` selects the shape of the {width}-bit sample: {listing}.",
        when,
        *clocked(draw, c, "sets the phase" + f" and `{out}`" * registered + " to 0"),
    )
    own, sizes = (mode, en, out), (width, step, bits)
    draw.tell(*told.signal(draw.teller(), c, own, sizes, chosen, registered))
    return draw.design(
        SIGNAL,
        module=draw.module("signal_gen", "wave_gen", "function_generator"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(clear, work),
        description=tell(
            draw,
            title=f"signal generator with {count} shapes and {width}-bit samples",
            terse=f"Phase ({width + 1} bits) += {step} while {en}, wrapping. Sample by {mode}: "
            f"{listing}. {out} is "
            + ("registered at each edge. " if registered else "combinational. ")
            + clock_words(c, f"phase = 0{f', {out} = 0' * registered}"),
            opening=(
                "A converter needs test signals. Write the generator.",
                "Design a signal generator with several waveforms.",
                f"Write a function generator that delivers {an(width)} sample in every cycle.",
            ),
            facts=facts,
        ),
        stimulus=sequential(
            draw,
            ports,
            c,
            directed=[
                {en: 1, mode: k} for k in range(count) for _ in range((2 << width) // step + 2)
            ],
            random_rows=100,
            chances={en: 0.85},
            hold={mode: 0.8},
            reset_chance=0.008,
        ),
        choices=(("shapes", chosen), ("width", (width, step)), ("registered", registered)),
        clocking=c,
    )


def _quadrature(draw: Draw) -> Design:
    """Position width, which edges count, an index input, an error flag, direction."""
    c = draw.clocking()
    edges = draw.choice(("all", "all", "a rising"))
    width = draw.choice((4, 5, 6, 8, 8)) if edges == "all" else draw.choice((3, 4, 5))
    swapped = draw.chance(0.4)
    erring = draw.chance(0.5)
    indexed = draw.chance(0.4)
    a, b = draw.name("a", "enc_a", "ch_a"), draw.name("b", "enc_b", "ch_b")
    index = draw.name("index", "home", "zero_i") if indexed else ""
    pos, way = draw.name("position", "pos", "count"), draw.name("dir", "direction", "forward")
    err = draw.name("error", "illegal", "skip") if erring else ""
    ports = [*c.ports, port(a, "input", 1, "channel A"), port(b, "input", 1, "channel B")]
    if indexed:
        ports.append(port(index, "input", 1, "sets the position to 0"))
    ports += [
        port(pos, "output", width, "position"),
        port(way, "output", 1, "direction of the last step"),
    ]
    if erring:
        ports.append(port(err, "output", 1, "sticky: both channels changed at once"))
    oa, ob = draw.name("a_old", "a_q"), draw.name("b_old", "b_q")
    up, down = draw.name("up", "inc"), draw.name("down", "dec")
    first, second = (f"{b} ^ {oa}", f"{a} ^ {ob}") if swapped else (f"{a} ^ {ob}", f"{b} ^ {oa}")
    lines = [f"  reg {oa}, {ob};"]
    if edges == "all":
        moved = f"(({a} ^ {oa}) ^ ({b} ^ {ob}))"
        lines.append(f"  wire {up} = {moved} & ({first});\n  wire {down} = {moved} & ({second});")
        seq = "00, 01, 11, 10 and 00 again" if swapped else "00, 10, 11, 01 and 00 again"
        rule: Fact = (
            f"Compare the pair `{a}``{b}` with the one sampled at the previous edge. If exactly "
            f"one of them changed, this is a step: forward if the pair goes on in the order "
            f"{seq}, backward if it goes the other way round."
        ).replace("``", "`, `")
    else:
        test = (b, f"~{b}") if swapped else (f"~{b}", b)
        lines.append(
            f"  wire {up} = {a} & ~{oa} & {test[0]};\n  wire {down} = {a} & ~{oa} & {test[1]};"
        )
        rule = (
            f"A step is a rising edge of `{a}`: it is 1 now and was 0 when sampled at the previous "
            f"clock edge. It is forward if `{b}` is {int(swapped)} now and backward if `{b}` is "
            f"{1 - swapped}. Falling edges of `{a}` and changes of `{b}` do not count."
        )
    clear = f"{oa} <= 1'b0;\n{ob} <= 1'b0;\n{pos} <= 0;\n{way} <= 1'b0;"
    work = f"{oa} <= {a};\n{ob} <= {b};\n"
    step = f"if ({up}) {pos} <= {pos} + 1'b1;\nelse if ({down}) {pos} <= {pos} - 1'b1;\n"
    work += f"if ({index}) {pos} <= 0;\nelse {step}" if indexed else step
    work += f"if ({up} | {down}) {way} <= {up};"
    if erring:
        clear += f"\n{err} <= 1'b0;"
        work += f"\nif (({a} ^ {oa}) & ({b} ^ {ob})) {err} <= 1'b1;"
    facts: tuple[Fact, ...] = (
        f"`{a}` and `{b}` are synchronous to the clock and sampled at every edge; the values "
        f"before the first sample count as 0.",
        rule,
        f"A forward step adds 1 to the {width}-bit register `{pos}`, a backward step subtracts 1, "
        f"both modulo {1 << width}, at the same clock edge that finds the step.",
        f"`{way}` is a register that is set to 1 by a forward step and to 0 by a backward step, "
        f"and holds otherwise.",
        f"`{index}` = 1 at a clock edge sets `{pos}` to 0 instead of counting; `{way}` still "
        f"follows "
        f"the steps." * indexed,
        f"If both channels changed since the previous edge, the sticky register `{err}` is set to "
        f"1." + " That is no step." * (edges == "all")
        if erring
        else "If both channels changed since the previous edge, that is no step."
        if edges == "all"
        else "",
        *clocked(draw, c, "sets all registers, those of the sampled channels included, to 0"),
    )
    rows: list[Row] = []
    order = [(0, 0), (1, 0), (1, 1), (0, 1)]
    at = 0
    for turn in (-1, 1, -1):
        for _ in range(min(160, (4 if edges != "all" else 1) * (1 << width) // 2 + 12)):
            if draw.chance(0.85):
                at = (at + turn) % 4
            rows.append({a: order[at][0], b: order[at][1]})
    own = (a, b, index, pos, way, err)
    draw.tell(*told.quadrature(draw.teller(), c, own, width, edges == "all", swapped))
    return draw.design(
        QUADRATURE,
        module=draw.module("quadrature", "encoder_if", "quad_decoder"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(clear, work),
        description=tell(
            draw,
            title=f"quadrature decoder with {an(width)} position",
            terse=" ".join(str(f) for f in facts[1:-2] if f).replace("`", "")
            + " "
            + clock_words(c, "zeroes all registers, samples included"),
            opening=(
                "A wheel has two light barriers. Write the circuit that follows its position.",
                "Write a decoder for a rotary encoder with two channels.",
                "Design a quadrature decoder.",
            ),
            facts=facts,
        ),
        stimulus=sequential(
            draw,
            ports,
            c,
            directed=rows,
            random_rows=90,
            chances={index: 0.06},
            hold={a: 0.5, b: 0.5},
            reset_chance=0.01,
        ),
        choices=(("width", width), ("edges", (edges, swapped)), ("more", (erring, indexed))),
        clocking=c,
    )


PWM = Family("pwm_generator", Tier.EXPERT, _pwm)
SIGNAL = Family("signal_generator", Tier.EXPERT, _ramp)
QUADRATURE = Family("quadrature_decoder", Tier.EXPERT, _quadrature)

FAMILIES = (PWM, SIGNAL, QUADRATURE)
