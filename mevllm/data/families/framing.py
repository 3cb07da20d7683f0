"""Framed serial receivers, one bit a clock cycle: start bit, data, parity, stop bit, recovery."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, indent, port
from mevllm.data.families.telling import Fact, clock_words, clocked, lit, tell
from mevllm.data.stimulus import sequential
from mevllm.tiers import Tier

_MODULES = ("receiver", "serial_rx", "frame_rx", "deframer")


def _frame(draw: Draw) -> Design:
    """Only the end of a correct frame is signalled."""
    return _receiver(draw, FRAME, data=False, parity="")


def _frame_data(draw: Draw) -> Design:
    """The data of a correct frame are put out."""
    return _receiver(draw, FRAME_DATA, data=True, parity="")


def _frame_parity(draw: Draw) -> Design:
    """The parity of a frame is checked, mostly with data output."""
    return _receiver(draw, FRAME_PARITY, data=draw.chance(0.7), parity=draw.choice(("odd", "even")))


def _receiver(draw: Draw, family: Family, *, data: bool, parity: str) -> Design:
    clocking = draw.clocking()
    n = draw.int(4, 9)
    idle = int(draw.chance(0.8))
    lsb = draw.chance(0.75)
    x = draw.name("in", "rx", "rxd", "line", "serial_in", "bit_in")
    done = draw.name("done", "ok", "valid", "frame_ok", "strobe")
    byte = draw.name("data", "out", "word", "dout") if data else ""
    error = draw.name("err", "error", "bad") if draw.chance(0.3) else ""
    state, count, par = (
        draw.name("state"),
        draw.name("count", "cnt", "pos"),
        draw.name("parity", "p"),
    )
    sh = draw.name("shift", "sr", "buffer") if data else ""
    width = (n - 1).bit_length()
    names = ["IDLE", "DATA", *(["PARITY"] if parity else []), "STOP", "WAIT"]
    bits = (len(names) - 1).bit_length()
    codes = ", ".join(f"{s} = {bits}'d{i}" for i, s in enumerate(names))
    is_start, is_idle = (f"!{x}", x) if idle else (x, f"!{x}")
    keep = (
        ""
        if not data
        else (
            f"{sh} <= {{{x}, {sh}[{n - 1}:1]}};\n"
            if lsb
            else f"{sh} <= {{{sh}[{n - 2}:0], {x}}};\n"
        )
    )
    sums = f"{par} <= {par} ^ {x};\n" if parity else ""
    right = (par if parity == "odd" else f"!{par}") if parity else ""
    good = f"{is_idle} && {right}" if parity else is_idle
    after = "PARITY" if parity else "STOP"
    arms = [
        f"IDLE: if ({is_start}) begin\n  {state} <= DATA;\n  {count} <= {lit(width, 0)};\n"
        + (f"  {par} <= 1'b0;\n" if parity else "")
        + "end",
        "DATA: begin\n"
        + indent(
            f"{keep}{sums}{count} <= {count} + 1;\n"
            f"if ({count} == {lit(width, n - 1)}) {state} <= {after};",
            2,
        )
        + "\nend",
    ]
    if parity:
        arms.append(f"PARITY: begin\n  {par} <= {par} ^ {x};\n  {state} <= STOP;\nend")
    stop = f"{done} <= {good};\n"
    if error:
        stop += f"{error} <= {f'!({good})' if parity else is_start};\n"
    if data:
        stop += f"if ({good}) {byte} <= {sh};\n"
    stop += f"{state} <= {is_idle} ? IDLE : WAIT;"
    arms.append(f"STOP: begin\n{indent(stop, 2)}\nend")
    arms.append(f"WAIT: if ({is_idle}) {state} <= IDLE;")
    arms.append(f"default: {state} <= IDLE;")
    flags = f"{done} <= 1'b0;" + (f"\n{error} <= 1'b0;" if error else "")
    step = f"{flags}\ncase ({state})\n{indent(chr(10).join(arms), 2)}\nendcase"
    start = f"{state} <= IDLE;\n{flags}" + (f"\n{byte} <= {lit(n, 0)};" if data else "")
    body = "\n".join(
        (
            f"  localparam {codes};",
            f"  reg [{bits - 1}:0] {state};",
            f"  reg [{width - 1}:0] {count};",
            *([f"  reg [{n - 1}:0] {sh};"] if data else []),
            *([f"  reg {par};"] if parity else []),
            "",
            clocking.always(start, step),
        )
    )
    ports = [
        *clocking.ports,
        port(x, "input", 1, "serial line"),
        *([port(byte, "output", n, "data of the last correct frame")] if data else []),
        port(done, "output", 1, "a correct frame has ended"),
        *([port(error, "output", 1, "a faulty frame has ended")] if error else []),
    ]
    level, other = ("1", "0") if idle else ("0", "1")
    order = "least significant bit first" if lsb else "most significant bit first"
    word = f"{n} data bits" + (f" ({order})" if data else "")
    bit = ", a parity bit" if parity else ""
    faults = f"the stop bit is {other}" + (" or the parity is wrong" if parity else "")
    means: Fact = ""
    if parity:
        means = (
            f"The parity is {parity}: among the {n} data bits and the parity bit the number of "
            f"ones must be {parity}. A wrong parity does not change the further course; it only "
            "makes the frame faulty.",
            f"With a correct frame, data bits and parity bit together contain an {parity} number "
            "of ones. The receiver reads on after a wrong parity bit as after a right one, but the "
            "frame counts as faulty.",
        )
    rows: list[dict[str, int]] = []
    for _ in range(30 if n < 7 else 24):
        value = [draw.bits(1) for _ in range(n)]
        wrong, broken = draw.chance(0.22), draw.chance(0.2)
        frame = [1 - idle, *value]
        if parity:
            frame.append((sum(value) + (parity == "odd") + wrong) % 2)
        frame.append(idle ^ broken)
        rows += [{x: b} for b in frame]
        if broken:
            rows += [{x: 1 - idle}] * draw.int(0, 3)
        rows += [{x: idle}] * draw.choice((0, 0, 1, 2, 3))
    for b in (0, 1):
        rows += [
            {x: v}
            for v in [
                idle,
                idle,
                1 - idle,
                *([b] * n),
                *([(b * n + (parity == "odd")) % 2] if parity else []),
                idle,
                idle,
            ]
        ]
    return draw.design(
        family,
        module=draw.module(*_MODULES),
        ports=ports,
        body=body,
        description=tell(
            draw,
            title=f"serial receiver for frames of {n} bits"
            + (f" with {parity} parity" * bool(parity)),
            terse=f"Serial receiver, one bit a cycle on {x} (idle {level}): start bit {other}, "
            f"{word}"
            + (f", {parity} parity" if parity else "")
            + f", stop bit {level}. {done} pulses for one cycle after a correct frame"
            + (f", {error} after a faulty one" if error else "")
            + (f"; {byte} keeps the data of the last correct frame" if data else "")
            + f". After a wrong stop bit wait for {level} before the next start bit. Registered "
            f"outputs. {clock_words(clocking, 'to idle, outputs 0')}",
            opening=(
                "A serial line is received by a state machine that is clocked once per bit.",
                "Words are sent in frames over a single wire, one bit in every clock cycle.",
                "",
            ),
            facts=(
                (
                    f"The line `{x}` is {level} when idle. A frame is a start bit {other}, "
                    f"{word}{bit} and a stop bit {level}; each lasts one clock cycle and is "
                    "sampled at a clock edge.",
                    f"Each clock edge samples one bit. Idle line: {level}; frame: one start bit "
                    f"({other}), then {word}{bit}, then one stop bit ({level}).",
                ),
                means,
                (
                    f"The edge that samples the stop bit of a correct frame sets `{done}` to 1 for "
                    "one cycle; it is 0 at all other times.",
                    f"`{done}` is 1 for the one cycle that follows the edge at which the stop bit "
                    "of a correct frame was sampled, else 0.",
                ),
                (
                    f"`{error}` is 1 in the same way, for one cycle, after the stop bit of a "
                    f"faulty frame: one in which {faults}."
                    if error
                    else f"If {faults}, the frame is faulty and `{done}` stays 0."
                ),
                f"The edge that sets `{done}` also loads `{byte}` with the data, which stay there "
                "until the next correct frame; faulty frames do not change it."
                if data
                else "",
                (
                    f"If the stop bit is {level}, the very next bit may be a start bit. If it is "
                    f"{other}, the receiver first waits until it samples {level}; only after that "
                    f"bit a {other} is a start bit again.",
                    f"After a stop bit of {level} the next edge may already sample a start bit. "
                    "After a wrong stop bit all samples are skipped up to and including the first "
                    f"{level}.",
                ),
                *clocked(
                    draw,
                    clocking,
                    "makes the receiver wait for a start bit and all outputs 0",
                ),
            ),
        ),
        stimulus=sequential(
            draw,
            ports,
            clocking,
            directed=rows,
            random_rows=60,
            reset_chance=0.04,
            chances={x: 0.6},
        ),
        choices=(
            ("bits", n),
            ("idle", idle),
            ("lsb", lsb if data else ""),
            ("parity", parity),
            ("data", data),
            ("error", bool(error)),
        ),
        clocking=clocking,
    )


FRAME = Family("serial_frame", Tier.EXPERT, _frame)
FRAME_DATA = Family("serial_frame_data", Tier.EXPERT, _frame_data)
FRAME_PARITY = Family("serial_frame_parity", Tier.EXPERT, _frame_parity)

FAMILIES = (FRAME, FRAME_DATA, FRAME_PARITY)
