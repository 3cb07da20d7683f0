"""Handshake and grant controllers, as state charts."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families import chart, chart_told
from mevllm.data.families.chart import Test
from mevllm.data.families.chart_told import controller
from mevllm.data.families.telling import Fact
from mevllm.data.families.told import handshakes as told
from mevllm.data.stimulus import sequential
from mevllm.tiers import Tier

_Moves = list[tuple[str, list[tuple[Test, str]]]]
_Outputs = list[tuple[str, list[str | tuple[str, Test]]]]


def _four_phase(draw: Draw) -> Design:
    """The side that requests, or the one that acknowledges, of a four-phase handshake."""
    return _requester(draw) if draw.chance(0.5) else _responder(draw)


def _requester(draw: Draw) -> Design:
    clocking = draw.clocking()
    go, ack = draw.name("go", "start", "send"), draw.name("ack", "ack_i", "done_i")
    req = draw.name("req", "req_o", "ask")
    busy = draw.name("busy", "active") if draw.chance(0.6) else ""
    done = draw.name("done", "finished") if draw.chance(0.7) or not busy else ""
    abort = draw.name("abort", "cancel", "timeout") if draw.chance(0.45) else ""
    early = bool(abort) and draw.chance(0.5)
    stop: list[tuple[Test, str]] = [(((abort, 1),), "RELEASE")] if abort else []
    taken: tuple[Test, str] = (((ack, 1),), "RELEASE")
    end = "FINISH" if done else "IDLE"
    moves: _Moves = [
        ("IDLE", [(((go, 1), (ack, 0)), "ASK") if draw.chance(0.4) else (((go, 1),), "ASK")]),
        ("ASK", [*stop, taken] if early else [taken, *stop]),
        ("RELEASE", [(((ack, 0),), end)]),
    ]
    if done:
        moves.append(("FINISH", [((), "IDLE")]))
    outputs: _Outputs = [(req, ["ASK"])]
    if busy:
        outputs.append((busy, ["ASK", "RELEASE"]))
    if done:
        outputs.append((done, ["FINISH"]))
    inputs = {go: "a transfer is wanted", ack: "the other side acknowledges"}
    if abort:
        inputs[abort] = "the request must be withdrawn"
    begin = chart.words(moves[0][1][0][0])
    tale: list[Fact] = [
        f"At rest `{req}` is 0; an edge at which {begin} sets it to 1.",
        f"`{req}` stays 1 until an edge with `{ack}` = 1, which sets it back to 0"
        + (f"; `{abort}` = 1 at an edge does the same" if abort else "")
        + ".",
        f"After that the machine waits for an edge with `{ack}` = 0"
        + (
            f"; then `{done}` is 1 for exactly one cycle, after which it is at rest again (`{go}` "
            "is not looked at in that cycle)."
            if done
            else ", and is then at rest again."
        ),
    ]
    if busy:
        tale.append(
            f"`{busy}` is 1 from the start of the request until `{ack}` has been seen at 0 again."
        )
    draw.tell(
        *told.requester(
            draw.teller(),
            clocking,
            go=go,
            ack=ack,
            req=req,
            busy=busy,
            done=done,
            abort=abort,
            needs_low=len(moves[0][1][0][0]) > 1,
        )
    )
    return controller(
        draw,
        FOUR_PHASE,
        clocking,
        chart.chart(moves, outputs),
        inputs,
        title="requesting side of a four-phase handshake",
        modules=("handshake", "requester", "hs_master"),
        opening=(
            f"Two circuits exchange `{req}` and `{ack}` in a four-phase handshake; this is the "
            "requesting side.",
            "A controller asks for a service by a four-phase handshake.",
        ),
        meanings={req: "request", busy: "transfer in progress", done: "transfer is over"},
        tale=tale,
        at_reset="brings the machine to rest, all outputs at 0",
        chances={abort: 0.15, ack: 0.45},
    )


def _responder(draw: Draw) -> Design:
    clocking = draw.clocking()
    req, ack = draw.name("req", "req_i", "ask"), draw.name("ack", "ack_o", "grant")
    work, ready = draw.name("work", "run", "load"), draw.name("ready", "work_done", "complete")
    stall = draw.name("stall", "hold", "not_now") if draw.chance(0.4) else ""
    drop = draw.chance(0.5)
    once = draw.chance(0.35)
    begin: Test = ((req, 1), (stall, 0)) if stall else ((req, 1),)
    running: list[tuple[Test, str]] = [(((ready, 1),), "ACK")]
    if drop:
        running.insert(draw.int(0, 1), (((req, 0),), "IDLE"))
    moves: _Moves = [("IDLE", [(begin, "START" if once else "WORK")])]
    if once:
        moves.append(("START", [((), "WORK")]))
    moves += [("WORK", running), ("ACK", [(((req, 0),), "IDLE")])]
    outputs: _Outputs = [(work, ["START"] if once else ["WORK"]), (ack, ["ACK"])]
    busy = draw.name("busy", "occupied") if once or draw.chance(0.3) else ""
    if busy:
        outputs.append((busy, ["START", "WORK"] if once else ["WORK", "ACK"]))
    inputs = {req: "the other side asks for service", ready: "the work is done"}
    if stall:
        inputs[stall] = "no new work may begin"
    order = " and ".join(
        f"{'gives up' if target == 'IDLE' else 'acknowledges'} if {chart.words(test)}"
        for test, target in running
    )
    first = "" if len(running) < 2 else " (the first of these that holds counts)"
    tale: list[Fact] = [
        f"At rest an edge at which {chart.words(begin)} begins the work: `{work}` is 1 "
        + (
            "for exactly one cycle, and then the machine waits." if once else "as long as it takes."
        ),
        f"While {'it waits' if once else 'the work lasts'}, each edge decides: the machine "
        f"{order}{first}.",
        f"`{ack}` is 1 from the acknowledgement until an edge with `{req}` = 0; then the machine "
        "is "
        "at rest" + (", as it is after giving up." if drop else "."),
    ]
    if busy:
        tale.append(
            f"`{busy}` is 1 from the beginning of the work until the acknowledgement or giving up."
            if once and drop
            else f"`{busy}` is 1 from the beginning of the work until the acknowledgement."
            if once
            else f"`{busy}` is 1 whenever the machine is not at rest."
        )
    draw.tell(
        *told.responder(
            draw.teller(),
            clocking,
            req=req,
            ack=ack,
            work=work,
            ready=ready,
            stall=stall,
            busy=busy,
            drop=drop,
            ready_first=running[0][1] == "ACK",
            once=once,
        )
    )
    return controller(
        draw,
        FOUR_PHASE,
        clocking,
        chart.chart(moves, outputs),
        inputs,
        title="responding side of a four-phase handshake",
        modules=("handshake", "responder", "hs_slave"),
        opening=(
            f"A unit answers requests on `{req}` with `{ack}` in a four-phase handshake.",
            "This controller is the responding side of a four-phase handshake.",
        ),
        meanings={work: "do the work", ack: "acknowledge", busy: "not free"},
        tale=tale,
        at_reset="brings the machine to rest, all outputs at 0",
        chances={stall: 0.3, req: 0.65, ready: 0.4},
    )


def _grants(draw: Draw) -> Design:
    """Requests and grants by priority; a grant is kept while it is requested."""
    clocking = draw.clocking()
    count = draw.choice((2, 3, 3, 3, 4))
    vector = draw.chance(0.5) or count == 4
    if vector:
        r, g = draw.name("r", "req", "request"), draw.name("g", "gnt", "grant")
        asks, gives = [f"{r}[{i}]" for i in range(count)], [f"{g}[{i}]" for i in range(count)]
        ports = [port(r, "input", count, "requests"), port(g, "output", count, "grants")]
    else:
        style = draw.choice((("req_{}", "gnt_{}"), ("r{}", "g{}"), ("ask_{}", "give_{}")))
        tags = "abc" if "_" in style[0] else "123"
        asks = [draw.name(style[0].format(tags[i])) for i in range(count)]
        gives = [draw.name(style[1].format(tags[i])) for i in range(count)]
        ports = [*(port(n, "input") for n in asks), *(port(n, "output") for n in gives)]
    order = draw.shuffled(range(count)) if draw.chance(0.7) else list(range(count))
    handover = draw.chance(0.4)
    preempt = not handover and draw.chance(0.25)
    states = [f"GRANT{i}" if vector else f"G{i + 1}" for i in range(count)]
    idle = draw.choice(("IDLE", "NONE", "FREE"))
    moves: _Moves = [(idle, [(((asks[i], 1),), states[i]) for i in order])]
    for i in range(count):
        arcs: list[tuple[Test, str]] = []
        if preempt:
            above = order[: order.index(i)]
            arcs += [(((asks[j], 1),), states[j]) for j in above]
        arcs.append((((asks[i], 1),), states[i]))
        if handover:
            arcs += [(((asks[j], 1),), states[j]) for j in order if j != i]
        moves.append((states[i], [*arcs, ((), idle)]))
    outputs: _Outputs = [(gives[i], [states[i]]) for i in range(count)]
    ranks = ", then ".join(f"`{asks[i]}`" for i in order)
    tale: list[Fact] = [
        f"There are {count} clients; "
        + ", ".join(f"`{gives[i]}` answers `{asks[i]}`" for i in range(count))
        + ". At most one grant is 1.",
        f"While no grant is given, an edge with requests gives the grant to the one of highest "
        f"priority; the order is {ranks}.",
        (
            "A grant is kept while its request is 1 and no request of higher priority is; an edge "
            "with a request of higher priority moves the grant directly to the highest one. "
            "Otherwise, when its own request is 0, the grant ends with that edge, and for one "
            "cycle there is none."
            if preempt
            else "A grant is kept as long as its request is 1 at every edge, whatever the others "
            "do. "
            + (
                "At an edge with its request at 0 the grant passes directly to the request of "
                "highest priority among the others, or ends if there is none."
                if handover
                else "An edge with its request at 0 ends it, and for at least one cycle there is "
                "no grant."
            )
        ),
    ]
    drawn = chart.chart(moves, outputs)
    ports = [*clocking.ports, *ports]
    draw.tell(
        *told.request_grant(
            draw.teller(),
            clocking,
            asks=asks,
            gives=gives,
            order=order,
            handover=handover,
            preempt=preempt,
        )
    )
    return draw.design(
        GRANTS,
        module=draw.module("arbiter", "grant_fsm", "bus_grant"),
        ports=ports,
        body=chart.body(drawn, clocking, draw.name("state"), draw.name("next", "next_state")),
        description=chart_told.described(
            drawn,
            clocking,
            draw,
            title=f"request and grant machine for {count} clients",
            opening=(
                f"A resource is shared by {count} clients.",
                f"An arbiter for {count} devices is a Moore state machine.",
                "",
            ),
            tale=[*tale, "The grants depend on the state only (Moore)."],
            at_reset="takes away all grants",
        ),
        stimulus=sequential(
            draw,
            ports,
            clocking,
            random_rows=320,
            reset_chance=0.02,
            hold=dict.fromkeys(asks, 0.5) if not vector else None,
        ),
        choices=(("chart", drawn.canonical), ("vector", vector)),
        clocking=clocking,
    )


FOUR_PHASE = Family("four_phase_handshake", Tier.ADVANCED, _four_phase)
GRANTS = Family("request_grant_machine", Tier.ADVANCED, _grants)

FAMILIES = (FOUR_PHASE, GRANTS)
