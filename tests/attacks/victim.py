"""The testbench that the attacks in cocotb/ try to pass, read or subvert: an honest adder test.

HIDDEN-TESTBENCH-TEXT must never reach a verdict.
"""

import builtins

import cocotb
from cocotb.triggers import Timer


@cocotb.test()
async def test_sums(dut):
    """Sums of all pairs of a few values, read back from the ports as many testbenches do."""
    for a in (3, 9, 15):
        for b in (1, 7, 12):
            dut.a.value = a
            dut.b.value = b
            await Timer(10, "ns")
            expected = int(dut.a.value) + int(dut.b.value)
            got = dut.y.value
            assert got == expected, f"{a} + {b}: expected {expected} got {got}"


@cocotb.test()
async def test_late_imports(dut):
    """Imports that happen while the design runs find Python's own modules."""
    await Timer(10, "ns")
    import colorsys

    assert colorsys.rgb_to_hsv(0, 0, 0) == (0, 0, 0)
    assert not hasattr(builtins, "STOLEN"), "code of the design's ran"
    dut.a.value = 1
    dut.b.value = 1
    await Timer(10, "ns")
    assert int(dut.y.value) == 2, f"expected 2 got {dut.y.value}"
