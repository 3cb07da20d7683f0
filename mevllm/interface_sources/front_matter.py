"""The YAML block at the top of a specification: `module`, `ports`, `parameters`, `clock`..."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mevllm import expressions
from mevllm.errors import SpecError
from mevllm.identifiers import flaw
from mevllm.interface_sources import items, phrases
from mevllm.interface_sources.claims import Block, ParameterClaim, PortClaim, Range
from mevllm.interface_sources.items import UnreadableItemError
from mevllm.spec import Direction
from mevllm.tiers import Tier

if TYPE_CHECKING:
    from yaml import MappingNode, Node

KEYS = ("module", "ports", "parameters", "clock", "reset", "tier")
_PORT_KEYS = {
    "name": "name",
    "direction": "direction",
    "dir": "direction",
    "width": "width",
    "bits": "width",
    "range": "width",
    "signed": "signed",
    "description": "description",
    "desc": "description",
}
_PARAMETER_KEYS = {
    "name": "name",
    "default": "default",
    "value": "default",
    "description": "description",
    "desc": "description",
}
_ABSENT = ("", "none", "null", "~", "no", "false")
_YES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_PORT_EXAMPLE = (
    "write for example `- input [7:0] data` or `- {name: data, direction: input, width: 8}`"
)


@dataclass(frozen=True)
class FrontMatter:
    """What the block says; `block` is None where it says nothing of ports and parameters."""

    block: Block | None = None
    clock: tuple[str | None, int] | None = None
    """Name and line; a name of None says that there is no clock; None where nothing is said."""
    reset: tuple[str | None, int] | None = None
    tier: Tier | None = None
    end: int = 0
    """Number of its last line, 0 where there is no front matter."""


def split(text: str, source: str) -> tuple[FrontMatter, str]:
    """Take the front matter off a specification; the text that is left begins after it.

    Raises SpecError, naming the line, for YAML that cannot be read, keys that are not known and
    values that do not fit.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return FrontMatter(), text
    end = next((i for i, row in enumerate(lines[1:], 1) if row.rstrip() in ("---", "...")), None)
    if end is None or not any(re.match(r"[\w\"']+\s*:|\s*[{#]", row) for row in lines[1:end]):
        if re.match(r"(?:module|ports|parameters|clock|reset|tier)\s*:", "".join(lines[1:2])):
            raise SpecError(
                "the front matter is not closed; end it with a line `---`", source=source, line=1
            )
        return FrontMatter(), text
    reader = _Reader(source)
    matter = reader.read("\n".join(lines[1:end]), end + 1)
    return matter, "\n".join(lines[end + 1 :])


