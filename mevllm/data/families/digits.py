"""Decimal digits: BCD conversions, digit codes, seven-segment displays."""

from __future__ import annotations

from dataclasses import replace

from mevllm.data.design import Design, Exhibit, Family, Stimulus
from mevllm.data.draw import Draw, port
from mevllm.data.families.literals import binary, bits, decimal, grid, logic, number, together
from mevllm.data.families.told import digits as told
from mevllm.tiers import Tier

_PLACES = ("ones", "tens", "hundreds", "thousands")


def _bcd_convert(draw: Draw) -> Design:
    """Binary to decimal digits, or digits to binary."""
    back = draw.chance(0.3)
    width = draw.choice((4, 5, 6, 6, 7, 7, 8, 8, 9, 10, 12, 13))
    places = len(str((1 << width) - 1))
    packed = draw.chance(0.5)
    value = draw.name("bin", "in", "value", "n")
    bus = draw.name("bcd", "digits", "dec")
    names = together(draw, _PLACES[:places], tuple(f"digit{i}" for i in range(places)))
    if back:
        places = draw.choice((2, 2, 3, 4))
        width = (10**places - 1).bit_length()
        names = (names + [draw.name(f"place{i}") for i in range(4)])[:places]
        packed = packed or len(set(names)) < places
    top = 4 if back else int(str((1 << width) - 1)[0]).bit_length()
    sizes = [4] * (places - 1) + [top]
    sides = [port(bus, "input" if back else "output", sum(sizes))]
    if not packed:
        sides = [
            port(n, "input" if back else "output", size)
            for n, size in reversed(list(zip(names, sizes, strict=False)))
        ]
    ends = [4 * i + size - 1 for i, size in enumerate(sizes)]
    parts = [
        names[i] if not packed else f"{bus}[{end}{f':{4 * i}' if end > 4 * i else ''}]"
        for i, end in enumerate(ends)
    ]
    one = port(value, "output" if back else "input", width)
    ports = [*sides, one] if back else [one, *sides]
    if back:
        terms = [
            parts[0],
            *(f"{p} * {decimal((10**i).bit_length(), 10**i)}" for i, p in enumerate(parts[1:], 1)),
        ]
        body = f"  assign {value} = {' + '.join(reversed(terms))};"
    else:
        lines = []
        for i in reversed(range(places)):
            quotient = value if i == 0 else f"{value} / {10**i}"
            digit = (
                quotient if i == places - 1 else f"{value} % 10" if i == 0 else f"({quotient}) % 10"
            )
            lines.append(f"  assign {parts[i]} = {digit};")
        body = "\n".join(lines)
    where = ", ".join(f"`{p}` the {n}" for p, n in zip(parts, _PLACES, strict=False))
    sample = draw.int(10, min(10**places, 1 << width) - 1)
    coded = binary(sum(sizes), int(str(sample), 16))
    short = (
        ""
        if top == 4
        else f"The most significant digit has only {bits(top)}, which suffices for it."
    )

    def rules() -> list[str]:
        told = [
            draw.say(
                f"Convert the decimal digits (BCD, 4 bits each) to the binary number `{value}`.",
                f"`{value}` is the binary value of a BCD number of {number(places)} digits.",
            )
            if back
            else draw.say(
                f"Convert the unsigned binary number `{value}` to {number(places)} decimal digits "
                "in BCD, 4 bits for each.",
                f"Output the decimal digits of the unsigned number `{value}`, 4 bits for each.",
            ),
            draw.say(f"The digits are: {where}.", f"The digits lie like this: {where} digit."),
        ]
        if back:
            return [*told, "Every digit is between 0 and 9."]
        told.append(short)
        if packed:
            told.append(draw.say("", f"For example, {sample} becomes {coded}."))
        return told

    title = (
        f"converter from {number(places)} BCD digits to binary"
        if back
        else f"converter from {width}-bit binary to {number(places)} BCD digits"
    )
    draw.tell(
        *told.bcd_convert(draw.teller(), back=back, width=width, value=value, parts=parts, top=top)
    )
    design = logic(
        draw,
        BCD_CONVERT,
        modules=("bcd_convert", "bcd2bin" if back else "bin2bcd", "dec_digits"),
        ports=ports,
        body=body,
        title=title,
        rules=rules,
        choices={"width": width, "back": back, "packed": packed},
        intro=("", "People read decimal numbers."),
        random_rows=300,
    )
    if not back:
        return design
    rows = []
    for _ in range(250):
        digits = [draw.int(0, 9) for _ in range(places)]
        code = sum(d << 4 * i for i, d in enumerate(digits))
        rows.append((code,) if packed else tuple(reversed(digits)))
    names_in = design.stimulus.inputs
    return replace(design, stimulus=Stimulus(names_in, tuple(rows)))


