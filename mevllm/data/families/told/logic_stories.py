"""Everyday decisions as people tell them: conditions, guards, and what overrides them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mevllm.data.draw import Draw
from mevllm.data.families.basic_words import capital, listed
from mevllm.data.families.told._words_basic import plain, remarks


@dataclass(frozen=True)
class Decision:
    """When an output's thing is on: conditions as (signal, whether it holds)."""

    output: str
    thing: str
    triggers: tuple[tuple[str, bool], ...]
    every: bool
    guards: tuple[tuple[str, bool], ...]
    force: tuple[str, bool] | None
    low: bool

    def on(self, facts: Mapping[str, bool]) -> bool:
        """Whether the thing is on, given which conditions hold."""
        met = [facts[n] == wanted for n, wanted in self.triggers]
        started = all(met) if self.every else any(met)
        allowed = all(facts[n] == wanted for n, wanted in self.guards)
        forced = self.force is not None and facts[self.force[0]] == self.force[1]
        return forced or (started and allowed)


@dataclass(frozen=True)
class Fact:
    """A signal: what it says when its condition holds and when not, and whether 0 means so."""

    true: str
    false: str
    low: bool


def _clause(facts: Mapping[str, Fact], mark: tuple[str, bool]) -> str:
    return facts[mark[0]].true if mark[1] else facts[mark[0]].false


def _level(facts: Mapping[str, Fact], mark: tuple[str, bool]) -> str:
    return f"`{mark[0]}` = {int(mark[1] != facts[mark[0]].low)}"


def _rule(draw: Draw, rule: Decision, facts: Mapping[str, Fact]) -> str:
    """The decision as sentences, by what the signals mean; without a stop."""
    thing = rule.thing
    start = listed([_clause(facts, m) for m in rule.triggers], "and" if rule.every else "or")
    if len(rule.triggers) == 2:
        start = f"{'both' if rule.every else 'either'} {start}"
    guards = listed([_clause(facts, m) for m in rule.guards])
    vetoes = listed([_clause(facts, (n, not wanted)) for n, wanted in rule.guards], "or")
    if rule.guards:
        base = draw.say(
            f"{thing} comes on when {start}, unless {vetoes}",
            f"while {guards}, {thing} is on if {start}",
            f"{thing} is switched on if {start}; it is also necessary that {guards}",
            f"{vetoes[0].upper() + vetoes[1:]}? Then no {thing.split(' ', 1)[1]}. Otherwise "
            f"{thing} "
            f"is on if {start}",
        )
    else:
        base = draw.say(
            f"{thing} comes on when {start}",
            f"{thing} is on if {start}, and only then"
            if not rule.force
            else f"{thing} is on if {start}",
        )
    if rule.force:
        force = _clause(facts, rule.force)
        base += draw.say(
            f". As an exception to all of this, {thing} is on whenever {force}",
            f". If {force}, then {thing} is on in any case",
            f". One thing overrides the rest: {force} means on",
        )
    return base


def _formula(draw: Draw, rule: Decision, facts: Mapping[str, Fact]) -> str:
    """The decision by the levels of the signals; without a stop."""
    joint = " and " if rule.every else " or "
    core = joint.join(_level(facts, m) for m in rule.triggers)
    if rule.guards:
        core = f"({core})" if len(rule.triggers) > 1 and not rule.every else core
        core = " and ".join((core, *(_level(facts, m) for m in rule.guards)))
    if rule.force:
        core = f"either {_level(facts, rule.force)} or ({core})"
    active = 1 - rule.low
    return draw.say(
        f"`{rule.output}` is {active} if {core}; otherwise {1 - active}",
        f"drive `{rule.output}` to {active} on {core}, to {1 - active} in any other case",
    )


