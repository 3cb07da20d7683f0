"""Counting bits and converting codes: Gray, BCD, one-hot, thermometer, seven segments."""

from __future__ import annotations

from mevllm.data.design import Design, Exhibit, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.literals import (
    article,
    binary,
    decimal,
    grid,
    listed,
    logic,
    number,
    sized,
    thin,
    together,
)
from mevllm.data.families.selection import sparse
from mevllm.data.families.told import codes as told
from mevllm.tiers import Tier


def _zero_count(draw: Draw) -> Design:
    """Leading or trailing zeros or ones."""
    width = draw.choice((3, 4, 5, 6, 7, 8, 8, 10, 12, 16, 16, 20, 24, 32, 32, 64))
    leading = draw.chance(0.5)
    digit = draw.choice((0, 0, 1))
    size = width.bit_length()
    word = draw.name("in", "x", "value", "data", "vec")
    out = draw.name("count", "n", "out", "clz_count" if leading else "ctz_count", "zeros")
    hit = f"{word}[i]" if digit == 0 else f"!{word}[i]"
    if leading:
        loop, value = f"i = 0; i < {width}; i = i + 1", f"{width - 1} - i"
    else:
        loop, value = f"i = {width - 1}; i >= 0; i = i - 1", "i"
    body = (
        f"  integer i;\n\n  always @(*) begin\n    {out} = {decimal(size, width)};\n"
        f"    for ({loop})\n      if ({hit})\n        {out} = {value};\n  end"
    )
    flag = draw.name("none_found", "empty", "all_same") if draw.chance(0.25) else ""
    ports = [port(word, "input", width), port(out, "output", size)]
    if flag:
        ports.append(port(flag, "output"))
        body += f"\n\n  assign {flag} = {f'~|{word}' if digit == 0 else f'&{word}'};"
    noun = "zeros" if digit == 0 else "ones"
    side, end, other = ("leading", "most", "left") if leading else ("trailing", "least", "right")
    sample = draw.bits(width - 2) | 1 << (width - 3) | 1
    sample = sample if leading else sample << 2 & (1 << width) - 1
    sample = sample ^ ((1 << width) - 1) if digit else sample
    text = f"{sample:0{width}b}"
    run = text if leading else text[::-1]
    amount = len(run) - len(run.lstrip(str(digit)))

    def rules() -> list[str]:
        return [
            draw.say(
                f"`{out}` is the number of {side} {noun} of `{word}`, that is, how many bits in a "
                f"row, starting at the {end} significant one, are {digit}.",
                f"Count the {noun} of `{word}` from the {end} significant bit up to the first "
                f"{1 - digit}, and output the count on `{out}`.",
                f"`{out}` says how many consecutive {noun} stand at the {other} end of `{word}`.",
            ),
            draw.say(
                f"If all {width} bits are {digit}, `{out}` is {width}.",
                f"A word without any {1 - digit} gives {width}.",
            ),
            f"`{flag}` is 1 exactly in that case." if flag else "",
            draw.say(f"For example, {binary(width, sample)} gives {amount}.", ""),
        ]

    draw.tell(*told.zero_count(draw.teller(), width, leading, digit, word, out, flag))
    return logic(
        draw,
        ZERO_COUNT,
        modules=("count_zeros", f"{side}_{noun}", "clz" if leading else "ctz", "run_length"),
        ports=ports,
        body=body,
        title=f"{side} {noun} counter for {width} bits",
        rules=rules,
        choices={"width": width, "leading": leading, "digit": digit, "flag": bool(flag)},
        intro=(
            "",
            f"Write a circuit that counts {side} {noun}.",
            "Normalising a number needs this.",
        ),
        directed=[
            {word: value ^ ((1 << width) - 1) * digit}
            for value in [*sparse(draw, width), 0, (1 << width) - 1]
        ],
        random_rows=60,
    )


ZERO_COUNT = Family("zero_count", Tier.INTERMEDIATE, _zero_count)


