"""Machines that work for several cycles, wrapped in start, busy and done."""

from __future__ import annotations

from dataclasses import dataclass

from mevllm.data.design import Design, Family
from mevllm.data.draw import Clocking, Draw, port
from mevllm.data.families.telling import Fact, bits_for, clock_words, clocked, lit, span, tell
from mevllm.data.stimulus import Row, sequential
from mevllm.spec import Port


@dataclass(frozen=True)
class Task:
    """An iterative computation: what it loads, does each step, and finally stores."""

    title: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    steps: int
    declared: str
    load: str
    step: str
    store: str
    short: str
    openings: tuple[str, ...]
    facts: tuple[Fact, ...]
    modules: tuple[str, ...]
    choices: tuple[tuple[str, object], ...]
    rows: tuple[Row, ...] = ()
    cnt: str = "cnt"


def start_busy_done(draw: Draw, family: Family, c: Clocking, task: Task) -> Design:
    """The task's design, wrapped in the protocol; `done` is a pulse or stays."""
    level = draw.chance(0.35)
    start = draw.name("start", "go", "begin_i", "run", "start_i")
    busy = draw.name("busy", "running", "active")
    done = draw.name("done", "finished", "valid", "result_valid", "rdy")
    ports = [
        *c.ports,
        port(start, "input", 1, "begin when not busy"),
        *task.inputs,
        port(busy, "output", 1, "work in progress"),
        port(done, "output", 1, "results are new" if not level else "results are complete"),
        *task.outputs,
    ]
    n, cnt = bits_for(task.steps), task.cnt
    names = [p.name for p in task.outputs]
    clear = "\n".join(f"{r} <= 0;" for r in (cnt, busy, done, *names))
    drop = f"\n    {done} <= 1'b0;" if level else ""

    def pad(text: str, by: int) -> str:
        return "\n".join(" " * by + line for line in text.split("\n"))

    work = "" if level else f"{done} <= 1'b0;\n"
    work += f"""if (!{busy}) begin
  if ({start}) begin
{pad(task.load, 4)}
    {cnt} <= 0;
    {busy} <= 1'b1;{drop}
  end
end else begin
{pad(task.step, 2)}
  {cnt} <= {cnt} + 1'b1;
  if ({cnt} == {lit(n, task.steps - 1)}) begin
    {busy} <= 1'b0;
    {done} <= 1'b1;
{pad(task.store, 4)}
  end
end"""
    results = " and ".join(f"`{r}`" for r in names)
    plain = " and ".join(names)
    finish = (
        (
            f"`{done}` becomes 1 together with the results and stays 1 until the next start is "
            f"accepted, which clears it.",
            f"From then on `{done}` is 1, until an accepted `{start}` sets it to 0 again.",
        )
        if level
        else (
            f"`{done}` is 1 for exactly the one cycle in which the results are new.",
            f"`{done}` is a pulse of one cycle that begins at the edge that stores the results.",
        )
    )
    rows: list[Row] = []
    for row in task.rows:
        rows += [{start: 1, **row}, *({} for _ in range(task.steps + draw.int(0, 2)))]
    s = task.steps
    nth = str(s) + {2: "nd", 3: "rd"}.get(s, "th")
    return draw.design(
        family,
        module=draw.module(*task.modules),
        ports=ports,
        body=f"  reg {span(n)}{cnt};\n{task.declared}\n" + c.always(clear, work),
        description=tell(
            draw,
            title=task.title,
            terse=f"{task.short} {start} = 1 at an edge with {busy} = 0 captures the operands; "
            f"{plain} (registers) are updated {s} edges later. {busy} = 1 for these {s} cycles; "
            + (
                f"{done} is then 1 until the next accepted start. "
                if level
                else f"then {done} = 1 for one cycle. "
            )
            + clock_words(c, f"makes it idle, all outputs 0 ({plain}, {busy}, {done})"),
            opening=task.openings,
            facts=(
                *task.facts,
                (
                    f"A computation begins at a clock edge where `{start}` is 1 and `{busy}` is 0; "
                    f"the operands are captured there and may change afterwards. While `{busy}` "
                    f"is 1, `{start}` is ignored.",
                    f"`{start}` is obeyed only while `{busy}` = 0; the edge that accepts it takes "
                    f"the operands over.",
                ),
                (
                    f"`{busy}` is 1 from that edge on for {s} cycles. The {nth} clock edge after "
                    f"the accepting one stores the result in {results} and clears `{busy}`.",
                    f"The work takes {s} clock cycles, one step each, with `{busy}` = 1; at the "
                    f"{nth} edge after the start the result is stored in {results} and `{busy}` "
                    f"falls.",
                ),
                finish,
                (
                    f"The old value of {results} is kept until then, and the new one until the "
                    f"next is stored.",
                    f"Nothing else changes {results}.",
                ),
                *clocked(draw, c, "aborts any computation and sets all outputs to 0"),
            ),
        ),
        stimulus=sequential(
            draw,
            ports,
            c,
            directed=rows,
            random_rows=min(360, max(100, 14 * s)),
            chances={start: 0.6},
            reset_chance=0.004,
        ),
        choices=(*task.choices, ("level", level)),
        clocking=c,
    )
