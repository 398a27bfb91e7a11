"""A commit message taken apart: subject, prose and trailers, each as a verbatim piece of it.

Git knows trailers only in the last paragraph (git-interpret-trailers(1)). People and agents put
`Rejected:` and the like anywhere, in bullets, between paragraphs, in every part of a squashed
message; so here a trailer is a line, wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

READ_AT_MOST = 64 * 1024
"""Characters of a message that are read; no message written by hand is as long (a guess)."""

INCIDENT_PARTS = frozenset({"cause", "root-cause", "fix", "impact"})
"""Trailers only right after an `Incident:`; elsewhere "Fix: …" is how prose begins."""

_KNOWLEDGE = frozenset(
    {"decision", "rejected", "ruled-out", "alternative", "constraint", "directive"}
    | {"convention", "gotcha", "warn", "incident", "owner"}
)
"""Tokens that say something worth keeping (DESIGN, settled points: Trailers)."""

_FORMAL = frozenset(
    {"author", "cc", "closes", "confidence", "date", "fixes", "issue", "item", "link", "refs"}
    | {"related", "resolves", "reversibility", "see", "tested", "tests"}
)
"""One-word tokens that are trailers in practice, though none of them is knowledge."""

_TRAILER = re.compile(
    r"[ \t]{0,8}(?P<bullet>[-*•][ \t]+)?(?:\*\*|__)?"
    r"(?P<token>[A-Za-z][A-Za-z0-9]{0,20}(?:[- ][A-Za-z0-9]{1,20}){0,3})"
    r"(?:\*\*|__)?[ \t]?:(?:\*\*|__)?(?:[ \t]+(?P<value>\S.*)?)?$",
    re.DOTALL,
)
_STATED_FIRST = re.compile(
    r"(?:Decision|Constraint|Directive|Convention|Gotcha|Warn|Incident|Owner):[ \t]+\S"
)
"""A subject that is a trailer itself (`git commit -m "Decision: …"`). In lower case such a word is
a topic, as in `incident: page the right person`."""
_HYPHENATED = re.compile(r"[A-Z][A-Za-z]*(?:-[A-Za-z]+)+")
_BULLET = re.compile(r"[ \t]{0,12}(?:[-*•+]|\(?(?:\d{1,2}|[ivx]{1,4})[.)])[ \t]+(?=\S)")
_FENCE = re.compile(r"[ \t]{0,8}(?:```|~~~)")
_UNREAD = re.compile(
    r"[ \t]*(?:[>|]|\$ |diff --git |@@ |-{3,}[ \t]*$)|index [0-9a-f]{7}|commit [0-9a-f]{7,64}$"
)
_SCISSORS = re.compile(r"# -+ >8 -+")
_SQUASHED = "Squashed commit of the following:"
_WRAPPED = 60
"""A line that its next word would take beyond this was wrapped (editors wrap at 72; a guess)."""
_HEADING_WORDS = 6
"""A line that ends in a colon announces what follows when it has no more words (a guess)."""


@dataclass(frozen=True, slots=True)
class Trailer:
    """`Token: value`; the value's line breaks are joined, the quote is the message's own text."""

    token: str
    """Lower case, hyphens for blanks: `ruled-out`."""
    value: str
    quote: str
    head: str = ""
    """The subject under which it stands: in a squashed message that of its part."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph or one entry of a list, verbatim, with its line breaks."""

    text: str
    heading: str = ""
    """The line above that announces it, without its colon: `Changes`."""


@dataclass(frozen=True, slots=True)
class Message:
    """A commit message; every text but the trailers' values is a verbatim piece of the source."""

    subject: str
    body: str
    paragraphs: tuple[Paragraph, ...] = ()
    """Prose in order, without trailers, code, quoted text and tables."""
    trailers: tuple[Trailer, ...] = ()


def parse_message(text: str) -> Message:
    """Take a commit message apart; never raises, and reads 64 Ki characters at most.

    A trailer goes on in indented lines, and in flush ones when its line is so full that it must
    have been wrapped. A token without a value takes the list below it, one trailer for each entry.
    What follows git's scissors line is not read.
    """
    lines = list(_lines(text[:READ_AT_MOST]))
    while lines and not lines[0].text.strip():
        del lines[0]
    if not lines:
        return Message("", "")
    subject, rest = lines[0].text.strip(), lines[1:]
    reader = _Reader(text, head=subject, indent=4 if subject == _SQUASHED else 0)
    for line in lines if _STATED_FIRST.match(subject) else rest:
        reader.read(line)
    reader.close()
    body = text[rest[0].start : rest[-1].end].strip() if rest else ""
    return Message(subject, body, tuple(reader.paragraphs), tuple(reader.trailers))


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    start: int
    end: int


def _lines(text: str) -> Iterator[_Line]:
    """The lines with their places, up to the scissors, without the ends that CRLF leaves."""
    start = 0
    while start < len(text):
        newline = text.find("\n", start)
        stop = len(text) if newline < 0 else newline
        end = stop - 1 if text[start:stop].endswith("\r") else stop
        line = text[start:end]
        if _SCISSORS.match(line):
            return
        yield _Line(line, start, end)
        start = stop + 1


