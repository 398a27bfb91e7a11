"""A review in Markdown, for a comment on a pull request or a job's summary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kn.core.candidate import Candidate
from kn.core.check import Finding
from kn.core.compare.markdown import change_lines, code, escape
from kn.core.compare.text import count_line
from kn.core.review.returning import Return
from kn.core.review.text import SHORT, told_line, verdict, with_short_ids
from kn.core.review.touched import Question
from kn.core.review.verdict import Review

MARKER = "<!-- kn:review -->"
"""The first line of a comment: by it kn finds its own again."""
MOST = 60_000
"""Characters of a comment; GitHub takes 65,536."""
_SIGNS = {"error": "🛑", "warning": "⚠️", "info": "💬"}


def to_markdown(review: Review, *, full: bool = False, most: int = MOST) -> str:
    """The comment, its marker first; cut at a whole entry where it would be too long."""
    blocks = [MARKER, "", f"### Knowledge review: {escape(verdict(review))}", ""]
    blocks += [f"> {escape(note)}" for note in review.notes]
    blocks += _section(
        "What guards the knowledge changes", (_finding(f, review) for f in review.guards), full
    )
    blocks += _section(
        "The change brings problems", (_finding(f, review) for f in review.others), full
    )
    returns = (_return(r, review) for r in review.returns)
    blocks += _section("Rejected, and back?", returns, full)
    if review.changes:
        blocks += ["", f"#### Knowledge: {count_line(review.changes)}", ""]
        shown = review.changes if full else review.changes[: 4 * SHORT]
        for change in shown:
            blocks += ["\n".join(change_lines(change, review.short, full=full))]
        blocks += _more(len(review.changes) - len(shown))
    blocks += _told(review)
    asked = review.questions if full else review.strong
    blocks += _section("Still true?", (_question(q, review) for q in asked), full)
    untold = (_untold(c) for _, c in review.untold)
    blocks += _section("Decided in commits, and in no item", untold, full)
    asks = (
        f"{code(a.who)} ({escape(with_short_ids('; '.join(a.why[:3]), review))})"
        for a in review.asks
    )
    blocks += _section("Ask", asks, full)
    blocks += ["", f"<sub>Judged: {_judged(review)}</sub>"]
    return _cut(blocks, most)


def _cut(blocks: Sequence[str], most: int) -> str:
    """The blocks that fit; a block is never cut inside."""
    size, kept = 0, []
    for block in blocks:
        size += len(block) + 1
        if size > most - 100:
            kept += ["", "And more: this comment would be too long. Run `kn review --full`."]
            break
        kept.append(block)
    return "\n".join(kept) + "\n"


def _judged(review: Review) -> str:
    what = {
        "merge": "what merging gives",
        "branch": "the branch alone",
        "staged": "what is staged",
    }[review.judged]
    return f"{what}, by the configuration of {code(review.base[:10] or 'nothing')}."


def _section(title: str, entries: Iterable[str], full: bool) -> list[str]:
    rows = list(entries)
    if not rows:
        return []
    shown = rows if full else rows[: SHORT + (len(rows) == SHORT + 1)]
    rest = rows[len(shown) :]
    found = ["", f"#### {title}", "", *(f"- {row}" for row in shown)]
    if rest:
        listed = "\n".join(f"- {row}" for row in rest[:100])
        found += ["", f"<details><summary>{len(rest)} more</summary>\n\n{listed}\n\n</details>"]
        found += _more(len(rest) - 100)
    return found


def _more(left: int) -> list[str]:
    return [f"- and {left} more"] if left > 0 else []


def _finding(finding: Finding, review: Review) -> str:
    place = f"{finding.path}:{finding.line}" if finding.line > 1 else finding.path
    # An item is known by its id; where it lies is in the list of files anyway.
    where = code(review.short.get(finding.id, place) if finding.id else place)
    said = escape(with_short_ids(finding.message, review), most=600)
    return f"{_SIGNS[finding.severity]} {where}: {said} ({finding.code})"


def _return(one: Return, review: Review) -> str:
    name = code(review.short.get(one.option.sheet.id, one.option.sheet.id))
    where = code(f"{one.path}:{one.line}" if one.path else f"commit {one.commit[:10]}")
    because = f": {escape(one.option.because)}" if one.option.because else ""
    shown = f"  \n  {code(one.text, most=160)}"
    return f"{where}: “{escape(one.option.text)}”, rejected in {name}{because}{shown}"


def _question(question: Question, review: Review) -> str:
    name = code(review.short.get(question.sheet.id, question.sheet.id))
    more = len(question.paths) - 1
    other = f" and {more} more" if more else ""
    where = "" if question.why.endswith(question.paths[0]) else f"; {code(question.paths[0])}"
    touched = f"{escape(question.why)}{where}{other}"
    return f"{name} {escape(question.sheet.statement)}  \n  {touched}"


def _untold(candidate: Candidate) -> str:
    commit = next((e.commit[:10] for e in candidate.evidence if e.commit), "")
    return f"{code(commit)} {escape(candidate.kind)}: {escape(candidate.statement)}"


def _told(review: Review) -> list[str]:
    """What agents will be told differently, folded: the figures are what most need."""
    if not review.told:
        return []
    rows = []
    for one in review.told:
        for sign, text in (("no longer", one.before), ("from now on", one.now)):
            if text:
                rows.append(f"- {sign}: {escape(text, most=600)}")
    listed = "\n".join(rows[:200])
    return [
        "",
        f"<details><summary>After the merge {escape(told_line(review))}</summary>\n\n{listed}\n\n"
        "</details>",
    ]
