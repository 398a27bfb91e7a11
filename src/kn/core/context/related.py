"""Which code files a task will touch: by words in paths and symbols, by what earlier commits that
were told in the same words changed, by the scopes and anchors of the items that are served, and by
what was changed together with those.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from kn.core.context.analysis import split_terms

SYMBOL = 0.6
"""A word of a symbol counts so much beside one of the path (a guess: files hold many symbols)."""
SCOPE = 0.6
TOUCHED = 0.5
"""What an item that is served says for a file, beside a task all of whose words are in its path
(guesses; `benchmarks/files.py` is where to argue)."""
TOLD = 3.0
"""What the commits say that were told in the task's words, beside the words of a path; measured by
`benchmarks/files.py` on this project's own history: 0 names .17 of the files, 1 .25, 3 .32, 4 .36,
6 .34."""
TOLD_COMMITS = 20
"""So many of the likest commits count; measured, flat to 50."""
MOST_TOLD = 30
"""A commit that changes more files says little of each (a guess)."""
LEAST = 0.35
"""A file with less evidence is not named: better none than a wrong one (a guess)."""
MOST_SYMBOLS = 300
"""Symbols that are read of a file; a guess: generated code has thousands."""

# Compiled when they are needed, which is not when a context is served.
_SYMBOL = (
    r"\b(?:class|def|func|function|fn|struct|enum|trait|interface|type|impl|module|record)\s+"
    r"(?:\([^)\n]{0,60}\)\s*)?([A-Za-z_]\w{2,60})"
)
_NO_CODE = (
    r"(?i)(?:^|/)(?:\.git[^/]*|licen[cs]e[^/]*|changelog[^/]*|[^/]*\.lock|package-lock\.json)$"
    r"|\.(?:png|jpe?g|gif|ico|svg|pdf|zip|gz|woff2?|ttf|mp4|min\.js|map|snap|lock|sum)$"
)


class Files(NamedTuple):
    """The tracked files of a tree, as the task looks for them."""

    paths: list[str]
    words: dict[str, list[int]]
    """Term of a path -> places in `paths`."""
    symbols: dict[str, list[int]]
    """Term of a symbol -> places in `paths`."""
    touched: dict[str, list[int]]
    """Item id -> places of what the commits changed that are its evidence or cite it."""
    told: dict[str, list[int]]
    """Term of a commit's subject -> places in `changes`."""
    changes: list[list[int]]
    """What one commit changed: places in `paths`."""


class Lead(NamedTuple):
    """An item that is served, as far as it leads to files."""

    id: str
    share: float
    """Its score against the best one's, up to 1.0."""
    scopes: Sequence[tuple[str, str]]


class FoundFile(NamedTuple):
    """A file that the task will likely touch, and why."""

    path: str
    score: float
    why: str


def is_code(path: str) -> bool:
    """Whether a task may be about this file at all."""
    return not re.search(_NO_CODE, path)


def find_symbols(text: str) -> list[str]:
    """The names that a source file defines, in any of the usual languages; each once.

    >>> find_symbols("class TokenBucket:\\n    def take(self): ...")
    ['TokenBucket', 'take']
    """
    found = dict.fromkeys(m[1] for m in re.finditer(_SYMBOL, text))
    return list(found)[:MOST_SYMBOLS]


def index_files(
    paths: Sequence[str],
    symbols: Mapping[str, Sequence[str]],
    touched: Mapping[str, Iterable[str]],
    stem: Callable[[str], str],
    told: Iterable[tuple[str, Sequence[str]]] = (),
) -> Files:
    """Make files findable.

    Args:
        paths: Tracked files, without those that no task is about.
        symbols: Path -> the names it defines.
        touched: Item id -> the files of its anchors and commits.
        stem: The stemmer.
        told: Subject and changed paths of earlier commits.
    """
    words: dict[str, list[int]] = defaultdict(list)
    names: dict[str, list[int]] = defaultdict(list)
    place = {path: at for at, path in enumerate(paths)}
    for at, path in enumerate(paths):
        for term in set(split_terms(path, stem)):
            words[term].append(at)
        for term in set(split_terms(" ".join(symbols.get(path, ())), stem)):
            names[term].append(at)
    led = {i: sorted({place[p] for p in found if p in place}) for i, found in touched.items()}
    led = {i: found for i, found in led.items() if found}
    return Files(list(paths), dict(words), dict(names), led, *_index_told(told, place, stem))


