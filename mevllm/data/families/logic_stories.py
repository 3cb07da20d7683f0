"""Small stories: conditions in English that decide a few outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mevllm.data.design import Description, Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.basic_words import capital, listed
from mevllm.data.families.story_facts import HOME, MACHINES, SAFETY, Action, Story
from mevllm.data.families.told import logic_stories as tellings
from mevllm.data.stimulus import combinational
from mevllm.tiers import Tier


@dataclass(frozen=True)
class _Signal:
    """A sensor's port as drawn."""

    name: str
    low: bool
    """Whether 0 means that the sensor's condition holds."""
    true: str
    false: str

    def literal(self, holds: bool) -> str:
        """The condition in Verilog."""
        return self.name if holds != self.low else f"~{self.name}"

    def words(self, holds: bool, explicit: bool) -> str:
        """The condition in English, with the port's value where it is to be explicit."""
        text = self.true if holds else self.false
        return f"{text} (`{self.name}` = {int(holds != self.low)})" if explicit else text


@dataclass(frozen=True)
class _Rule:
    """When an output is 1: triggers, guards that must all hold, a condition that overrides."""

    output: str
    thing: str
    triggers: tuple[int, ...]
    every: bool
    """Whether all triggers are needed, not just one."""
    guards: tuple[int, ...]
    force: int | None
    low: bool
    """Whether the output is 0 while its thing is on."""

    @property
    def used(self) -> tuple[int, ...]:
        """The sensors that play a part."""
        marks = (*self.triggers, *self.guards, *(() if self.force is None else (self.force,)))
        return tuple(_index(mark) for mark in marks)


def _index(mark: int) -> int:
    return mark if mark >= 0 else -1 - mark


def _drawn_rule(draw: Draw, action: Action) -> _Rule:
    triggers = tuple(draw.shuffled(action.triggers)[: draw.choice((1, 2, 2, 3))])
    free = [g for g in action.guards if _index(g) not in map(_index, triggers)]
    guards = tuple(draw.shuffled(free)[: draw.choice((1, 2, 2)) if len(triggers) < 3 else 1])
    taken = {_index(m) for m in (*triggers, *guards)}
    forces = [f for f in action.force if _index(f) not in taken]
    force = forces[0] if forces and draw.chance(0.5) else None
    every = len(triggers) > 1 and draw.chance(0.35)
    low = draw.chance(0.12)
    return _Rule(draw.name(*action.names), action.thing, triggers, every, guards, force, low)


def _expression(rule: _Rule, signals: Sequence[_Signal]) -> str:
    def literals(marks: Sequence[int]) -> list[str]:
        return [signals[_index(m)].literal(m >= 0) for m in marks]

    terms = literals(rule.triggers)
    core = (" & " if rule.every else " | ").join(terms)
    if rule.guards:
        core = f"({core})" if len(terms) > 1 and not rule.every else core
        core = " & ".join((core, *literals(rule.guards)))
    if rule.force is not None:
        core = f"{literals((rule.force,))[0]} | ({core})"
    if rule.low:
        core = f"~({core})" if " " in core else f"~{core}"
    return core


def _decision(rule: _Rule, signals: Sequence[_Signal]) -> tellings.Decision:
    """The rule with names instead of indices."""

    def marks(own: Sequence[int]) -> tuple[tuple[str, bool], ...]:
        return tuple((signals[_index(m)].name, m >= 0) for m in own)

    force = None if rule.force is None else marks((rule.force,))[0]
    triggers, guards = marks(rule.triggers), marks(rule.guards)
    return tellings.Decision(rule.output, rule.thing, triggers, rule.every, guards, force, rule.low)


