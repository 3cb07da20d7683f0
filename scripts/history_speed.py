"""Measure `mevagent history tui` on records of many attempts.

usage: history_speed.py [ATTEMPTS [FOLDER]]

Two records of ATTEMPTS attempts (10000 by default) are made in FOLDER (else in a temporary one),
unless they are there: one run that has all of them, and runs of four attempts each. Each is opened
in a process of its own, without a terminal, at 120x40. Printed are the wall time and the processor
time (which a busy machine does not lengthen as much) from the start of the process to the first
complete screen, and the processor time to draw a whole screen of rows after a jump to the last row
and after each page up.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.attempt_log import AttemptLog
    from agent.tui.row_list import RowList

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

BEGIN = time.perf_counter()
PAGES = 50


def main() -> None:
    if sys.argv[1:2] == ["--open"]:
        asyncio.run(measure(Path(sys.argv[2]), one=sys.argv[3] == "one"))
        return
    attempts = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(temporary)
        for name, per_run in (("one", attempts), ("many", 4)):
            path = folder / f"{name}-{attempts}.db"
            if not path.exists():
                make(path, attempts, per_run)
            subprocess.run([sys.executable, __file__, "--open", str(path), name], check=True)


def make(path: Path, attempts: int, per_run: int) -> None:
    """Write a record: two candidates to an attempt, each with a design and a prompt of its own."""
    from agent.attempt_log import AttemptLog
    from agent.database import immediate
    from tests.record_values import start_of

    with AttemptLog.open(path) as log:
        starts = [log.start_run(start_of(path.parent / "tb")) for _ in range(attempts // per_run)]
        with immediate(log.db, path):
            for run_id in starts:
                fill(log, run_id, per_run)
        for run_id in starts:
            log.finish_run(run_id, "not passed", reason="the bound of attempts is reached")


def fill(log: AttemptLog, run_id: str, attempts: int) -> None:
    from agent.attempt_log import now
    from agent.attempt_rows import insert, insert_candidate
    from tests.record_values import GOOD, candidate

    (sitting,) = log.db.execute("SELECT max(id) FROM sittings").fetchone()
    for ordinal in range(attempts):
        tier = ("basic", "intermediate", "advanced", "expert")[4 * ordinal // attempts]
        row = {
            "run_id": run_id,
            "sitting_id": sitting,
            "ordinal": ordinal,
            "status": "finished",
            "kind": "repair",
            "tier": tier,
            "fresh": 1,
            "repairs": 1,
            "reason": "score 0.60 is best",
            "accepted": int(ordinal % 7 == 0),
            "seconds": 1.0,
            "started_at": now(),
        }
        number = insert(log.db, "attempts", row)
        for index in range(2):
            rtl = f"// {run_id} {ordinal} {index}\n{GOOD * 5}"
            insert_candidate(log.db, number, candidate(index, rtl), now())


async def measure(path: Path, *, one: bool) -> None:
    """Open, go to the end, page up; print the times."""
    from agent.attempt_log import AttemptLog
    from agent.tui.app import HistoryApp
    from agent.tui.row_list import RowList

    with AttemptLog.open_existing(path) as log:
        app = HistoryApp(log, run_id=log.find_run("last") if one else None)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            opened, spent = time.perf_counter() - BEGIN, time.process_time()
            rows = app.screen.query_one(RowList)
            last = timed(rows, lambda: rows.action_edge(True))
            pages = [timed(rows, lambda: rows.action_page(-1)) for _ in range(PAGES)]
            count = rows.row_count
    print(
        f"{'one run' if one else 'runs of 4'}: {count} rows; open after {opened:.2f} s "
        f"({spent:.2f} s of processor time); "
        f"last row {last:.0f} ms, page {statistics.median(pages):.1f} ms "
        f"(longest {max(pages):.0f} ms)"
    )


def timed(rows: RowList, move: Callable[[], None]) -> float:
    """Milliseconds to move and to draw all that is then on the screen."""
    begin = time.process_time()
    move()
    for y in range(rows.size.height):
        rows.render_line(y)
    return 1000 * (time.process_time() - begin)


if __name__ == "__main__":
    main()
