"""Value change dumps as small tables."""

from __future__ import annotations

from agent.toolchain.waves import Column, View, table

HEADER = """$timescale 1ps $end
$scope module dut $end
$var wire 1 ! clk $end
$var wire 1 " d $end
$var wire 8 # q [7:0] $end
$var wire 1 $ wclk $end
$upscope $end
$enddefinitions $end
"""
CLK = Column("clk", "dut.clk", 1, "input")
D = Column("d", "dut.d", 1, "input")
Q = Column("q", "dut.q", 8, "output")
WCLK = Column("wclk", "dut.wclk", 1, "input")


def clocked(edge: str = "1", cycles: int = 4) -> bytes:
    """A counter whose output follows one edge of its clock; 10 ns a cycle."""
    lines = ["#0", "$dumpvars", "0!", '1"', "bx #", "$end"]
    for cycle in range(cycles):
        for half, level in ((5000, "1"), (10000, "0")):
            lines += [f"#{cycle * 10000 + half}", f"{level}!"]
            if level == edge:
                lines.append(f"b{cycle:b} #")
    return (HEADER + "\n".join(lines) + "\n").encode()


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if "just before" not in line]


def test_rows_are_the_clocks_edges_with_what_the_design_saw() -> None:
    text = table(clocked(), View((CLK, D, Q)), until_ns=26, last=3)

    assert text.startswith("values just before each rising edge of clk")
    assert rows(text) == [
        ["time(ns)", "d", "q"],
        ["15", "1", "00h"],
        ["25", "1", "01h"],
        ["26", "1", "02h"],
    ]


def test_the_falling_edge_is_taken_where_outputs_follow_it() -> None:
    assert "each falling edge" in table(clocked("0"), View((CLK, D, Q)))


def test_unknown_values_stay_visible() -> None:
    text = table(clocked(), View((CLK, D, Q)), until_ns=15, last=4)

    assert rows(text)[1] == ["5", "1", "x"]
    partly = HEADER.encode() + b'#0\nbx1 #\nz"\n'
    assert rows(table(partly, View((D, Q))))[1] == ["0", "z", "xxxxxxx1"]


def test_without_a_clock_every_point_of_change_is_a_row() -> None:
    dump = HEADER.encode() + b'#0\n0"\nb0 #\n#1500\n1"\n#2000\nb11111111 #\n'

    assert rows(table(dump, View((D, Q)), last=2)) == [
        ["time(ns)", "d", "q"],
        ["1.5", "1", "00h"],
        ["2", "1", "ffh"],
    ]


def test_what_changes_at_the_failure_itself_can_be_left_out() -> None:
    dump = HEADER.encode() + b'#0\n0"\n#1000\n1"\n#2000\n0"\n'

    text = table(dump, View((D,)), until_ns=2, inclusive=False)

    assert rows(text)[-1] == ["1", "1"]


def test_with_two_clocks_every_point_of_change_is_a_row() -> None:
    dump = clocked() + b"#41000\n1$\n#42000\n0$\n#43000\n1$\n"

    assert "just before" not in table(dump, View((CLK, WCLK, Q)))


def test_a_dump_that_was_cut_off_is_good_up_to_there() -> None:
    dump = HEADER.encode() + b'#0\n0"\nb0 #\n#1500\n1"\n#20'

    assert rows(table(dump, View((D, Q))))[-1] == ["1.5", "1", "00h"]
    assert table(b"$scope module", View((D,))) == ""
    assert table(b"", View((D,))) == ""


def test_no_ports_give_no_table() -> None:
    assert table(clocked(), View(())) == ""
