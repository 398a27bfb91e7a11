"""Values -> the text and the data that a model reads.

Hosts differ in what they hand to the model: Claude Code 2.1 and Codex 0.169 take the structured
data and drop the text, others do the reverse, or take both. So each of the two says everything that
matters, neither holds hidden characters, and the data is no larger than it has to be.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mcp_types import CallToolResult, TextContent

from kn.core.context import render
from kn.core.hidden import quote_data, quote_line, show_hidden

if TYPE_CHECKING:
    from kn.flows.items import Answer, Found

LONG = 8_000
"""Characters of one text of an item that are given; hosts cut what is longer than they like, in
the middle of a line (a guess: Claude Code takes 25,000 tokens from a tool)."""
MOST_FILES = 20
"""Unreadable files that are named; `kn_check` has the rest."""


def clean(text: str) -> str:
    """Text in which hidden and control characters are shown; newlines stay."""
    return "\n".join(show_hidden(line) for line in text.split("\n"))


def clean_data(value: Any) -> Any:
    """A JSON value whose texts hide nothing and can pose as nothing else; a long one is cut."""
    if isinstance(value, str):
        return "\n".join(quote_line(line) for line in _cut(value).split("\n"))
    if isinstance(value, dict):
        return {clean_data(str(k)): clean_data(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean_data(v) for v in value]
    return value


def result(text: str, data: dict[str, Any], *, repeat: bool = False) -> CallToolResult:
    """What a tool gives: for hosts that show text, and for those that show data.

    With `repeat` the data holds the text too, for there is nothing else to show.
    """
    shown = TextContent(type="text", text=text)
    data = clean_data(data) | ({"text": text} if repeat else {})
    return CallToolResult(content=[shown], structured_content=data)


def fenced(lines: Iterable[str]) -> str:
    """Lines as data, between two that nobody who wrote them could know."""
    nonce = f"{secrets.randbelow(10**12):012d}"
    return render.fence("".join(f"{line}\n" for line in lines), nonce)


def found_lines(answer: Answer, *, nothing: str, why: bool = False) -> list[str]:
    """What was found, as `kn context` prints it: reviewed items, then this clone's own, then what
    is not shown."""
    lines = [render.HEADER[0].rstrip()] if answer.found else [nothing]
    local = [f for f in answer.found if f.row.trust == "local"]
    for one in answer.found:
        if one.row.trust != "local":
            lines += _item_lines(one, why)
    if local:
        lines.append(render.LOCAL_HEADER[0].rstrip())
    for one in local:
        lines += _item_lines(one, why)
    return lines + note_lines(answer.view.held_back, len(answer.unreadable))


def note_lines(held_back: int, unreadable: int) -> list[str]:
    """What is not shown."""
    notes = (("unreviewed", held_back), ("unreadable", unreadable))
    return [render.print_note(name, n)[0].rstrip() for name, n in notes if n]


def _item_lines(found: Found, why: bool) -> list[str]:
    row = found.row
    standing = [] if row.standing == "current" else [_standing(found)]
    marks = [*standing, *(["needs verification"] if row.needs_verification else [])]
    if row.amended_by:
        marks.append(f"amended by {', '.join(row.amended_by)}")
    form = row.compact.rstrip("\n")
    at = form.index("]") + 1
    said = f" ({'; '.join(marks)})" if marks else ""
    reason = f"  ({quote_data('; '.join(found.why))})"
    return [form[:at] + said + form[at:], *([reason] if why and found.why else [])]


def _standing(found: Found) -> str:
    row = found.row
    if row.superseded_by:
        return f"superseded by {', '.join(row.superseded_by)}"
    return row.standing


def whole_lines(found: Found, yaml: str) -> list[str]:
    """An item whole: what kn says of it, then its file, each line after a mark."""
    row = found.row
    review = "reviewed" if row.trust == "reviewed" else "from this clone, not reviewed yet"
    said = [row.standing if row.standing == "current" else f"NOT IN FORCE: {_standing(found)}"]
    said.append(review)
    if row.needs_verification:
        said.append("needs verification")
    if row.amended_by:
        said.append(f"amended by {', '.join(row.amended_by)}")
    head = f"{row.id} in {quote_data(row.path)}: {'; '.join(said)}"
    return [head, *(f"| {quote_line(line)}" for line in _cut(yaml).rstrip("\n").split("\n"))]


def _cut(text: str) -> str:
    return text if len(text) <= LONG else text[:LONG] + " … (cut; read the file)"


def brief(found: Found) -> dict[str, Any]:
    """An item of a list: the fields of `kn search --json` that one chooses by."""
    row = found.row
    data: dict[str, Any] = {
        "id": row.id,
        "kind": row.kind,
        "statement": row.statement,
        "trust": row.trust,
    }
    optional: dict[str, Sequence[str] | str | bool] = {
        "standing": "" if row.standing == "current" else row.standing,
        "because": row.because,
        "amended_by": row.amended_by,
        "superseded_by": row.superseded_by,
        "needs_verification": row.needs_verification,
        "why": found.why,
    }
    return data | {name: value for name, value in optional.items() if value}


def items_data(answer: Answer, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The data of a list of items, with what it leaves out."""
    left_out: dict[str, Any] = {
        "unreviewed": answer.view.held_back,
        "unreadable": sorted(answer.unreadable)[:MOST_FILES],
    }
    return {
        "format": 1,
        "about": render.HEADER[0].rstrip(":\n"),
        "items": list(items),
        "omitted": {name: value for name, value in left_out.items() if value},
    }
