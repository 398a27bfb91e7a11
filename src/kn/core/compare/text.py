"""A comparison as lines for a terminal, and an item as the text that git compares."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from kn.core.compare.change import SORTS, Change
from kn.core.compare.pieces import Piece, atoms, pieces_of
from kn.core.hidden import show_hidden
from kn.core.yaml.read import read_yaml

MARKS = {
    "added": "+", "superseded": ">", "amended": "~", "changed": "~", "retired": "x",
    "removed": "-", "renamed": "=",
}  # fmt: skip
"""What stands before an item, by what happened to it."""
_MOST = 400
"""Characters of a value that are shown: a long one is read in the file (a guess)."""
_MOST_PIECES = 12
"""Lines about one item."""


def to_text(
    changes: Sequence[Change], short: Mapping[str, str], *, width: int = 100, full: bool = False
) -> list[tuple[str, str]]:
    """Lines for people, each with what it is: `+`, `-`, `head`, `about` or nothing.

    Args:
        changes: As `compare` gives them.
        short: Id -> its short form.
        width: Columns.
        full: Whether long values and many fields are shown whole.
    """
    lines = [("about", count_line(changes))]
    for change in changes:
        lines.append(("", ""))
        mark, name = MARKS[change.change], short.get(change.id, change.id)
        head = f"{mark} {name}  {change.kind}  {_clean(change.statement)}"
        lines += [("head", row) for row in _wrap(head, width, "    ")]
        lines += [("", f"    {row}") for row in said_of(change, short)]
        lines += field_lines(change, short, width=width, full=full)
    return lines


def count_line(changes: Sequence[Change]) -> str:
    """`2 added, 1 superseded`; what nothing happened to is not named."""
    counts = {sort: sum(c.change == sort for c in changes) for sort in SORTS}
    return ", ".join(f"{n} {sort}" for sort, n in counts.items() if n) or "nothing changed"


def said_of(change: Change, short: Mapping[str, str]) -> list[str]:
    """What happened, in words, where the mark alone does not say it."""
    by = ", ".join(short.get(i, i) for i in change.by)
    said = {
        "superseded": f"superseded by {by}" + " too" * change.again
        if by
        else "superseded, by nothing that is named",
        "amended": f"amended by {by}",
        "retired": "retired",
        "removed": "removed: the file is gone",
        "renamed": f"renamed from {_clean(change.was)}",
    }.get(change.change, "")
    rows = [said] if said else []
    if change.was and change.change != "renamed":
        rows.append(f"moved from {_clean(change.was)}")
    if change.change == "changed" and not change.fields and not change.was:
        rows.append("its form or its comments alone")
    if change.change == "added" and change.by:
        rows.append(f"superseded by {by} already")
    return rows


def field_lines(
    change: Change, short: Mapping[str, str], *, width: int = 100, full: bool = False
) -> list[tuple[str, str]]:
    """What happened to the fields, indented: one line each, or what went and what came."""
    pieces = pieces_of(change, short)
    shown = pieces if full else pieces[:_MOST_PIECES]
    pad = max((len(p.name) for p in shown), default=0)
    lines: list[tuple[str, str]] = []
    last = ""
    for piece in shown:
        name = piece.name if piece.name != last else ""
        last = piece.name
        lines += _piece_lines(piece, f"    {_clean(name):<{pad}}  ", width, full=full)
    if len(pieces) > len(shown):
        lines.append(("", f"    and {len(pieces) - len(shown)} lines more (--full)"))
    return lines


def _piece_lines(piece: Piece, before: str, width: int, *, full: bool) -> list[tuple[str, str]]:
    text = _clean(piece.text)
    if not full and len(text) > _MOST:
        text = text[: _MOST - 1] + "…"
    sign = f"{piece.sign} " if piece.sign else ""
    rows = _wrap(before + sign + text, width, " " * (len(before) + len(sign)))
    return [(piece.sign, row) for row in rows]


def _wrap(line: str, width: int, indent: str) -> list[str]:
    found = textwrap.wrap(
        line, max(width, len(indent) + 20), subsequent_indent=indent, drop_whitespace=True,
        break_long_words=False, break_on_hyphens=False, replace_whitespace=False,
        expand_tabs=False,
    )  # fmt: skip
    return found or [line]


def _clean(text: str) -> str:
    return show_hidden(" ".join(text.split("\n")))


def item_text(fields: Mapping[str, Any]) -> str:
    """An item as git's own diff shows it (`kn textconv`): a fact a line, in a fixed order."""
    lines = [f"{fields.get('id', '')} {fields.get('kind', '')}: {fields.get('statement', '')}"]
    for name, value in fields.items():
        if name not in ("id", "kind", "statement"):
            lines += [f"  {label}: {text}" for label, text in atoms(name, value)]
    return "".join(f"{show_hidden(line)}\n" for line in lines)


def convert_text(raw: bytes) -> bytes:
    """An item file as git's own diff shows it (`diff.kn.textconv`); what is none, as it is.

    Comments stand at the end, so that a change of one is seen.
    """
    loaded = read_yaml(raw)
    data = loaded.data
    if loaded.faults or not isinstance(data, dict) or not data.get("id"):
        return raw
    rows = raw.decode("utf-8", "replace").split("\n")
    comments = [show_hidden(row.strip()) for row in rows if row.lstrip().startswith("#")]
    shown = item_text(data) + "".join(f"{row}\n" for row in comments)
    return shown.encode("utf-8", "backslashreplace")
