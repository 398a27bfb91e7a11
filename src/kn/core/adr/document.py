"""A Markdown record taken apart: front matter, title, sections and the header's fields.

Not a Markdown parser: it knows just enough to say which lines are prose, which are code, and which
`Key: value` lines belong to the record's header. Linear in the text, and it never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kn.core.adr.wording import plain

READ_AT_MOST = 300_000
"""Characters of a record that are read: the longest of 830 has 108,000 (the margin is a guess)."""

_FENCE = re.compile(r"[ \t>]{0,12}(`{3,}|~{3,})")
_ATX = re.compile(r"[ ]{0,3}(#{1,6})[ \t]+(\S.*)$")
_BOLD = re.compile(r"[ ]{0,3}(?:\*\*|__)([A-Za-z][A-Za-z /&]{2,40}:?)(?:\*\*|__):?[ \t]*$")
_BOLD_HEADINGS = frozenset(
    "status context decision consequences date deciders rationale alternatives".split()
) | {
    "alternatives considered",
    "considered options",
    "decision outcome",
    "options considered",
    "problem",
}
_UNDERLINE = re.compile(r"[ ]{0,3}(=+|-{3,})[ \t]*$")
_ANCHOR = re.compile(r"\{#[^{}]{1,80}\}[ \t]*$")
_NUMBERING = re.compile(r"^(?:§[ ]?)?(?:\d{1,3}(?:\.\d{1,3}){0,3}[.):]?|[A-Z][.)])[ \t]+")
_KEY = re.compile(
    r"^(?P<key>[A-Za-z][A-Za-z() ]{1,28}?(?:-[A-Za-z]{1,12}){0,2})[ \t]?:(?:[ \t]+"
    r"|$)(?P<value>.*)$",
    re.DOTALL,
)
_BULLET = re.compile(r"^[ ]{0,3}(?:[-*+•]|\d{1,2}[.)])[ \t]+")
_NO_TITLE = frozenset(
    ("status", "context", "decision", "changelog", "introduction", "table of contents")
)
_LIFE = re.compile(
    r"(?:[*_`~]{0,3})(?:Partial|(?:Super[sc]ede|Replace|Amend|Obsolete)[sd]|Deprecated|Accepted"
    r"|Rejected|Implemented)\b"
)
"""A line of a status section that begins so is a statement of its own, blank line or not
(adr-tools)."""
_RULE = re.compile(r"^[ ]{0,3}(?:[-*_][ ]?){3,}$")
_CELLS = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the lines up to the next heading; level 0 is what stands before the first
    one."""

    level: int
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One paragraph, bullet or table row of the header; `key` is lower case, or empty for prose."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A record's text in parts. `front` holds the front matter's values as written."""

    front: dict[str, str]
    title: str
    sections: tuple[Section, ...]
    header: tuple[Entry, ...]
    """What stands before the first section of prose: fields, quotes, tables."""

    def named(self, *names: str) -> tuple[Section, ...]:
        """The sections whose heading is one of the names, or begins with one and a colon."""
        return tuple(
            s for s in self.sections if s.level and heading_key(s.title).split(":")[0] in names
        )

    def below(self, section: Section) -> tuple[Section, ...]:
        """The subsections of a section, in order."""
        at = next(i for i, other in enumerate(self.sections) if other is section)
        found = []
        for other in self.sections[at + 1 :]:
            if other.level <= section.level:
                break
            found.append(other)
        return tuple(found)


@lru_cache(maxsize=4096)
def heading_key(title: str) -> str:
    """A heading as it is compared: lower case, without numbering, emphasis and outer
    punctuation."""
    return _NUMBERING.sub("", plain(title)).strip(" .:*_-–—").casefold()


def take_apart(text: str) -> Document:
    """Split a record into front matter, title and sections; code and comments are left out."""
    text = text[:READ_AT_MOST].removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = _uncommented(text).split("\n")
    front, rest = _front_matter(lines)
    sections = tuple(_sections(_without_code(rest)))
    top = next((s for s in sections if s.level), None)
    title = top.title if top and heading_key(top.title) not in _NO_TITLE else ""
    return Document(front, title, sections, _header(front, title, sections))


def _header(front: dict[str, str], title: str, sections: tuple[Section, ...]) -> tuple[Entry, ...]:
    found = [Entry(key, value) for key, value in front.items()]
    for section in sections:
        if section.level and section.title != title:
            break
        found += entries(section.lines)
    return tuple(found)


