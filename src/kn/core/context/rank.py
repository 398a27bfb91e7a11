"""How much an item of the view matters for this task: the one scoring function.

Evidence adds up: the task's words in what an item says and in what it is called (BM25 over the
terms of `kn.core.context.analysis`, with document frequencies counted in the view alone), the
scope of the item against the files of the task, what the best of these lead to, and, where
nothing was asked, the kind and the age of the item.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from kn.core.context.analysis import NAME, Query

Postings = Mapping[str, Mapping[str, float]]
"""Term -> version -> weight."""

# Where "measured" stands, `benchmarks/ranking.py` is the measure, and both halves of its records
# agree. What was tried and helped on neither, or only within the noise: phrases, passages, the
# share of words matched, expansion by the best items' words, age, length, how often an item is
# named, other stemmers, sections left out, words of the scope or of the heading weighed apart.
K_TEXT = 2.0
"""Saturation of a term's weight in what an item says; measured, flat from 1.5 to 3."""
K_NAME = 1.0
"""The same in a name; measured, flat from 0.5 to 2."""
NAMED = 0.6
"""A word of the name counts so much beside the same word in the text; measured, flat to 1."""
LEADS = 0.2
"""What an item passes on to those it leads to; measured. They share it, by the root of their
number, so that an index of everything says little of each."""
LEADERS = 30
"""So many of the best items pass on; measured, flat from 15 to 100."""
SCOPE_GIVEN = 6.0
"""A file that was named lies in the item's scope: as much as two rare words (a guess)."""
SCOPE_CHANGED = 2.0
"""A file that this branch changes lies in the item's scope (a guess: it was not asked about)."""
BRANCH_WORDS = 0.3
"""Words of the branch's name and commits count so much of the task's own (a guess)."""
CITED = 3.0
"""Commits that changed the task's files are its evidence or cite it: half a scope that somebody
wrote down (a guess: the development records come without their history)."""
NEEDS_VERIFICATION = 0.85
"""Factor for an item whose anchors changed: still likely true, but behind its equals (a guess)."""
TAIL = 0.05
"""Items below this share of the best score are noise, not context; measured: at 0.12 recall in
2,000 tokens is 0.005 lower."""
LEAST_SHARE = 0.12
"""The best item must have this share of what the rarest words of the task could score in a text;
words that nothing holds count, or every task that shares one common word would get an answer.
Measured: at 0.12 one task in a hundred loses its answer, and half of other projects' get none."""
FEW = 5
"""Of fewer items nobody can tell which words are common: an only item would hold no word that is
rare, and a task that shares two of its five words got nothing. Measured with 1, 3 and 6 items; at
20 it is the same."""
RAREST = 10
"""So many words are asked of an item; no item holds most words of a long task."""
KIND_PRIOR = {"convention": 1.0, "gotcha": 0.9, "decision": 0.8, "incident": 0.6, "owner": 0.5}
"""Order of kinds when nothing was asked: what holds always comes first (a guess)."""
EXPLAINED = 100
"""So many of the best items come with reasons; more is never shown."""


class Subject(NamedTuple):
    """What ranking needs to know of a current item."""

    id: str
    kind: str
    version: str
    recorded: str
    scopes: tuple[tuple[str, str], ...]
    """Glob and the regular expression it stands for."""
    needs_verification: bool
    leads_to: tuple[str, ...] = ()
    """Ids of the items that this one names, or that are related to it."""
    place: int = 0
    """Where the caller keeps the rest of it."""


class Ranked(NamedTuple):
    """An item with its score and the reasons for it (of the best `EXPLAINED`)."""

    id: str
    score: float
    why: tuple[str, ...]


class Task(NamedTuple):
    """What is asked: words, files that were named, and what the branch is about."""

    query: Query
    files: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    branch: Query | None = None
    cited: Mapping[str, float] = {}
    """Item id -> share, up to 1.0, of the task's files that commits about the item changed."""

    @property
    def lookups(self) -> list[str]:
        """The terms whose postings ranking needs."""
        branch = self.branch.lookups if self.branch else []
        return list(dict.fromkeys((*self.query.lookups, *branch)))


Plain = tuple[Any, ...]
"""The values of a `Subject`, in its order: to make ten thousand of those takes as long as to score
the thousands that hold a word of the task."""


def rank(subjects: Sequence[Plain], postings: Postings, task: Task) -> list[Ranked]:
    """The items that have evidence for the task, as `rank_best` ranks them."""
    return rank_best(subjects, postings, task, len(subjects))[0]