def _index_told(
    told: Iterable[tuple[str, Sequence[str]]], place: Mapping[str, int], stem: Callable[[str], str]
) -> tuple[dict[str, list[int]], list[list[int]]]:
    terms: dict[str, list[int]] = defaultdict(list)
    changes: list[list[int]] = []
    for subject, paths in told:
        inside = sorted({place[p] for p in paths if p in place})
        if inside and len(paths) <= MOST_TOLD:
            for term in set(split_terms(subject, stem)):
                terms[term].append(len(changes))
            changes.append(inside)
    return dict(terms), changes


def rank_files(
    files: Files, terms: Mapping[str, float], leads: Sequence[Lead], *, known: Iterable[str] = ()
) -> list[FoundFile]:
    """The files that have evidence for the task, best first; ties by path.

    Args:
        files: As `index_files` made them.
        terms: The task's terms with their weights.
        leads: Items that matter for it, best first.
        known: Paths that the task names itself; they are not found again.
    """
    scores: dict[int, float] = defaultdict(float)
    why: dict[int, dict[str, None]] = defaultdict(dict)
    _score_words(files, terms, scores, why)
    _score_told(files, terms, scores, why)
    for lead in leads:
        _score_lead(files, lead, scores, why)
    hidden = set(known)
    found = [
        FoundFile(files.paths[at], round(score, 3), "; ".join(why[at]))
        for at, score in scores.items()
        if score >= LEAST and files.paths[at] not in hidden
    ]
    return sorted(found, key=lambda f: (-f.score, f.path))


def share_touched(files: Files, paths: Sequence[str]) -> dict[str, float]:
    """Item id -> the share of `paths` that commits about the item changed."""
    wanted = {path: at for at, path in enumerate(files.paths)} if paths else {}
    places = {wanted[p] for p in paths if p in wanted}
    shares = {i: len(places & set(touched)) for i, touched in files.touched.items()}
    return {i: hits / len(paths) for i, hits in shares.items() if hits}


def _score_words(
    files: Files,
    terms: Mapping[str, float],
    scores: dict[int, float],
    why: dict[int, dict[str, None]],
) -> None:
    """Up to 1.0 for a file whose path holds all words; rare words count more."""
    count = len(files.paths)
    weights = {}
    for term, asked in terms.items():
        held = len(files.words.get(term, ())) or len(files.symbols.get(term, ()))
        weights[term] = asked * math.log(1 + (count - held + 0.5) / (held + 0.5)) if count else 0.0
    most = sum(weights.values())
    if not most:
        return
    for term, weight in weights.items():
        in_path = set(files.words.get(term, ()))
        for at in in_path:
            scores[at] += weight / most
        for at in files.symbols.get(term, ()):
            if at not in in_path:
                scores[at] += SYMBOL * weight / most
        for at in {*in_path, *files.symbols.get(term, ())}:
            why[at]["words"] = None


def _score_told(
    files: Files,
    terms: Mapping[str, float],
    scores: dict[int, float],
    why: dict[int, dict[str, None]],
) -> None:
    """What the commits changed whose subjects are likest to the task; rare words count more."""
    count = len(files.changes)
    like: dict[int, float] = defaultdict(float)
    most = 0.0
    for term, asked in terms.items():
        held = files.told.get(term, ())
        weight = asked * math.log(1 + (count - len(held) + 0.5) / (len(held) + 0.5))
        most += weight
        for change in held:
            like[change] += weight
    for share, change in sorted(((-w / most, c) for c, w in like.items()))[:TOLD_COMMITS]:
        places = files.changes[change]
        for at in places:
            scores[at] += TOLD * -share / math.sqrt(len(places))
            why[at]["changed by commits of these words"] = None


def _score_lead(
    files: Files, lead: Lead, scores: dict[int, float], why: dict[int, dict[str, None]]
) -> None:
    for _, pattern in lead.scopes:
        match = re.compile(pattern).match
        places = [at for at, path in enumerate(files.paths) if match(path)]
        if places:
            # A scope of many files says little of each; its words decide between them.
            value = SCOPE * lead.share / math.sqrt(len(places))
            for at in places:
                scores[at] += value
                why[at][f"scope of {lead.id}"] = None
    touched = files.touched.get(lead.id, ())
    for at in touched:
        scores[at] += TOUCHED * lead.share / math.sqrt(len(touched))
        why[at][f"changed with {lead.id}"] = None