def _told(draw: Draw, rule: _Rule, signals: Sequence[_Signal], explicit: bool) -> str:
    """The rule in one to three sentences."""

    def words(marks: Sequence[int]) -> list[str]:
        return [signals[_index(m)].words(m >= 0, explicit) for m in marks]

    active = 0 if rule.low else 1
    on = draw.say(
        f"`{rule.output}` is {active}",
        f"{rule.thing} is on (`{rule.output}` = {active})",
        f"{rule.thing} is switched on by `{rule.output}` = {active}",
    )
    triggers = listed(words(rule.triggers), "and" if rule.every else "or")
    if len(rule.triggers) > 1:
        triggers = (
            f"{'both ' if len(rule.triggers) == 2 else ''}{triggers}"
            if rule.every
            else (f"{'either ' if len(rule.triggers) == 2 else ''}{triggers}")
        )
    guards = listed(words(rule.guards))
    text = draw.say(
        f"{on} when {triggers}" + (f", provided that {guards}" if guards else ""),
        f"{on} if {triggers}" + (f", but only while {guards}" if guards else ""),
        (f"As long as {guards}, " if guards else "") + f"{on} whenever {triggers}",
    )
    sentences = [capital(text)]
    if rule.force is not None:
        force = words((rule.force,))[0]
        sentences.append(
            draw.say(
                f"Regardless of all this, it is also {active} whenever {force}",
                f"In addition, it is {active} in every case in which {force}",
            )
        )
    if len(sentences) == 1 and draw.chance(0.5):
        sentences.append(f"Otherwise `{rule.output}` is {1 - active}")
    elif len(sentences) > 1 or rule.low:
        sentences.append(f"In all other cases `{rule.output}` is {1 - active}")
    return ". ".join(sentences) + "."


def _story(draw: Draw, stories: Sequence[Story], family: Family) -> Design:
    """One story with one to four of its outputs."""
    story = draw.choice(stories)
    signals = []
    for sensor in story.sensors:
        low = draw.chance(0.15)
        name = draw.name(*(f"{n}_n" for n in sensor.names) if low else sensor.names)
        signals.append(_Signal(name, low, sensor.true, sensor.false))
    actions = draw.shuffled(story.actions)[: draw.choice((1, 2, 2, 3))]
    rules = [_drawn_rule(draw, action) for action in actions]
    used = sorted({i for rule in rules for i in rule.used})
    ports = [
        port(signals[i].name, "input", 1, f"{int(not signals[i].low)}: {signals[i].true}")
        for i in used
    ]
    outs = [port(r.output, "output", 1, f"{int(not r.low)}: {r.thing} is on") for r in rules]
    formulas = [f"{rule.output} = {_expression(rule, signals)}" for rule in rules]
    meanings = [
        f"`{signals[i].name}` is {int(not signals[i].low)} when {signals[i].true} and "
        f"{int(signals[i].low)} when {signals[i].false}"
        for i in used
    ]
    intro = draw.choice(story.intro).rstrip(":.")
    briefly = " ".join(_told(draw, rule, signals, False) for rule in rules)
    exactly = " ".join(_told(draw, rule, signals, True) for rule in rules)
    things = listed([r.thing for r in rules])
    if not family.held_out:
        facts = {
            signals[i].name: tellings.Fact(signals[i].true, signals[i].false, signals[i].low)
            for i in used
        }
        decisions = [_decision(rule, signals) for rule in rules]
        draw.tell(*tellings.story(draw.teller(), story.name, facts, decisions))
    return draw.design(
        family,
        module=draw.module(story.name, f"{story.name}_ctrl", f"{story.name}_logic"),
        ports=[*ports, *outs],
        body="\n".join(f"  assign {f};" for f in formulas),
        description=Description(
            title=f"{story.name} logic for {things}",
            terse=draw.say(f"{capital(story.name)} logic: {'; '.join(formulas)}.", exactly),
            prose=draw.say(
                f"{intro}. {'. '.join(capital(m) for m in meanings)}.\n\n{briefly}",
                f"{intro}. {exactly}",
                f"{intro}. The inputs mean the following: {'; '.join(meanings)}. {briefly} The "
                "circuit has no memory.",
            ),
            points=tuple(_told(draw, rule, signals, True) for rule in rules),
        ),
        stimulus=combinational(draw, [*ports, *outs]),
        choices=(
            ("story", story.name),
            ("low", [signals[i].low for i in used]),
            ("rules", [(r.triggers, r.every, r.guards, r.force, r.low) for r in rules]),
            ("things", [r.thing for r in rules]),
        ),
    )


def _home(draw: Draw) -> Design:
    return _story(draw, HOME, STORY_HOME)


def _machine(draw: Draw) -> Design:
    return _story(draw, MACHINES, STORY_MACHINE)


def _safety(draw: Draw) -> Design:
    return _story(draw, SAFETY, STORY_SAFETY)


STORY_HOME = Family("home_story", Tier.BASIC, _home)
STORY_MACHINE = Family("machine_story", Tier.BASIC, _machine)
STORY_SAFETY = Family("safety_story", Tier.BASIC, _safety, held_out=True)

FAMILIES = (STORY_HOME, STORY_MACHINE, STORY_SAFETY)
