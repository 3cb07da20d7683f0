"""What a worker's results look like to who uses them: order, errors, leaving early."""

from __future__ import annotations

import time
from contextlib import closing

import pytest

from agent.stream import Abandoned, Hand, stream


def test_results_come_while_the_worker_goes_on() -> None:
    used: list[int] = []
    seen: list[tuple[int, ...]] = []

    def work(hand: Hand[int]) -> None:
        for number in (1, 2):
            hand.put(number)
        hand.settle()
        seen.append(tuple(used))
        hand.put(3)

    for item in stream(work):
        used.append(item)
    assert used == [1, 2, 3]
    assert seen == [(1, 2)], "settle waits until the results are used"


def test_what_the_worker_raises_is_raised_after_its_results() -> None:
    def work(hand: Hand[int]) -> None:
        hand.put(1)
        raise ValueError("broken")

    used: list[int] = []
    with pytest.raises(ValueError, match="broken"):
        used.extend(stream(work))
    assert used == [1]


def test_who_leaves_early_ends_the_worker_and_waits_for_it() -> None:
    ended: list[str] = []

    def polite(hand: Hand[int]) -> None:
        hand.put(1)
        while not hand.abandoned:
            time.sleep(0.01)
        ended.append("saw it")

    def waiting(hand: Hand[int]) -> None:
        hand.put(1)
        hand.put(2)
        try:
            hand.settle()
        except Abandoned:
            ended.append("was told")
            raise

    for work in (polite, waiting):
        with closing(stream(work)) as results:
            assert next(results) == 1
    assert ended == ["saw it", "was told"]
