"""Constant factors, averages and division as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.literals import number
from mevllm.data.families.told import _words_registers as words


def scale(
    draw: Draw,
    kind: str,
    width: int,
    *,
    inputs: Sequence[str],
    out: str,
    k: int,
    m: int,
    j: int,
) -> tuple[str, str, str]:
    """A constant factor, weighted sum or average: short, by its purpose, with remarks."""
    if kind in ("factor", "linear", "weighted"):
        return _weights(draw, kind, width, inputs=inputs, out=out, k=k, m=m, j=j)
    count = len(inputs)
    listed = words.names(inputs)
    plus = " + ".join(f"`{n}`" for n in inputs)
    up = kind == "rounded"
    way = "halves rounded up" if up else "rounded down"
    formula = f"({plus} + 1) >> 1" if up else f"({plus}) >> {count // 2}"
    cut = draw.say(
        "Round halves up." if up else "Drop the fraction.",
        "A fraction of one half rounds upwards." if up else "Truncate, do not round.",
        "So 2.5 becomes 3." if up else "The fractional part is thrown away.",
    )
    care = draw.say(
        "Keep the carry of the sum.",
        "Add with enough bits first.",
        "The sum needs more bits than the operands.",
        "Beware of overflow in the sum.",
    )
    short = draw.say(
        f"Unsigned mean of {listed}, {way}, to `{out}`. {care}",
        f"`{out}` = average({', '.join(f'`{n}`' for n in inputs)}), unsigned, {way}.",
        f"Average {number(count)} unsigned words {listed}. {cut} {care}",
        f"Take {listed}, all unsigned, and put their arithmetic mean, {way}, on `{out}`.",
        f"{number(count)}-input averager, unsigned: `{out}` is {formula}, computed without "
        "overflow.",
        f"Sum of {listed} at full precision, then divided by {count} ({way}); unsigned.",
    )
    purpose = draw.say(
        f"{number(count)} light sensors give unsigned readings {listed}. The dimmer works with "
        f"their mean `{out}`. {cut} Even when all readings are at full scale the mean must come "
        "out right.",
        f"When a picture is shrunk, {number(count)} pixels ({listed}, unsigned) become one, "
        f"`{out}`: their average. {cut} {care}",
        f"Interpolation in an audio path: the new sample `{out}` lies in the middle of the unsigned"
        f" samples {listed}, that is, it is their arithmetic mean. {cut} {care}",
        f"A smoothing stage replaces {number(count)} unsigned measurements {listed} by one value, "
        f"their average. {cut} The result `{out}` is available at once, without a clock.",
        f"A judge panel of {number(count)} hands in marks {listed}, unsigned. The board shows the "
        f"mean mark `{out}`. {cut} {care}",
    )
    values = [draw.bits(width) for _ in inputs]
    total = sum(values)
    mean = (total + 1) // 2 if up else total // count
    full = (1 << width) - 1
    given = ", ".join(f"`{n}`={v}" for n, v in zip(inputs, values, strict=True))
    example = f"{given}: the sum is {total}, `{out}` is {mean}"
    remarks = draw.choice(
        (
            f"Average of {listed}.\n"
            + words.points(
                draw,
                cut,
                care,
                "unsigned throughout",
                f"example: {example}",
                f"all operands at {full} give {full}",
            ),
            f"The mean of {number(count)} unsigned numbers is needed, in the width of the numbers "
            f"themselves. {care} {cut} Example: {example}.",
            f"Compute {formula} with an intermediate sum of {width + (2 if count == 4 else 1)} "
            f"bits, which then fits `{out}`. Operands are unsigned. E. g. {example}.".replace(
                "E. g.", "Check:"
            ),
            f"`{out}`: mean of {listed}, {way}. No multiplier or divider is necessary, as "
            f"{count} is a power of two: a full-width unsigned addition"
            + (" (plus one)" if up else "")
            + f" and a shift right by {count // 2}. Pure combinational logic.",
            words.points(
                draw,
                f"operands {listed} (unsigned)",
                f"result `{out}` = their sum divided by {count}, {way}",
                f"{example}",
                "purely combinational",
            ),
        )
    )
    return words.told(draw, short, purpose, remarks)


def _weights(
    draw: Draw, kind: str, width: int, *, inputs: Sequence[str], out: str, k: int, m: int, j: int
) -> tuple[str, str, str]:
    a = inputs[0]
    b = inputs[-1]
    x, y = draw.bits(width), draw.bits(width)
    value = {"factor": k * x, "linear": k * x + m, "weighted": k * x + j * y}[kind]
    top = (1 << width) - 1
    largest = {"factor": k * top, "linear": k * top + m, "weighted": (k + j) * top}[kind]
    formula = {
        "factor": draw.say(f"{k} * `{a}`", f"`{a}` * {k}", f"{k} times `{a}`"),
        "linear": draw.say(f"{k} * `{a}` + {m}", f"`{a}` * {k} + {m}", f"{m} + {k} * `{a}`"),
        "weighted": draw.say(f"{k} * `{a}` + {j} * `{b}`", f"{j} * `{b}` + {k} * `{a}`"),
    }[kind]
    phrase = {
        "factor": f"the {k}-fold of `{a}`",
        "linear": f"`{a}` scaled by {k} with an offset of {m}",
        "weighted": f"the sum of `{a}` with weight {k} and `{b}` with weight {j}",
    }[kind]
    title = {
        "factor": f"Constant multiplier, factor {k}",
        "linear": f"Gain {k} and offset {m}",
        "weighted": f"Weighted sum, weights {k} and {j}",
    }[kind]
    exact = draw.say(
        f"`{out}` holds every result exactly.",
        "Nothing overflows.",
        f"Full precision: up to {largest}.",
        "No bit gets lost.",
    )
    who = words.names(inputs)
    short = draw.say(
        f"`{out}` = {formula}, unsigned, full precision.",
        f"{title}: {who} unsigned, result on `{out}`. {exact}",
        f"Output {phrase}. Unsigned. {exact}",
        f"Unsigned arithmetic without a clock: {formula} goes to `{out}`. {exact}",
        f"Multiply-by-constant block; {phrase} is delivered on `{out}`, unsigned and untruncated.",
        f"From unsigned {who} compute {formula}. {exact}",
    )
    story = {
        "factor": (
            f"A package holds {k} pieces. `{a}` packages arrive, `{out}` tells the pieces",
            f"One step of a motor is {k} units of a ruler. For `{a}` steps give the units `{out}`",
            f"Each line of a frame store takes {k} words. The address `{out}` of line `{a}` is "
            f"the line number times {k}",
            f"A tariff charges {k} cents a minute; `{a}` minutes cost `{out}` cents",
            f"A raw reading `{a}` counts in units of {k} millivolts. Convert it to millivolts on "
            f"`{out}`",
        ),
        "linear": (
            f"A taxi ride costs {m} at the start and {k} a kilometre. For `{a}` kilometres the "
            f"price is `{out}`",
            f"A sensor is calibrated by a straight line: slope {k}, intercept {m}, reading `{a}`, "
            f"result `{out}`",
            f"Records of {k} words begin at address {m} of a memory. Record number `{a}` thus "
            f"begins at `{out}`",
            f"A printer needs {m} seconds to warm up and {k} seconds a page; `{out}` is the time "
            f"for `{a}` pages",
            f"Every one of `{a}` frames takes {k} cycles, and {m} cycles are added once at the end;"
            f" give all cycles in `{out}`",
        ),
        "weighted": (
            f"A mark counts {k}-fold if it is from an exam (`{a}`) and {j}-fold if from a paper "
            f"(`{b}`); `{out}` is the total",
            f"A filter tap pair has the fixed coefficients {k} for `{a}` and {j} for `{b}`; "
            f"`{out}` is the sum of both products",
            f"One crate weighs {k}, one barrel {j}. For `{a}` crates and `{b}` barrels show the "
            f"weight `{out}`",
            f"`{a}` gold coins are worth {k} each and `{b}` silver ones {j} each; `{out}` is the "
            f"worth of all",
            f"A cell at row `{a}`, column `{b}` sits at row times {k} plus column times {j}, which "
            f"goes to `{out}`",
        ),
    }[kind]
    purpose = f"{draw.choice(story)}. " + draw.say(
        f"Numbers are unsigned; {exact}",
        f"It is plain unsigned arithmetic, combinational. {exact}",
        f"Unsigned, with a result wide enough for {largest}, the largest that can occur.",
        f"No clock is involved. All quantities are unsigned. {exact}",
    )
    given = f"`{a}`={x}" + (f" and `{b}`={y}" if kind == "weighted" else "")
    shifts = " + ".join(
        f"(`{a}` << {i})" if i else f"`{a}`"
        for i in range(k.bit_length() - 1, -1, -1)
        if k >> i & 1
    )
    remarks = draw.choice(
        (
            f"{title}.\n"
            + words.points(
                draw,
                f"`{out}` = {formula}",
                "unsigned, combinational",
                f"example: {given} gives {value}",
                f"largest result: {largest}; it must fit",
            ),
            f"The block delivers {phrase}. With {given} the answer `{out}` is {value}; at full "
            f"scale it is {largest}. {exact} Unsigned.",
            f"Hint for {k} times `{a}`: {shifts}. "
            + {
                "factor": f"This is what `{out}` shall carry",
                "linear": f"Add {m} and put it on `{out}`",
                "weighted": f"Add `{b}` times {j} and put it on `{out}`",
            }[kind]
            + ", unsigned. Extend the words before adding; a truncated intermediate result is "
            "wrong.",
            f"Take care of widths: the operands are {width}-bit unsigned, yet {formula} can reach "
            f"{largest}. `{out}` carries the exact value. There is no rounding, no saturation, no "
            "register.",
            f"Expected behaviour: {formula} on `{out}`.\nTest: {given} -> {value}; all operands "
            f"{top} -> {largest}; all operands 0 -> {m if kind == 'linear' else 0}.\nAll unsigned.",
        )
    )
    return words.told(draw, short, purpose, remarks)


def division(
    draw: Draw,
    width: int,
    *,
    a: str,
    by: str,
    k: int,
    q: str,
    r: str,
    flag: str,
    saturated: bool,
) -> tuple[str, str, str]:
    """A divider: `by` is empty for the constant k; `q` and `r` are empty where not output."""
    divisor = f"`{by}`" if by else str(k)
    parts = [f"quotient `{q}`"] * bool(q) + [f"remainder `{r}`"] * bool(r)
    results = " and ".join(parts)
    floor = f"`{q}` = floor(`{a}` / {divisor})" if q else ""
    modulo = f"`{r}` = `{a}` mod {divisor}" if r else ""
    formulas = ", ".join(f for f in (floor, modulo) if f)
    answers = []
    if q:
        answers.append(f"`{q}` is {'all ones' if saturated else '0'}")
    if r:
        answers.append(f"`{r}` is `{a}` itself")

    def zero() -> str:
        if not by:
            return ""
        raised = f" `{flag}` flags this case (1) and is 0 for every other divisor." if flag else ""
        return (
            draw.say(
                f"Division by zero: {' and '.join(answers)}.",
                f"With `{by}` = 0, {' and '.join(answers)}.",
                f"If the divisor is 0, then {' and '.join(answers)}.",
                f"A zero divisor is legal: then {' and '.join(answers)}.",
            )
            + raised
        )

    noun = "divider" if q else "modulo unit"
    short = draw.say(
        f"Unsigned combinational {noun}: `{a}` by {divisor}, {results}. {zero()}",
        f"{formulas}. All unsigned, no clock. {zero()}",
        f"Divide `{a}` by {divisor}, unsigned; give the {results}. {zero()}",
        f"{results} of the unsigned division `{a}` / {divisor}. {zero()}",
        f"Unsigned integer division, dividend `{a}`, divisor {divisor}; wanted: {results}. "
        f"{zero()}",
        f"Single-cycle-free {noun}, i.e. pure logic: {formulas}, unsigned. {zero()}".replace(
            "Single-cycle-free", "Combinational"
        ).replace("i.e. pure logic", "unclocked"),
    )
    share = "equal full portions" if q else "equal portions"
    tell = []
    if q:
        tell.append(f"`{q}` tells how many whole times it fits")
    if r:
        tell.append(f"`{r}` tells what is left over")
    told = " and ".join(tell)
    purpose = draw.say(
        f"`{a}` bottles are packed into boxes of {divisor}: {told}. Unsigned numbers, worked out "
        f"without a clock. {zero()}",
        f"A memory is organised in pages of {divisor} words. For the address `{a}`, {told} if the "
        f"page size is taken out of it again and again. Unsigned. {zero()}",
        f"Converting units: one large unit equals {divisor} small ones. Given `{a}` small units "
        f"(unsigned), {told}. {zero()}",
        f"A sum of `{a}` is shared out in {share} of {divisor}; {told}. Whole unsigned numbers "
        f"only, in one combinational step. {zero()}",
        f"A time stamp `{a}` counts ticks and a period lasts {divisor} ticks. {told}. Both numbers "
        f"are unsigned and the logic has no registers. {zero()}",
    )
    x = draw.bits(width)
    y = k if not by else max(1, draw.bits(max(2, width // 2)))
    outcome = [f"`{q}`={x // y}"] * bool(q) + [f"`{r}`={x % y}"] * bool(r)
    outcome += [f"`{flag}`=0"] * bool(flag)
    given = f"`{a}`={x}" + (f" and `{by}`={y}" if by else "")
    example = f"{given} gives {', '.join(outcome)}"
    remarks = draw.choice(
        (
            f"Integer division of `{a}` by {divisor}.\n"
            + words.points(
                draw,
                "unsigned",
                f"wanted: {results}",
                zero(),
                f"example: {example}",
                "combinational",
            ),
            f"{formulas}. Example: {example}. {zero()} Unsigned, and no fraction bits.",
            f"Truncating division in one piece of logic. Dividend `{a}`, divisor {divisor}, "
            f"{results}; the numbers are unsigned. To check: {example}. {zero()}",
            words.points(
                draw,
                f"dividend: `{a}`; divisor: {divisor}",
                f"deliver the {results}",
                zero() or f"the divisor is the constant {k}, so no special case exists",
                "treat all words as unsigned and round towards zero",
            ),
            f"Think of school division with a rest: {example}. Everything is unsigned and the "
            f"outputs follow at once ({formulas}). {zero()}",
        )
    )
    return words.told(draw, short, purpose, remarks)
