"""`mevagent history tui`, on a record of real builds: what is seen, and what the keys do."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path
from subprocess import DEVNULL

import pytest

pytest.importorskip("textual", reason="the extra [tui] is not installed")

from rich.console import Console
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Footer, Input

from agent.attempt_log import AttemptLog
from agent.attempts import Step, StepKind
from agent.errors import ExitCode, LogError
from agent.toolchain.waves import Column, Window
from agent.tui.app import HistoryApp, theme_for
from agent.tui.attempt_tree import AttemptTree
from agent.tui.replay_screen import ReplayScreen
from agent.tui.run_list import PAGE, RunList
from agent.tui.run_screen import RunScreen
from agent.tui.side_by_side import side_by_side
from agent.tui.viewers import open_waves
from agent.tui.wave_rows import Wanted, draw, wanted
from mevllm.tiers import Tier
from tests.conftest import DESIGNS, ROOT, Mevagent
from tests.record_values import attempt, candidate, start_of
from tests.toolbench import need

SCORES = {"basic": 0.0, "intermediate": -3.0, "advanced": -4.0, "expert": -5.0}
CHOOSES = "sel == 0 ? in0 : sel == 1 ? in1 : sel == 2 ? in2 : in3"
GOOD = f"\n  assign y = !en ? 0 : {CHOOSES};\nendmodule\n"
NO_ENABLE = f"\n  assign y = {CHOOSES};\nendmodule\n"
CONSTANT = "\n  assign y = 0;\nendmodule\n"
OTHER = "\n  assign y = in1;\nendmodule\n"
BROKEN = "\n  assign y = in0 +;\nendmodule\n"
MUX = [
    [CONSTANT, NO_ENABLE, BROKEN],
    [CONSTANT, OTHER, BROKEN],
    [OTHER, CONSTANT, BROKEN],
    [GOOD, OTHER, BROKEN],
]
"""Four attempts: NO_ENABLE is best, two attempts are rolled back, and the next tier passes."""
COUNTER = """
  localparam [3:0] LAST = MODULUS - 1;
  wire at_end = (count == (up ? LAST : 4'd0));
  assign wrap = en & ~load & at_end;
  always @(posedge clk) begin
    if (rst) count <= 4'd0;
    else if (load) count <= (load_value <= LAST) ? load_value : 4'd0;
    else if (en) begin
      if (up) count <= at_end ? 4'd0 : count + 4'd1;
      else count <= at_end ? LAST : count - 4'd1;
    end
  end
endmodule
"""
TOO_FAR = COUNTER.replace("up ? LAST :", "up ? LAST + 4'd1 :")


def build(folder: Path, design: str, *attempts: list[str], count: int) -> list[str]:
    """The command that builds a design of `testbenches/` from a script."""
    script = folder / f"{design}.json"
    script.write_text(json.dumps({"answers": attempts, "scores": SCORES}))
    given = DESIGNS / design
    return [
        *(sys.executable, "-m", "agent.cli", "build", str(given / "spec.md")),
        *("--tb", str(given / f"tb_{design}.py"), "--engine", "scripted", "--script", str(script)),
        *("-k", str(count), "--max-attempts", str(len(attempts)), "-o", str(folder / "out.v")),
        "--no-mend",
        *("--db", str(folder / "attempts.db")),
    ]


PATIENCE_S = 240
"""How long a test waits for what is to be seen, on a machine that does much else."""
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record of two real builds: a counter that failed, then a multiplexer that passed."""
    need("iverilog")
    folder = tmp_path_factory.mktemp("record")
    for command, code in (
        (build(folder, "mod_counter", [TOO_FAR], count=1), ExitCode.NOT_PASSED),
        (build(folder, "mux4", *MUX, count=3), ExitCode.PASSED),
    ):
        done = subprocess.run(
            command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr
    return folder / "attempts.db"


Browser = App[None]
Press = Callable[..., Awaitable[None]]


@asynccontextmanager
async def browse(
    db: Path, run: str | None = None, size: tuple[int, int] = (160, 45), theme: str = "dark"
) -> AsyncIterator[tuple[HistoryApp, Pilot[None]]]:
    """The browser, open on a record."""
    with AttemptLog.open_existing(db) as log:
        app = HistoryApp(log, run_id=log.find_run(run) if run else None, theme=theme)
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause(0.2)
            yield app, pilot


def screen(app: Browser) -> str:
    """What stands on the screen."""
    strips = app.screen._compositor.render_strips(app.size)
    return "\n".join(strip.text.rstrip() for strip in strips)


async def until(app: Browser, pilot: Pilot[None], *texts: str, gone: str = "") -> str:
    """Wait until the screen shows all the texts, and no more what is to be gone."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        shown = screen(app)
        if all(text in shown for text in texts) and not (gone and gone in shown):
            return shown
        await pilot.pause(0.2)
    raise AssertionError(f"{texts} did not come:\n{screen(app)}")


def mux(db: Path) -> str:
    """The multiplexer's run."""
    with AttemptLog.open_existing(db) as log:
        (row,) = log.query("SELECT id FROM runs WHERE module = 'mux4'")
    return str(row["id"])


async def go_to(app: HistoryApp, pilot: Pilot[None], reference: str) -> None:
    """Put the cursor on a candidate and wait until its text is there."""
    assert app.screen.query_one(AttemptTree).go_to(reference)
    await until(app, pilot, f" {reference}  ")
    await pilot.pause(0.2)


def test_the_runs_are_listed_and_filtered_and_opened(db: Path) -> None:
    async def check() -> None:
        async with browse(db) as (app, pilot):
            shown = await until(app, pilot, "mux4", "mod_counter", "2 of 2 runs", "basic → inter")
            assert "██████ 1.00" in shown
            await pilot.press("f")
            shown = await until(app, pilot, "1 of 2 runs", gone="mod_counter")
            await pilot.press("f")
            await until(app, pilot, "not passed", "mod_counter", gone="mux4")
            await pilot.press("escape")
            await until(app, pilot, "2 of 2 runs")
            await pilot.press("d", *"counter", "enter")
            await until(app, pilot, "1 of 2 runs", gone="mux4")
            assert isinstance(app.focused, RunList)
            await pilot.press("enter")
            await until(app, pilot, "build mod_counter", "not passed: the bound of 1 attempts")
            await pilot.press("escape")
            await until(app, pilot, "1 of 2 runs")

    asyncio.run(check())


def test_full_text_search_says_where_it_found_the_words(db: Path) -> None:
    async def check() -> None:
        async with browse(db) as (app, pilot):
            await pilot.press("slash", *"localparam")
            shown = await until(app, pilot, "1 of 2 runs", "found in", gone="mux4")
            assert "rtl: localparam [3:0] LAST" in shown
            await pilot.press("escape", "escape")
            await until(app, pilot, "2 of 2 runs")

    asyncio.run(check())


def test_the_tree_shows_tiers_bars_and_why_each_step_was_taken(db: Path) -> None:
    async def check() -> None:
        async with browse(db, mux(db)) as (app, pilot):
            tree = app.screen.query_one(AttemptTree)
            rows = [tree.row_text(i, 200).plain for i in range(tree.row_count)]
            starts = [row.strip().split()[1] for row in rows if row[0] in "▾▸"]
            assert starts == ["basic", "intermediate"]
            text = "\n".join(rows)
            assert "first 3  routed to basic" in text
            assert "↶ rolled back  repair 0.1 2 times, resample 1  score 0.68 is the best" in text
            assert "↶ rolled back  repair 0.1, resample 2  back to the best so far" in text
            assert "escalate: repair 0.1, resample 2  basic to intermediate: no better" in text
            assert "████▏· 0.68" in text
            assert "fresh  passed, 5 of 5 checks" in text
            # It begins at the best candidate.
            await until(
                app, pilot, "why   escalate: repair 0.1", "then  kept: attempt 3 found the best"
            )
            await go_to(app, pilot, "2.1")
            await until(app, pilot, "then  rolled back: nothing better than the 0.68 of")
            await pilot.press("escape")
            await until(app, pilot, "2 of 2 runs")

    asyncio.run(check())


def test_tiers_and_attempts_fold(db: Path) -> None:
    async def check() -> None:
        async with browse(db, mux(db)) as (app, pilot):
            tree = app.screen.query_one(AttemptTree)
            count = tree.row_count
            await pilot.press("home", "space")
            assert tree.row_count < count
            assert tree.row_text(0, 80).plain.startswith("▸ basic")
            await pilot.press("right", "down", "left")
            assert tree.row_count == count - 3
            await pilot.press("left")
            assert tree.cursor == 0

    asyncio.run(check())


def test_the_tabs_show_code_prompt_diagnostics_and_checks(db: Path) -> None:
    async def check() -> None:
        async with browse(db, mux(db)) as (app, pilot):
            await go_to(app, pilot, "3.1")
            await until(app, pilot, "13    assign y = !en ? 0 : sel == 0")
            await pilot.press("3")
            await until(app, pilot, "system", "You are an expert hardware engineer.")
            await go_to(app, pilot, "0.2")
            await pilot.press("4")
            shown = await until(app, pilot, "error  pyslang  ExpectedExpression")
            lines = shown.splitlines()
            source = next(i for i, line in enumerate(lines) if "│   assign y = in0 +;" in line)
            caret = lines[source].index("+;") + 1
            assert lines[source + 1][caret:].startswith("^ expected expression")
            await go_to(app, pilot, "0.1")
            await pilot.press("5")
            await until(app, pilot, "✗ output_is_zero_while_not_enabled", "✓ ", "judged in")

    asyncio.run(check())


def test_the_diff_compares_with_the_parent_a_marked_or_a_named_candidate(db: Path) -> None:
    async def check() -> None:
        async with browse(db, mux(db)) as (app, pilot):
            await go_to(app, pilot, "3.0")
            await pilot.press("2")
            shown = await until(app, pilot, "against 0.1")  # what 3.0 repairs
            assert "assign y = in0 +;" in shown
            await go_to(app, pilot, "0.0")
            await pilot.press("m")
            await go_to(app, pilot, "3.1")
            shown = await until(app, pilot, "against 0.0", "assign y = 0;")
            line = next(line for line in shown.splitlines() if "assign y = 0;" in line)
            assert "assign y = !en ?" in line  # both sides in one line
            field = app.screen.query_one("#other", Input)
            with AttemptLog.open_existing(db) as log:
                (other,) = log.query("SELECT id FROM runs WHERE module = 'mod_counter'")
            field.focus()
            field.value = f"{other['id']}.0.0"
            await pilot.press("enter")
            await until(app, pilot, "localparam [3:0]")
            field.focus()
            field.value = "9.9"
            await pilot.press("enter")
            await until(app, pilot, "this run has no candidate 9.9")

    asyncio.run(check())


def test_the_waves_show_what_came_and_what_was_wanted(db: Path) -> None:
    async def check() -> None:
        async with browse(db, other_run(db)) as (app, pilot):
            await pilot.press("6")
            shown = await until(app, pilot, "got  wrap", "want wrap", "in   load_value")
            assert "counts_up_and_wraps_to_zero" in shown
            assert "expected wrap 1, got 0" in shown
            rows = {
                name: next(line for line in shown.splitlines() if name in line)
                for name in ("got  count", "got  wrap", "want wrap")
            }
            assert rows["got  count"].endswith("│0111│1000│1001")
            assert rows["got  wrap"].endswith("▁▁▁▁")
            assert rows["want wrap"].endswith("  ▔▔▔▔▔")  # at the failure, the last moment
            assert len(rows["want wrap"]) == len(rows["got  wrap"])
            app.screen.query_one("Pane").focus()
            await pilot.press("left")
            await until(app, pilot, "1 to 7 of 11 moments", gone="want wrap")

    asyncio.run(check())


def test_a_design_that_never_ran_has_no_waves(db: Path) -> None:
    async def check() -> None:
        async with browse(db, mux(db)) as (app, pilot):
            await go_to(app, pilot, "0.2")
            await pilot.press("6")
            await until(app, pilot, "no waves: the design did not come to run")

    asyncio.run(check())


def other_run(db: Path) -> str:
    """The counter's run."""
    with AttemptLog.open_existing(db) as log:
        (row,) = log.query("SELECT id FROM runs WHERE module = 'mod_counter'")
    return str(row["id"])


def test_waves_open_in_a_viewer_or_it_is_said_what_to_install(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told"
    viewer = tmp_path / "bin" / "gtkwave"
    viewer.parent.mkdir()
    viewer.write_text(f'#!/bin/sh\ncp "$1" {told}.tmp && mv {told}.tmp {told}\n')
    viewer.chmod(0o755)
    said = open_waves(tmp_path / "waves.vcd", {"PATH": str(tmp_path)})
    assert "install GTKWave (`apt-get install gtkwave`) or Surfer" in said
    assert str(tmp_path / "waves.vcd") in said
    monkeypatch.setenv("PATH", f"{viewer.parent}:{os.environ['PATH']}")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)

    async def check() -> None:
        async with browse(db, other_run(db)) as (app, pilot):
            await pilot.press("o")
            await until(app, pilot, "there is no display for gtkwave")
            monkeypatch.setenv("DISPLAY", ":0")
            await pilot.press("o")
            await until(app, pilot, "gtkwave opens")
            deadline = time.monotonic() + 60
            while not told.exists() and time.monotonic() < deadline:
                await pilot.pause(0.2)
            dump = told.read_text()
            assert " count " in dump
            assert " at_end " in dump  # what is within the design as well

    asyncio.run(check())


def test_the_code_is_copied_exactly(db: Path) -> None:
    async def check() -> None:
        async with browse(db, mux(db)) as (app, pilot):
            await go_to(app, pilot, "3.1")
            await pilot.press("y")
            with AttemptLog.open_existing(db) as log:
                best = log.load_run(mux(db)).best
            assert best is not None
            assert app.clipboard == best.rtl
            await until(app, pilot, "3.1, 14 lines, sent to")

    asyncio.run(check())


def test_an_attempt_is_replayed_and_the_result_shown(db: Path) -> None:
    async def check() -> None:
        async with browse(db, mux(db)) as (app, pilot):
            await go_to(app, pilot, "0.1")
            await pilot.press("r")
            shown = await until(app, pilot, "3 of 3 verdicts reproduced", "proof")
            assert f"Replay of {mux(db)}.0" in shown
            assert shown.count("reproduced") == 4
            await pilot.press("escape")
            await pilot.pause()
            assert isinstance(app.screen, RunScreen)
            await pilot.press("R")
            assert isinstance(app.screen, ReplayScreen)
            await pilot.press("escape")  # leaving a replay under way is no error

    asyncio.run(check())


def test_the_mouse_chooses_rows_and_tabs(db: Path) -> None:
    async def check() -> None:
        async with browse(db) as (app, pilot):
            await pilot.click(RunList, offset=(5, 1))
            assert app.screen.query_one(RunList).cursor == 1
            await pilot.click(RunList, offset=(5, 1))
            await until(app, pilot, "build mod_counter", "why   first 1", "parameter MODULUS")
            await pilot.click("#tests")
            await until(app, pilot, "✗ counts_up_and_wraps_to_zero")
            await pilot.click(AttemptTree, offset=(8, 0))
            await pilot.click(AttemptTree, offset=(8, 0))  # again: folds
            assert app.screen.query_one(AttemptTree).row_count == 1

    asyncio.run(check())


def test_a_running_build_is_followed_to_its_end(tmp_path: Path) -> None:
    need("iverilog")
    path = tmp_path / "attempts.db"
    AttemptLog.open(path).close()

    async def check() -> None:
        async with browse(path) as (app, pilot):
            await until(app, pilot, "0 of 0 runs")
            command = build(tmp_path, "mux4", *MUX, count=3)
            with subprocess.Popen(
                command, cwd=tmp_path, env=ENVIRONMENT, stdout=DEVNULL, stderr=DEVNULL
            ) as process:
                await until(app, pilot, "mux4", "1 of 1 runs")
                await pilot.press("enter")
                await until(app, pilot, "passed: every check passed", "3.1")
                tree = app.screen.query_one(AttemptTree)
                assert tree.outline.status == "passed"
                assert len(tree.outline.attempts) == 4
                assert process.wait() == 0
            await pilot.press("escape")
            await until(app, pilot, "passed", "█ 1.00", gone=" running ")

    asyncio.run(check())


def test_the_cursor_goes_with_the_newest_candidate_until_it_is_moved(tmp_path: Path) -> None:
    async def check() -> None:
        with AttemptLog.open(tmp_path / "attempts.db") as writer:
            run_id = writer.start_run(start_of(tmp_path / "tb"))
            step = Step(StepKind.FIRST, Tier.BASIC, fresh=3)
            number = writer.start_attempt(run_id, 0, step)
            async with browse(tmp_path / "attempts.db", "last") as (app, pilot):
                await until(app, pilot, "following", "● under way", "f Follow")
                for index in (0, 1):
                    writer.add_candidate(number, candidate(index))
                    await until(app, pilot, f" 0.{index}  ", f"{index + 1} of 3 judged")
                await pilot.press("up")
                await until(app, pilot, " 0.0  ", gone="following")
                writer.add_candidate(number, candidate(2))
                await until(app, pilot, "3 of 3 judged", "0.2")
                assert app.screen.query_one(AttemptTree).cursor == 2
                writer.finish_run(run_id, "interrupted")
                await until(app, pilot, "interrupted", "cut off", gone="f Follow")

    asyncio.run(check())


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["80x24", "160x45"])
def test_every_part_has_room(db: Path, size: tuple[int, int]) -> None:
    async def check() -> None:
        async with browse(db, mux(db), size) as (app, pilot):
            tree, pane = app.screen.query_one(AttemptTree), app.screen.query_one("Pane")
            assert tree.size.height >= 6
            assert pane.size.height >= 7
            assert pane.size.width >= 76
            assert app.screen.query_one(Footer).max_scroll_x == 0  # every key is seen
            await pilot.press("z")
            await pilot.pause()
            assert pane.size.height >= size[1] - 8
            await pilot.press("z")
            await pilot.pause()
            assert tree.has_focus
        async with browse(db, size=size) as (app, pilot):
            shown = await until(app, pilot, "q Quit")
            assert all(len(line) <= size[0] for line in shown.splitlines())
            assert "mod_counter" in shown

    asyncio.run(check())


def test_light_and_dark_are_a_key_apart(db: Path) -> None:
    async def check() -> None:
        async with browse(db, mux(db), theme="light") as (app, pilot):
            assert not app.current_theme.dark
            await pilot.press("2", "t")
            await until(app, pilot, "against")
            assert app.current_theme.dark
            await pilot.press("question_mark")
            await until(app, pilot, "Hide the tree, or show it")
            await pilot.press("question_mark")
            await until(app, pilot, "against", gone="Hide the tree")

    asyncio.run(check())
    assert theme_for({"COLORFGBG": "0;15"}) == "light"
    assert theme_for({"COLORFGBG": "15;0"}) == theme_for({}) == "dark"


def test_only_what_is_seen_is_read(tmp_path: Path) -> None:
    start = start_of(tmp_path / "tb")

    async def check() -> None:
        with AttemptLog.open(tmp_path / "attempts.db") as log:
            for _ in range(3 * PAGE):
                log.finish_run(log.start_run(start), "not passed")
            app = HistoryApp(log)
            said: list[str] = []
            log.db.conn.set_trace_callback(said.append)
            async with app.run_test(size=(100, 30)) as pilot:
                await until(app, pilot, f"{3 * PAGE} of {3 * PAGE} runs")
                assert sum("run_summary" in sql for sql in said) == 1
                await pilot.press("end")
                await pilot.pause()
                assert sum("run_summary" in sql for sql in said) <= 3
                said.clear()
                await pilot.pause(1.2)  # looks for changes meanwhile, and reads nothing
                idle = {"BEGIN", "ROLLBACK", "PRAGMA data_version"}
                assert {s for s in said if "status = 'running'" not in s} <= idle

    asyncio.run(check())


def test_the_candidates_of_a_long_run_are_read_when_they_are_unfolded(tmp_path: Path) -> None:
    async def check() -> None:
        with AttemptLog.open(tmp_path / "attempts.db") as log:
            run_id = log.start_run(start_of(tmp_path / "tb"))
            for ordinal in range(150):
                made = attempt(ordinal, candidate(0))
                number = log.start_attempt(run_id, ordinal, made.step)
                log.finish_attempt(number, made)
            log.finish_run(run_id, "not passed")
            async with browse(log.path, "last", (80, 24)) as (app, pilot):
                tree = app.screen.query_one(AttemptTree)
                assert tree.row_count == 151
                await pilot.press("end", "right")
                await until(app, pilot, "149.0")

    asyncio.run(check())


def test_a_design_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    evil = "// \x1b[2J\x1b]0;title\x07 [bold]not markup[/bold]\nmodule inv; endmodule\n"

    async def check() -> None:
        with AttemptLog.open(tmp_path / "attempts.db") as log:
            run_id = log.start_run(start_of(tmp_path / "tb"))
            made = attempt(0, candidate(0, evil))
            log.finish_attempt(log.start_attempt(run_id, 0, made.step, "\x1b[2J"), made)
            log.finish_run(run_id, "error", reason="\x1b[2J[red]")
            async with browse(log.path, "last") as (app, pilot):
                for key in "1345":
                    await pilot.press(key)
                    shown = await until(app, pilot, "error: \N{REPLACEMENT CHARACTER}[2J[red]")
                    assert "\x1b" not in shown
                await pilot.press("1")
                await until(app, pilot, "[bold]not markup[/bold]")

    asyncio.run(check())


def test_without_a_terminal_or_textual_it_says_what_to_do(mevagent: Mevagent, db: Path) -> None:
    done = mevagent("history", "tui", "--db", db)
    assert done.returncode == ExitCode.BAD_INPUT
    assert "history tui needs a terminal; `mevagent history list` does not" in done.stderr
    code = (
        "import sys; sys.modules['textual'] = None\n"
        "from agent.cli import main\n"
        f"sys.argv = ['mevagent', 'history', 'tui', '--db', {str(db)!r}]\n"
        "main()\n"
    )
    lacking = subprocess.run(
        [sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert lacking.returncode == ExitCode.MISSING, lacking.stderr
    assert "pip install 'mevagent[tui]'" in lacking.stderr


def test_a_failure_ends_the_browser_and_is_an_error_for_the_command(db: Path) -> None:
    async def check(app: HistoryApp, log: AttemptLog) -> None:
        async with app.run_test() as pilot:
            log.db.close()
            await pilot.pause(2)

    with AttemptLog.open_existing(db) as log:
        app = HistoryApp(log)
        with pytest.raises(LogError, match="name another record with --db"):
            asyncio.run(check(app, log))
        assert isinstance(app.failure, LogError)


def test_it_runs_in_a_real_terminal(db: Path) -> None:
    main, far = pty.openpty()
    command = [sys.executable, "-m", "agent.cli", "history", "tui", mux(db), "--db", str(db)]
    env = {**ENVIRONMENT, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"}
    with subprocess.Popen(command, stdin=far, stdout=far, stderr=far, env=env) as process:
        os.close(far)
        seen = b""
        deadline = time.monotonic() + PATIENCE_S
        while b"Diagnostics" not in seen and time.monotonic() < deadline:
            if select.select([main], [], [], 1)[0]:
                seen += os.read(main, 65536)
        assert b"escalate" in seen
        os.write(main, b"q")
        while process.poll() is None and time.monotonic() < deadline:
            if select.select([main], [], [], 0.1)[0]:
                try:
                    seen += os.read(main, 65536)
                except OSError:
                    break
        assert process.wait() == ExitCode.PASSED
    os.close(main)
    assert b"\x1b[?1049l" in seen  # the screen that was there before is back


COUNT = Column("count", "dut.count", 4, "output")
WRAP = Column("wrap", "dut.wrap", 1, "output")
EN = Column("en", "dut.en", 1, "input")


@pytest.mark.parametrize(
    ("message", "columns", "expected"),
    [
        ("cycle 3 (en=1): expected count 7, got 5", (EN, COUNT, WRAP), Wanted("count", 7)),
        ("count expected 0x0a but got 3", (COUNT, WRAP), Wanted("count", 10)),
        ("count: expected 0110, got 0111", (COUNT, WRAP), Wanted("count", 6)),
        ("cycle 3: expected 1 got 0", (EN, WRAP), Wanted("wrap", 1)),
        ("count=9: expected 3, got 4", (COUNT, WRAP), None),  # of which output is not said
        ("expected 3 pulses, got 2", (COUNT,), None),
        ("expected count 99, got 5", (COUNT,), None),  # no value of four bits
        ("expected en 1, got 0", (EN, COUNT), None),
        ("expected count 4'b1010, got 5", (COUNT,), None),
        ("assert 3 == 4", (COUNT,), None),
    ],
)
def test_what_a_message_wants_is_shown_only_where_it_is_plain(
    message: str, columns: tuple[Column, ...], expected: Wanted | None
) -> None:
    assert wanted(message, Window(columns, (0,), (("0",) * len(columns),), "")) == expected


def test_waves_show_a_reference_beside_the_output_and_unknown_values() -> None:
    reference = Column("count(expected)", "ref.count", 4, "expected")
    states = (("x", "0000", "0"), ("0000", "0001", "1"), ("0001", "0001", "1"))
    shown = draw(
        Window((COUNT, reference, EN), (0, 5_000_000, 10_000_000), states, ""),
        *(60, ""),
        back=0,
        failed=True,
    )
    rows = shown.plain.splitlines()
    assert rows[0].split() == ["time(ns)", "0", "5", "10"]
    assert rows[1].startswith("got  count │xxxx│0000│0001")
    assert rows[2].startswith("want count │0000│0001 ────")
    assert re.match(
        r"in   en    ▁{5}\N{BOX DRAWINGS LIGHT DIAGONAL UPPER RIGHT TO LOWER LEFT}▔{9}", rows[3]
    )
    wrong = [shown.plain[s.start : s.end] for s in shown.spans if "red" in str(s.style)]
    assert wrong == ["│xxxx", "│0000"]


def test_two_designs_stand_beside_each_other_with_what_differs_marked() -> None:
    old = "a\nb\nassign y = in0;\n" + "same\n" * 20 + "end\n"
    new = old.replace("in0", "in1").replace("end", "fin\nmore")
    console = Console(width=80, record=True, file=StringIO())
    console.print(side_by_side(old, new, "0.0", "1.0", dark=True))
    text = console.export_text()
    row = next(line for line in text.splitlines() if "in0" in line)
    assert row.split() == ["3", "assign", "y", "=", "in0;", "3", "assign", "y", "=", "in1;"]
    assert text.count("same") == 2 * 6  # three lines around each difference
    assert "⋯" in text
    assert "same, line by line" in str(side_by_side(old, old, "0.0", "1.0", dark=True))
