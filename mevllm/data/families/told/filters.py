"""Debouncers and votes over samples as people tell them."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.phrases import Gate, amount
from mevllm.data.families.told import _words_timing as words


def debouncer(
    t: Draw,
    clocking: Clocking,
    named: tuple[str, str, str, str],
    n: int,
    other: int,
    synchronised: bool,
    enable: Gate | None,
) -> tuple[str, str, str]:
    """A debouncer; `named` are its input, its output and the pulses for rise and fall."""
    source, out, pressed, released = named
    x, y = f"`{source}`", f"`{out}`"
    same = n == other
    sync = ""
    if synchronised:
        sync = t.say(f"two-flop synchroniser on {x} first", f"{x} passes two sync flops before")
    ticks = f"edges with {words.open_(t, enable)}" if enable else "clocks"
    gate = ""
    if enable:
        still = ", the synchroniser never" if synchronised else ""
        gate = t.say(
            f"only clock edges with {words.open_(t, enable)} count as samples, others freeze the "
            f"filter{still}",
            f"{words.shut(t, enable)} stops the filter and its count{still}",
        )
    how = t.say(
        f"{n} consecutive disagreeing samples flip {y}, the last of them included",
        f"{y} follows only at the {n}th unlike sample in a row"
        if n > 3
        else f"{y} follows only after {n} unlike samples in a row, at the last one",
    )
    if not same:
        how = t.say(
            f"{y} rises at sample {n} of a run of ones and falls at sample {other} of a run of "
            "zeros",
            f"{amount(n, 'one')} in a row to go high, {amount(other, 'zero')} in a row to go low, "
            "acting at the last sample",
        )
    marks = ""
    if pressed:
        marks = t.say(
            f"`{pressed}`: one-clock pulse right after {y} rises",
            f"`{pressed}` pulses for the clock after {y} went up",
        )
        if released:
            marks += f", `{released}` likewise after a fall"
        marks += ", enabled or not" if enable else ""
    clock = words.brief(t, clocking, t.say("clears all flops", "zeroes everything"))
    extra = f"{f'{words.cap(marks)}. ' * bool(marks)}{f'{words.cap(gate)}. ' * bool(gate)}"
    pre = f"{words.cap(sync)}. " * bool(sync)
    free = f"Sampling {'gated' if enable else 'every clock'}."
    short = words.framed(
        t,
        t.say(
            f"{pre}Debounce {x} onto {y}: {how}; one agreeing sample restarts the count. {extra}",
            f"Counter-type debouncer, {x} to {y}. {how}, count back to zero as soon as both "
            f"agree. {pre}{extra}",
            f"Glitch filter for {x}. {pre}{words.cap(how)}; shorter runs leave no trace. {extra}",
            f"{y} = debounced {x}. {pre}{words.cap(how)}; the run must be unbroken. {extra}",
            f"Contact cleaner: {how}. {free} A run interrupted once starts from nothing. "
            f"{pre}{extra}",
            f"{pre}Hysteresis in time: {how}. Any sample equal to {y} zeroes the counter. {extra}",
            f"{x} bounces, {y} must not. {words.cap(how)}, counted without a gap. {pre}{extra}",
        ),
        clock,
    )
    level = x
    synced = ""
    if synchronised:
        level = "the synchronised level"
        synced = t.say(
            f"Because {x} comes from outside, two flip-flops in series, clocked at every edge, "
            "take it in; the second one gives the synchronised level",
            f"Two chained flip-flops that run at all clock edges turn {x} into the synchronised "
            "level, which is what the filter sees",
        )
    if same:
        rule = t.say(
            f"{y} keeps its value until {level} has been its opposite at {n} successive {ticks}; "
            "with the last of these it changes",
            f"Only if {n} {ticks} one after the other find {level} unlike {y} does {y} take the "
            f"new level, and it does so at the last of the {n}",
        )
    else:
        rule = t.say(
            f"To go up, {y} needs {level} at 1 for {amount(n, 'sample')} running; to come down, "
            f"{level} at 0 for {amount(other, 'sample')} running. It moves with the last sample "
            "of the run",
            f"{y} climbs with sample number {n} of unbroken ones on {level} and drops with sample "
            f"number {other} of unbroken zeros",
        )
        rule += f". Samples are taken at {ticks if enable else 'all clock edges'}"
    restart = t.say(
        f"A single such sample that agrees with {y} puts the count back to nothing",
        "A run that breaks off early counts for nothing",
    )
    stop = ""
    if enable:
        stop = t.say(
            f"At clock edges with {words.shut(t, enable)} neither the count nor {y} moves",
            f"While {words.off(t, enable)} the filter sleeps: no counting, no change of {y}, the "
            "count so far is kept",
        )
    pulse = ""
    if pressed:
        pulse = t.say(
            f"In the clock period after {y} has risen `{pressed}` is 1, and only there",
            f"A rise of {y} gives `{pressed}` = 1 for exactly one clock period, the first one "
            f"with {y} = 1",
        )
        if released:
            pulse += t.say(
                f"; `{released}` does the same for a fall", f"; for a fall it is `{released}`"
            )
    if pressed and enable:
        pulse += f", independent of `{enable.name}`"
    full = words.clocks(
        t, clocking, t.say(f"clears everything ({y} becomes 0)", "sets all its flip-flops to 0")
    )
    purpose = words.prose(
        t,
        t.say(
            f"A cheap push button chatters on {x} when it is touched; the menu logic wants the "
            f"calm signal {y}",
            f"The limit switch of a milling table vibrates. {x} is what it says, {y} what the "
            "motor control may believe",
            f"Rain drops make a capacitive key, read as {x}, flicker; {y} is the key as the user "
            "meant it",
            f"A card slot's contact on {x} bounces while the card slides in, and {y} reports the "
            "card reliably",
            f"The cable with {x} runs beside a welding machine and catches spikes; {y} is {x} "
            "without them",
            f"A float switch in a tank sloshes up and down with the waves; {x} shows every splash "
            f"and {y} none",
        ),
        synced,
        rule,
        t.say(restart, ""),
        stop,
        pulse,
        t.say(full, clock),
    )
    runs = [(1, n - 1), (0, 1), (1, n)]
    example = (
        f"Example from {y} = 0: {amount(n - 1, 'high sample')}, one low, then {n} high ones; "
        f"{y} rises at high sample {runs[0][1] + runs[2][1]} of all"
    )
    remark = words.remarks(
        t,
        t.say(
            f"{y} is the filtered form of {x}: {amount(n, 'equal sample')} decide"
            if same
            else f"Filter {x} with {n} samples for a rise and {other} for a fall; result on {y}",
            f"Requirement: {y} must ignore everything on {x} that is too short",
            f"Debounce filter between {x} and {y}",
            f"{y} follows {x} late, but cleanly",
            f"Noise on {x} shall not reach {y}",
        ),
        [synced, rule, stop, pulse, full],
        [restart, example],
    )
    return short, purpose, remark


def vote(
    t: Draw,
    clocking: Clocking,
    source: str,
    out: str,
    width: int,
    style: str,
    depth: int,
    registered: bool,
    enable: Gate | None,
) -> tuple[str, str, str]:
    """A decision over several samples in a row."""
    x, y, many = f"`{source}`", f"`{out}`", width > 1
    per = t.say(", bit by bit", ", for each bit by itself") if many else ""
    when = f"clock edges with {words.open_(t, enable)}" if enable else "clock edges"
    clock = words.brief(t, clocking, t.say("clears all flops", "zeroes samples and output"))
    if enable:
        clock = f"{words.shut(t, enable)} holds all registers. {words.cap(clock)}"
    rule = {
        "majority": t.say("the majority", f"the {depth // 2 + 1}-out-of-{depth} vote"),
        "any of": t.say("the OR", "1 if any is 1, the OR,"),
        "all of": t.say("the AND", "1 only if all are 1, the AND,"),
        "agree": "",
    }[style]
    name = {"majority": "majority voter", "any of": "OR filter", "all of": "AND filter"}.get(
        style, ""
    )
    if style == "agree":
        core = t.say(
            f"{y} is set by {depth} stored ones, cleared by {depth} stored zeros, else kept",
            f"unanimous samples ({depth}) decide {y}, a mixed bag leaves it alone",
        )
        short = t.say(
            f"Shift register of the last {depth} samples of {x}; {core}{per}. {y} is a flop that "
            "judges the samples stored before the edge.",
            f"Agreement filter, {x} to {y}, depth {depth}: {core}{per}. The vote uses the old "
            "shift register contents and is registered.",
            f"{words.cap(core)}{per}. {depth}-deep sample chain on {x}; registered {y}, decided "
            "from the chain as it is before the edge shifts it.",
            f"Hysteresis by consensus: {depth} flops hold past {x}, and at a clock edge "
            f"{core}{per}, judged by what the flops held before that edge.",
            f"Filter {x}: {core}{per}. The present {x} only enters the chain, it is not yet part "
            f"of the vote; {y} is a register.",
            f"{y} register with set = all {depth} chain bits high, reset = all low{per}; chain = "
            f"past samples of {x}, read before it shifts.",
        )
    elif registered:
        old = f"{depth - 1} earlier sample{'s' * (depth > 2)}"
        short = t.say(
            f"Registered {name} over {depth} samples of {x}{per}: the one taken now plus the "
            f"{old}. Result in flop {y}.",
            f"{y} <= {rule} of present {x} and its {old}{per}.",
            f"{depth}-sample {name} for {x}{per}, output flop {y}; the newest vote is {x} at the "
            "deciding clock edge itself.",
            f"Keep the {old} of {x}; together with {x} now, clock {rule} into {y}{per}.",
            f"At each active edge {y} takes {rule} of the current {x} and the {old}{per}.",
            f"Vote of {depth}, style {name}, over {x} at this edge and the {old}{per}. {y} is a "
            "register loaded with it at once.",
        )
    else:
        short = t.say(
            f"{depth}-deep sample chain on {x}; {y} is combinationally {rule} of the stored "
            f"samples{per}.",
            f"{name}, {depth} samples of {x}{per}: shift them in, decode {y} without a further "
            "register.",
            f"{y} = {rule} of the {depth} flops of a shift register fed by {x}{per}.",
            f"Shift {x} through {depth} flops{per}. {words.cap(rule)} of these flops is {y}, "
            "gates only.",
            f"Unregistered {name} behind a {depth}-stage delay line of {x}{per}; output {y}.",
            f"Filter {x}{per}: the last {depth} clocked samples are kept and {y} shows {rule} of "
            "them.",
        )
    short = words.framed(t, short, clock)
    bitwise = (
        t.say(f"All {width} bits go through filters of their own", "Bits do not mix")
        if many
        else ""
    )
    stop = ""
    if enable:
        stop = t.say(
            f"With {words.shut(t, enable)} no sample is taken and {y} stands still",
            f"{words.cap(words.shut(t, enable))} means: nothing is stored, {y} as before",
        )
    goal = {
        "majority": t.say(
            f"is 1 if {depth // 2 + 1} or more of them are 1, otherwise 0",
            f"goes with the greater number among the {depth}",
        ),
        "any of": t.say("is 1 unless they are all 0", "is 0 only when none of them is 1"),
        "all of": t.say("is 0 unless they are all 1", "is 1 only when none of them is 0"),
        "agree": "",
    }[style]
    if style == "agree":
        told = t.say(
            f"{depth} flip-flops keep {x} as it was at the last {depth} {when}. At the next such "
            f"edge {y} becomes 1 if all of them hold 1 and 0 if all hold 0; if they disagree {y} "
            "remains",
            f"At {when}, {y}, a register, looks at the {depth} samples of {x} that are already "
            "stored: ones throughout set it, zeros throughout clear it, a mixture changes "
            "nothing. Then the newest sample replaces the oldest",
        )
    elif registered:
        told = t.say(
            f"The voters are {x} at the present edge and its samples of the {depth - 1} "
            f"edge{'s' * (depth > 2)} before, counting {when} only. {y}, a register loaded at "
            f"this edge, {goal}",
            f"Counting {when}, {depth} successive values of {x} are considered, the newest being "
            f"the one at the edge itself; with that edge the flip-flop {y} takes the result: it "
            f"{goal}",
        )
    else:
        told = t.say(
            f"{depth} flip-flops in a row keep {x} as sampled at the last {depth} {when}. {y} "
            f"comes from them by plain gates: it {goal}",
            f"Of {x}, the samples of the last {depth} {when} are remembered. {y} {goal}; it is "
            "not registered",
        )
    full = words.clocks(
        t,
        clocking,
        t.say(
            "clears every flip-flop to 0",
            f"zeroes the samples{' and ' + y if registered or style == 'agree' else ''}",
        ),
    )
    purpose = words.prose(
        t,
        t.say(
            f"A satellite link flips single bits now and then. {y} is the repaired version of {x}",
            f"{x} brings the state of worn track contacts to a signal box, which must decide from "
            f"several looks; its decision is {y}",
            f"The light barrier of a lift door reports on {x}, with dust in the beam. The door "
            f"drive listens to {y}",
            f"Comparators near their threshold flicker on {x}; {y} shows what a digital filter "
            "makes of it",
            f"An infrared receiver's output {x} has spikes and dropouts. {y} is derived from "
            "several samples in a row",
        ),
        told,
        bitwise,
        stop,
        t.say(full, clock),
    )
    bits = [t.bits(1) for _ in range(depth)]
    high = sum(bits)
    verdict = {
        "majority": int(high > depth // 2),
        "any of": int(high > 0),
        "all of": int(high == depth),
        "agree": 1 if high == depth else 0 if high == 0 else -1,
    }[style]
    what = "stay as it is" if verdict < 0 else f"be {verdict}"
    voters = f"{'voters' if registered else 'stored samples'} {' '.join(map(str, bits))}"
    example = f"Example: {voters}{' in one bit position' * many} make {y} {what}"
    remark = words.remarks(
        t,
        t.say(
            f"{y} sums up the recent past of {x}, {depth} samples of it",
            f"Filter with a memory of samples between {x} and {y}",
            f"A vote among {depth} values that {x} had one after another; result: {y}",
            f"Clean {x} by looking at it {depth} times",
        ),
        [told, bitwise, stop, full],
        [example],
    )
    return short, purpose, remark