BCD_CONVERT = Family("bcd_convert", Tier.INTERMEDIATE, _bcd_convert)

_SHAPES = (
    *("abcdef", "bc", "abdeg", "abcdg", "bcfg", "acdfg", "acdefg", "abc", "abcdefg", "abcdfg"),
    *("abcefg", "cdefg", "adef", "bcdeg", "adefg", "aefg"),
)
"""Segments lit for the digits 0 to F; a is the top, then clockwise, g the middle."""


def _seven_segments(draw: Draw) -> Design:
    """A digit to the segments of a display, active high or low, in either bit order."""
    hexadecimal = draw.chance(0.4)
    low = draw.chance(0.45)
    first_high = draw.chance(0.5)
    count = 16 if hexadecimal else 10
    digit, out = draw.name("digit", "in", "bcd", "num"), draw.name("seg", "segments", "out", "led")
    blank = draw.name("blank", "off", "blanking") if draw.chance(0.3) else ""
    other = 0 if hexadecimal else draw.choice((0, 0, 1))
    shapes = list(_SHAPES)
    if draw.chance(0.4):
        shapes[6], shapes[9] = "cdefg", "abcfg"
    if draw.chance(0.25):
        shapes[7] = "abcf"

    def word(lit: str) -> int:
        value = sum(1 << (6 - i if first_high else i) for i, s in enumerate("abcdefg") if s in lit)
        return value ^ 0x7F if low else value

    codes = [binary(7, word(shape)) for shape in shapes[:count]]
    none = binary(7, word("g" if other else ""))
    arms = [(f"4'd{i}" if count == 10 else f"4'h{i:x}", c) for i, c in enumerate(codes)]
    if hexadecimal:
        arms[-1] = ("default", arms[-1][1])
    else:
        arms.append(("default", none))
    dark = binary(7, word(""))
    inner = f"    case ({digit})\n" + "\n".join(f"      {a}: {out} = {c};" for a, c in arms)
    inner += "\n    endcase"
    if blank:
        inner += f"\n    if ({blank})\n      {out} = {dark};"
    body = f"  always @(*) begin\n{inner}\n  end"
    ports = [port(digit, "input", 4)] + ([port(blank, "input")] if blank else [])
    ports.append(port(out, "output", 7))
    a_at, g_at = ("6", "0") if first_high else ("0", "6")
    rest = (
        ""
        if hexadecimal
        else f"Codes 10 to 15 {'light only segment g' if other else 'leave the display dark'}."
    )
    gate = f"If `{blank}` is 1, all segments are off, whatever the digit." if blank else ""
    level = f"A segment is lit by a {0 if low else 1} (active {'low' if low else 'high'})."

    def rules() -> list[str]:
        style = draw.choice(("segments", "codes"))
        if style == "codes":
            pairs = ", ".join(f"{i:X}: {c}" for i, c in enumerate(codes))
            other_code = "" if hexadecimal else f"All other values give {none}."
            return [
                f"`{out}` drives a seven-segment display; for each `{digit}` it is: {pairs}.",
                other_code,
                gate.replace("all segments are off", f"`{out}` is {dark}"),
            ]
        pairs = ", ".join(f"{i:X}: {s}" for i, s in enumerate(shapes[:count]))
        return [
            f"Show `{digit}` on a seven-segment display whose segments are named a to g; "
            f"`{out}[{a_at}]` is segment a, and so on to `{out}[{g_at}]`, which is g.",
            level,
            f"The segments lit for each digit are {pairs}.",
            rest,
            gate,
        ]

    rows = [[f"{i:X}", c] for i, c in enumerate(codes)]
    if not hexadecimal:
        rows.append(["others", none])
    note = gate.replace("all segments are off", f"`{out}` is {dark}")
    draw.tell(
        *told.seven_segments(
            draw.teller(),
            digit=digit,
            out=out,
            blank=blank,
            low=low,
            first_high=first_high,
            shapes=shapes[:count],
            dash=bool(other),
        )
    )
    return logic(
        draw,
        SEVEN_SEGMENTS,
        modules=("seven_seg", "sevenseg", "hex_display" if hexadecimal else "bcd_display"),
        ports=ports,
        body=body,
        title=f"{'hexadecimal' if hexadecimal else 'decimal'} seven-segment decoder",
        rules=rules,
        choices={
            "hexadecimal": hexadecimal,
            "low": low,
            "a high": first_high,
            "other": other,
            "shapes": shapes[6:10],
            "blank": bool(blank),
        },
        exhibits=[
            Exhibit(
                "truth table",
                f"A combinational decoder for a display gives these codes. {note}".strip(),
                grid(draw, (digit, out), rows),
            )
        ],
        directed=[{digit: i} for i in range(16)] * 2,
    )