def story(
    draw: Draw, place: str, facts: Mapping[str, Fact], rules: Sequence[Decision]
) -> tuple[str, ...]:
    """Outputs that depend on a few everyday conditions."""
    place = {"parking": "car park", "vending": "vending machine"}.get(place, place)
    key = "; ".join(f"`{n}` = {int(not f.low)}: {f.true}" for n, f in facts.items())
    lows = [n for n, f in facts.items() if f.low] + [r.output for r in rules if r.low]
    sense = (
        f"Active low: {listed([f'`{n}`' for n in lows])}; everything else is active high"
        if lows
        else "All signals are active high"
    )
    pins = "; ".join(f"`{r.output}` is for {r.thing}" for r in rules)
    spoken = [_rule(draw, r, facts) for r in rules]
    words = draw.choice((("low", "high"), ("0", "1"), ("at 0", "at 1")))
    mark = draw.choice((" ({n} {v})", " ({n} is {v})", " [{n} {v}]"))
    named = {
        n: Fact(
            f.true + mark.format(n=f"`{n}`", v=words[not f.low]),
            f.false + mark.format(n=f"`{n}`", v=words[f.low]),
            f.low,
        )
        for n, f in facts.items()
    }
    inline = ". ".join(capital(_rule(draw, r, named)) for r in rules)
    formulas = [_formula(draw, r, facts) for r in rules]
    means = ", ".join(f"`{n}` says that {f.true}" for n, f in facts.items())
    told = ". ".join(capital(s) for s in spoken)
    exact = ". ".join(capital(f) for f in formulas)
    levels = "; ".join(f"`{r.output}` = {1 - r.low} means that {r.thing} is on" for r in rules)
    short = draw.say(
        f"{exact}.",
        f"{capital(place)} interlock, plain gates. {exact}.",
        f"For the {place}: {'; '.join(formulas)}.",
        f"Combinational control of {listed([r.thing for r in rules])}. {exact}.",
        f"{exact}. Stateless, belongs to the {place}.",
        f"Just this for the {place} unit - {'; '.join(formulas)}.",
    )
    purpose = draw.say(
        f"{capital(place)} control. {inline}. Otherwise off. Outputs: {levels}.",
        f"The {place} is to look after itself. {inline}. By default everything is off. "
        f"{capital(levels)}.",
        f"In the {place} we want this behaviour. {inline}. Off is the normal state; {levels}.",
        f"We talked to the people who run the {place}. {told}. Whatever is not mentioned stays "
        "off. "
        f"Their sensors: {means}. {sense}; {pins}.",
        f"{told}. Everything else means off. Wiring of the {place}: {means}; {pins}. {sense}.",
        f"The {place} needs a decision box. It knows this: {key}. Its decisions: {told}. No "
        f"reason to be on means off. {capital(levels)}.",
        f"From the manual of the {place}. {told}. If no rule applies, off is right. Pin meanings: "
        f"{key}. {capital(levels)}.",
    )
    held = {n: draw.chance(0.5) for n in facts}
    shown = ", ".join(f"`{n}` = {int(h != facts[n].low)}" for n, h in held.items())
    got = ", ".join(f"`{r.output}` = {int(r.on(held) != r.low)}" for r in rules)
    example = f"{shown} gives {got}"
    signals = [
        f"`{n}` is {int(not f.low)} when {f.true}, else {int(f.low)}" for n, f in facts.items()
    ]
    longer = draw.say(
        remarks(draw, f"{capital(place)}, decision logic.", formulas, f"Example: {example}."),
        remarks(
            draw,
            f"{told}. Otherwise off. About the signals of the {place}:",
            [*signals, levels],
        ),
        remarks(
            draw, f"Signals of the {place}: {key}.", [*spoken, "off in all other cases", levels]
        ),
        f"Ticket ({place}): implement the following. {exact}. Acceptance test: {example}.",
        remarks(draw, f"{capital(means)}. {sense}.", [*formulas, f"as a check, {example}"]),
    )
    return plain(draw, short, purpose, longer)
