"""The options that a record did not take, with its reasons, short."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kn.core.adr.document import Document, Section
from kn.core.adr.wording import cost, cut, plain, sentences
from kn.core.model import Rejected

_REJECTED = (
    "rejected alternatives", "alternatives rejected", "rejected", "rejected options",
    "alternatives considered",
    "alternatives", "alternative approaches", "other options",
    "alternatives considered and rejected",
    "options not chosen", "alternative solutions", "other alternatives", "discarded options",
    "alternatives explored", "why not", "alternative approaches considered",
    "other options considered",
)  # fmt: skip
_CONSIDERED = (
    "considered options", "options considered", "options", "considered actions",
    "pros and cons of the options",
    "considered alternatives", "possible solutions", "solutions considered", "considered solutions",
)  # fmt: skip
"""Here the option that was chosen stands among the others."""

_NAME = 11
"""Tokens of an option's name (a guess)."""

_BULLET = re.compile(r"^\s{0,3}(?:[-*+•]|\d{1,2}[.)])\s+")
_LABEL = re.compile(
    r"^(?:(?:option|alternative|approach|solution|alt)\b\s*(?:#?\d{1,2}|[A-Za-z])?(?!\w)"
    r"|\(?(?:\d{1,2}|[A-Ha-h])[.)])\s*[:.)—–-]*\s*",
    re.IGNORECASE,
)
_BOLD = re.compile(
    r"^[\"“]?(?:\*\*|__)(?P<name>[^*_]{2,160})(?:\*\*|__)[\"”]?[\s:.,—–-]*(?P<rest>.*)$", re.DOTALL
)
_NAMED = re.compile(r"^(?P<name>[^:—–]{2,110}?)(?:\s[—–-]+\s|:\s)(?P<rest>.*)$", re.DOTALL)
_SAYS_REJECTED = re.compile(
    r"\b(?:rejected|discarded|dismissed|ruled out|not chosen|declined)\b(?:\s+(?:for now|hard"
    r"|for v\d|at this stage|here))?"
    r"[\s:;,.—–*-]*(?:because|since|as|due to|for)?\s*(?:it\s+(?=is|would|adds))?",
    re.IGNORECASE,
)
_CHOSEN = re.compile(
    r"\b(?:chosen|selected|accepted|adopted|our choice|preferred|recommended|this adr"
    r"|the decision)\b|✅|✓",
    re.IGNORECASE,
)
_BAD = re.compile(
    r"^(?:bad|con|cons|negative|against|disadvantages?)\b[\s,:—–-]*(?:because\s+)?", re.IGNORECASE
)
_NO_OPTION = re.compile(
    r"^(?:none|n/?a|tbd|todo|not applicable|no alternatives?|there (?:is|are|were)|we "
    r"|this section|the following|pros?|cons?|positive|negative|rejected|good|bad)\b",
    re.IGNORECASE,
)


def rejected_of(document: Document, chosen: str) -> tuple[Rejected, ...]:
    """The options that were not taken, in the record's order and words; the chosen one is left
    out."""
    found: dict[str, Rejected] = {}
    for option, because in _options(document, chosen):
        key = option.casefold()
        if not any(key.startswith(other) or other.startswith(key) for other in found):
            found[key] = Rejected(option, because)
    return tuple(found.values())


def fitting(options: tuple[Rejected, ...], room: int) -> tuple[Rejected, ...]:
    """Up to three of the options with short reasons, within `room` tokens."""
    found: list[Rejected] = []
    for option in options[:3]:
        name = cut(option.option, min(_NAME, room - 2))
        if len(name) * 2 < min(len(option.option), 50):
            continue  # half a name names nothing
        room -= cost(name) + 2
        reason = cut(option.because, min(10, room)) if room >= 4 else ""
        room -= cost(reason)
        found.append(Rejected(name, reason))
    return tuple(found)


def _options(document: Document, chosen: str) -> Iterator[tuple[str, str]]:
    for names, mixed in ((_REJECTED, False), (_CONSIDERED, True)):
        every = [
            option
            for section in document.named(*names)[:5]
            for option in _of_section(document, section)
        ]
        left = [(name, text) for name, text in every if not _CHOSEN.search(name)]
        if mixed and len(left) == len(every):
            left = _without(left, chosen)
        if left:
            yield from ((name, _reason(text)) for name, text in left)
            return


