"""Measure which tiers a base model favours, whatever the specification; print it as JSON.

usage: calibrate.py [MODEL]

The mean log-probability of each tier over sixteen one-line specifications, four per tier, is what
the zero-shot classifier subtracts (mevllm/calibration.json, by the base's SHA-256). None of them
is a design of testbenches/.
"""

from __future__ import annotations

import json
import sys
from contextlib import closing

from mevllm.classifier import raw_scores
from mevllm.engines import open_engine
from mevllm.spec import parse_spec
from mevllm.tiers import Tier
from mevllm.weights import resolve

EXAMPLES = (
    "y is the inverse of a.",
    "y is 1 when both inputs of an AND gate are 1.",
    "the output is always 0.",
    "y is given by a truth table of three inputs.",
    "a 2-to-1 multiplexer: q is a when sel is 0, else b.",
    "an 8-bit adder with carry in and carry out.",
    "a 4-bit counter that increments while enabled.",
    "a comparator that says whether a is less than b.",
    "a Moore state machine that detects the sequence 101.",
    "a shift register with parallel load.",
    "a timer that gives a pulse after a number of cycles.",
    "a memory of sixteen words with one write port.",
    "a FIFO queue with full and empty flags.",
    "a UART receiver that checks the start bit and the stop bit.",
    "an arbiter that grants one of eight requests.",
    "a pipelined processor with a program counter and an instruction register.",
)


def main() -> None:
    """Score the examples and print the means."""
    path = resolve(sys.argv[1] if len(sys.argv) > 1 else None)
    with closing(open_engine("llamacpp", model=path, parallel=1)) as engine:
        rows = []
        for text in EXAMPLES:
            spec = parse_spec(f"Module name: top\n\n- input a\n- output q\n\n{text}\n", "example")
            rows.append(raw_scores(spec, engine))
            print([round(score, 2) for score in rows[-1]], text, file=sys.stderr)
        means = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
        bias = {str(tier): round(mean, 3) for tier, mean in zip(Tier, means, strict=True)}
        print(json.dumps({engine.info.sha256: bias}, indent=2))


if __name__ == "__main__":
    main()
