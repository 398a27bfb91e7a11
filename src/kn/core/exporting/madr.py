"""Decisions as MADR records: their own text where there is one, else MADR 4 out of the fields.

What a record says stays to the letter. Only its status line follows the item, and relative links
follow the file to its new place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence

from kn.core.adr.document import take_apart
from kn.core.adr.reading import read_record
from kn.core.adr.record import Record
from kn.core.importing.passages import front_end
from kn.core.model import Item

MARK = "kn-item"
"""The key of the front matter that says of which item kn made a record."""
_MARKED = re.compile(r"^kn-item:[ \t]*\"?([a-z][a-z0-9]{1,7}-[0-9a-z]{8})\"?[ \t]*$", re.MULTILINE)
_FRONT_STATUS = re.compile(r"^(status[ \t]*:[ \t]*)(.*)$", re.IGNORECASE)
_LIST_STATUS = re.compile(
    r"^([ ]{0,3}(?:[-*+][ \t]+)?(?:\*\*|__)?status(?:\*\*|__)?[ \t]*:(?:\*\*|__)?[ \t]*)(.*)$",
    re.IGNORECASE,
)
_STATUS_HEADING = re.compile(
    r"^#{1,6}[ \t]+(?:\d+\.?[ \t]+)?status[ \t]*:?[ \t]*#*$", re.IGNORECASE
)
_LINK = re.compile(r"(?P<before>\]\(<?|^[ ]{0,3}\[[^\]]+\]:[ \t]+<?)(?P<target>[^\s()<>]+)", re.M)
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})")


def made_of(text: str) -> str:
    """The id of the item that kn made a record of; empty for any other text."""
    end = front_end(text)
    found = _MARKED.search("\n".join(text.split("\n")[:end])) if end else None
    return found[1] if found else ""


def is_record(path: str, text: str, *, whole: bool = False) -> bool:
    """Whether a text is a decision record; `whole` asks for a title too, which notes have not."""
    read = read_record(path, text)
    return isinstance(read, Record) and (not whole or bool(take_apart(text).title))


def set_status(text: str, status: str) -> str:
    """The record with another status, and every other byte as it was.

    It is set where the record has it: in the front matter, in a `Status:` line of the header, or
    below a `Status` heading, where it becomes the first paragraph. A record without any gets
    front matter.
    """
    lines = text.split("\n")
    end = front_end(text)
    for at in range(1, end - 1):
        if found := _FRONT_STATUS.match(lines[at]):
            return _with_line(lines, at, found[1] + _quoted(status), lines[at])
    fenced = False
    for at in range(end, len(lines)):
        line = lines[at]
        fenced ^= _FENCE.match(line) is not None
        if fenced:
            continue
        if found := _LIST_STATUS.match(line.rstrip("\r")):
            return _with_line(lines, at, found[1] + status, line)
        if _STATUS_HEADING.match(line.rstrip("\r")):
            return _below(lines, at, status)
    if end:
        return _with_line(lines, 0, f"---\nstatus: {_quoted(status)}", lines[0])
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    return f"{mark}---\nstatus: {_quoted(status)}\n---\n{text.removeprefix(mark)}"


def relink(text: str, moved: Callable[[str], str]) -> str:
    """The record with its relative links as `moved` gives them; code is left alone."""
    out: list[str] = []
    fence = ""
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if found and (not fence or found[1].startswith(fence)):
            fence = "" if fence else found[1]
        out.append(line if fence else _LINK.sub(lambda m: _moved(m, moved), line))
    return "\n".join(out)


def write_record(item: Item, title: str, status: str, links: Mapping[str, Sequence[str]]) -> str:
    """MADR 4 out of an item's fields.

    Args:
        item: A decision without a record of its own.
        title: One line.
        status: As it is written; "superseded by [x](y)" for one that is.
        links: "Supersedes", "Amends", "Relates to" -> links to other records.
    """
    front = [f"status: {_quoted(status)}", f"date: {item.recorded}"]
    if item.deciders:
        front.append(f"decision-makers: {_quoted(', '.join(item.deciders))}")
    if item.scope.tags:
        front.append(f"tags: {_quoted(', '.join(item.scope.tags))}")
    parts = ["---", *front, f"{MARK}: {item.id}", "---", f"# {_line(title)}", ""]
    statement = _line(item.statement)
    if item.rejected:
        parts += ["## Considered Options", "", f"* {statement}"]
        parts += [*(f"* {_line(r.option)}" for r in item.rejected), ""]
    parts += ["## Decision Outcome", "", _chosen(item), ""]
    reasons = [r for r in item.rejected if r.because]
    if reasons:
        parts += ["## Pros and Cons of the Options", ""]
        for one in reasons:
            parts += [f"### {_line(one.option)}", "", f"* Bad, because {_line(one.because)}", ""]
    more = _more(item, links)
    if more:
        parts += ["## More Information", "", *more]
    return "\n".join(parts).rstrip("\n") + "\n"


def _chosen(item: Item) -> str:
    statement = _line(item.statement).rstrip(".").replace('"', "'")
    if not item.because:
        return f'Chosen option: "{statement}".'
    because = _line(item.because)
    # an acronym or a name keeps its capital
    first = because.split(" ", 1)[0]
    if first[1:].islower() and first[:1].isupper() and first.isalpha():
        because = because[0].lower() + because[1:]
    return f'Chosen option: "{statement}", because {because}'


def _more(item: Item, links: Mapping[str, Sequence[str]]) -> list[str]:
    lines = [f"* {how} {', '.join(to)}" for how, to in links.items() if to]
    if item.scope.paths:
        lines.append("* Applies to " + ", ".join(f"`{_line(p)}`" for p in item.scope.paths))
    if item.retired_because:
        lines.append(f"* No longer holds: {_line(item.retired_because)}")
    for name, when in (("Valid until", item.valid_until), ("Review after", item.review_after)):
        lines += [f"* {name} {when}"] if when else []
    if item.document:
        lines.append(f"* See `{_line(item.document)}`")
    for one in item.evidence:
        source = one.commit or one.session or one.document
        lines.append(f"* From {source}" + (f': "{_line(one.quote)}"' if one.quote else ""))
    if item.details:
        # no heading of the details may pass for one of the record
        told = re.sub(r"^([ ]{0,3})(#{1,6}\s|---|===)", r"\1\\\2", item.details, flags=re.M)
        lines += ["", told.rstrip()]
    return lines


def _quoted(text: str) -> str:
    """A YAML scalar: plain where that is safe, else in double quotes."""
    safe = re.fullmatch(r"[A-Za-z][\w .,@/+-]*", text) and not text.endswith(" ")
    return text if safe else json.dumps(text, ensure_ascii=False)


def _line(text: str) -> str:
    return " ".join(text.split())


def _with_line(lines: list[str], at: int, line: str, old: str) -> str:
    ended = line + "\r" if old.endswith("\r") else line
    return "\n".join([*lines[:at], ended, *lines[at + 1 :]])


def _below(lines: list[str], heading: int, status: str) -> str:
    """The first paragraph below a heading becomes the status; what follows it stays."""
    first = next((n for n in range(heading + 1, len(lines)) if lines[n].strip()), len(lines))
    if first == len(lines) or lines[first].startswith("#"):
        return "\n".join([*lines[: heading + 1], "", status, *lines[heading + 1 :]])
    return _with_line(lines, first, status, lines[first])


def _moved(match: re.Match[str], moved: Callable[[str], str]) -> str:
    target = match["target"]
    if re.match(r"[a-z][a-z0-9+.-]*:|[#/]", target, re.IGNORECASE):
        return match[0]
    path, mark, anchor = target.partition("#")
    return match["before"] + moved(path) + mark + anchor
