"""State machines with a counter: sample and decide, delays, bursts, enables of a fixed length."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, indent, port
from mevllm.data.families.telling import Fact, clock_words, clocked, lit, tell
from mevllm.data.families.told import counting as told
from mevllm.data.stimulus import sequential
from mevllm.tiers import Tier


def _range(width: int) -> str:
    return f"[{width - 1}:0] " if width > 1 else ""


def _sample(draw: Draw) -> Design:
    """After a start x is sampled for n cycles; then the ones are judged."""
    clocking = draw.clocking()
    n = draw.int(2, 6)
    rule = draw.choice(("exactly", "exactly", "at least", "odd"))
    k = draw.int(1, n - 1) if rule == "at least" else draw.int(1, n)
    again = draw.chance(0.5)
    start = draw.name("start", "go", "s", "begin_i", "trigger")
    x = draw.name("x", "w", "d", "sample", "in")
    z = draw.name("z", "ok", "out", "hit", "y")
    busy, pos = draw.name("busy", "run", "active"), draw.name("pos", "cnt", "step")
    ones, total, last = (
        draw.name("ones", "acc"),
        draw.name("total", "sum"),
        draw.name("last", "fin"),
    )
    width, wide = max(1, (n - 1).bit_length()), n.bit_length()
    test = {
        "exactly": f"{total} == {lit(wide, k)}",
        "at least": f"{total} >= {lit(wide, k)}",
        "odd": f"{total}[0]",
    }[rule]
    words = {
        "exactly": f"exactly {k} of the {n} samples {'was' if k == 1 else 'were'} 1",
        "at least": f"at least {k} of the {n} samples {'was' if k == 1 else 'were'} 1",
        "odd": f"an odd number of the {n} samples was 1",
    }[rule]
    ports = [
        *clocking.ports,
        port(start, "input"),
        port(x, "input"),
        port(z, "output"),
    ]
    work = [
        f"{pos} <= {last} ? {lit(width, 0)} : {pos} + 1;",
        f"{ones} <= {last} ? {lit(wide, 0)} : {total};",
    ]
    if not again:
        work.insert(0, f"{busy} <= !{last};")
    step = (
        f"{z} <= {busy} && {last} && {f'({test})' if ' ' in test else test};\n"
        f"if (!{busy}) begin\n  {busy} <= {start};\nend else begin\n"
        + indent("\n".join(work), 2)
        + "\nend"
    )
    body = "\n".join(
        (
            f"  reg {busy};",
            f"  reg {_range(width)}{pos};",
            f"  reg {_range(wide)}{ones};",
            f"  wire {last} = ({pos} == {lit(width, n - 1)});",
            f"  wire {_range(wide)}{total} = {ones} + {x};",
            "",
            clocking.always(
                f"{busy} <= 1'b0;\n{pos} <= {lit(width, 0)};\n{ones} <= {lit(wide, 0)};\n{z} <= "
                "1'b0;",
                step,
            ),
        )
    )
    return draw.design(
        SAMPLE,
        module=draw.module("sampler", "vote", "sample_fsm", "fsm"),
        ports=ports,
        body=body,
        description=tell(
            draw,
            title=f"machine that judges {n} samples",
            terse=f"Idle until {start}=1 is clocked in; then {x} is sampled at the next {n} edges. "
            f"{z} = 1 for one cycle after the {n} samples if {words}. "
            + (
                f"Groups of {n} then follow without a gap ({start} ignored). "
                if again
                else "Then idle again. "
            )
            + clock_words(clocking, "to idle, all 0"),
            opening=(
                "A machine has a waiting state and a sampling phase.",
                f"Design a machine that takes groups of {n} samples.",
                "",
            ),
            facts=(
                (
                    f"After reset the machine waits. At every clock edge it looks at `{start}`; "
                    f"once it is 1, the values of `{x}` at the following {n} clock edges are one "
                    "group of samples.",
                    f"The machine stays idle while `{start}` is 0. The clock edge that finds "
                    f"`{start}` at 1 takes no sample; the {n} edges after it each sample `{x}`.",
                ),
                (
                    f"`{z}` is a register: the edge that takes the last sample of a group sets it "
                    f"to 1 if {words}, and the next edge clears it.",
                    f"In the cycle right after the last sample of a group `{z}` is 1 if {words}. "
                    "In all other cycles it is 0.",
                ),
                (
                    "The next group begins immediately: the edge after the last sample takes the "
                    f"first one of a new group, and so on until reset; `{start}` is not looked at "
                    "any more.",
                    f"From then on groups of {n} samples follow each other without a gap, and "
                    f"`{start}` no longer matters until reset.",
                )
                if again
                else (
                    f"After the last sample the machine waits for `{start}` again; it can be "
                    f"accepted at the very next edge, while `{z}` shows the result.",
                    f"`{start}` is ignored during sampling. The edge right after the last sample "
                    f"is the first that looks at `{start}` again.",
                ),
                *clocked(draw, clocking, f"makes the machine wait and `{z}` 0"),
            ),
        ),
        stimulus=sequential(
            draw,
            ports,
            clocking,
            random_rows=300,
            reset_chance=0.02,
            chances={start: 0.4, x: min(0.7, max(0.3, k / n))},
        ),
        choices=(("n", n), ("rule", rule), ("k", 0 if rule == "odd" else k), ("again", again)),
        clocking=clocking,
    )


def _delay(draw: Draw) -> Design:
    """A pulse n cycles after a start; busy meanwhile; a start during it ignored or restarting."""
    clocking = draw.clocking()
    n = draw.int(2, 15)
    restart = draw.chance(0.45)
    stop = draw.name("cancel", "stop", "abort") if draw.chance(0.35) else ""
    start = draw.name("start", "go", "trig", "req")
    busy = draw.name("busy", "running", "active", "timing")
    done = draw.name("done", "fire", "expired", "timeout", "pulse")
    left = draw.name("left", "cnt", "timer", "remaining")
    width = n.bit_length()
    ports = [
        *clocking.ports,
        port(start, "input"),
        *([port(stop, "input")] if stop else []),
        port(busy, "output"),
        port(done, "output"),
    ]
    begins = start if restart else f"{start} && !{busy}"
    lines = [f"{done} <= 1'b0;"]
    if stop:
        lines.append(f"if ({stop}) begin\n  {left} <= {lit(width, 0)};\nend else ")
    lines.append(
        f"if ({begins}) begin\n  {left} <= {lit(width, n)};\nend else if ({busy}) begin\n"
        f"  {left} <= {left} - 1;\n  {done} <= ({left} == {lit(width, 1)});\nend"
    )
    step = "\n".join(lines).replace("else \n", "else ")
    body = "\n".join(
        (
            f"  reg {_range(width)}{left};",
            "",
            clocking.always(f"{left} <= {lit(width, 0)};\n{done} <= 1'b0;", step),
            "",
            f"  assign {busy} = ({left} != {lit(width, 0)});",
        )
    )
    while_busy: Fact = (
        (
            f"A `{start}` of 1 while `{busy}` is 1 begins the {n} cycles anew; no `{done}` is "
            "given for the interrupted interval, also if it would have ended at that edge.",
            f"The delay can be restarted: `{start}` = 1 at any edge, the last one of an interval "
            f"included, reloads the full {n} cycles and prevents `{done}`.",
        )
        if restart
        else (
            f"While `{busy}` is 1, `{start}` is ignored.",
            f"A `{start}` that comes while `{busy}` is 1 has no effect.",
        )
    )
    draw.tell(
        *told.start_delay_done(
            draw.teller(),
            clocking,
            start=start,
            busy=busy,
            done=done,
            cycles=n,
            restart=restart,
            stop=stop,
        )
    )
    return draw.design(
        DELAY,
        module=draw.module("delay", "one_shot", "wait_timer", "timer"),
        ports=ports,
        body=body,
        description=tell(
            draw,
            title=f"delay of {n} clock cycles with busy and done",
            terse=f"{start}=1 makes {busy} 1 for {n} cycles, then {done} pulses for one cycle; "
            + (
                f"{start} restarts the delay (no {done}). "
                if restart
                else f"{start} is ignored while {busy}. "
            )
            + (f"{stop} ends it without {done} and beats {start}. " if stop else "")
            + clock_words(clocking, "clears all"),
            opening=("A controller has to wait for a fixed time.", "Build a wait timer.", ""),
            facts=(
                (
                    f"When `{start}` is 1 at a clock edge, `{busy}` becomes 1 for exactly {n} "
                    f"clock cycles. With the edge that ends them `{busy}` goes back to 0 and "
                    f"`{done}` to 1, for one cycle.",
                    f"A clock edge with `{start}` = 1 starts an interval: `{busy}` is 1 for the "
                    f"next {n} cycles, and in the cycle that follows them `{busy}` is 0 and "
                    f"`{done}` is 1.",
                ),
                while_busy,
                (
                    f"`{stop}` = 1 at a clock edge ends the interval at once, without `{done}`; it "
                    f"has priority over `{start}`.",
                    f"`{stop}` has priority: an edge with `{stop}` = 1 clears `{busy}`, gives no "
                    f"`{done}`, and ignores `{start}`.",
                )
                if stop
                else "",
                f"`{done}` is 0 in all other cycles.",
                *clocked(draw, clocking, f"clears `{busy}` and `{done}`"),
            ),
        ),
        stimulus=sequential(
            draw,
            ports,
            clocking,
            random_rows=320,
            reset_chance=0.01,
            chances={start: min(0.4, 0.8 / n) if restart else 0.3, stop: 0.03},
        ),
        choices=(("cycles", n), ("restart", restart), ("stop", bool(stop))),
        clocking=clocking,
    )


def _enable(draw: Draw) -> Design:
    """An enable of n cycles after reset, perhaps after some cycles of lead, or on request."""
    clocking = draw.clocking()
    n, lead = draw.int(2, 12), draw.choice((0, 0, 0, 1, 2, 3, 5))
    again = draw.name("again", "restart", "kick", "start") if draw.chance(0.45) else ""
    ena = draw.name("ena", "shift_ena", "en", "load_en", "gate")
    count = draw.name("count", "cnt", "t")
    end = lead + n
    width = end.bit_length()
    ports = [
        *clocking.ports,
        *([port(again, "input")] if again else []),
        port(ena, "output"),
    ]
    step = f"if ({count} != {lit(width, end)}) begin\n  {count} <= {count} + 1;\nend"
    if again:
        step = f"if ({again}) begin\n  {count} <= {lit(width, 0)};\nend else {step}"
    active = f"({count} < {lit(width, end)})"
    if lead:
        active = f"({count} >= {lit(width, lead)}) && {active}"
    body = "\n".join(
        (
            f"  reg {_range(width)}{count};",
            "",
            clocking.always(f"{count} <= {lit(width, 0)};", step),
            "",
            f"  assign {ena} = {active};",
        )
    )
    first = (
        (
            f"While the reset is active `{ena}` is 0. Of the clock edges at which the reset is "
            f"inactive, number {lead} sets `{ena}` to 1 and number {end} clears it, so that it is "
            f"1 for exactly {n} cycles.",
            f"The reset starts a sequence with `{ena}` = 0. Counting clock edges without reset, "
            f"`{ena}` rises with edge {lead} and falls with edge {end}; it is then 0 for good.",
        )
        if lead
        else (
            f"`{ena}` is 1 as soon as the reset has acted and stays 1 while it lasts. After its "
            f"release the {n}. clock edge clears `{ena}`; it remains 0 from then on.",
            f"The reset sets `{ena}` to 1. Counting the clock edges at which the reset is "
            f"inactive, `{ena}` stays 1 up to edge number {n}, which makes it 0 for good.",
        )
    )
    extra: Fact = (
        (
            f"`{again}` = 1 at a clock edge starts the same sequence as a reset does, at any time.",
            f"A clock edge at which `{again}` is 1 has the effect of a synchronous reset.",
        )
        if again
        else "There is no other input; only a reset repeats the sequence."
    )
    return draw.design(
        ENABLE,
        module=draw.module("shift_enable", "enable_gen", "startup", "enable_fsm"),
        ports=ports,
        body=body,
        description=tell(
            draw,
            title=f"enable for {n} cycles after reset",
            terse=(
                f"{ena} is 0 during reset and {_plural(lead, 'cycle')} more, then 1 for {n} "
                if lead
                else f"{ena} is 1 in reset and until the {n}. edge after it, "
            )
            + ("cycles, then 0. " if lead else "then 0. ")
            + (f"{again}=1 restarts it like a synchronous reset. " if again else "")
            + clock_words(clocking, "restarts"),
            opening=(
                "Part of a controller enables a shift register for a fixed number of cycles.",
                "",
            ),
            facts=(first, extra, *clocked(draw, clocking, "starts the sequence")),
        ),
        stimulus=sequential(
            draw,
            ports,
            clocking,
            random_rows=260,
            chances={again: 0.5 / end},
            reset_chance=0.5 / end if not again else 0.02,
        ),
        choices=(("cycles", n), ("lead", lead), ("again", bool(again))),
        clocking=clocking,
    )


def _plural(number: int, thing: str) -> str:
    return f"{number} {thing}{'s' * (number != 1)}"


SAMPLE = Family("sample_and_decide", Tier.ADVANCED, _sample)
DELAY = Family("start_delay_done", Tier.ADVANCED, _delay)
ENABLE = Family("enable_after_reset", Tier.ADVANCED, _enable)

FAMILIES = (SAMPLE, DELAY, ENABLE)
