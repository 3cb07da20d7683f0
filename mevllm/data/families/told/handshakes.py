"""Tellings of handshake and grant controllers."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_machines import Ink, around, clocks, ink, remarks


def _moore(pen: Draw) -> str:
    return pen.say(
        "Moore outputs; inputs matter at clock edges only.",
        "The outputs come from the state alone.",
        "All decisions are made at clock edges, and the outputs depend on the state only (Moore).",
    )


def requester(
    pen: Draw,
    clocking: Clocking,
    *,
    go: str,
    ack: str,
    req: str,
    busy: str,
    done: str,
    abort: str,
    needs_low: bool,
) -> tuple[str, str, str]:
    """The requesting side of a four-phase handshake."""
    names = (go, ack, req, busy, done, abort, clocking.clock, str(clocking.reset))

    def begin(n: Ink) -> str:
        if needs_low:
            return pen.say(
                f"when idle, {n(go)}=1 with {n(ack)}=0 at an edge raises {n(req)}.",
                f"{n(req)} goes up at an idle edge with {n(go)} high, provided {n(ack)} is low.",
            )
        return pen.say(
            f"when idle, {n(go)}=1 at an edge raises {n(req)}, whatever {n(ack)} is.",
            f"{n(req)} goes up at an idle edge with {n(go)} high; {n(ack)} is not looked at there.",
        )

    def middle(n: Ink) -> str:
        also = f" (or {n(abort)})" if abort else ""
        return pen.say(
            f"{n(req)} holds until an edge finds {n(ack)}{also} high, then drops; after that wait "
            f"for {n(ack)} low.",
            f"an edge with {n(ack)}=1{also.replace(')', '=1)')} takes {n(req)} down, and from the "
            f"next edge on {n(ack)} is awaited at 0.",
        )

    def end(n: Ink) -> str:
        text = (
            pen.say(
                f"the edge that finds {n(ack)} low starts one cycle of {n(done)}, during which "
                f"{n(go)} is ignored; then it is idle",
                f"once {n(ack)} is seen low, {n(done)} is 1 for a single cycle ({n(go)} not "
                "sampled), and idle follows",
            )
            if done
            else pen.say(
                f"the edge that finds {n(ack)} low returns to idle",
                f"once {n(ack)} is seen low it is idle again",
            )
        )
        if abort and done:
            text += pen.say(
                f"; a request ended by {n(abort)} closes the same way",
                f", also after {n(abort)}",
            )
        return text + "."

    def active(n: Ink) -> str:
        if not busy:
            return ""
        return pen.say(
            f"{n(busy)} spans the request and the wait for {n(ack)} low"
            + (f", not {n(done)}." if done else "."),
            f"{n(busy)} rises with {n(req)} and falls when {n(ack)} has been seen low.",
        )

    def reset(n: Ink) -> str:
        return clocks(pen, n, clocking, pen.say("makes it idle, all outputs 0", "returns to idle"))

    n = ink(pen)
    title = pen.say(
        "Four-phase handshake, requesting side:",
        "Master of a return-to-zero handshake:",
        "Four-phase requester.",
    )
    rules = (begin(n), middle(n), end(n), active(n))
    short = around(pen, title, *rules, _moore(pen), reset(n), names=names)
    n = ink(pen)
    purpose = around(
        pen,
        pen.say(
            "A slow printer head takes one order at a time and answers by a level, four-phase "
            "style:",
            "A DMA engine asks a memory in another corner of the chip for service:",
            "A weighing station wants its readings fetched by a host that has its own pace:",
            "The control unit starts a multiplier of unknown duration by request and acknowledge:",
            "A robot arm calls for the next part at a hand-over point:",
        ),
        begin(n),
        middle(n),
        end(n),
        active(n),
        _moore(pen),
        reset(n),
        names=names,
    )
    n = ink(pen)
    told = remarks(
        pen,
        pen.say(
            f"{n(req)} and {n(ack)} form a four-phase handshake; this is the active partner.",
            "Protocol machine, initiating side, levels return to zero.",
            "Request, acknowledge, release, release.",
            "Handshake initiator:",
        ),
        [begin(n), middle(n), end(n), active(n), _moore(pen), reset(n)],
        names,
    )
    return short, purpose, told


def responder(
    pen: Draw,
    clocking: Clocking,
    *,
    req: str,
    ack: str,
    work: str,
    ready: str,
    stall: str,
    busy: str,
    drop: bool,
    ready_first: bool,
    once: bool,
) -> tuple[str, str, str]:
    """The responding side: `drop` gives up when the request goes, `once` pulses `work`."""
    names = (req, ack, work, ready, stall, busy, clocking.clock, str(clocking.reset))

    def begin(n: Ink) -> str:
        test = f"{n(req)} high" + (f" and {n(stall)} low" if stall else "")
        if once:
            return pen.say(
                f"idle, an edge with {test} gives a one-cycle pulse on {n(work)} (inputs ignored "
                "in that cycle); then it waits for the work.",
                f"with {test} at an idle edge, {n(work)} is 1 for exactly one cycle, nothing being "
                "sampled at its end, and waiting begins.",
            )
        return pen.say(
            f"idle, an edge with {test} turns {n(work)} on for as long as the work lasts.",
            f"with {test} at an idle edge, {n(work)} goes up and stays up during the work.",
        )

    def run(n: Ink) -> str:
        span = "while it waits" if once else f"while {n(work)} is 1"
        done = f"{n(ready)}=1 leads to {n(ack)}=1"
        if not drop:
            return pen.say(
                f"{span}, {done}; {n(req)} does not matter then.",
                f"{span}, only {n(ready)} counts: at 1 it brings {n(ack)} up.",
            )
        gone = f"{n(req)}=0 gives up and returns to idle, without {n(ack)}"
        one, two = (done, gone) if ready_first else (gone, done)
        return pen.say(
            f"{span}, {one}; failing that, {two}.",
            f"{span}, each edge asks two things in this order: {one}; else {two}.",
        )

    def end(n: Ink) -> str:
        return pen.say(
            f"{n(ack)} lasts until an edge sees {n(req)} low, then idle.",
            f"drop {n(ack)} and go idle at the edge that finds {n(req)} at 0.",
            f"{n(ack)} is held up while {n(req)} is; its fall ends both.",
        )

    def active(n: Ink) -> str:
        if not busy:
            return ""
        if once:
            return f"{n(busy)} is 1 during the pulse and the wait, 0 with {n(ack)} and when idle."
        return f"{n(busy)} is 1 whenever it is not idle, {n(ack)} included."

    def reset(n: Ink) -> str:
        return clocks(pen, n, clocking, pen.say("makes it idle, all outputs 0", "returns to idle"))

    n = ink(pen)
    title = pen.say(
        "Four-phase handshake, responding side:",
        "Slave of a return-to-zero handshake:",
        "Four-phase responder.",
    )
    short = around(
        pen, title, begin(n), run(n), end(n), active(n), _moore(pen), reset(n), names=names
    )
    n = ink(pen)
    purpose = around(
        pen,
        pen.say(
            "An accelerator serves a processor on demand and reports by a level:",
            "A pick-up desk accepts one order, has it prepared, and hands it out:",
            "The front end of an analog converter answers its host in four phases:",
            "A vault door controller obeys requests of the central computer:",
            "Commands to a motor drive are acknowledged when they are carried out:",
        ),
        begin(n),
        run(n),
        end(n),
        active(n),
        _moore(pen),
        reset(n),
        names=names,
    )
    n = ink(pen)
    told = remarks(
        pen,
        pen.say(
            f"{n(req)} asks, {n(ack)} answers, levels, four phases.",
            "Protocol machine, passive side.",
            "How a request is served:",
            "Handshake target, in remarks.",
        ),
        [begin(n), run(n), end(n), active(n), _moore(pen), reset(n)],
        names,
    )
    return short, purpose, told


def request_grant(
    pen: Draw,
    clocking: Clocking,
    *,
    asks: Sequence[str],
    gives: Sequence[str],
    order: Sequence[int],
    handover: bool,
    preempt: bool,
) -> tuple[str, str, str]:
    """Requests and grants by priority; `order` has the highest priority first."""
    names = (*asks, *gives, clocking.clock, str(clocking.reset))

    def rank(n: Ink) -> str:
        down = " over ".join(n(asks[i]) for i in order)
        return pen.say(
            f"fixed priority {down}.",
            f"priority from high to low: {', '.join(n(asks[i]) for i in order)}.",
            f"among several requests the ranking is {down}.",
        )

    def pairs(n: Ink) -> str:
        each = ", ".join(f"{n(gives[i])} answers {n(asks[i])}" for i in range(len(asks)))
        return pen.say(
            f"every client has a grant of its own ({each}), never two at once.",
            f"at most one grant is out, where {each}.",
            f"requests and grants belong together ({each}), and the grants exclude each other.",
        )

    def idle(n: Ink) -> str:
        return pen.say(
            "with no grant out, an edge grants the best request present.",
            "a free resource goes to the highest request at the next edge.",
            "when nobody has it, the edge picks the top request, if any.",
        )

    def keep(n: Ink) -> str:
        if preempt:
            return pen.say(
                "Preemptive: a higher request takes the grant over directly at the edge, else the "
                "owner keeps it while requesting. If the owner's request is gone and no higher one "
                "is there, the grant ends, and at least one cycle without any follows.",
                "An owner yields straight to the highest of the requests that outrank it; without "
                "such it stays while its request is 1, and otherwise there is an idle cycle even "
                "if a lower request waits.",
            )
        if handover:
            return pen.say(
                "Grants are not preemptive: the owner keeps its grant while it requests. When an "
                "edge finds its request low, the grant moves at once to the best of the others, or "
                "ends if there is none.",
                "Owners are never interrupted; on release the highest waiting request is served "
                "by the same edge, without a gap.",
            )
        return pen.say(
            "Grants are not preemptive: the owner keeps its grant while it requests. Releasing it "
            "always costs a cycle without grant before the next one.",
            "Owners are never interrupted; the edge that finds the owner's request low takes the "
            "grant away and gives none, so that one idle cycle follows at least.",
        )

    def reset(n: Ink) -> str:
        return clocks(pen, n, clocking, pen.say("removes all grants", "frees the resource"))

    n = ink(pen)
    short = around(
        pen,
        pen.say("Fixed-priority arbiter FSM:", "Arbiter with held grants.", ""),
        pairs(n),
        rank(n),
        idle(n),
        keep(n),
        pen.say("Moore.", "Grants come from the state.", "Moore outputs."),
        reset(n),
        names=names,
    )
    n = ink(pen)
    purpose = around(
        pen,
        pen.say(
            "Several pumps share one power feed, so only one may run:",
            "Radio modules in a gateway share the antenna:",
            "The single crane of a yard is wanted by more than one lorry:",
            "Bus masters of a small computer want the memory:",
            "Heaters of a greenhouse must not be on together:",
        ),
        pairs(n),
        rank(n),
        idle(n),
        keep(n),
        "Requests act through the clock only (Moore).",
        reset(n),
        names=names,
    )
    n = ink(pen)
    told = remarks(
        pen,
        pen.say(
            f"Arbitration among {len(asks)}.",
            f"One resource, {len(asks)} clients.",
            "Who gets the grant, and for how long:",
            "Bus grant logic as a state machine.",
        ),
        [*pen.shuffled([pairs(n), rank(n), idle(n)]), keep(n), _moore(pen), reset(n)],
        names,
    )
    return short, purpose, told
