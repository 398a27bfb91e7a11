"""A review as a value: what a reviewer has to decide, in this order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kn.core.candidate import Candidate
from kn.core.check import Finding, by_importance
from kn.core.compare import Change
from kn.core.review.owners import Ask
from kn.core.review.returning import Return
from kn.core.review.touched import Question

GUARDS = (
    "KN100", "KN101", "KN102", "KN103", "KN104", "KN105", "KN005", "KN006", "KN007", "KN015",
    "KN060", "KN061",
)  # fmt: skip
"""What guards the knowledge; told first."""


class Told(NamedTuple):
    """What agents are told of an item, before and after; empty where they are told nothing."""

    id: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Review:
    """What a change does to the knowledge, and what the knowledge says of the change."""

    base: str
    """Commit ids of both sides."""
    head: str
    judged: str
    """`merge`: the merge's result; `branch`: the branch alone; `staged`: the next commit."""
    changes: tuple[Change, ...] = ()
    problems: tuple[Finding, ...] = ()
    """What the change introduces, without the three kinds of question below."""
    returns: tuple[Return, ...] = ()
    questions: tuple[Question, ...] = ()
    untold: tuple[tuple[str, Candidate], ...] = ()
    """Decisions that commits tell and no item records: with the path they are about."""
    asks: tuple[Ask, ...] = ()
    told: tuple[Told, ...] = ()
    tokens: int = 0
    """How many tokens more, or less, all that is told has."""
    notes: tuple[str, ...] = ()
    """What could not be judged, and why."""
    short: Mapping[str, str] = field(default_factory=dict)

    @property
    def findings(self) -> list[Finding]:
        """What a reviewer has to see, in the shape of reports and editors; weighty ones first."""
        found = [*self.problems, *map(_return, self.returns)]
        found += [_untold(path, c) for path, c in self.untold]
        found += [_question(q, self.short) for q in self.strong]
        return by_importance(found)

    @property
    def guards(self) -> list[Finding]:
        return [f for f in self.problems if f.code in GUARDS]

    @property
    def others(self) -> list[Finding]:
        """The rest, so that many of one sort never hide the one of another."""
        return _spread([f for f in self.problems if f.code not in GUARDS])

    @property
    def strong(self) -> list[Question]:
        """The questions that a reviewer should be asked."""
        return [q for q in self.questions if q.strong]

    @property
    def clean(self) -> bool:
        """Whether nobody has to look at anything: no comment is worth it."""
        matters = (self.changes, self.problems, self.returns, self.strong, self.untold)
        return not any(matters)

    def to_json(self) -> dict[str, Any]:
        """`kn review --json` (format 1)."""
        return {
            "format": 1,
            "base": self.base,
            "head": self.head,
            "judged": self.judged,
            "clean": self.clean,
            "changes": [c.to_json() for c in self.changes],
            "findings": [f.to_json() for f in self.findings],
            "ask": [{"who": a.who, "why": list(a.why)} for a in self.asks],
            "context": [{"id": t.id, "before": t.before, "after": t.now} for t in self.told],
            "tokens": self.tokens,
            "unrecorded": [c.to_json() for _, c in self.untold],
            "applies": [
                {"id": q.sheet.id, "paths": list(q.paths)} for q in self.questions if not q.strong
            ],
            "notes": list(self.notes),
        }


def _return(found: Return) -> Finding:
    option = found.option
    because = f" ({option.because})" if option.because else ""
    where = f"commit {found.commit[:10]} says “{found.text}”" if found.commit else found.text
    said = f"seems to bring back “{option.text}”, rejected in {option.sheet.id}{because}: {where}"
    return Finding("KN111", found.path or found.near, found.line, said, option.sheet.id)


def _question(question: Question, short: Mapping[str, str]) -> Finding:
    sheet = question.sheet
    said = f"{short.get(sheet.id, sheet.id)} {question.why}: “{sheet.statement}” Still true?"
    return Finding("KN110", question.paths[0], question.line, said, sheet.id)


def _untold(path: str, candidate: Candidate) -> Finding:
    commit = next((e.commit for e in candidate.evidence if e.commit), "")
    said = f"{candidate.kind} in commit {commit[:10]}, in no item: “{candidate.statement}”"
    return Finding("KN112", path, 1, said)


_WEIGHTY = ("KN116", "KN107", "KN108", "KN106", "KN109", "KN012")
"""What a reviewer should see first among findings of one severity (a guess)."""
_OF_A_SORT = 3


def _spread(findings: Sequence[Finding]) -> list[Finding]:
    """Weighty ones first, three of each sort; then what is left of each."""
    seen: Counter[str] = Counter()
    ranked = []
    for finding in by_importance(findings):
        seen[finding.code] += 1
        rank = _WEIGHTY.index(finding.code) if finding.code in _WEIGHTY else len(_WEIGHTY)
        late = seen[finding.code] > _OF_A_SORT
        ranked.append(
            (late, finding.severity != "error", finding.severity == "info", rank, finding)
        )
    return [row[-1] for row in sorted(ranked, key=lambda row: row[:-1])]


def for_annotations(findings: Iterable[Finding]) -> tuple[list[Finding], int]:
    """The findings without what is the fourth and later of its sort, and how many those are.

    A host shows ten annotations: a hundred of one sort would hide the one that matters.
    """
    seen: Counter[str] = Counter()
    kept, left = [], 0
    for finding in findings:
        seen[finding.code] += 1
        if seen[finding.code] <= _OF_A_SORT:
            kept.append(finding)
        else:
            left += 1
    return kept, left


def introduced(
    merged: Iterable[Finding], branch: Iterable[Finding], *known: Iterable[Finding]
) -> list[Finding]:
    """The findings that the change brings: in the merge or on the branch, and not there before.

    A finding is known by its rule, its item (or file) and its message, wherever it stands now.
    """
    seen = {_known_by(f) for findings in known for f in findings}
    found: dict[tuple[str, str, str], Finding] = {}
    for finding in (*merged, *branch):
        key = _known_by(finding)
        if key not in seen:
            found.setdefault(key, finding)
    return by_importance(found.values())


def _known_by(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.id or finding.path, finding.message


def merge_same(findings: Sequence[Finding], asked: Iterable[str]) -> list[Finding]:
    """The findings without those that say a second time what another one, or a question, says.

    Args:
        findings: What was found.
        asked: Ids of items of which it is asked whether they are still true.
    """
    unusable = {f.path for f in findings if f.code == "KN100"}
    revived = {f.id for f in findings if f.code == "KN108"}
    asked = set(asked)
    return [
        f
        for f in findings
        if not (f.code == "KN061" and f.path in unusable)
        and not (f.code == "KN013" and f.id in revived)
        and not (f.code == "KN030" and f.id in asked)
    ]