@dataclass(slots=True)
class _Reader:
    """Reads line by line; the open piece runs from `first` to `last`, with a token if a trailer."""

    source: str
    head: str
    paragraphs: list[Paragraph] = field(default_factory=list)
    trailers: list[Trailer] = field(default_factory=list)
    first: _Line | None = None
    last: _Line | None = None
    token: str = ""
    value: list[str] = field(default_factory=list)
    bullet: bool = False
    listed: str = ""
    """The token without a value whose list is being read."""
    heading: str = ""
    fenced: bool = False
    after_blank: bool = True
    indent: int = 0
    """Blanks that `git merge --squash` puts before every line of a message."""
    awaits_head: bool = False

    def read(self, line: _Line) -> None:
        text = line.text
        if self.indent and text[: self.indent].isspace():
            text = text[self.indent :]
        if not text.strip():
            self._blank()
            return
        elif self.fenced or _FENCE.match(text) or _UNREAD.match(text):
            self._unread(text)
        elif (found := _TRAILER.match(text)) and self._is_trailer(found):
            self._open_trailer(line, _token(found["token"]), found["value"] or "")
        elif entry := _BULLET.match(text):
            self._entry(line, text[entry.end() :])
        elif self.token and self._goes_on(text):
            self.value.append(text.strip())
            self.last = line
        else:
            self._prose(line, text)
        self.after_blank = False

    def close(self) -> None:
        """End the open piece, if there is one, and keep it."""
        if self.first is not None and self.last is not None:
            quote = self.source[self.first.start : self.last.end].strip()
            if not self.token:
                self.paragraphs.append(Paragraph(quote, self.heading))
            elif value := " ".join(" ".join(self.value).split()):
                self.trailers.append(Trailer(self.token, value, quote, self.head))
        self.first = self.last = None
        self.token, self.value, self.bullet, self.listed = "", [], False, ""

    def _blank(self) -> None:
        alone = self.bullet and self.first is self.last
        if alone and self.first is not None and self.first.text.startswith("* "):
            # GitHub's squash gives the subject of every part as a lone entry.
            self.head = self.first.text[2:].strip()
            self.first = None
        self.close()
        self.after_blank = True

    def _unread(self, text: str) -> None:
        self.close()
        if _FENCE.match(text):
            self.fenced = not self.fenced
        self.awaits_head = self.indent > 0 and text.startswith("commit ")

    def _is_trailer(self, found: re.Match[str]) -> bool:
        written = found["token"]
        token = _token(written)
        if token in _FORMAL or _HYPHENATED.fullmatch(written):
            return True
        if token in INCIDENT_PARTS:
            before = self.token or (self.trailers[-1].token if self.trailers else "")
            return before == "incident" or before in INCIDENT_PARTS
        if token not in _KNOWLEDGE:
            return False
        if written[0].isupper() or found["bullet"] or self.token or self.last is None:
            return True
        # A wrapped line of prose may begin with "constraint:" by accident.
        value = found["value"] or ""
        return self.last.text.rstrip().endswith((".", ":", "!", "?")) or "|" in value

    def _goes_on(self, text: str) -> bool:
        if not self.value or text[0].isspace():
            return True
        assert self.last is not None
        return len(self.last.text) + 1 + len(text.split(maxsplit=1)[0]) > _WRAPPED

    def _open_trailer(self, line: _Line, token: str, value: str) -> None:
        self.close()
        self.token, self.value = token, [value] if value else []
        self.listed = "" if value else token
        self.first = self.last = line

    def _entry(self, line: _Line, text: str) -> None:
        listed = self.listed
        self.close()
        if listed:
            self._open_trailer(line, listed, text)
            self.listed = listed
        else:
            self.first = self.last = line
            self.bullet = True

    def _prose(self, line: _Line, text: str) -> None:
        if self.token:
            self.close()
        if self.awaits_head and line.text is not text:
            self.head, self.awaits_head = text.strip(), False
        elif text.startswith(("    ", "\t")) and not self.bullet:
            self.close()
        elif self.first is None and _is_heading(text):
            self.heading = text.strip().rstrip(":")
        else:
            if self.first is None:
                self.first = line
                if self.after_blank:
                    self.heading = ""
            self.last = line


def _token(written: str) -> str:
    return written.lower().replace(" ", "-")


def _is_heading(text: str) -> bool:
    text = text.strip()
    return text.startswith("#") or (text.endswith(":") and len(text.split()) <= _HEADING_WORDS)


def trailer_help() -> list[str]:
    """The trailers that say what is worth keeping, as help for whoever writes a message."""
    return [
        "What is worth remembering? Lines like these become proposals (`kn inbox`):",
        "Decision: what was chosen, in a sentence",
        "Rejected: an option | why it was not taken",
        "Convention: how it is done here, always",
        "Constraint: what is true and the code does not say",
        "Gotcha: a trap, and what to do instead",
        "Incident: what broke, and why",
        "Owner: @who knows about it",
        "Item: id of an item that this commit is about",
    ]
