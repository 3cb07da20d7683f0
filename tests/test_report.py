"""A run as a page: what it says, that nothing in it is live, and how a browser shows it."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from agent.attempt_log import AttemptLog
from agent.errors import ExitCode
from agent.report.page import code_lines, diff_lines, markdown, render
from agent.runs import StoredRun
from agent.strength import Strength, Survivor
from tests.browser import listening_proxy, scanlines, screenshot
from tests.conftest import DESIGNS, Mevagent, Script

SPEC = DESIGNS / "mux4" / "spec.md"
TB = DESIGNS / "mux4" / "tb_mux4.py"
GOOD = (
    "\n  assign y = !en ? 0 : sel == 0 ? in0 : sel == 1 ? in1 : sel == 2 ? in2 : in3;\nendmodule\n"
)
NO_ENABLE = GOOD.replace("!en ? 0 : ", "")
HOSTILE = (
    "<script src='http://evil.example/a.js'></script><img src=http://evil.example/b.png>"
    '"><svg onload=fetch("http://evil.example/c")>'
)


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture
def hostile(mevagent: Mevagent, script: Script, tmp_path: Path) -> Path:
    """A run whose specification, designs and testbench try to put live HTML into a page."""
    spec, tb = tmp_path / "spec.md", tmp_path / "tb_hostile.py"
    image = "\n![beacon](http://evil.example/d.png) [go](javascript:alert(1))\n"
    spec.write_text(f"{SPEC.read_text()}\n{HOSTILE}\n{image}")
    tb.write_text(TB.read_text().replace("expected y", f"{HOSTILE.replace(chr(34), '')} y"))
    bad = f"\n  // {HOSTILE}{NO_ENABLE}"
    options = ["--engine", "scripted", "--script", script([bad, bad + " "], [GOOD], repeat=True)]
    options.append("--no-mend")
    done = mevagent("build", spec, "--tb", tb, *options, "-k", 2)
    assert done.returncode == ExitCode.PASSED, done.stderr
    page = tmp_path / "page.html"
    assert mevagent("report", "last", "-o", page).returncode == ExitCode.PASSED
    return page


def stored(folder: Path) -> StoredRun:
    with AttemptLog.open_existing(folder / "runs" / "attempts.db") as log:
        return log.load_run(log.find_run("last"))


def test_a_report_tells_specification_path_change_waveforms_checks_and_costs(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    answers = script([NO_ENABLE], [GOOD])
    options = ["--engine", "scripted", "--script", answers, "-k", 1, "--no-mend"]
    assert mevagent("build", SPEC, "--tb", TB, *options).returncode == ExitCode.PASSED
    done = mevagent("report")

    assert done.returncode == ExitCode.PASSED, done.stderr
    page = (tmp_path / done.stdout.strip()).read_text()
    for part in ("path", "waves", "changes", "checks", "specification", "designs", "costs"):
        assert f'<section id="{part}">' in page
    assert "Four-way multiplexer" in page
    assert "repair of 0.0" in page
    assert page.count('<svg class="wave"') == 2
    assert 'class="failure"' in page
    assert 'class="differs"' in page
    assert ">5ah</text>" in page
    assert re.search(r'class="removed".*?assign', page, re.DOTALL)
    assert f"mevagent replay {stored(tmp_path).run_id}" in page


def test_a_run_that_gave_up_says_what_to_believe(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    options = ["--engine", "scripted", "--script", script([NO_ENABLE]), "-k", 1, "--no-mend"]
    mevagent("build", SPEC, "--tb", TB, *options, "--max-attempts", 1)
    mevagent("report", "last", "-o", tmp_path / "page.html")

    page = (tmp_path / "page.html").read_text()
    assert '<section id="belief">' in page
    assert "no design ever passed: output_is_zero_while_not_enabled" in page
    assert page.count('<svg class="wave"') == 1


def test_nothing_of_a_design_a_specification_or_a_testbench_becomes_live(hostile: Path) -> None:
    page = hostile.read_text()
    tags = Tags(page).found

    assert "evil.example" in page  # it is shown, as text
    assert not {"script", "img", "link", "iframe", "object", "base"} & {tag for tag, _ in tags}
    for _, attributes in tags:
        assert not any(name.startswith("on") for name in attributes)
        assert "src" not in attributes
    links = {(tag, a["href"]) for tag, a in tags if "href" in a and (a["href"] or "")[:1] != "#"}
    assert links == {("a", "http://evil.example/d.png")}  # to be followed, not to be loaded
    assert "default-src 'none'" in page
    assert "url(" not in page


def test_a_browser_shows_the_page_light_and_dark_and_asks_the_network_for_nothing(
    hostile: Path, tmp_path: Path
) -> None:
    control = tmp_path / "control.html"
    control.write_text("<img src='http://evil.example/control.png'>")
    with listening_proxy() as (proxy, asked):
        screenshot(control, tmp_path / "control.png", proxy=proxy)
        assert any("evil.example/control.png" in line for line in asked)
        asked.clear()
        light = screenshot(hostile, tmp_path / "light.png", proxy=proxy)
        dark = screenshot(hostile, tmp_path / "dark.png", dark=True, proxy=proxy)
        assert asked == []
    assert len(set(scanlines(light))) > 200
    assert len(set(scanlines(dark))) > 200
    assert light != dark


def test_a_design_that_passed_at_once_is_drawn_alone(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    options = ["--engine", "scripted", "--script", script([GOOD]), "-k", 1]
    mevagent("build", SPEC, "--tb", TB, *options)
    mevagent("report", "last", "-o", tmp_path / "page.html")

    page = (tmp_path / "page.html").read_text()
    assert page.count('<svg class="wave"') == 1
    assert "first mismatch" not in page
    assert "the end of check" in page


def test_a_clocked_design_is_drawn_from_cycle_to_cycle(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    folder = DESIGNS / "mod_counter"
    reference = (folder / "reference.v").read_text()
    body = reference[reference.index(");", reference.index("module")) + 2 :]
    design = tmp_path / "mine.v"
    shutil.copy(folder / "broken_asynchronous_reset.v", design)
    options = ["--engine", "scripted", "--script", script([], [body]), "-k", 1]
    tb = folder / "tb_mod_counter.py"
    done = mevagent("repair", design, "--spec", folder / "spec.md", "--tb", tb, *options)
    assert done.returncode == ExitCode.PASSED, done.stderr
    mevagent("report", "last", "-o", tmp_path / "page.html")

    page = (tmp_path / "page.html").read_text()
    assert "35 ns" in page
    assert 'class="bus unknown"' in page
    assert 'class="over"' in page


def test_without_waves_nothing_is_simulated_and_an_existing_page_is_kept(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    options = ["--engine", "scripted", "--script", script([NO_ENABLE]), "-k", 1, "--no-mend"]
    mevagent("build", SPEC, "--tb", TB, *options, "--max-attempts", 1)
    first = mevagent("report", "last", "--no-waves", env={"PATH": "/nowhere"})

    assert first.returncode == ExitCode.PASSED, first.stderr
    assert "<svg" not in (tmp_path / first.stdout.strip()).read_text()
    again = mevagent("report", "last", "--no-waves")
    assert again.returncode == ExitCode.BAD_INPUT
    assert "--force" in again.stderr


def test_a_report_is_written_without_waves_where_the_simulator_is_missing(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    options = ["--engine", "scripted", "--script", script([NO_ENABLE]), "-k", 1, "--no-mend"]
    mevagent("build", SPEC, "--tb", TB, *options, "--max-attempts", 1)
    done = mevagent("report", "last", env={"PATH": "/nowhere"})

    assert done.returncode == ExitCode.PASSED
    assert "no waveforms" in done.stderr
    assert "no waveforms" in (tmp_path / done.stdout.strip()).read_text()


def test_strength_shows_where_the_record_has_it(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    options = ["--engine", "scripted", "--script", script([GOOD]), "-k", 1]
    mevagent("build", SPEC, "--tb", TB, *options, "--no-strength")
    run = stored(tmp_path)

    assert 'id="strength"' not in render(run)
    survivor = Survivor(13, "y = sel == 1;", "y = sel < 2;", "`==` to `<`", "operator", True)
    page = render(replace(run, strength=Strength(9, 9, 8, (survivor,), 0, 0, 0.1, 0)))
    assert "8 of 9" in page
    assert "<code>y = sel &lt; 2;</code>" in page


def test_a_comparison_shows_what_changed_with_a_little_around_it() -> None:
    old = "".join(f"wire w{n};\n" for n in range(30))
    lines = diff_lines(old, old.replace("w4;", "w4x;").replace("w25;", "w25x;"))

    assert [line.kind for line in lines].count("skip") == 1
    assert [(x.old, x.new) for x in lines if x.kind in ("added", "removed")] == [
        (5, None),
        (None, 5),
        (26, None),
        (None, 26),
    ]
    assert len(code_lines("a\x0cb\r\n\n// <b>\n")) == 4
    assert "&lt;b&gt;" in code_lines("// <b>")[0].html
    assert "<b>" not in markdown("<b>bold</b>")
