"""How much an item of the view matters for this task: the one scoring function.

Evidence adds up: the task's words (BM25F over the terms of `kn.core.analysis`, with document
frequencies counted in the view alone), the scope of the item against the files of the task, and,
where nothing was asked, the kind and the age of the item.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kn.core.analysis import Query

Postings = Mapping[str, Mapping[str, float]]
"""Term -> version -> weight."""

K1 = 1.2
"""Saturation of a term's weight; BM25's customary value."""
SCOPE_GIVEN = 6.0
"""A file that was named lies in the item's scope: as much as two rare words (a guess)."""
SCOPE_CHANGED = 2.0
"""A file that this branch changes lies in the item's scope (a guess: it was not asked about)."""
BRANCH_WORDS = 0.3
"""Words of the branch's name and commits count so much of the task's own (a guess)."""
NEEDS_VERIFICATION = 0.85
"""Factor for an item whose anchors changed: still likely true, but behind its equals (a guess)."""
TAIL = 0.12
"""Items below this share of the best score are noise, not context (development records: the
items that later commits cite stand above it in all but 2 % of the cases)."""
LEAST_SHARE = 0.12
"""The best item must hold at least this share of what the task's words could score."""
KIND_PRIOR = {"convention": 1.0, "gotcha": 0.9, "decision": 0.8, "incident": 0.6, "owner": 0.5}
"""Order of kinds when nothing was asked: what holds always comes first (a guess)."""


class Subject(NamedTuple):
    """What ranking needs to know of a current item."""

    id: str
    kind: str
    version: str
    recorded: str
    scopes: tuple[tuple[str, str], ...]
    """Glob and the regular expression it stands for."""
    needs_verification: bool


@dataclass(frozen=True, slots=True)
class Ranked:
    """An item with its score and the reasons for it."""

    id: str
    score: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked: words, files that were named, and what the branch is about."""

    query: Query
    files: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    branch: Query | None = None


def rank(subjects: Sequence[Subject], postings: Postings, task: Task) -> list[Ranked]:
    """The items that have evidence for the task, best first; ties by id, so always the same.

    With neither words nor files nor a branch, every item is ranked by kind and age.
    """
    scores: dict[str, float] = defaultdict(float)
    why: dict[str, list[str]] = defaultdict(list)
    by_version = {s.version: s for s in subjects}
    most = _score_words(task.query, postings, by_version, 1.0, scores, why)
    if task.branch is not None:
        _score_words(task.branch, postings, by_version, BRANCH_WORDS, scores, why)
    best_words = max(scores.values(), default=0.0)
    if task.query.terms and not task.branch and best_words < LEAST_SHARE * most:
        scores.clear()
        why.clear()
    _score_scopes(subjects, task.files, SCOPE_GIVEN, scores, why)
    _score_scopes(subjects, task.changed, SCOPE_CHANGED, scores, why)
    if not (task.query.terms or task.files or task.changed or (task.branch and task.branch.terms)):
        _score_priors(subjects, scores, why)
    for subject in subjects:
        if subject.needs_verification and subject.id in scores:
            scores[subject.id] *= NEEDS_VERIFICATION
    best = max(scores.values(), default=0.0)
    kept = [i for i, score in scores.items() if score > 0 and score >= TAIL * best]
    kept.sort(key=lambda i: (-scores[i], i))
    return [Ranked(i, round(scores[i], 3), tuple(why[i])) for i in kept]


def _score_words(
    query: Query,
    postings: Postings,
    by_version: Mapping[str, Subject],
    factor: float,
    scores: dict[str, float],
    why: dict[str, list[str]],
) -> float:
    """Add BM25 scores; return the most that one item could have scored."""
    matched: dict[str, list[tuple[float, str]]] = defaultdict(list)
    most = 0.0
    for term, asked in query.terms.items():
        found = [(by_version[v], w) for v, w in postings.get(term, {}).items() if v in by_version]
        idf = math.log(1 + (len(by_version) - len(found) + 0.5) / (len(found) + 0.5))
        most += asked * idf
        for subject, weight in found:
            part = factor * asked * idf * weight / (K1 + weight)
            scores[subject.id] += part
            matched[subject.id].append((part, query.words.get(term, term)))
    for item_id, parts in matched.items():
        words = dict.fromkeys(word for _, word in sorted(parts, reverse=True)[:5])
        label = "words" if factor == 1.0 else "branch"
        why[item_id].append(f"{label}: {', '.join(words)}")
    return most


def _score_scopes(
    subjects: Iterable[Subject],
    files: Sequence[str],
    weight: float,
    scores: dict[str, float],
    why: dict[str, list[str]],
) -> None:
    if not files:
        return
    matcher = _Matcher()
    for subject in subjects:
        best, named = 0.0, ""
        for glob, pattern in subject.scopes:
            match = matcher.of(pattern)
            hits = sum(1 for path in files if match(path))
            if hits:
                value = weight * _precision(glob) * (0.5 + 0.5 * hits / len(files))
                if value > best:
                    best, named = value, glob
        if best:
            scores[subject.id] += best
            why[subject.id].append(f"scope: {named}")


class _Matcher:
    """Compiles each pattern once a call: many items share a scope."""

    def __init__(self) -> None:
        self._known: dict[str, Callable[[str], object]] = {}

    def of(self, pattern: str) -> Callable[[str], object]:
        if pattern not in self._known:
            self._known[pattern] = re.compile(pattern).match
        return self._known[pattern]


def _precision(glob: str) -> float:
    """1.0 for a single file, less for a wide pattern: a rule for all says little of one."""
    if "*" not in glob:
        return 1.0
    depth = glob.strip("/").count("/")
    return min(0.9, 0.5 + 0.1 * depth)


def _score_priors(
    subjects: Iterable[Subject], scores: dict[str, float], why: dict[str, list[str]]
) -> None:
    newest = max((s.recorded for s in subjects), default="")
    for subject in subjects:
        prior = KIND_PRIOR.get(subject.kind, 0.7)
        scores[subject.id] = prior + 0.2 * (subject.recorded == newest)
        why[subject.id].append(f"kind: {subject.kind}")
