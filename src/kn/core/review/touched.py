"""Items that a change of the code may have made untrue."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kn.core.context.analysis import Stem, split_terms
from kn.core.review.code import CodeChange, is_made
from kn.core.review.sheet import Sheet, precision

RARE = 0.02
"""A word that more of the items use says little of one (a guess)."""
EVERYWHERE = 0.3
"""A word in more of the changed files is what the whole change is about (a guess)."""
ENOUGH = 3
"""So many rare words that an item and the changed lines of one file share, one of them in lines
that went, make it worth a look where its scope is a folder; one does where it is that file.
Measured on this project's own history: with two words of the added lines every second change
asked whether its conventions still hold."""
MOST_LINES = 20_000
"""Changed lines whose words are looked at."""


class Question(NamedTuple):
    """An item to look at again: is it still true?"""

    sheet: Sheet
    paths: tuple[str, ...]
    """What the change touches of it, the weightiest first."""
    line: int
    """In the first of them."""
    why: str
    strong: bool
    """Whether a reviewer should be asked without having asked for everything."""
    score: float


def find_touched(
    sheets: Sequence[Sheet], changes: Sequence[CodeChange], fresh: Mapping[str, str], stem: Stem
) -> list[Question]:
    """The items whose anchors or scope the change touches, weightiest first.

    Args:
        sheets: The current items that the change itself leaves as they are.
        changes: The code's.
        fresh: Path -> blob id before the change: an anchor that did not hold before is no news.
        stem: The stemmer.
    """
    changes = [c for c in changes if not is_made(c.path)]
    by_path = {c.path: c for c in changes}
    reached = _reach(sheets, list(by_path))
    words: _Words | None = None
    found = []
    for sheet in sheets:
        anchored = [
            path
            for path, blob in sheet.anchors
            if path in by_path and fresh.get(path, "")[: len(blob)] == blob
        ]
        covered: dict[str, str] = {}
        for glob, pattern in sorted(sheet.scopes, key=lambda scope: precision(scope[0])):
            covered.update(dict.fromkeys(reached[pattern], glob))
        if anchored or covered:
            words = words or _Words(sheets, changes, stem)
            found.append(_ask(sheet, anchored, covered, by_path, words))
    return sorted(found, key=lambda q: (not q.strong, -q.score, q.sheet.id))


def _reach(sheets: Iterable[Sheet], paths: Sequence[str]) -> dict[str, list[str]]:
    """Pattern -> the paths that match it: many items share a scope, and each is tried once."""
    patterns = {pattern for sheet in sheets for _, pattern in sheet.scopes}
    return {p: [path for path in paths if re.match(p, path)] for p in patterns}


def _ask(
    sheet: Sheet,
    anchored: Sequence[str],
    covered: Mapping[str, str],
    by_path: Mapping[str, CodeChange],
    words: _Words,
) -> Question:
    shared = {path: words.shared(sheet, path) for path in {*anchored, *covered}}
    ordered = sorted(
        shared,
        key=lambda p: (
            p not in anchored, -precision(covered.get(p, "**")), -len(shared[p].rare), p
        ),
    )  # fmt: skip
    narrow = max((precision(g) for g in covered.values()), default=0.0)
    strong = bool(anchored)
    if not anchored:
        telling = [p for p in ordered if _tells(shared[p], covered[p])]
        strong = bool(telling)
        ordered = [*telling, *(p for p in ordered if p not in telling)]
    first = by_path[ordered[0]]
    why = f"was verified against {first.path}" if anchored else f"applies to {covered[first.path]}"
    why += ", which is gone" if first.sort == "removed" else ""
    score = 3.0 * bool(anchored) + narrow + 0.3 * min(10, len(shared[first.path].rare))
    return Question(sheet, tuple(ordered), first.first_line, why, strong, round(score, 3))


def _tells(shared: _Shared, glob: str) -> bool:
    """Whether what an item and a file's changed lines have in common is worth a question."""
    if precision(glob) == 1.0:
        return bool(shared.rare)
    return len(shared.rare) >= ENOUGH and bool(shared.rare & shared.gone)


class _Shared(NamedTuple):
    """The rare words that an item has in common with a file's changed lines."""

    rare: frozenset[str]
    gone: frozenset[str]
    """Words of the lines that went."""


class _Words:
    """The words of items and of changed lines, and how common each is among both."""

    def __init__(self, sheets: Sequence[Sheet], changes: Sequence[CodeChange], stem: Stem) -> None:
        self._stem = stem
        self._items = Counter(t for s in sheets for t in frozenset(split_terms(_said(s), stem)))
        self._most = max(2, RARE * len(sheets))
        self._files: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        left = MOST_LINES
        for change in changes:
            came, went = change.added[: max(left, 0)], change.removed[: max(left, 0)]
            left -= len(came) + len(went)
            self._files[change.path] = (self._of(came), self._of(went))
        in_files = Counter(t for came, went in self._files.values() for t in came | went)
        self._common = {t for t, n in in_files.items() if n > max(3, EVERYWHERE * len(changes))}

    def _of(self, lines: Iterable[tuple[int, str]]) -> frozenset[str]:
        return frozenset(t for _, text in lines for t in split_terms(text[:500], self._stem))

    def shared(self, sheet: Sheet, path: str) -> _Shared:
        came, went = self._files.get(path, (frozenset(), frozenset()))
        both = frozenset(split_terms(_said(sheet), self._stem)) & (came | went)
        rare = frozenset(t for t in both if self._items[t] <= self._most and t not in self._common)
        return _Shared(rare, went)


def _said(sheet: Sheet) -> str:
    options = " ".join(option for option, _ in sheet.rejected)
    return f"{sheet.statement} {sheet.because} {options} {' '.join(sheet.tags)}"
