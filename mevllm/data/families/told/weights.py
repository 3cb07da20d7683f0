"""Counts of ones, and of unequal bits, as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.told._words_combinational import laid_out, q, spoken


def popcount(
    t: Draw, kind: str, width: int, words: Sequence[str], out: str, least: int
) -> tuple[str, ...]:
    """How many bits are set, clear, equal or different, or whether enough of them are set."""
    say = t.say
    a, b, out = q(words[0]), q(words[-1]), q(out)
    if kind == "threshold":
        texts = _threshold(t, width, a, out, least)
    elif kind in ("differ", "both"):
        texts = _pairwise(t, kind == "differ", width, a, b, out)
    else:
        noun, one = ("ones", 1) if kind == "ones" else ("zeros", 0)
        state = "set" if one else "clear"
        values = [t.bits(width) for _ in "ab"]
        counts = [v.bit_count() if one else width - v.bit_count() for v in values]
        short = say(
            f"{'Population count' if one else 'Count of zeros'} of {a} to {out}.",
            f"{out} = number of {noun} among the {width} bits of {a}.",
            f"Add up the {'' if one else 'inverted '}bits of {a}; the total is {out}.",
            f"{'Hamming weight' if one else f'{width} minus the Hamming weight'} of {a}, "
            f"delivered on {out}.",
            f"How many bits of {a} are {state}? Put the number on {out}.",
            f"A counter tree without clock that totals the {noun} in {a}, output {out}.",
        ) + say(
            "",
            " Purely combinational, plain binary result.",
            f" Anything from 0 to {width} can come out.",
            " Position does not matter.",
        )
        purpose = say(
            f"A parking deck has a sensor for each of its {width} spaces, all of them in {a} with "
            f"1 for a car. The sign at the entrance shows {out}, the number of "
            f"{'occupied' if one else 'free'} spaces.",
            f"A chip's self-test collects {width} results in {a}, 1 for passed and 0 for failed. "
            f"The report contains how many {'passed' if one else 'failed'}: {out}.",
            f"Each bit of {a} tells whether a worker thread is busy (1) or idle (0). A load "
            f"monitor shows the number {out} of {'busy' if one else 'idle'} ones among the "
            f"{width}.",
            f"For the link budget of a radio, the {noun} of each {width}-bit symbol {a} are "
            f"counted, wherever in the symbol they are. The count {out} is available at once.",
            f"A chess program holds its squares or pieces as bit sets. {out} is the number of "
            f"{'elements in the set' if one else 'elements missing from the set'} {a}, which has "
            f"{width} bits, 1 for present.",
        )
        remark = laid_out(
            t,
            say(
                f"Determine how many bits of {a} are {one}.",
                f"{out} counts {noun}.",
                f"The {noun} in {a} have to be counted.",
            ),
            t.shuffled(
                [
                    say(
                        f"The order of the bits in {a} is irrelevant.",
                        f"All {width} bits count alike.",
                    ),
                    say(
                        f"Extreme cases: 0 if no bit is {state}, {width} if every bit is.",
                        f"Results range from 0 to {width}, and {out} can hold them all.",
                    ),
                    say("The result is a binary number.", f"{out} is unsigned."),
                    say(
                        "It has to be there without a clock.",
                        "There is no need to count one bit per cycle; no clock exists.",
                    ),
                ]
            ),
            f"For {a} = {width}'h{values[0]:x} the result is {counts[0]}." if width <= 64 else "",
        )
        texts = (short, purpose, remark)
    return spoken(t, *texts)


def _threshold(t: Draw, width: int, a: str, out: str, least: int) -> tuple[str, str, str]:
    say = t.say
    return (
        say(
            f"{out} high for {least} or more ones among the {width} bits of {a}.",
            f"Threshold gate with {width} inputs {a}, weight one each, threshold {least}, output "
            f"{out}.",
            f"{out} = (population count of {a} >= {least}).",
            f"At-least-{least}-of-{width} detector for {a}, result on {out}.",
            f"Fewer than {least} bits set in {a}: {out} low. Otherwise high.",
            f"Quorum logic: {out} is asserted once the number of set bits in {a} reaches {least}.",
        ),
        say(
            f"A board of {width} members votes electronically, one bit of {a} each. A motion is "
            f"carried, {out} = 1, with {least} or more votes in favour (ones), and lost "
            "otherwise.",
            f"{width} smoke sensors report on {a}. To avoid false alarms, {out} is only raised "
            f"while no fewer than {least} of them report.",
            f"A storage system writes to {width} replicas; {a} has a 1 for each that has "
            f"acknowledged. The write counts as safe, shown by {out}, from {least} "
            "acknowledgements on.",
            f"A press has {width} safety contacts collected in {a}. It is released by {out} if "
            f"{least} of them, any {least} or more, are closed (1).",
            f"In a neural model, a neuron has {width} binary synapses {a} of equal strength and "
            f"fires ({out} = 1) when {least} or more are active.",
        ),
        laid_out(
            t,
            say(
                f"{out} tells if {a} has enough ones.",
                f"Check whether {a} has a minimum number of set bits.",
                f"Compare the number of ones in {a} with a fixed number.",
            ),
            [
                say(
                    f"Enough means {least} or more of the {width} bits.",
                    f"The minimum is {least}, out of {width}.",
                ),
                say(f"Exactly {least} is enough.", f"{least - 1} is too few."),
                say("It does not matter which bits are set.", "Every bit has the same weight."),
                say(f"{out} is 0 below the minimum.", f"Too few ones leave {out} at 0."),
            ],
        ),
    )


def _pairwise(t: Draw, differ: bool, width: int, a: str, b: str, out: str) -> tuple[str, str, str]:
    say = t.say
    what = "differ" if differ else "are both 1"
    x, y = t.bits(width), t.bits(width)
    total = (x ^ y if differ else x & y).bit_count()
    return (
        say(
            f"{'Hamming distance of' if differ else 'Number of ones common to'} {a} and {b}, onto "
            f"{out}.",
            f"{out} = popcount of {a} {'XOR' if differ else 'AND'} {b}.",
            f"Count the places in which {a} and {b} {what}; the count is {out}.",
            f"In how many of the {width} positions do we find {a} and {b} "
            f"{'unequal' if differ else 'at one together'}? See {out}.",
            f"Bitwise {'exclusive or' if differ else 'and'} of {a} and {b} followed by a ones "
            f"counter, result {out}.",
            f"{'Bit error count' if differ else 'Overlap'} of the {width}-bit words {a} and {b}, "
            f"as an unsigned number {out}.",
        ),
        say(
            f"A link tester knows the pattern it sent, {a}, and sees the pattern received, {b}. "
            "It shows how many bits were received "
            f"{'wrongly' if differ else 'as a 1 that had been sent as a 1'}: {out}.",
            f"Two fingerprints are reduced to feature words {a} and {b}. A matcher wants the "
            f"number {out} of features (bits) that "
            f"{'only one of them has' if differ else 'both have, a bit of 1 meaning present'}.",
            f"Two people tick boxes in a list of {width}; their lists are {a} and {b}, 1 for "
            f"ticked. {out} is the number of boxes "
            f"{'where the lists disagree' if differ else 'that both of them ticked'}.",
            f"A power estimator holds a bus word {a} against another word {b}. {out} counts the "
            "wires on which "
            f"{'the two words have different levels' if differ else 'both words are high'}.",
            f"Two access masks {a} and {b} are compared. An audit shows on {out} how many rights "
            f"{'are granted by exactly one of them' if differ else 'both masks grant'}, a right "
            "being one bit, 1 for granted.",
        ),
        laid_out(
            t,
            say(
                f"{a} and {b} are examined position by position.",
                f"{out} counts positions of {a} and {b}.",
                f"Hold {a} against {b} and count.",
            ),
            [
                say(
                    f"A position counts when the two bits {what}.",
                    f"Count each i for which bit i of {a} and bit i of {b} {what}.",
                ),
                say(
                    f"The result lies between 0 and {width}.", f"Up to {width} positions can count."
                ),
                say(
                    f"{'Equal words' if differ else 'Words without a common one'} give 0.",
                    f"All positions weigh the same, the number on {out} is unsigned.",
                ),
            ],
            f"{width}'h{x:x} and {width}'h{y:x} make {total}." if width <= 64 else "",
        ),
    )
