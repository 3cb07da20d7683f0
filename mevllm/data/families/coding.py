"""Codes that find and correct errors: CRCs and Hamming codes."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.telling import (
    Fact,
    an,
    clock_words,
    clocked,
    exhibit,
    hex_lit,
    span,
    tell,
)
from mevllm.data.families.told import coding as told
from mevllm.data.stimulus import Row, combinational, sequential
from mevllm.tiers import Tier


def _power_sum(poly: int, width: int) -> str:
    """The polynomial in x: `x^4 + x + 1`."""
    terms = [f"x^{width}"]
    for i in range(width - 1, -1, -1):
        if poly >> i & 1:
            terms.append("1" if i == 0 else "x" if i == 1 else f"x^{i}")
    return " + ".join(terms)


def _crc(draw: Draw) -> Design:
    """Width, polynomial, bits a cycle, shift direction, initial value, inverted output."""
    c = draw.clocking()
    width = draw.choice((3, 4, 5, 5, 6, 7, 8, 8, 8, 12, 16, 16))
    size = draw.choice((1, 1, 1, 2, 4, 8))
    right = draw.chance(0.35)
    poly = draw.bits(width) | 1
    if poly == 1:
        poly = 3
    ones = (1 << width) - 1
    start = draw.choice((0, 0, ones, ones, draw.bits(width)))
    inverted = draw.chance(0.25)
    restart = draw.chance(0.6)
    low_first = draw.chance(0.5)
    din, en = draw.name("data", "din", "d", "data_in"), draw.name("valid", "crc_en")
    init = draw.name("init", "start", "sof") if restart else ""
    crc = draw.name("crc", "crc_out", "checksum", "q")
    ports = [*c.ports, port(en, "input", 1, "data counts")]
    if restart:
        ports.append(port(init, "input", 1, "back to the initial value"))
    ports += [
        port(din, "input", size, "message bits"),
        port(crc, "output", width, "inverted register" if inverted else "CRC register"),
    ]
    reg = draw.name("state", "r", "lfsr") if inverted else crc
    mirrored = int(f"{poly:0{width}b}"[::-1], 2)
    tap = hex_lit(width, mirrored if right else poly)

    def update(state: str, bit: str) -> tuple[str, str]:
        out = f"{state}[0]" if right else f"{state}[{width - 1}]"
        shifted = (
            f"{{1'b0, {state}[{width - 1}:1]}}" if right else f"{{{state}[{width - 2}:0], 1'b0}}"
        )
        return f"{out} ^ {bit}", shifted

    lines = [f"  reg {span(width)}{reg};"] if inverted else []
    if inverted:
        lines.append(f"  assign {crc} = ~{reg};")
    fb, i, nxt = draw.name("fb", "feedback"), draw.name("i", "k"), draw.name("next_crc", "after")
    if size == 1:
        feedback, shifted = update(reg, din)
        lines.append(f"  wire {fb} = {feedback};")
        value = f"{shifted} ^ ({fb} ? {tap} : {hex_lit(width, 0)})"
    else:
        feedback, shifted = update(nxt, f"{din}[{i}]")
        loop = (
            f"0; {i} < {size}; {i} = {i} + 1"
            if low_first
            else f"{size - 1}; {i} >= 0; {i} = {i} - 1"
        )
        lines += [
            f"  reg {span(width)}{nxt};\n  integer {i};",
            f"  always @(*) begin\n    {nxt} = {reg};\n    for ({i} = {loop})",
            f"      {nxt} = {shifted} ^ (({feedback}) ? {tap} : {hex_lit(width, 0)});\n  end",
        ]
        value = nxt
    work = f"if ({en}) {reg} <= {value};"
    if restart:
        work = f"if ({init}) {reg} <= {hex_lit(width, start)};\nelse {work}"
    by = "right" if right else "left"
    out_bit = 0 if right else width - 1
    first = "least significant" if low_first else "most significant"
    reg_word = "the CRC register r" if inverted else f"`{crc}`"
    r = "r" if inverted else crc
    steps: Fact = (
        f"For one message bit b, let f = {r}[{out_bit}] XOR b; the register shifts {by} by one, "
        f"a 0 entering, and if f is 1 it is then XORed with {tap}.",
        f"A message bit b is worked in like this: f = {r}[{out_bit}] ^ b, then {r} becomes ({r} "
        f"{'>>' if right else '<<'} 1) ^ (f ? {tap} : 0).",
    )
    value_bits = [draw.int(0, 1) for _ in range(6)]
    states, s = [], start
    for bit in value_bits:
        f = (s & 1 if right else s >> (width - 1)) ^ bit
        s = (s >> 1 if right else s << 1 & ones) ^ ((mirrored if right else poly) if f else 0)
        states.append(f"{s:0{width}b}")
    facts: tuple[Fact, ...] = (
        (
            f"The generator polynomial is {_power_sum(poly, width)}; {reg_word} has {width} bits.",
            f"{reg_word[0].upper()}{reg_word[1:]} is {width} bits wide, and the polynomial is "
            f"{_power_sum(poly, width)}.",
        ),
        steps,
        (
            f"At a clock edge with `{en}` = 1 the bit `{din}` is worked in; otherwise the register "
            f"holds."
            if size == 1
            else f"At a clock edge with `{en}` = 1 all {size} bits of `{din}` are worked in, one "
            f"after the other, the {first} bit first; otherwise the register holds."
        ),
        f"`{init}` = 1 at a clock edge sets the register to {hex_lit(width, start)} instead; it "
        f"has "
        f"priority over `{en}`." * restart,
        f"`{crc}` is the bitwise complement of r." * inverted,
        *clocked(draw, c, f"sets the register to {hex_lit(width, start)}"),
    )
    shown = "\n".join(
        ["bit  register after it", f"-    {start:0{width}b}"]
        + [f"{b}    {t}" for b, t in zip(value_bits, states, strict=True)]
    )
    sizes, ways = (width, size), (right, low_first, inverted)
    draw.tell(*told.crc(draw.teller(), c, (din, en, init, crc), sizes, poly, start, ways))
    return draw.design(
        CRC,
        module=draw.module("crc", f"crc{width}", "crc_gen", "checksum_unit"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(f"{reg} <= {hex_lit(width, start)};", work),
        description=tell(
            draw,
            title=f"CRC-{width} generator, {size} bit{'s' * (size > 1)} a clock cycle",
            terse=f"CRC register, polynomial {_power_sum(poly, width)}. Per message bit b: f = "
            f"{r}[{out_bit}] ^ b; {r} = ({r} {'>>' if right else '<<'} 1) ^ (f ? {tap} : 0). If "
            f"{en}: works in {din}"
            + (f", {first} bit first. " if size > 1 else ". ")
            + f"{init} (wins) loads {hex_lit(width, start)}. " * restart
            + f"{crc} = ~r. " * inverted
            + clock_words(c, f"loads {hex_lit(width, start)}"),
            opening=(
                "Write a unit that computes the checksum of a message.",
                f"Frames on a link are protected by {an(width)} cyclic redundancy check.",
                f"Design a CRC generator that takes {size} bit{'s' * (size > 1)} in a clock cycle.",
            ),
            facts=facts,
            exhibits=(
                exhibit(
                    draw,
                    "worked example",
                    "Design a CRC generator.",
                    facts,
                    shown,
                    "For the start of some message, bit by bit, the register goes through these "
                    "values:",
                ),
            ),
        ),
        stimulus=sequential(
            draw,
            ports,
            c,
            directed=[{init: 1}] * restart + [{en: 1, din: b} for b in (1, 0, 1, 1, 0, 0, 1)],
            random_rows=150,
            chances={en: 0.8, init: 0.05},
        ),
        choices=(
            ("width", (width, size)),
            ("poly", poly),
            ("direction", (right, low_first if size > 1 else None)),
            ("start", (start, inverted, restart)),
        ),
        clocking=c,
    )


def _layout(data: int, parity: int) -> tuple[list[int], list[list[int]]]:
    """The positions of the data bits, and for each parity bit the data bits it covers."""
    places = [p for p in range(1, data + parity + 1) if p & (p - 1)][:data]
    return places, [[i for i, p in enumerate(places) if p >> k & 1] for k in range(parity)]


def _hamming(draw: Draw) -> Design:
    """Data bits, encoder or corrector, even or odd parity, an overall parity bit, registers."""
    data = draw.choice((3, 4, 4, 4, 5, 6, 7, 8, 8, 11, 12, 16))
    parity = next(k for k in range(2, 7) if (1 << k) >= data + k + 1)
    total = data + parity
    decoder = draw.chance(0.6)
    extra = draw.chance(0.45)
    odd = draw.chance(0.2)
    registered = draw.chance(0.3)
    c = draw.clocking(reset=draw.chance(0.6)) if registered else None
    size = total + extra
    places, covers = _layout(data, parity)
    msg = (
        draw.name("data", "d", "din", "msg") if not decoder else draw.name("data", "dout", "fixed")
    )
    code = draw.name("code", "c", "codeword", "word")
    one = draw.name("corrected", "single_error", "fixed_one")
    two = draw.name("double_error", "fatal", "uncorrectable") if extra else ""
    ports = [*(c.ports if c else ())]
    if decoder:
        ports += [
            port(code, "input", size, "word received"),
            port(msg, "output", data, "corrected data"),
        ]
        ports.append(port(one, "output", 1, "a single error was corrected"))
        if extra:
            ports.append(port(two, "output", 1, "an error that cannot be corrected"))
    else:
        ports += [port(msg, "input", data, "data"), port(code, "output", size, "code word")]
    lines = []
    beyond = total + 1 < 1 << parity
    flip = "~" if odd else ""
    parts = "even" if not odd else "odd"
    checks = [[p for p in range(1, total + 1) if p >> k & 1] for k in range(parity)]
    if decoder:
        syn = draw.name("syn", "syndrome")
        fix, hit = draw.name("fixed_word", "repaired"), draw.name("hit", "wrong")
        terms = [" ^ ".join(f"{code}[{p - 1}]" for p in group) for group in checks]
        terms = [f"{flip}({t})" if odd else t for t in terms]
        lines.append(f"  wire {span(parity)}{syn} = {{{', '.join(terms[::-1])}}};")
        all_bits = f"^{code}"
        inside = f" & ({syn} <= {parity}'d{total})" if beyond else ""
        wrong = f"({syn} != 0)"
        if extra:
            par = draw.name("overall", "par")
            lines.append(f"  wire {par} = {flip}{all_bits};")
            lines.append(f"  wire {hit} = {par} & {wrong}{inside};")
        else:
            lines.append(f"  wire {hit} = {wrong}{inside};")
        lines.append(
            f"  wire {span(total)}{fix} = {code}[{total - 1}:0] ^ "
            f"({hit} ? ({total}'d1 << ({syn} - 1'b1)) : {total}'d0);"
        )
        picked = "{" + ", ".join(f"{fix}[{p - 1}]" for p in places[::-1]) + "}"
        outs = [(msg, picked)]
        outs.append((one, f"{hit} | ({par} & ~{wrong})" if extra else hit))
        if extra:
            outs.append((two, f"{wrong} & ~{hit}"))
    else:
        low = draw.name("low", "body")
        cells = []
        for p in range(total, 0, -1):
            if p & (p - 1):
                cells.append(f"{msg}[{places.index(p)}]")
            else:
                k = p.bit_length() - 1
                cells.append(f"{flip}({' ^ '.join(f'{msg}[{i}]' for i in covers[k])})")
        lines.append(f"  wire {span(total)}{low} = {{{', '.join(cells)}}};")
        outs = [(code, f"{{{flip}(^{low}), {low}}}" if extra else low)]
    if c:
        work = "\n".join(f"{n} <= {v};" for n, v in outs)
        lines.append(c.always("\n".join(f"{n} <= 0;" for n, _ in outs), work))
    else:
        lines += [f"  assign {n} = {v};" for n, v in outs]
    where = ", ".join(
        f"`{msg}[{i}]` at {p}" if i == 0 else f"[{i}] at {p}" for i, p in enumerate(places)
    )
    parity_places = ", ".join(str(1 << k) for k in range(parity))
    facts: list[Fact] = [
        (
            f"Positions in the code word are counted from 1: position p is `{code}[p-1]`. The "
            f"parity bits are at the positions {parity_places}, the data bits, in rising order, at "
            f"the others: {where}."
        ),
        (
            f"The parity bit at position 2^k gives {parts} parity to all positions up to {total} "
            f"whose number has bit k set (itself included).",
            f"For each k, all positions (1 to {total}) with bit k of their number set together "
            f"have {parts} parity.",
        ),
    ]
    if extra:
        facts.append(
            f"`{code}[{total}]` is an additional bit that gives {parts} parity to the whole word "
            f"of {size} bits."
        )
    if decoder:
        facts.append(
            f"The syndrome has bit k set if parity check k fails; as a number it is the position "
            f"of a single wrong bit among the first {total}."
        )
        if extra:
            facts.append(
                f"If the overall parity is wrong and the syndrome is 1 to {total}, that bit is "
                f"inverted and `{one}` is 1; if the overall parity is wrong and the syndrome is 0, "
                f"only the additional bit is wrong and `{one}` is 1 too. A syndrome that is not 0 "
                f"with right overall parity means two errors: `{two}` is 1 and nothing is "
                f"corrected."
                + f" A syndrome above {total} with wrong overall parity also sets `{two}` and "
                f"corrects nothing." * beyond
            )
        else:
            facts.append(
                f"If the syndrome is 1 to {total}, that bit is inverted and `{one}` is 1; "
                + f"if it is 0 (or above {total}), nothing is changed and `{one}` is 0." * beyond
                + f"if it is 0, nothing is changed and `{one}` is 0." * (not beyond)
            )
        facts.append(f"`{msg}` is made of the data bits after the correction.")
    timing: tuple[Fact, ...]
    if c:
        timing = (
            "All outputs are registers that take their values at each clock edge.",
            *clocked(draw, c, "clears all outputs"),
        )
    else:
        timing = (("The circuit is combinational.", "There is no clock."),)
    kind = "decoder" if decoder else "encoder"
    name = f"Hamming ({size},{data}) {kind}"
    rows: list[Row] = []
    for _ in range(24 if decoder else 0):
        word = _encode(draw.bits(data), data, parity, extra, odd)
        rows.append({code: word})
        first, second = draw.int(0, size - 1), draw.int(0, size - 1)
        rows += [{code: word ^ 1 << first}, {code: word ^ 1 << first ^ 1 << second}]
    for k in range(size if decoder else 0):
        rows.append({code: _encode(draw.bits(data), data, parity, extra, odd) ^ 1 << k})
    sample = draw.bits(data)
    made = _encode(sample, data, parity, extra, odd)
    facts.insert(
        -1 if decoder else len(facts),
        f"For example, the data {sample:0{data}b} has the code word {made:0{size}b}.",
    )
    told = " ".join(f if isinstance(f, str) else f[0] for f in facts).replace("`", "")
    return draw.design(
        HAMMING,
        module=draw.module(f"hamming_{kind[:3]}", f"ecc_{kind}", "hamming"),
        ports=ports,
        body="\n".join(lines),
        description=tell(
            draw,
            title=f"{'registered ' * registered}{name}{' with double error detection' * extra}",
            terse=f"{name}, {'registered' if c else 'combinational'}. {told}"
            + (" " + clock_words(c, "clears the outputs") if c else ""),
            opening=(
                f"Memory words of {data} bits are protected by a Hamming code. Write the {kind}.",
                f"Design a {name}.",
                "Single bit errors are to be corrected.",
            ),
            facts=(*facts, *timing),
        ),
        stimulus=sequential(draw, ports, c, directed=rows, random_rows=80)
        if c
        else combinational(draw, ports, directed=rows, random_rows=100),
        choices=(
            ("data", data),
            ("kind", (kind, extra, odd)),
            ("registered", registered),
        ),
        clocking=c,
    )


def _encode(value: int, data: int, parity: int, extra: bool, odd: bool) -> int:
    places, covers = _layout(data, parity)
    word = sum((value >> i & 1) << (p - 1) for i, p in enumerate(places))
    for k, group in enumerate(covers):
        word |= ((sum(value >> i & 1 for i in group) + odd) % 2) << ((1 << k) - 1)
    if extra:
        word |= ((word.bit_count() + odd) % 2) << (data + parity)
    return word


CRC = Family("crc_generator", Tier.EXPERT, _crc)
HAMMING = Family("hamming_code", Tier.EXPERT, _hamming, held_out=True)

FAMILIES = (CRC, HAMMING)