def _uncommented(text: str) -> str:
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0:
        end = text.find("-->", start)
        if end < 0:
            break
        kept.append(text[at:start])
        at = end + 3
    kept.append(text[at:])
    return "".join(kept)


def _front_matter(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """`key: value` and `- item` lines between two `---`; a full YAML reader would refuse
    templates."""
    if not lines or lines[0].rstrip() != "---":
        return {}, lines
    end = next((i for i, x in enumerate(lines[1:200], 1) if x.rstrip() in ("---", "...")), 0)
    if not end:
        return {}, lines
    front: dict[str, str] = {}
    key = ""
    for line in lines[1:end]:
        name, colon, value = line.partition(":")
        if colon and name.strip() and not line[0].isspace() and not line.startswith(("-", "#")):
            key = name.strip().casefold().replace("_", "-")
            front[key] = _unquoted(value)
        elif key and line.strip(" \t-"):
            front[key] = (front[key] + ", " + _unquoted(line.strip(" \t-"))).strip(", >|")
    return front, lines[end + 1 :]


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value.strip("[]") if value.startswith("[") and "](" not in value else value


def _without_code(lines: list[str]) -> Iterator[str]:
    fence = ""
    for line in lines:
        match = _FENCE.match(line)
        if fence:
            if match and match[1].startswith(fence) and not line.strip(" \t>`~"):
                fence = ""
            yield ""
        elif match:
            fence = match[1]
            yield ""
        else:
            yield line


def _sections(lines: Iterator[str]) -> Iterator[Section]:
    level, title, body = 0, "", list[str]()
    for line in lines:
        atx = _ATX.match(line)
        bold = None if atx else _BOLD.match(line)
        if bold and bold[1].strip(" :").casefold() in _BOLD_HEADINGS:
            yield Section(level, title, tuple(body))
            level, title, body = 6, bold[1].strip(" :"), []
            continue
        under = _UNDERLINE.match(line) if body and _may_be_title(body) else None
        if not atx and not under:
            body.append(line)
            continue
        heading = atx[2].rstrip("# \t") if atx else body.pop().strip()
        yield Section(level, title, tuple(body))
        level = len(atx[1]) if atx else 1 if line.lstrip().startswith("=") else 2
        title, body = _ANCHOR.sub("", heading).strip(), []
    yield Section(level, title, tuple(body))


def _may_be_title(body: list[str]) -> bool:
    """A setext heading is one line of prose after a blank one; `---` below anything else is a
    rule."""
    line = body[-1].strip()
    alone = len(body) < 2 or not body[-2].strip()
    return bool(line) and alone and len(line) < 120 and line[0].isalnum() and ":" not in line


def entries(lines: tuple[str, ...]) -> list[Entry]:
    """The paragraphs, bullets, quotes and table rows of some lines, with their keys if they have
    any."""
    found: list[list[str]] = []
    open_ = False
    for raw in lines:
        line = re.sub(r"^[ \t]*(?:>[ \t]?)+", "", raw).rstrip()
        if not line.strip() or _RULE.match(line):
            open_ = False
        elif line.lstrip().startswith("|"):
            found.append([line])
            open_ = False
        elif open_ and not _begins(line):
            found[-1].append(line.strip())
        else:
            found.append([line])
            open_ = True
    return [entry for block in found if (entry := _entry(block))]


def _begins(line: str) -> bool:
    """Whether a line begins a field or bullet of its own, though no blank line stands before it."""
    if _BULLET.match(line) or _LIFE.match(line):
        return True
    match = _KEY.match(plain(line))
    return match is not None and len(match["key"].split()) <= 3


def _entry(block: list[str]) -> Entry | None:
    if block[0].lstrip().startswith("|"):
        cells = [c.strip() for c in _CELLS.split(block[0].strip().strip("|"))]
        if len(cells) != 2 or not cells[0].strip("-: ") or len(cells[0]) > 40:
            return None
        return Entry(plain(cells[0]).strip(" :").casefold(), cells[1])
    text = " ".join([_BULLET.sub("", block[0]).strip(), *block[1:]])
    # Emphasis may span key and colon (`**Status:** x`), so the key is looked for in plain text.
    match = _KEY.match(re.sub(r"\*\*|__", "", text)[:4000])
    if match and len(match["key"].split()) <= 4:
        return Entry(match["key"].strip().casefold(), match["value"].strip())
    return Entry("", text)