class _Reader:
    """Walks the YAML nodes, whose scalars stay text: a port named `on` is not a truth value."""

    def __init__(self, source: str) -> None:
        self._source = source

    def _error(self, message: str, node: Node) -> SpecError:
        # Marks count from 0 within the block, which begins on the second line of the file.
        return SpecError(message, source=self._source, line=node.start_mark.line + 2)

    def read(self, text: str, end: int) -> FrontMatter:
        import yaml

        try:
            if any(isinstance(e, yaml.AliasEvent) for e in yaml.parse(text, yaml.SafeLoader)):
                raise SpecError(
                    "the front matter uses a YAML alias; write the value out",
                    source=self._source,
                    line=1,
                )
            root = yaml.compose(text, yaml.SafeLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or "it cannot be read"
            line = mark.line + 2 if mark is not None else 1
            raise SpecError(
                f"the front matter is not YAML: {problem}", source=self._source, line=line
            ) from None
        except RecursionError:
            raise SpecError(
                "the front matter is nested too deeply", source=self._source, line=1
            ) from None
        if root is None:
            return FrontMatter(end=end)
        top = self._mapping(root, "the front matter")
        for key, (key_node, _) in top.items():
            if key not in KEYS:
                raise self._error(
                    f"`{key}` is not a key of the front matter; the keys are {', '.join(KEYS)}",
                    key_node,
                )
        module = self._name(top["module"][1], "module") if "module" in top else None
        ports = self._ports(top["ports"][1]) if "ports" in top else ()
        parameters = self._parameters(top["parameters"][1]) if "parameters" in top else ()
        block = Block("front matter", "front matter", 1, end, ports, parameters, module=module)
        return FrontMatter(
            block,
            self._port_name(top, "clock"),
            self._port_name(top, "reset"),
            self._tier(top["tier"][1]) if "tier" in top else None,
            end,
        )

    def _mapping(self, node: Node, what: str) -> dict[str, tuple[Node, Node]]:
        from yaml import MappingNode

        if not isinstance(node, MappingNode):
            raise self._error(f"{what} must be a mapping of keys to values", node)
        found: dict[str, tuple[Node, Node]] = {}
        for key_node, value_node in node.value:
            key = self._scalar(key_node, "a key")
            if key in found:
                first = found[key][0].start_mark.line + 2
                raise self._error(f"`{key}` is given twice, first on line {first}", key_node)
            found[key] = (key_node, value_node)
        return found

    def _scalar(self, node: Node, what: str) -> str:
        from yaml import ScalarNode

        # A range without quotes, `width: [7:0]`, is a YAML list; it means the text.
        if not isinstance(node, ScalarNode):
            text = node.start_mark.buffer or ""
            span = text[node.start_mark.pointer : node.end_mark.pointer].strip()
            if phrases.RANGE.fullmatch(span):
                return span
            raise self._error(f"{what} must be a single value", node)
        return str(node.value).strip()

    def _name(self, node: Node, what: str) -> str:
        name = self._scalar(node, f"`{what}`")
        if problem := flaw(name):
            raise self._error(f"the {what} name `{name[:60]}` {problem}", node)
        return name

    def _port_name(
        self, top: dict[str, tuple[Node, Node]], key: str
    ) -> tuple[str | None, int] | None:
        if key not in top:
            return None
        node = top[key][1]
        line = node.start_mark.line + 2
        absent = self._scalar(node, f"`{key}`").lower() in _ABSENT
        return (None if absent else self._name(node, key)), line

    def _tier(self, node: Node) -> Tier:
        text = self._scalar(node, "`tier`").lower()
        names = [tier.value for tier in Tier]
        if text not in names:
            raise self._error(f"`{text}` is not a tier; the tiers are {', '.join(names)}", node)
        return Tier(text)

    def _ports(self, node: Node) -> tuple[PortClaim, ...]:
        from yaml import MappingNode, SequenceNode

        ports: list[PortClaim] = []
        if isinstance(node, SequenceNode):
            for item in node.value:
                if not isinstance(item, MappingNode):
                    ports += self._port_text(self._scalar(item, "a port"), item)
                    continue
                fields = self._mapping(item, "a port")
                if "name" in fields:
                    ports.append(self._port_fields(None, item))
                else:
                    ports += self._port_entries(item)
        elif isinstance(node, MappingNode):
            ports += self._port_entries(node)
        if not ports:
            raise self._error(f"`ports` names no port; {_PORT_EXAMPLE}", node)
        return tuple(ports)

    def _port_entries(self, node: MappingNode) -> list[PortClaim]:
        """A mapping of names to what they are, or of `inputs` and `outputs` to their ports."""
        from yaml import MappingNode, SequenceNode

        ports: list[PortClaim] = []
        for key, (key_node, value) in self._mapping(node, "`ports`").items():
            direction = phrases.direction_of(key) if key.lower() not in ("i", "o", "in") else None
            if direction is not None and not isinstance(value, MappingNode):
                parts = value.value if isinstance(value, SequenceNode) else [value]
                for part in parts:
                    ports += self._directed(part, direction)
            elif direction is not None:
                for name, (name_node, width) in self._mapping(value, f"`{key}`").items():
                    if isinstance(width, MappingNode):
                        ports.append(self._port_fields(name, width, direction))
                        continue
                    text = self._scalar(width, "a width")
                    bits = self._width(text, width) if text.lower() not in _ABSENT else None
                    ports.append(PortClaim(name, name_node.start_mark.line + 2, direction, bits))
            elif isinstance(value, MappingNode):
                ports.append(self._port_fields(key, value))
            elif re.match(r"(?:input|output|inout)\s", key):
                ports += self._port_text(f"{key}: {self._scalar(value, 'a port')}", key_node)
            else:
                ports += self._port_text(f"{key} ({self._scalar(value, 'a port')})", key_node)
        return ports

    def _directed(self, node: Node, direction: Direction) -> list[PortClaim]:
        from yaml import MappingNode

        if isinstance(node, MappingNode):
            if "name" in self._mapping(node, "a port"):
                return [self._port_fields(None, node, direction)]
            return [
                PortClaim(
                    name,
                    key.start_mark.line + 2,
                    direction,
                    self._width(self._scalar(value, "a width"), value),
                )
                for name, (key, value) in self._mapping(node, "a port").items()
            ]
        return self._port_text(f"{direction} {self._scalar(node, 'a port')}", node)

    def _port_fields(
        self, name: str | None, node: Node, direction: Direction | None = None
    ) -> PortClaim:
        line = node.start_mark.line + 2
        values: dict[str, tuple[str, Node]] = {}
        for key, (key_node, value) in self._mapping(node, "a port").items():
            if "description" in values and getattr(value, "value", "") in ("", "null"):
                # `{description: clock, rising edge}`: YAML splits the text at its comma.
                text, first = values["description"]
                values["description"] = (f"{text}, {key}", first)
                continue
            if key.lower() not in _PORT_KEYS:
                raise self._error(
                    f"`{key}` is not known of a port; known are name, direction, width, signed "
                    "and description",
                    key_node,
                )
            values[_PORT_KEYS[key.lower()]] = (self._scalar(value, f"`{key}`"), value)
        claim = PortClaim(name or "", line, direction)
        if "name" in values:
            named = self._port_text(f"input {values['name'][0]}", values["name"][1])[0]
            claim = replace(claim, name=named.name, range=named.range)
        if "direction" in values:
            word, value = values["direction"]
            claim = replace(claim, direction=phrases.direction_of(word))
            if claim.direction is None:
                raise self._error(f"`{word}` is no direction; write input, output or inout", value)
        if claim.direction is None:
            raise self._error(f"`{claim.name}` has no direction; {_PORT_EXAMPLE}", node)
        if "width" in values:
            claim = replace(claim, range=self._width(*values["width"]))
        if "signed" in values:
            word, value = values["signed"]
            if word.lower() not in _YES:
                raise self._error(f"`signed` must be true or false, not `{word}`", value)
            claim = replace(claim, signed=_YES[word.lower()])
        return replace(claim, description=values.get("description", ("",))[0])

    def _width(self, text: str, node: Node) -> Range:
        found = phrases.width_cell(text)
        if found is None:
            raise self._error(
                f"the width `{text}` is not understood; write a number, a range such as [7:0] or "
                "an expression of parameters",
                node,
            )
        return found

    def _port_text(self, text: str, node: Node) -> list[PortClaim]:
        line = node.start_mark.line + 2
        text = re.sub(
            rf"(\((?:in|out)(?:put|out)?)\s+({phrases.EXPRESSION})\s*\)", r"\1, \2 bits)", text
        )
        try:
            item = items.read_item(text, line, in_code=True)
        except UnreadableItemError as error:
            raise self._error(str(error), node) from None
        if item is None:
            raise self._error(f"no port can be read from `{text[:60]}`; {_PORT_EXAMPLE}", node)
        return list(item.ports)

    def _parameters(self, node: Node) -> tuple[ParameterClaim, ...]:
        from yaml import MappingNode, SequenceNode

        found: list[ParameterClaim] = []
        if isinstance(node, MappingNode):
            return self._parameter_entries(node)
        if not isinstance(node, SequenceNode):
            raise self._error("`parameters` must map names to defaults: `WIDTH: 8`", node)
        for item in node.value:
            if isinstance(item, MappingNode):
                fields = self._mapping(item, "a parameter")
                found += (
                    [self._parameter_fields(item)]
                    if "name" in fields
                    else self._parameter_entries(item)
                )
                continue
            text = self._scalar(item, "a parameter")
            line = item.start_mark.line + 2
            try:
                claims = items.read_parameters(text, line, listed=True)
            except UnreadableItemError as error:
                raise self._error(str(error), item) from None
            if not claims or any(claim.default is None for claim in claims):
                raise self._error(
                    f"no parameter can be read from `{text[:60]}`; write `WIDTH = 8`", item
                )
            found += claims
        return tuple(found)

    def _parameter_entries(self, node: MappingNode) -> tuple[ParameterClaim, ...]:
        from yaml import MappingNode

        found: list[ParameterClaim] = []
        for key, (key_node, value) in self._mapping(node, "`parameters`").items():
            if isinstance(value, MappingNode):
                found.append(self._parameter_fields(value, key))
            else:
                default = self._default(value)
                found.append(ParameterClaim(key, key_node.start_mark.line + 2, default))
        return tuple(found)

    def _parameter_fields(self, node: Node, name: str | None = None) -> ParameterClaim:
        claim = ParameterClaim(name or "", node.start_mark.line + 2)
        for key, (key_node, value) in self._mapping(node, "a parameter").items():
            what = _PARAMETER_KEYS.get(key.lower())
            if what is None:
                raise self._error(
                    f"`{key}` is not known of a parameter; known are name, default and description",
                    key_node,
                )
            if what == "default":
                claim = replace(claim, default=self._default(value))
            elif what == "name":
                claim = replace(claim, name=self._scalar(value, "`name`"))
            else:
                claim = replace(claim, description=self._scalar(value, "`description`"))
        if claim.default is None:
            raise self._error(f"the parameter `{claim.name}` has no default; give one", node)
        return claim

    def _default(self, node: Node) -> str:
        text = self._scalar(node, "a default")
        value = items.clean_value(text)
        if getattr(node, "style", None) in ("'", '"') and expressions.evaluate(value) is None:
            value = f'"{text}"' if re.fullmatch(r'[^"\\]*', text) else value
        if not re.fullmatch(items.VALUE, value):
            raise self._error(
                f"the default `{text[:60]}` is not understood; write a number, an expression of "
                "earlier parameters or a quoted text",
                node,
            )
        return value