def _without(options: list[tuple[str, str]], chosen: str) -> list[tuple[str, str]]:
    """The options but the one that the decision names; with none recognised there is nothing to
    tell."""
    words = _words(chosen)
    scored = [len(words & _words(name)) / (len(_words(name)) or 1) for name, _ in options]
    if not scored or max(scored) < 0.5 or scored.count(max(scored)) > 1:
        return []
    at = scored.index(max(scored))
    return options[:at] + options[at + 1 :]


def _words(text: str) -> set[str]:
    return {w for w in re.findall(r"\w+", text.casefold()) if len(w) > 2}


def _of_section(document: Document, section: Section) -> Iterator[tuple[str, str]]:
    """(name, the text about it) from subsections, else from bullets, else from a table."""
    below = [s for s in document.below(section) if s.level == section.level + 1]
    if below:
        for sub in below:
            name = _LABEL.sub("", plain(sub.title)).strip(' .:*"“”`')
            if name and not _NO_OPTION.match(name):
                yield name, " ".join(line.strip() for line in sub.lines[:20])
        return
    for bullet in _bullets(section.lines):
        if option := _named(bullet):
            yield option
    yield from _rows(section.lines)


def _bullets(lines: tuple[str, ...]) -> Iterator[str]:
    """The outermost bullets and the paragraphs that begin in bold, each as one line."""
    indents = [len(x) - len(x.lstrip()) for x in lines if _BULLET.match(x)]
    outer = min(indents, default=0)
    block: list[str] = []
    for line in (*lines, ""):
        indent = len(line) - len(line.lstrip())
        bullet = _BULLET.match(line)
        starts = (bullet and indent == outer) or (line.startswith("**") and not indents)
        ends = not line.strip() or line.lstrip().startswith("|")
        if (starts or ends) and block:
            yield " ".join(block)
            block = []
        if starts:
            block = [_BULLET.sub("", line).strip()]
        elif block and not bullet:
            block.append(line.strip())


def _named(bullet: str) -> tuple[str, str] | None:
    bullet = _LABEL.sub("", bullet) if not bullet.startswith("**") else bullet
    match = _BOLD.match(bullet) or _NAMED.match(plain(bullet))
    if match:
        name, rest = plain(match["name"]), match["rest"]
    else:
        first, *others = [*sentences(plain(bullet)), ""]
        name, rest = first, " ".join(others)
    name = _LABEL.sub("", name).strip(' .:,"“”`')
    said = _SAYS_REJECTED.search(name)
    if said and said.start() > 3:
        name, rest = name[: said.start()].strip(" ,.;:—–-("), name[said.start() :] + " " + rest
    return (name, rest) if name and not _NO_OPTION.match(name) and not _BAD.match(name) else None


def _rows(lines: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Options in a table: the first column names them, one headed "rejected because" or "reason"
    tells why."""
    rows = [
        [plain(c) for c in line.strip().strip("|").split("|")]
        for line in lines
        if line.lstrip().startswith("|")
    ]
    if len(rows) < 3:
        return
    head = [c.casefold() for c in rows[0]]
    why = next(
        (i for i, c in enumerate(head) if re.search(r"reject|reason|why|verdict|cons|drawback", c)),
        0,
    )
    for row in rows[2:]:
        if len(row) > why and row[0] and not any(_CHOSEN.search(c) for c in row):
            yield _LABEL.sub("", row[0]), row[why] if why else ""


def _reason(text: str) -> str:
    """Why an option was not taken, if its text says so; what an option is, is no reason."""
    words = plain(text[:1500])
    if match := _SAYS_REJECTED.search(words):
        after = next(iter(sentences(words[match.end() :].strip())), "")
        if len(after) > 3:
            return after.strip(" .;:()")
        before = list(sentences(words[: match.start()]))
        return before[-1].strip(" .;:(") if before and len(before[-1]) > 8 else ""
    for line in re.split(r"(?:^|\s)[-*+]\s", text[:1500]):
        if bad := _BAD.match(plain(line)):
            return plain(line)[bad.end() :].strip(" .")
    return ""
