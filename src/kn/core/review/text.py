"""A review for a terminal: what has to be decided, first things first."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence

from kn.core.candidate import Candidate
from kn.core.check import Finding
from kn.core.compare import to_text
from kn.core.compare.text import count_line
from kn.core.hidden import show_hidden
from kn.core.review.returning import Return
from kn.core.review.touched import Question
from kn.core.review.verdict import Review
from kn.core.schema import ID_TAIL

SHORT = 5
"""Entries of a section that are shown; the rest is counted (a guess)."""
_ID = re.compile(rf"\b[a-z][a-z0-9]{{1,7}}-{ID_TAIL}\b")
Line = tuple[str, str]
"""What a line is, for its colour, and the line."""


def to_lines(review: Review, *, width: int = 100, full: bool = False) -> list[Line]:
    """The review, a section for each thing to decide; short, unless `full`."""
    writer = _Writer(width, full)
    writer.entry(("head", f"kn review: {verdict(review)}"), "")
    for note in review.notes:
        writer.put("about", f"note: {note}")
    guards, others = ((_finding(f, review) for f in found)
                      for found in (review.guards, review.others))  # fmt: skip
    writer.section("What guards the knowledge changes", guards)
    writer.section("The change brings problems", others)
    writer.section("Rejected, and back?", (_return(r, review) for r in review.returns))
    if review.changes:
        writer.put("", "")
        writer.put("head", f"Knowledge: {count_line(review.changes)}")
        shown = review.changes if full else review.changes[: 2 * SHORT]
        writer.lines += to_text(shown, review.short, width=width, full=full)[1:]
        writer.more(len(review.changes) - len(shown))
    writer.told(review)
    writer.section("Still true?", (_question(q, review) for q in _asked(review, full)))
    weak = 0 if full else len(review.questions) - len(review.strong)
    if weak:
        things = "item applies" if weak == 1 else "items apply"
        writer.put("about", f"  {weak} more {things} to these files (--full)")
    writer.section("Decided in commits, and in no item", map(_untold, review.untold))
    writer.section(
        "Ask",
        (("", f"{a.who}  ({with_short_ids('; '.join(a.why[:3]), review)})") for a in review.asks),
    )
    return writer.lines


def to_quiet(review: Review, *, width: int = 100) -> list[Line]:
    """What a commit should not be made without having seen; nothing when nothing matters."""
    writer = _Writer(width, full=False)
    for one in review.returns:
        name = review.short.get(one.option.sheet.id, one.option.sheet.id)
        where = f"{one.path}:{one.line}" if one.path else f"commit {one.commit[:10]}"
        because = f" ({one.option.because})" if one.option.because else ""
        said = f"this brings back {one.option.text}, rejected in {name}{because}"
        writer.entry(("-", f"{where}: {said}"), "")
    for finding in review.problems:
        if finding.severity != "info":
            writer.entry(_finding(finding, review), "")
    for question in review.questions:
        if question.why.startswith("was verified"):
            name = review.short.get(question.sheet.id, question.sheet.id)
            said = f"{name} {question.why}: “{question.sheet.statement}” Still true?"
            writer.entry(("", f"{question.paths[0]}: {said}"), "")
    return writer.lines


def verdict(review: Review) -> str:
    """One line: how much there is to decide."""
    counts = (
        (len(review.guards), "change of what guards the knowledge",
         "changes of what guards the knowledge"),
        (len(review.others), "problem", "problems"),
        (len(review.returns), "rejected option that seems to come back",
         "rejected options that seem to come back"),
        (len(review.changes), "item changes", "items change"),
        (len(review.strong), "item to look at again", "items to look at again"),
        (len(review.untold), "decision that no item records", "decisions that no item records"),
    )  # fmt: skip
    said = ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in counts if n)
    return said or "nothing to decide."


def _asked(review: Review, full: bool) -> Sequence[Question]:
    return review.questions if full else review.strong


def with_short_ids(message: str, review: Review) -> str:
    """A message with its ids as the rest of the review has them."""
    return _ID.sub(lambda found: review.short.get(found[0], found[0]), message)


def _finding(finding: Finding, review: Review) -> Line:
    line = f":{finding.line}" if finding.line > 1 else ""
    colour = {"error": "-", "warning": "warn"}.get(finding.severity, "")
    where = f"{finding.path}{line}: " if finding.path else ""
    return (
        colour,
        f"{where}{finding.severity}: {with_short_ids(finding.message, review)} [{finding.code}]",
    )


def _return(one: Return, review: Review) -> Line:
    name = review.short.get(one.option.sheet.id, one.option.sheet.id)
    because = f": {one.option.because}" if one.option.because else ""
    where = f"{one.path}:{one.line}" if one.path else f"commit {one.commit[:10]}"
    said = f"“{one.option.text}”, rejected in {name}{because}"
    return "-", f"{where}: {said}\n{one.text[:160]}"


def _question(question: Question, review: Review) -> Line:
    name = review.short.get(question.sheet.id, question.sheet.id)
    more = len(question.paths) - 1
    other = f" and {more} more" if more else ""
    where = "" if question.why.endswith(question.paths[0]) else f"; {question.paths[0]}"
    return "", f"{name}  {question.sheet.statement}\n{question.why}{where}{other}"


def _untold(pair: tuple[str, Candidate]) -> Line:
    candidate = pair[1]
    commit = next((e.commit[:10] for e in candidate.evidence if e.commit), "")
    return "", f"{commit}  {candidate.kind}: {candidate.statement}"


class _Writer:
    def __init__(self, width: int, full: bool) -> None:
        self.lines: list[Line] = []
        self._width, self._full = width, full

    def put(self, sort: str, text: str) -> None:
        self.lines.append((sort, show_hidden(text)))

    def section(self, title: str, entries: Iterable[Line]) -> None:
        """A title and its entries; nothing without any."""
        rows = list(entries)
        if not rows:
            return
        self.put("", "")
        self.put("head", title)
        shown = rows if self._full else rows[: SHORT + (len(rows) == SHORT + 1)]
        for row in shown:
            self.entry(row, "  ")
        self.more(len(rows) - len(shown))

    def entry(self, row: Line, indent: str) -> None:
        """A line, and below it, deeper, what belongs to it; wrapped."""
        sort, text = row
        first, *rest = text.split("\n")
        for place, part in enumerate((first, *rest)):
            pad = indent + "    " * bool(place)
            wrapped = textwrap.wrap(
                show_hidden(part), self._width, initial_indent=pad,
                subsequent_indent=indent + "    ", break_long_words=False, break_on_hyphens=False,
            )  # fmt: skip
            self.lines += [(sort if not place else "", line) for line in wrapped]

    def more(self, left: int) -> None:
        if left > 0:
            self.put("about", f"  and {left} more (--full)")

    def told(self, review: Review) -> None:
        """What agents will be told differently: a line of figures, or both texts of each."""
        if not review.told:
            return
        self.put("", "")
        self.put("head", f"After the merge {told_line(review)}")
        if self._full:
            for one in review.told:
                for sign, text in (("-", one.before), ("+", one.now)):
                    if text:
                        self.entry((sign, f"{sign} {' '.join(text.split())}"), "  ")


def told_line(review: Review) -> str:
    """`agents are told 1 thing more, 2 things otherwise (+38 tokens in all)`."""
    more = sum(1 for t in review.told if not t.before)
    less = sum(1 for t in review.told if not t.now)
    other = len(review.told) - more - less
    parts = [
        f"{more} thing{'s' * (more != 1)} more" if more else "",
        f"{less} thing{'s' * (less != 1)} less" if less else "",
        f"{other} thing{'s' * (other != 1)} otherwise" if other else "",
    ]
    said = ", ".join(p for p in parts if p)
    return f"agents are told {said} ({review.tokens:+d} tokens in all)"
