"""State machines with a counter: sample and decide, delays, bursts, enables of a fixed length."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.telling import Fact, clock_words, clocked, lit, tell
from mevllm.data.families.told import counting as told
from mevllm.data.stimulus import sequential
from mevllm.tiers import Tier


def _range(width: int) -> str:
    return f"[{width - 1}:0] " if width > 1 else ""


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


DELAY = Family("start_delay_done", Tier.ADVANCED, _delay)

FAMILIES = (DELAY,)
