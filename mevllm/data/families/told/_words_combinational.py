"""Layouts and small words that tellings of combinational designs share."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.literals import article, initial


def q(name: str) -> str:
    """The name in backquotes."""
    return f"`{name}`"


def an(noun: str) -> str:
    """The noun with its article: `an 8-bit adder`, `an unsigned one`."""
    return f"an {noun}" if noun.startswith("un") else article(noun)


def spoken(t: Draw, *texts: str) -> tuple[str, ...]:
    """The texts, each with its names in backquotes or, more often, plain."""
    return tuple(_voiced(t, text) for text in texts)


def _voiced(t: Draw, text: str) -> str:
    text = initial(re.sub(r"(?<=\S) {2,}", " ", text.strip()))
    text = re.sub(r"([.?!]\s+)([a-z])(?!\))", lambda m: m[1] + m[2].upper(), text)
    return text if t.chance(0.35) else text.replace("`", "")


def laid_out(t: Draw, lead: str, facts: Sequence[str], example: str = "") -> str:
    """A sentence and remarks on it, in one of many layouts; empty facts are left out."""
    facts = [initial(fact) for fact in facts if fact.strip()]
    lead, example = initial(lead), initial(example)
    shape = t.int(0, 8)
    if shape == 0:
        return f"{lead}\n\n{_items(t, [*facts, *([example] if example else [])], '{n}. ')}"
    if shape == 1:
        return f"{lead}\n{_items(t, facts, t.say('- ', '* '))}\n\n{example}"
    if shape == 2 and example:
        rest = " ".join(facts)
        return f"{t.say('Example first.', 'One case to begin with.')} {example} {lead} {rest}"
    if shape == 3:
        heads = t.choice((("Wanted", "Remarks", "Check"), ("Summary", "Details", "To try")))
        text = f"{heads[0]}:\n{lead}\n\n{heads[1]}:\n{_items(t, facts, t.say('- ', '{n}. '))}"
        return f"{text}\n\n{heads[2]}: {example}" if example else text
    if shape == 4:
        return f"{lead} {' '.join(facts)} {example}"
    if shape == 5:
        head = t.say("What to know", "Conditions", "Ground rules", "Facts")
        end = t.say("The job", "What is asked", "Task")
        return f"{head}:\n{_items(t, facts, t.say('* ', '({n}) '))}\n\n{end}: {lead} {example}"
    if shape == 6:
        notes = _items(t, facts, "({n}) ").replace("\n", " ")
        text = f"{t.say('Function', 'Operation', 'Description')}. {lead}\n{t.say('Notes', 'NB')}. "
        return f"{text}{notes}\n{f'Example. {example}' if example else ''}"
    if shape == 7:
        return f"{lead}\n\n{_items(t, facts, '{l}) ')}\n\n{example}"
    return f"{lead}\n\n{chr(10).join(facts)}\n\n{example}"


def _items(t: Draw, facts: Sequence[str], mark: str) -> str:
    return "\n".join(mark.format(n=n, l=chr(96 + n)) + fact for n, fact in enumerate(facts, 1))
