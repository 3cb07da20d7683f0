"""Arbiters: fixed priority, round robin, weighted slots, and a token that goes round."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.telling import (
    bin_lit,
    bits_for,
    clock_words,
    clocked,
    exhibit,
    lit,
    span,
    tell,
)
from mevllm.data.families.told import arbiters as told
from mevllm.data.stimulus import sequential
from mevllm.tiers import Tier


def _fixed(draw: Draw) -> Design:
    """Number of requesters, which end wins, held grants, an index output, a mask."""
    c = draw.clocking()
    n = draw.choice((2, 3, 4, 4, 5, 6, 8, 8))
    low = draw.chance(0.6)
    style = draw.choice(("hold", "hold", "free", "lock"))
    indexed, masked = draw.chance(0.4), draw.chance(0.3)
    req, gnt = draw.name("req", "request", "r"), draw.name("gnt", "grant", "g")
    mask = draw.name("mask", "enable", "allow") if masked else ""
    lock = draw.name("lock", "busy", "keep") if style == "lock" else ""
    busy = draw.name("active", "granted", "any_grant")
    owner = draw.name("owner", "gnt_id", "winner") if indexed else ""
    w = bits_for(n)
    ports = [*c.ports, port(req, "input", n, "one request line per client")]
    if masked:
        ports.append(port(mask, "input", n, "1 lets the request of the same position count"))
    if lock:
        ports.append(port(lock, "input", 1, "keeps the present grant"))
    ports += [
        port(gnt, "output", n, "one-hot grant"),
        port(busy, "output", 1, "some grant is given"),
    ]
    if indexed:
        ports.append(port(owner, "output", w, "position of the grant"))
    pick = draw.name("pick", "next_gnt", "chosen")
    want = draw.name("want", "eligible", "live")
    source = f"{req} & {mask}" if masked else req
    lines = [f"  wire {span(n)}{want} = {source};"]
    if low:
        lines.append(f"  wire {span(n)}{pick} = {want} & (~{want} + 1'b1);")
    else:
        lines.append(f"  reg {span(n)}{pick};\n  integer i;\n  always @(*) begin\n    {pick} = 0;")
        lines.append(f"    for (i = 0; i < {n}; i = i + 1)")
        lines.append(f"      if ({want}[i]) {pick} = {lit(n, 1)} << i;\n  end")
    lines.append(f"  assign {busy} = |{gnt};")
    if indexed:
        at = draw.name("k", "n")
        lines.append(f"  integer {at};\n  always @(*) begin\n    {owner} = 0;")
        lines.append(f"    for ({at} = 0; {at} < {n}; {at} = {at} + 1)")
        lines.append(f"      if ({gnt}[{at}]) {owner} = {at};\n  end")
    keep = {
        "hold": f"if (!({gnt} & {want}))\n  ",
        "free": "",
        "lock": f"if (!({lock} & {busy}))\n  ",
    }
    first = ("lowest", 0) if low else ("highest", n - 1)
    live = f"`{req} & {mask}`" if masked else f"`{req}`"
    held = {
        "hold": (
            f"A client keeps its grant for as long as its bit of {live} is still 1 at the clock "
            f"edge, even if one of higher priority asks; only then is there a new decision.",
            f"Grants are not pre-empted: while the granted client's bit of {live} is 1, `{gnt}` "
            f"does not change.",
        ),
        "free": (
            "The decision is made anew at every edge: a request of higher priority takes the grant "
            "over at once.",
            "Nothing is held: each clock edge decides from the requests of that moment only.",
        ),
        "lock": (
            f"While `{lock}` is 1 and some grant is given, `{gnt}` is kept, whatever the requests "
            f"do; otherwise each edge decides anew.",
            f"`{lock}` = 1 freezes a grant that exists; without a grant `{lock}` has no effect.",
        ),
    }[style]
    terse = {
        "hold": f"A granted client keeps its grant while its bit of {live.replace('`', '')} is 1. ",
        "free": "Decided anew every clock. ",
        "lock": f"{gnt} is kept while {lock} is 1 and any grant is given. ",
    }[style]
    draw.tell(*told.fixed(draw.teller(), c, (req, gnt, mask, lock, busy, owner), n, low, style))
    return draw.design(
        FIXED_ARBITER,
        module=draw.module("arbiter", "priority_arbiter", "bus_arbiter"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(f"{gnt} <= 0;", f"{keep[style]}{gnt} <= {pick};"),
        description=tell(
            draw,
            title=f"fixed-priority arbiter for {n} clients",
            terse=f"Fixed-priority arbiter, registered one-hot {gnt}, bit {first[1]} wins. {terse}"
            + f"Only requests with a 1 in {mask} count. " * masked
            + f"{busy} = |{gnt}. "
            + f"{owner} = index of the grant, 0 if none. " * indexed
            + clock_words(c, "clears the grant"),
            opening=(
                f"{n} masters share a bus. Write the arbiter that decides who may use it.",
                f"Design a registered arbiter with {n} request lines and fixed priorities.",
                "One memory port serves several engines, the most urgent first.",
            ),
            facts=(
                (
                    f"`{gnt}` is a register: after each clock edge at most one of its bits is 1, "
                    f"and it is 0 when nobody qualifies.",
                    f"The grant vector `{gnt}` is registered and one-hot, or all zeros without "
                    f"requests.",
                ),
                (
                    f"A decision gives the grant to the set bit of {live} with the {first[0]} "
                    f"index, so that client {first[1]} has the highest priority.",
                    f"Among the set bits of {live} the one with the {first[0]} index wins.",
                ),
                f"A client whose `{mask}` bit is 0 is treated as if it did not ask." * masked,
                held,
                f"`{busy}` is the OR of all bits of `{gnt}`.",
                f"`{owner}` is the index of the bit set in `{gnt}`, and 0 if none is." * indexed,
                *clocked(draw, c, f"clears `{gnt}`"),
            ),
        ),
        stimulus=sequential(
            draw,
            ports,
            c,
            directed=[{req: 1 << i, mask: (1 << n) - 1} for i in range(n)]
            if masked
            else [{req: 1 << i} for i in range(n)],
            random_rows=220,
            hold={req: 0.45, mask: 0.7, lock: 0.5},
        ),
        choices=(("n", n), ("low", low), ("style", style), ("more", (indexed, masked))),
        clocking=c,
    )


def _round_robin(draw: Draw) -> Design:
    """Number of clients, registered or combinational grant, when the turn moves on."""
    c = draw.clocking()
    n = draw.choice((2, 3, 4, 4, 4, 5, 6, 8))
    registered = draw.chance(0.5)
    acked = not registered and draw.chance(0.5)
    down = draw.chance(0.25)
    start = draw.choice((0, 0, 0, n - 1, draw.int(0, n - 1)))
    req, gnt = draw.name("req", "request", "reqs"), draw.name("gnt", "grant", "sel")
    ack = draw.name("ack", "accept", "advance", "done") if acked else ""
    w = bits_for(n)
    ports = [*c.ports, port(req, "input", n, "one request line per client")]
    if acked:
        ports.append(port(ack, "input", 1, "the grant was used"))
    ports.append(port(gnt, "output", n, "one-hot grant"))
    first = draw.name("first", "turn", "next_first")
    pick = gnt if not registered else draw.name("pick", "winner")
    who, k = draw.name("who", "idx"), draw.name("k", "step")
    found = draw.name("found", "hit")
    lines = [f"  reg {span(w)}{first}, {who};", f"  reg {found};", f"  integer {k};"]
    if registered:
        lines.insert(0, f"  reg {span(n)}{pick};")
    where = f"({first} + {n} - {k}) % {n}" if down else f"({first} + {k}) % {n}"
    lines += [
        "  always @(*) begin",
        f"    {pick} = 0;",
        f"    {found} = 1'b0;",
        f"    {who} = {first};",
        f"    for ({k} = 0; {k} < {n}; {k} = {k} + 1)",
        f"      if (!{found} && {req}[{where}]) begin",
        f"        {found} = 1'b1;",
        f"        {who} = {where};",
        "      end",
        f"    if ({found}) {pick}[{who}] = 1'b1;",
        "  end",
    ]
    clear = f"{first} <= {lit(w, start)};"
    moved = f"{found} & {ack}" if acked else found
    if down:
        after = f"({who} == 0) ? {lit(w, n - 1)} : {who} - 1'b1"
    else:
        after = f"({who} == {lit(w, n - 1)}) ? {lit(w, 0)} : {who} + 1'b1"
    work = f"if ({moved}) {first} <= {after};"
    if registered:
        clear += f"\n{gnt} <= 0;"
        work += f"\n{gnt} <= {pick};"
    order = f"downwards, with {n - 1} following 0" if down else f"upwards, with 0 following {n - 1}"
    turn = "the client one below the winner" if down else "the client one above the winner"
    example = draw.int(0, n - 1)
    line = [(example + (-i if down else i)) % n for i in range(n)]
    when = (
        f"at a clock edge where `{ack}` is 1 and some client is granted"
        if acked
        else "at each clock edge with at least one request"
    )
    effect = f"gives the first turn to client {start}" + (f" and clears `{gnt}`" * registered)
    draw.tell(*told.round_robin(draw.teller(), c, (req, gnt, ack), n, registered, down, start))
    return draw.design(
        ROUND_ROBIN,
        module=draw.module("rr_arbiter", "round_robin", "fair_arbiter"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(clear, work),
        description=tell(
            draw,
            title=f"round-robin arbiter for {n} clients",
            terse=f"Round-robin arbiter: the search for a set bit of {req} starts at a turn "
            f"pointer and goes {'down' if down else 'up'} (modulo {n}). {gnt} is one-hot, "
            f"{'registered' if registered else 'combinational'}. "
            + (f"When {ack} is 1 and a grant is given" if acked else "At an edge with any request")
            + f", the turn becomes winner {'-' if down else '+'} 1. "
            + clock_words(c, f"turn = {start}" + f", {gnt} = 0" * registered),
            opening=(
                f"Design a fair arbiter: no one of its {n} clients may be starved.",
                f"{n} producers share one link and take turns. Write the arbiter.",
                "Implement a round-robin arbiter.",
            ),
            facts=(
                (
                    f"Internally a turn pointer names the client that is asked first; the search "
                    f"goes {order}, and the first client found with its `{req}` bit at 1 wins.",
                    f"Starting at the client named by an internal turn register and going {order}, "
                    f"the first set bit of `{req}` is the winner.",
                ),
                (
                    f"When the turn is with client {example}, the order of priority is "
                    f"{', '.join(map(str, line))}.",
                    f"For example, with the turn at {example} the clients are asked in the order "
                    f"{' '.join(map(str, line))}.",
                ),
                (
                    f"`{gnt}` is a register that takes, at each clock edge, a 1 for the winner of "
                    f"the requests at that edge only (all zeros if nobody asks).",
                    f"The winner's bit appears in the registered one-hot `{gnt}` after the clock "
                    f"edge; without requests `{gnt}` becomes 0.",
                )
                if registered
                else (
                    f"`{gnt}` is combinational: the winner's bit is 1, all others are 0 (all zeros "
                    f"if nobody asks).",
                    f"In the same cycle, `{gnt}` has exactly the winner's bit set, or none.",
                ),
                (
                    f"The turn moves to {turn} (wrapping round) {when}; otherwise it stays.",
                    f"Only {when}, the turn pointer becomes {turn}, modulo {n}.",
                ),
                *clocked(draw, c, effect),
            ),
        ),
        stimulus=sequential(draw, ports, c, random_rows=220, hold={req: 0.3}, reset_chance=0.03),
        choices=(("n", n), ("registered", registered), ("acked", acked), ("order", (down, start))),
        clocking=c,
    )


def _slots(draw: Draw) -> Design:
    """A table of time slots, a client for each; an idle slot may be given to another client."""
    c = draw.clocking()
    n = draw.choice((2, 3, 4))
    length = draw.choice((4, 5, 6, 8))
    table = [i % n for i in range(length)]
    table = draw.shuffled(table)
    reuse = draw.chance(0.5)
    gated = draw.chance(0.4)
    req, gnt = draw.name("req", "request", "want"), draw.name("gnt", "grant", "go")
    slot = draw.name("slot", "phase", "slot_no")
    en = draw.name("enable") if gated else ""
    w = bits_for(length)
    ports = [*c.ports, port(req, "input", n, "one request line per client")]
    if gated:
        ports.append(port(en, "input", 1, "lets the slot counter advance"))
    ports += [port(gnt, "output", n, "one-hot grant"), port(slot, "output", w, "slot number")]
    turn, mine = draw.name("owner", "turn"), draw.name("mine", "hit")
    cases = "\n".join(
        f"      {lit(w, i)}: {turn} = {bin_lit(n, 1 << table[i])};" for i in range(length - 1)
    )
    lines = [
        f"  reg {span(n)}{turn};\n  always @(*) begin\n    case ({slot})",
        cases,
        f"      default: {turn} = {bin_lit(n, 1 << table[-1])};\n    endcase\n  end",
    ]
    if reuse:
        lines.append(f"  wire {span(n)}{mine} = {req} & {turn};")
        lines.append(f"  assign {gnt} = |{mine} ? {mine} : {req} & (~{req} + 1'b1);")
    else:
        lines.append(f"  assign {gnt} = {req} & {turn};")
    step = f"{slot} <= ({slot} == {lit(w, length - 1)}) ? {lit(w, 0)} : {slot} + 1'b1;"
    if length == 1 << w:
        step = f"{slot} <= {slot} + 1'b1;"
    step = f"if ({en}) {step}" if gated else step
    listed = ", ".join(map(str, table))
    shown = "| slot | owner |\n|---|---|\n" + "\n".join(
        f"| {i} | {o} |" for i, o in enumerate(table)
    )
    idle = (
        (
            "If the owner does not ask, the slot goes to the requesting client with the lowest "
            "index; if nobody asks there is no grant.",
            "A slot that its owner does not use is given to the lowest-numbered client that asks.",
        )
        if reuse
        else (
            "If the owner does not ask, nobody is granted in that slot.",
            "A slot whose owner is idle stays unused.",
        )
    )
    facts = (
        (
            f"`{slot}` counts 0 to {length - 1} and then starts again at 0, one step a clock cycle"
            + (f" in which `{en}` is 1 (it holds otherwise)." if gated else "."),
            f"The slot counter `{slot}` runs through 0..{length - 1} cyclically, advancing at each "
            f"clock edge" + (f" with `{en}` = 1." if gated else "."),
        ),
        (
            f"`{gnt}` is combinational and has at most one bit set: the bit of the slot's owner if "
            f"that client asks; bit i of `{req}` and of `{gnt}` belongs to client i.",
            f"In each slot the owner is granted if its `{req}` bit is 1 (combinationally, same "
            f"cycle); bit i of `{req}` and `{gnt}` belongs to client i.",
        ),
        idle,
        *clocked(draw, c, f"sets `{slot}` to 0"),
    )
    owners = f"The owners of slots 0 to {length - 1} are, in this order, clients {listed}."
    draw.tell(*told.slots(draw.teller(), c, (req, gnt, slot, en), table, reuse))
    return draw.design(
        SLOT_ARBITER,
        module=draw.module("slot_arbiter", "tdm_arbiter", "calendar_arbiter"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(f"{slot} <= 0;", step),
        description=tell(
            draw,
            title=f"time-slot arbiter with {length} slots for {n} clients",
            terse=f"TDM arbiter: {slot} counts 0..{length - 1} cyclically{f' while {en}' * gated}; "
            f"slot owners in order: {listed}. {gnt}[owner] = {req}[owner], combinational, one-hot; "
            + ("an unused slot goes to the lowest requesting index. " if reuse else "no reuse. ")
            + clock_words(c, f"{slot} = 0"),
            opening=(
                f"A time-slot arbiter shares a resource by a fixed calendar of {length} slots.",
                f"Bandwidth is divided among {n} clients by a repeating table of slots.",
                "Write an arbiter with weighted shares: a client owns as many slots as it needs.",
            ),
            facts=(facts[0], owners, *facts[1:]),
            exhibits=(
                exhibit(
                    draw,
                    "state table",
                    (
                        "The table names the client that owns each time slot of an arbiter.",
                        "An arbiter shares a resource by time slots.",
                    ),
                    facts,
                    shown,
                    draw.say("", "The owner of each slot:"),
                ),
            ),
        ),
        stimulus=sequential(draw, ports, c, random_rows=160, chances={en: 0.7}, reset_chance=0.015),
        choices=(("n", n), ("table", listed), ("reuse", reuse), ("gated", gated)),
        clocking=c,
    )


FIXED_ARBITER = Family("fixed_arbiter", Tier.EXPERT, _fixed)
ROUND_ROBIN = Family("round_robin_arbiter", Tier.EXPERT, _round_robin)
SLOT_ARBITER = Family("slot_arbiter", Tier.EXPERT, _slots)

FAMILIES = (FIXED_ARBITER, ROUND_ROBIN, SLOT_ARBITER)
