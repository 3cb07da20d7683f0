"""Which ports are the clock and the reset, known by their names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mevllm.spec import Port

_PLAIN_CLOCK = re.compile(r"(?:i_|in_)?(?:clk|clock)(?:_?(?:i|in|p))?")
_CLOCK = re.compile(
    r"(?:[a-z0-9]+_)*(?:[a-z]|sys|core|main|ref)?(?:clk|clock)"
    r"(?:_?(?:i|in|p|[a-z]|sys|core|main|ref|\d+|\d*mhz))?"
)
_RESET_END = r"(?:_?(?:n|b|l|ni|bi|x|z|i|in|n_i|n_in|async|sync|a|s))?"
_PLAIN_RESET = re.compile(rf"(?:i_|in_|n_?|[as]_?|async_?|sync_?)?(?:rst|reset){_RESET_END}")
_RESET = re.compile(rf"(?:[a-z0-9]+_)*(?:[a-z]|sys|core|main)?(?:rst|reset){_RESET_END}")
_NOT_A_RESET = frozenset(("preset",))


def find_clock(ports: Sequence[Port]) -> str | None:
    """The clock of a design: a one-bit input such as `clk`, `clock`, `CLK_in`, `pclk`, `wr_clk`.

    Of several, a plain name before `clk_a` or `wr_clk`, else the first.
    """
    return _find(ports, _PLAIN_CLOCK, _CLOCK)


def find_reset(ports: Sequence[Port]) -> str | None:
    """The reset of a design: a one-bit input such as `rst`, `rst_n`, `areset`, `resetn`, `arst`.

    Of several, a plain name before `wr_rst_n` or `soft_reset`, else the first.
    """
    return _find(ports, _PLAIN_RESET, _RESET)


def names_a_reset(name: str) -> bool:
    """Whether a signal of this name is a reset: `rst`, `rst_n`, `areset`, `wr_rst_n`."""
    return bool(_RESET.fullmatch(name.lower())) and name.lower() not in _NOT_A_RESET


def _find(ports: Sequence[Port], *patterns: re.Pattern[str]) -> str | None:
    inputs = [p.name for p in ports if p.direction == "input" and p.width == 1]
    for pattern in patterns:
        for name in inputs:
            if pattern.fullmatch(name.lower()) and name.lower() not in _NOT_A_RESET:
                return name
    return None