SEVEN_SEGMENTS = Family("seven_segments", Tier.INTERMEDIATE, _seven_segments)


def _digit_code(draw: Draw) -> Design:
    """A decimal digit in one weighted or biased code to another, with an error flag."""
    bias = draw.int(1, 6)
    codes = {
        "bcd": list(range(10)),
        "excess": [n + bias for n in range(10)],
        "2421": [n if n < 5 else n + 6 for n in range(10)],
        "5421": [n if n < 5 else n + 3 for n in range(10)],
        "complement": [9 - n for n in range(10)],
        "gray": [n ^ n >> 1 for n in range(10)],
    }
    source, target = draw.rng.sample(list(codes), 2)
    if "bcd" not in (source, target) and draw.chance(0.7):
        source = "bcd"
    words = {
        "bcd": "BCD (8421)",
        "excess": f"excess-{bias} code (the digit plus {bias})",
        "2421": "2421 code with the digits 5 to 9 as 1011 to 1111",
        "5421": "5421 code with the digits 5 to 9 as 1000 to 1100",
        "complement": "nines' complement (9 minus the digit)",
        "gray": "Gray code (the first ten words)",
    }
    code, out = draw.name("in", "digit", "d", "code"), draw.name("out", "y", "q", "converted")
    flag = draw.name("error", "invalid", "illegal") if draw.chance(0.6) else ""
    other = draw.choice((0, 15))
    ports = [port(code, "input", 4), port(out, "output", 4)]
    ports += [port(flag, "output")] if flag else []
    pairs = [
        (binary(4, a), binary(4, b)) for a, b in zip(codes[source], codes[target], strict=True)
    ]
    lines = [f"      {a}: {out} = {b};" for a, b in pairs]
    last = f"      default: {out} = {binary(4, other)};"
    head = ""
    if flag:
        head = f"    {flag} = 1'b0;\n"
        last = f"      default: begin\n        {out} = {binary(4, other)};\n"
        last += f"        {flag} = 1'b1;\n      end"
    body = f"  always @(*) begin\n{head}    case ({code})\n" + "\n".join((*lines, last))
    body += "\n    endcase\n  end"
    table = [[n, a, b] for n, (a, b) in enumerate(pairs)]

    def rules() -> list[str]:
        listing = ", ".join(f"{a[3:]} to {b[3:]}" for a, b in pairs)
        return [
            f"`{code}` is a decimal digit in {words[source]}; `{out}` is the same digit in "
            f"{words[target]}."
            if target != "complement"
            else f"`{code}` is a decimal digit in {words[source]}; `{out}` is its nines' "
            "complement (9 minus the digit) in BCD.",
            f"The ten codes translate like this: {listing}."
            if draw.chance(0.6) or "gray" in (source, target)
            else "",
            f"The six words that are no digit give {binary(4, other)}.",
            f"`{flag}` is 1 for these six words, and 0 for digits." if flag else "",
        ]

    draw.tell(
        *told.digit_code(
            draw.teller(),
            source=words[source],
            target=words[target],
            codes=(codes[source], codes[target]),
            code=code,
            out=out,
            flag=flag,
            other=other,
        )
    )
    return logic(
        draw,
        DIGIT_CODE,
        modules=("digit_code", "code_converter", "translate_digit"),
        ports=ports,
        body=body,
        title="decimal digit code converter",
        rules=rules,
        choices={
            "source": codes[source],
            "target": codes[target],
            "other": other,
            "flag": bool(flag),
        },
        exhibits=[
            Exhibit(
                "truth table",
                f"Translate digit codes as in the table, without a clock. Words that are not "
                f"listed give {binary(4, other)}"
                + (f" and set `{flag}`, which is 0 otherwise." if flag else "."),
                grid(draw, ("digit", code, out), table),
            )
        ],
    )


DIGIT_CODE = Family("digit_code", Tier.INTERMEDIATE, _digit_code)

FAMILIES = (BCD_CONVERT, SEVEN_SEGMENTS, DIGIT_CODE)
