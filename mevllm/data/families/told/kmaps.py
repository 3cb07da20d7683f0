"""Karnaugh maps as people tell them: rows in sentences, cells by coordinates, term lists."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.basic_words import Inputs, listed, number, ticked
from mevllm.data.families.told._words_basic import clockless, plain, remarks
from mevllm.data.families.told.boolean import simple, weights


def karnaugh_map(
    draw: Draw,
    inputs: Inputs,
    out: str,
    sides: tuple[Sequence[str], Sequence[str]],
    codes: tuple[Sequence[str], Sequence[str]],
    cells: Sequence[Sequence[str]],
) -> tuple[str, ...]:
    """A map with its row and column variables, their codes and the cells row by row."""
    (down, across), (rows, columns) = sides, codes
    ones, free = [], []
    places = []
    for r, row in zip(rows, cells, strict=True):
        for c, cell in zip(columns, row, strict=True):
            at = dict(zip((*down, *across), r + c, strict=True))
            value = int("".join(at[b] for b in inputs.bits), 2)
            if cell == "1":
                ones.append(value)
                places.append((r, c))
            elif cell != "0":
                free.append(value)
    ones, free = sorted(ones), sorted(free)
    size = 1 << len(inputs.bits)
    dn = "".join(down) if all(len(n) == 1 for n in down) else ", ".join(down)
    ac = "".join(across) if all(len(n) == 1 for n in across) else ", ".join(across)
    order = weights(draw, inputs)
    mark = next((c for row in cells for c in row if c not in "01"), "")
    fill = (
        draw.say(
            f" Don't-cares ({mark}) count as 0.",
            f" Wherever the map has {mark}, output 0.",
            f" {mark} = don't care, not used to form groups (0).",
        )
        if mark
        else ""
    )
    void = (
        draw.say(
            f" Numbers {', '.join(map(str, free))} cannot occur; give 0 for them.",
            f" There are don't-cares at {', '.join(map(str, free))}, all taken as 0.",
        )
        if free
        else ""
    )
    formula = simple(inputs.bits, ones)
    inline = "; ".join(f"{r}: {' '.join(row)}" for r, row in zip(rows, cells, strict=True))
    spots = ", ".join(f"({r},{c})" for r, c in places)
    mins = ", ".join(map(str, ones))
    names = listed(ticked(inputs.bits))
    short = draw.say(
        f"K-map of `{out}`, columns {ac} = {' '.join(columns)}; row {dn} = {inline}.{fill}",
        f"After reading the groups off the map: `{out}` = {formula}.{clockless(draw)}",
        f"Map with {dn} down, {ac} across. Ones at (row,column) {spots}; zero everywhere else.",
        f"`{out}` from its Karnaugh map, as minterms {mins} ({order}).{void}",
        f"{'Four-line' if len(rows) == 4 else 'Two-line'} summary of the map: rows {dn}, "
        f"columns {ac} in the order {', '.join(columns)}. {inline}.{fill}",
        f"`{out}` is on in cells {mins} of a {number(len(inputs.bits))}-variable map and off in "
        "the "
        f"others; cell number by {order}.",
    )
    lines = [
        f"{dn} = {r}: " + ", ".join(f"{c} gives {v}" for c, v in zip(columns, row, strict=True))
        for r, row in zip(rows, cells, strict=True)
    ]
    purpose = draw.say(
        f"A washing program was planned on squared paper. On the side are the values of {dn}, "
        "along "
        f"the top those of {ac}, and each square says whether the valve `{out}` is open (1). Open "
        f"squares, side first: {spots}. All other squares mean closed.",
        f"In a hand-held meter the symbol `{out}` is shown for some combinations of {names} only. "
        f"The engineer's map, one row per value of {dn} and with columns for {ac} = "
        f"{', '.join(columns)}, reads {inline}.{fill}",
        f"We found a map in a lab notebook and grouped its ones. The result for `{out}` was "
        f"{formula}. It feeds the brake of a test bench and must not be clocked.",
        f"A gearbox selector has {number(len(inputs.bits))} contacts, {names}. Its map tells when "
        f"the reverse lamp `{out}` burns: at {mins} if the contacts are read as a number "
        f"({order}).{void} Otherwise the lamp is dark.",
        f"The product term editor of a small logic device wants a map. Type these rows, for {dn} "
        f"from top to bottom, into columns {ac} = {', '.join(columns)}: {inline}. The macrocell "
        f"drives `{out}` without its register.{fill}",
    )
    csv = f"{dn}\\{ac};{';'.join(columns)}\n" + "\n".join(
        ";".join((r, *row)) for r, row in zip(rows, cells, strict=True)
    )
    r, c = draw.choice(places)
    values = ", ".join(f"`{n}` = {v}" for n, v in zip((*down, *across), r + c, strict=True))
    probe = f"{values} selects row {r}, column {c}, where `{out}` is 1"
    longer = draw.say(
        remarks(draw, f"Map of `{out}` row by row; columns are {ac}.", lines, fill.strip()),
        f"The map as exported, semicolons between cells, {dn} going down and {ac} across:\n\n{csv}"
        f"\n\nIts value is `{out}`.{fill}",
        remarks(
            draw,
            f"`{out}` as a map of {names}.",
            [
                f"row variables {dn}, column variables {ac}",
                f"the ones are at (row,column) {spots}",
                "every other cell counts as zero",
                probe,
            ],
        ),
        f"Cell numbers come from {names} ({order}). One: {mins}. Zero: "
        f"{', '.join(str(i) for i in range(size) if i not in ones and i not in free)}.{void} "
        f"As a formula, `{out}` = {formula}.",
        "\n".join(f"row {line}" for line in lines)
        + f"\n\nThe columns belong to {ac}, and the entry is `{out}`.{fill} So {probe}.",
    )
    return plain(draw, short, purpose, longer)