def rank_best(
    subjects: Sequence[Plain], postings: Postings, task: Task, most: int
) -> tuple[list[Ranked], int]:
    """The items that have evidence for the task, best first; ties by id, so always the same.

    With neither words nor files nor a branch, every item is ranked by kind and age.

    Args:
        subjects: The items, each id once; or their plain values.
        postings: Of `task.lookups`; versions that no subject has count for nothing.
        task: What is asked.
        most: So many are wanted.

    Returns:
        At most `most` items, and how many more there are.
    """
    asked = [(task.query, 1.0, "words")]
    if task.branch is not None:
        asked.append((task.branch, BRANCH_WORDS, "branch"))
    scores, matches = _score_words(subjects, postings, asked)
    why: dict[str, list[str]] = defaultdict(list)
    _score_scopes(subjects, task.files, SCOPE_GIVEN, scores, why)
    _score_scopes(subjects, task.changed, SCOPE_CHANGED, scores, why)
    by_id = {s[0]: s for s in subjects}
    _score_citations(by_id, task.cited, scores, why)
    _pass_on(by_id, scores, why)
    if not (task.query.terms or task.files or task.changed or (task.branch and task.branch.terms)):
        _score_priors(subjects, scores, why)
    for item_id in [i for i in scores if by_id[i][5]]:
        scores[item_id] *= NEEDS_VERIFICATION
    least = TAIL * max(scores.values(), default=0.0)
    kept = {i: score for i, score in scores.items() if score > 0 and score >= least}
    best = [
        Ranked(i, round(score, 3), (*_reasons(by_id[i][2], matches), *why[i]))
        if place < EXPLAINED
        else Ranked(i, round(score, 3), ())
        for place, (i, score) in enumerate(_best(kept, most))
    ]
    return best, len(kept) - len(best)


def _best(scores: Mapping[str, float], most: int) -> list[tuple[str, float]]:
    """The `most` highest scores; of thousands, without putting all in order."""
    least = min(sorted(scores.values(), reverse=True)[:most], default=0.0)
    found = [(i, score) for i, score in scores.items() if score >= least]
    return sorted(found, key=lambda one: (-one[1], one[0]))[:most]


class _Match(NamedTuple):
    """A term of the task that some item holds."""

    label: str
    word: str
    parts: dict[str, float]
    """Version -> what it scores by this term."""


def _score_words(
    subjects: Sequence[Plain], postings: Postings, asked: Iterable[tuple[Query, float, str]]
) -> tuple[dict[str, float], list[_Match]]:
    """BM25 scores by id, and what made them; none when not even the best item holds enough."""
    ids = {s[2]: s[0] for s in subjects}
    totals: dict[str, float] = {}
    matches: list[_Match] = []
    worths: list[float] = []
    for query, factor, label in asked:
        for term, weight in query.terms.items():
            parts: dict[str, float] = {}
            for key, worth, k in ((term, 1.0, K_TEXT), (NAME + term, NAMED, K_NAME)):
                held = postings.get(key, {})
                if not held.keys() <= ids.keys():
                    held = {v: w for v, w in held.items() if v in ids}
                size = max(len(ids), FEW)
                idf = math.log(1 + (size - len(held) + 0.5) / (len(held) + 0.5))
                rate = worth * factor * weight * idf
                if key == term:
                    worths.append(rate)
                _add(parts, {version: rate * tf / (k + tf) for version, tf in held.items()})
            _add(totals, parts)
            matches.append(_Match(label, query.words.get(term, term), parts))
    most = sum(sorted(worths)[-RAREST:])
    if max(totals.values(), default=0.0) < LEAST_SHARE * most:
        return defaultdict(float), []
    scores: dict[str, float] = defaultdict(float)
    scores.update((ids[version], total) for version, total in totals.items())
    return scores, matches


def _add(to: dict[str, float], more: dict[str, float]) -> None:
    if to:
        for key, value in more.items():
            to[key] = to.get(key, 0.0) + value
    else:
        to.update(more)


def _reasons(version: str, matches: Sequence[_Match]) -> list[str]:
    """The words that an item was found by, the weightiest first."""
    reasons = []
    for label in ("words", "branch"):
        parts = [
            (m.parts[version], m.word) for m in matches if m.label == label and version in m.parts
        ]
        if parts:
            words = dict.fromkeys(word for _, word in sorted(parts, reverse=True)[:5])
            reasons.append(f"{label}: {', '.join(words)}")
    return reasons


def _pass_on(
    by_id: Mapping[str, Plain], scores: dict[str, float], why: dict[str, list[str]]
) -> None:
    """Items that the best ones lead to get a part of their score: what a match builds on, or what
    changes a part of it, matters too, in whatever words it is written."""
    leaders = _best(scores, LEADERS)
    passed: dict[str, float] = defaultdict(float)
    for leader, score in leaders:
        onward = [i for i in Subject._make(by_id[leader]).leads_to if i in by_id]
        for item_id in onward:
            if item_id not in passed:
                why[item_id].append(f"named by: {leader}")
            passed[item_id] += LEADS * score / math.sqrt(len(onward))
    for item_id, score in passed.items():
        scores[item_id] += score


def _score_scopes(
    subjects: Iterable[Plain],
    files: Sequence[str],
    weight: float,
    scores: dict[str, float],
    why: dict[str, list[str]],
) -> None:
    if not files:
        return
    matcher = _Matcher()
    for subject in map(Subject._make, subjects):
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


def _score_citations(
    by_id: Mapping[str, Plain],
    cited: Mapping[str, float],
    scores: dict[str, float],
    why: dict[str, list[str]],
) -> None:
    if not cited:
        return
    for item_id, share in cited.items():
        if item_id in by_id:
            scores[item_id] += CITED * share
            why[item_id].append("commits about it changed these files")


def _score_priors(
    subjects: Iterable[Plain], scores: dict[str, float], why: dict[str, list[str]]
) -> None:
    newest = max((s[3] for s in subjects), default="")
    for subject in map(Subject._make, subjects):
        prior = KIND_PRIOR.get(subject.kind, 0.7)
        scores[subject.id] = prior + 0.2 * (subject.recorded == newest)
        why[subject.id].append(f"kind: {subject.kind}")