def _popcount(draw: Draw) -> Design:
    """How many bits are set, clear, equal or different."""
    kind = draw.choice(("ones", "ones", "ones", "zeros", "differ", "both", "threshold"))
    width = draw.choice(
        (3, 3, 4, 5, 6, 7, 8, 8, 12, 15, 16, 24, 31, 32, 63, 64, 100, 128, 200, 255)
    )
    size = width.bit_length()
    two = kind in ("differ", "both")
    if two:
        words = together(draw, ("a", "b"), ("x", "y"), ("word1", "word2"), ("lhs", "rhs"))
    else:
        words = [draw.name("in", "data", "votes", "x", "vec")]
    out = draw.name("count", "out", "total", "n_ones", "sum")
    bit = {"zeros": f"!{words[0]}[i]", "differ": f"({words[0]}[i] ^ {words[-1]}[i])"}.get(
        kind, f"({words[0]}[i] & {words[-1]}[i])" if two else f"{words[0]}[i]"
    )
    ports = [port(w, "input", width) for w in words]
    least = draw.int(2, width - 1) if width < 20 else draw.int(width // 2 - 4, width // 2 + 4)
    flag = ""
    total = out
    if kind == "threshold":
        flag, total = out, draw.name("total", "sum", "cnt")
        ports.append(port(flag, "output"))
    else:
        ports.append(port(out, "output", size))
    loop = (
        f"  always @(*) begin\n    {total} = {size}'d0;\n"
        f"    for (i = 0; i < {width}; i = i + 1)\n      {total} = {total} + {bit};\n  end"
    )
    if width <= 4 and not flag and not two and kind == "ones" and draw.chance(0.6):
        body = f"  assign {out} = {' + '.join(f'{words[0]}[{i}]' for i in range(width))};"
    elif flag:
        body = f"  reg [{size - 1}:0] {total};\n  integer i;\n\n{loop}\n\n"
        body += f"  assign {flag} = ({total} >= {decimal(size, least)});"
    else:
        body = f"  integer i;\n\n{loop}"
    w = listed(words)

    def rules() -> list[str]:
        if kind == "threshold":
            return [
                draw.say(
                    f"`{out}` is 1 when at least {least} of the {width} bits of {w} are 1, and 0 "
                    "otherwise.",
                    f"Raise `{out}` if {w} contains {least} or more ones.",
                )
            ]
        if two:
            what = "differ" if kind == "differ" else "are both 1"
            return [
                draw.say(
                    f"`{out}` is the number of bit positions in which {w} {what}.",
                    f"Compare {w} bit by bit and count the positions where they {what}; the "
                    f"count goes to `{out}`.",
                    f"`{out}` = number of ones in `{words[0]}` "
                    f"{'XOR' if kind == 'differ' else 'AND'} `{words[1]}`.",
                )
            ]
        digit = 1 if kind == "ones" else 0
        return [
            draw.say(
                f"`{out}` is the number of bits of {w} that are {digit}, as an unsigned number.",
                f"Count how many of the {width} bits of {w} are {digit}.",
                f"`{out}` gives the number of {kind} in {w}, from 0 to {width}.",
            )
        ]

    title = {
        "ones": f"population count of {width} bits",
        "zeros": f"counter of zeros in {width} bits",
        "differ": f"Hamming distance of two {width}-bit words",
        "both": f"counter of common ones of two {width}-bit words",
        "threshold": f"detector of at least {least} ones among {width} bits",
    }[kind]
    mixed = [{w: thin(draw, width) for w in words} for _ in range(20)]
    near = []
    for n in (least - 1, least, least + 1, 0, width):
        for _ in range(4):
            places = draw.rng.sample(range(width), min(width, max(0, n)))
            near.append({words[0]: sum(1 << p for p in places)})
    draw.tell(*told.popcount(draw.teller(), kind, width, words, out, least))
    return logic(
        draw,
        POPCOUNT,
        modules=("popcount", "count_ones", "bit_counter", "weight"),
        ports=ports,
        body=body,
        title=title,
        rules=rules,
        choices={"kind": kind, "width": width, "least": least if kind == "threshold" else 0},
        intro=("", "Count bits.", f"This is a {title}."),
        directed=mixed + near + [dict.fromkeys(words, (1 << width) - 1)] * 2,
        random_rows=80,
    )


POPCOUNT = Family("popcount", Tier.INTERMEDIATE, _popcount)


def _gray(draw: Draw) -> Design:
    """Binary to Gray code, back, or either by a mode input."""
    width = draw.choice((2, 3, 3, 4, 4, 5, 6, 7, 8, 8, 9, 10, 12, 16, 24, 32))
    kind = draw.choice(("to", "to", "from", "from", "mode", "next"))
    word = draw.name("in", "code", "d", "value", "bin_in" if kind == "to" else "gray_in")
    out = draw.name("out", "result", "q", "gray" if kind == "to" else "bin")
    mode = draw.name("mode", "to_binary", "decode", "dir") if kind == "mode" else ""
    ports = [port(word, "input", width), port(out, "output", width)]
    if mode:
        ports.insert(draw.int(0, 1), port(mode, "input"))
    encode = f"{word} ^ ({word} >> 1)"
    chain = f"for (i = 0; i < {width}; i = i + 1)\n{{pad}}  {{to}}[i] = ^({word} >> i);"
    loop = chain.format(pad="    ", to=out)
    if kind == "to":
        body = f"  assign {out} = {encode};"
    elif kind == "from":
        body = f"  integer i;\n\n  always @(*) begin\n    {loop}\n  end"
    elif kind == "mode":
        inner = chain.format(pad="      ", to=out)
        body = (
            f"  integer i;\n\n  always @(*) begin\n    if ({mode}) begin\n      {inner}\n"
            f"    end else begin\n      {out} = {encode};\n    end\n  end"
        )
    else:
        plain, after = draw.name("plain", "num"), draw.name("succ", "next_num")
        inner = chain.format(pad="    ", to=plain)
        body = (
            f"  reg [{width - 1}:0] {plain};\n  wire [{width - 1}:0] {after} = {plain} + 1'b1;\n"
            f"  integer i;\n\n  always @(*) begin\n    {inner}\n  end\n\n"
            f"  assign {out} = {after} ^ ({after} >> 1);"
        )
    to = (
        f"`{out}` is the Gray code of the binary number `{word}`: its top bit is copied, and each "
        f"other bit is the XOR of that bit of `{word}` and the next higher one.",
        f"Convert the binary number `{word}` to reflected Gray code on `{out}`, bit i being bit i "
        f"XOR bit i+1 of `{word}` and the most significant bit unchanged.",
        f"`{out}` = `{word}` XOR (`{word}` shifted right by one), which is its Gray code.",
    )
    back = (
        f"`{out}` is the binary number whose Gray code is `{word}`: bit i is the XOR of all bits "
        f"of `{word}` from i up to the most significant one.",
        f"Convert the reflected Gray code `{word}` to plain binary on `{out}`; the most "
        f"significant bit is copied and each lower result bit is the XOR of the result bit above "
        f"it and the Gray bit at its own position.",
    )
    value = draw.bits(width)
    coded = value ^ value >> 1

    def rules() -> list[str]:
        if kind == "to":
            sample = f"For example, {binary(width, value)} becomes {binary(width, coded)}."
            return [draw.say(*to), draw.say(sample, "")]
        if kind == "from":
            sample = f"For example, {binary(width, coded)} becomes {binary(width, value)}."
            return [draw.say(*back), draw.say(sample, "")]
        if kind == "mode":
            return [f"If `{mode}` is 0: {draw.say(*to)}", f"If `{mode}` is 1: {draw.say(*back)}"]
        return [
            draw.say(
                f"`{word}` is a reflected Gray code word and `{out}` is the one that follows it "
                f"in counting order.",
                f"Output on `{out}` the successor of the Gray code word `{word}`: convert to "
                f"binary, add one, convert back.",
            ),
            f"After the last word comes the first: {binary(width, 1 << width - 1)} is followed by "
            f"{binary(width, 0)}.",
        ]

    title = {
        "to": "binary to Gray converter",
        "from": "Gray to binary converter",
        "mode": "two-way Gray code converter",
        "next": "successor of a Gray code word",
    }[kind]
    rows = [[f"{n:0{width}b}", f"{n ^ n >> 1:0{width}b}"] for n in range(1 << min(width, 4))]
    exhibits = []
    if width <= 3 and kind in ("to", "from"):
        shown = rows if kind == "to" else [[gray, plain_] for plain_, gray in rows]
        table = grid(draw, (word, out), shown)
        exhibits.append(
            Exhibit("truth table", "Convert the code as listed, without a clock.", table)
        )
    draw.tell(*told.gray(draw.teller(), kind, width, word, out, mode))
    return logic(
        draw,
        GRAY,
        modules=("gray_convert", "bin2gray" if kind == "to" else "gray_code", "code_convert"),
        ports=ports,
        body=body,
        title=sized(width, title),
        rules=rules,
        choices={"kind": kind, "width": width},
        exhibits=exhibits,
        intro=("", f"Design {article(f'{width}-bit {title}')}."),
    )


GRAY = Family("gray_code", Tier.INTERMEDIATE, _gray)


def _one_hot_index(draw: Draw) -> Design:
    """A one-hot word to the index of its bit, with a flag or a value for other words."""
    width = draw.choice((3, 4, 4, 5, 6, 7, 8, 8, 9, 10, 12, 16))
    size = (width - 1).bit_length()
    word = draw.name("onehot", "in", "lines", "key", "sel")
    out = draw.name("index", "out", "bin", "code", "number")
    flag = draw.name("error", "invalid", "bad") if draw.chance(0.5) else ""
    other = draw.choice((0, (1 << size) - 1))
    ports = [port(word, "input", width), port(out, "output", size)]
    head = f"    {flag} = 1'b0;\n" if flag else ""
    if flag:
        ports.append(port(flag, "output"))
    arms = [f"      {binary(width, 1 << i)}: {out} = {decimal(size, i)};" for i in range(width)]
    last = f"      default: {out} = {decimal(size, other)};"
    if flag:
        last = f"      default: begin\n        {out} = {decimal(size, other)};\n"
        last += f"        {flag} = 1'b1;\n      end"
    body = f"  always @(*) begin\n{head}    case ({word})\n" + "\n".join((*arms, last))
    body += "\n    endcase\n  end"

    def rules() -> list[str]:
        return [
            draw.say(
                f"When exactly one bit of `{word}` is 1, `{out}` is the index of that bit.",
                f"`{word}` is a one-hot code: the position of its single 1 (0 for the rightmost "
                f"bit) is the value of `{out}`.",
            ),
            draw.say(
                f"If no bit or more than one bit is 1, `{out}` is {other}.",
                f"Words that are not one-hot give {other}.",
            ),
            draw.say(
                f"`{flag}` is 1 for words that are not one-hot and 0 otherwise.",
                f"`{flag}` reports a word with no 1 or with several.",
            )
            if flag
            else "",
        ]

    draw.tell(*told.one_hot_index(draw.teller(), width, size, word, out, flag, other))
    return logic(
        draw,
        ONE_HOT_INDEX,
        modules=("onehot_to_bin", "encoder", f"encode{width}", "index_of"),
        ports=ports,
        body=body,
        title=f"one-hot to binary converter for {width} lines",
        rules=rules,
        choices={"width": width, "other": other, "flag": bool(flag)},
        intro=("", f"Encode {number(width)} one-hot lines in binary."),
        directed=[{word: 1 << i} for i in range(width)] * 2
        + [{word: 1 << i | 1 << draw.int(0, width - 1)} for i in range(width)],
    )


ONE_HOT_INDEX = Family("one_hot_index", Tier.INTERMEDIATE, _one_hot_index)


def _thermometer(draw: Draw) -> Design:
    """A number to that many ones, from either end; or the ones back to the number."""
    width = draw.choice((3, 4, 5, 7, 7, 8, 10, 12, 15, 15, 16, 20, 31))
    size = width.bit_length()
    top = draw.chance(0.3)
    level = draw.name("level", "in", "n", "amount")
    bar = draw.name("bar", "out", "leds", "therm")
    ports = [port(level, "input", size), port(bar, "output", width)]
    fill = f"{bar}[{f'{width - 1} - i' if top else 'i'}] = ({level} > i);"
    body = (
        f"  integer i;\n\n  always @(*) begin\n    for (i = 0; i < {width}; i = i + 1)\n"
        f"      {fill}\n  end"
    )
    end = "most" if top else "least"
    value = draw.int(1, width - 1)
    word = ((1 << value) - 1) << (width - value if top else 0)

    def rules() -> list[str]:
        return [
            draw.say(
                f"`{bar}` has as many ones as the unsigned number `{level}` says, all together at "
                f"the {end} significant end; the other bits are 0.",
                f"Light the first `{level}` bits of `{bar}`, counted from the {end} significant "
                f"bit, and leave the rest at 0.",
            ),
            f"Numbers greater than {width} set all {width} bits." if width + 1 < 1 << size else "",
            draw.say(f"For example, {value} gives {binary(width, word)}.", ""),
        ]

    return logic(
        draw,
        THERMOMETER,
        modules=("thermometer", "bar_graph", "level_meter"),
        ports=ports,
        body=body,
        title=f"binary to thermometer code converter with {width} bits",
        rules=rules,
        choices={"width": width, "top": top},
        intro=("", "A level meter shows a number as a bar."),
    )


THERMOMETER = Family("thermometer_code", Tier.INTERMEDIATE, _thermometer, held_out=True)

FAMILIES = (ZERO_COUNT, POPCOUNT, GRAY, ONE_HOT_INDEX, THERMOMETER)
