"""The part of a dump that a person should see, and where two designs differ in it."""

from __future__ import annotations

from agent.report.svg import MAX_WIDTH, draw, scale_of
from agent.toolchain.waveform import Waveform, differences, last_cycles, window
from agent.toolchain.waves import Recording, View
from tests.test_waves import CLK, HEADER, D, Q, clocked

VIEW = View((CLK, D, Q))


def recording(vcd: bytes, until_ns: float = float("inf")) -> Recording:
    return Recording(vcd, VIEW, until_ns, True, until_ns == float("inf"))


def shown(vcd: bytes, until_ns: float = float("inf"), cycles: int = 2) -> Waveform:
    found = last_cycles(recording(vcd, until_ns), cycles)
    assert found is not None
    return found


def test_a_clocked_window_holds_the_last_cycles_and_a_little_more() -> None:
    found = shown(clocked(), until_ns=26)

    assert found.clock == "clk"
    assert found.times == (15.0, 25.0, 35.0)
    assert (found.start_ns, found.end_ns) == (10.0, 36.0)
    clock, data, count = found.signals
    assert clock.changes == (
        (10.0, "0"),
        (15.0, "1"),
        (20.0, "0"),
        (25.0, "1"),
        (30.0, "0"),
        (35.0, "1"),
    )
    assert data.changes == ((10.0, "1"),)
    assert count.changes == ((10.0, "00h"), (15.0, "01h"), (25.0, "02h"), (35.0, "03h"))
    assert [count.value_at(time) for time in (9, 10, 24.9, 25)] == ["x", "00h", "01h", "02h"]


def test_without_a_clock_every_point_of_change_has_the_same_room() -> None:
    vcd = HEADER.encode() + b'#0\n0"\nb0 #\n#1500\n1"\n#900000\nb11111111 #\n'
    found = shown(vcd, cycles=9)
    scale = scale_of([found])

    assert found.clock is None
    assert scale(1.5) - scale(0) == scale(900) - scale(1.5)


def test_a_glitch_of_the_clock_does_not_make_the_picture_endless() -> None:
    vcd = clocked() + b"#40001\n1!\n#40002\n0!\n#41000\n1!\n#41001\n0!\n"
    found = shown(vcd, cycles=6)

    assert scale_of([found])(found.end_ns) <= MAX_WIDTH


def test_where_outputs_differ_is_marked_and_inputs_are_not_compared() -> None:
    one, other = clocked(), clocked().replace(b"b10 #", b"b111 #").replace(b'1"', b'0"')
    spans = differences(
        window(recording(one), 0, 40_000_000), window(recording(other), 0, 40_000_000)
    )

    assert spans == {"q": ((25.0, 35.0),)}


def test_names_and_values_are_escaped_in_the_picture() -> None:
    picture = draw(shown(clocked()), scale_of([shown(clocked())]), label='<b> & "quotes"')

    assert 'aria-label="&lt;b&gt; &amp; &#34;quotes&#34;"' in picture
    assert picture.count('<text class="name') == 3


def test_nothing_dumped_gives_no_picture() -> None:
    assert last_cycles(recording(b"")) is None
    assert last_cycles(Recording(clocked(), View(()), float("inf"), True, True)) is None
