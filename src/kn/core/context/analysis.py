"""Text -> weighted terms: what an item is found by, and what a task asks for.

An item is found in two ways: by what it says, and by what it is called. What it says is all its
fields folded into one weight a term, BM25F's pseudo-frequency (Robertson, Zaragoza, Taylor 2004),
with fixed pivots for the lengths, so that an item's terms depend on the item alone and the same
view gives the same answer whatever else the index holds. What it is called are the words of its
name, kept as terms of their own, because a word that many items use may name only one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import chain, repeat
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kn.core.model import Item

Stem = Callable[[str], str]

MOST_TEXT = 65_536
"""Characters of a document that are indexed; a guess: ten times a long decision record."""
NAME = "="
"""Stands before a term of an item's name; no word holds it."""


class FieldWeight(NamedTuple):
    """How much a field counts, how long it usually is (words), and how far length dampens it."""

    weight: float
    pivot: float
    b: float


WEIGHTS: Mapping[str, FieldWeight] = {
    "statement": FieldWeight(2.0, 20, 0.3),
    "because": FieldWeight(2.0, 20, 0.3),
    "own": FieldWeight(2.0, 20, 0.3),
    "rejected": FieldWeight(1.0, 15, 0.5),
    "tags": FieldWeight(2.0, 4, 0.0),
    "paths": FieldWeight(1.0, 8, 0.0),
    "details": FieldWeight(1.0, 100, 0.75),
    "document": FieldWeight(1.0, 900, 0.75),
    NAME: FieldWeight(1.0, 8, 0.3),
}
"""What `benchmarks/ranking.py` measures is the document, its pivot (flat from 600 to 1,500) and
damping (flat from 0.5 to 1), and the name. Beside a document an item's own fields are measured
to matter little; without one they are all there is, and one mention must be enough to be found
by: they count twice."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\dA-Za-z_]+")
_JOINED = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]+(?:[_\-./:][A-Za-z0-9]+)+")

_COMMIT_TYPE = re.compile(
    r"\b(?:build|chore|ci|docs?|feat|fix|perf|refactor|revert|style|tests?)"
    r"(?:\(([^()]{0,80})\))?!?:(?=\s|$)"
)
"""The types of Conventional Commits 1.0 and of the Angular convention it names."""

STOP = frozenset(
    "a about above after all also am an and any are as at be because been before being below "
    "between both but by can could did do does doing down during each few for from further had "
    "has have having he her here hers him his how i if in into is it its itself just let me more "
    "most my no nor not now of off on once only or other our ours out over own same she should so "
    "some such than that the their them then there these they this those through to too under "
    "until up us very was we were what when where which while who whom why will with would you "
    "your".split()
)


def split_words(text: str) -> Iterator[str]:
    """The words of a text in lower case; identifiers come whole and in their parts.

    >>> list(split_words("the TurnAppender of thread_id"))
    ['the', 'turnappender', 'turn', 'appender', 'of', 'thread', 'id', 'threadid']
    """
    for match in _WORD.findall(text):
        yield from _parts_of(match)
    yield from _joined(text)


def _parts_of(match: str) -> tuple[str, ...]:
    word = match.replace("’", "'").removesuffix("'s").replace("'", "")
    if not word.islower() and not word.isdigit():
        parts = _PARTS.findall(word)
        return (word.lower(), *(p.lower() for p in parts if len(parts) > 1))
    if not word.isalpha() and not word.isdigit():
        return (word, *(p for p in _PARTS.findall(word) if len(p) > 1))
    return (word,)


def _joined(text: str) -> Iterator[str]:
    for match in _JOINED.findall(text):
        if "_" in match or "-" in match:
            yield re.sub(r"[_\-./:]", "", match).lower()


def split_terms(text: str, stem: Stem) -> Iterator[str]:
    """The terms of a text: words without the empty ones, stemmed."""
    words = chain.from_iterable(map(_terms_of, _WORD.findall(text), repeat(stem)))
    if "_" in text or "-" in text:
        return chain(words, map(stem, filter(_tells, _joined(text))))
    return words


@lru_cache(maxsize=65_536)
def _terms_of(match: str, stem: Stem) -> tuple[str, ...]:
    # Kept, because texts repeat their words.
    return tuple(map(stem, filter(_tells, _parts_of(match))))


def _tells(word: str) -> bool:
    return word not in STOP and len(word) < 60 and (len(word) > 1 or not word.isascii())


def weigh_item(item: Item, stem: Stem, *, document: str = "") -> dict[str, float]:
    """Every term of an item with its weight; those of its name a second time, after `NAME`.

    Args:
        item: The item.
        stem: Word -> stem, for lower-case words.
        document: The text that `item.document` names, empty when there is none.
    """
    body = document[:MOST_TEXT]
    own = [v for v in item.own.values() if isinstance(v, str)]
    own += [
        w
        for v in item.own.values()
        if isinstance(v, (tuple, list))
        for w in v
        if isinstance(w, str)
    ]
    texts = {
        "statement": item.statement,
        "because": item.because,
        "own": " ".join(own),
        "rejected": " ".join(f"{r.option} {r.because}" for r in item.rejected),
        "tags": " ".join((*item.scope.tags, item.kind)),
        "paths": " ".join(item.scope.paths),
        "details": item.details,
        "document": f"{_stem_of(item.document)} {body}",
    }
    total: dict[str, float] = defaultdict(float)
    counted: dict[str, Counter[str]] = {}
    for name, text in texts.items():
        if text.strip():
            counted[text] = Counter(split_terms(text, stem))
            _add_field(total, WEIGHTS[name], counted[text])
    called_so = _name_of(item, body)
    called = counted.get(called_so) or Counter(split_terms(called_so, stem))
    _add_field(total, WEIGHTS[NAME], {NAME + term: times for term, times in called.items()})
    return {term: round(weight, 3) for term, weight in total.items()}


def _name_of(item: Item, document: str) -> str:
    """What people call an item: the title of the record that it was taken from, or its statement.

    A record's statement is one of its sentences, picked by kn; its title is its authors' choice.
    """
    if item.document and any(e.document == item.document for e in item.evidence):
        title = re.search(r"^#[ \t]+(.+)$", document, re.MULTILINE)
        if title:
            return f"{title[1]} {_stem_of(item.document)}"
    return item.statement


def _add_field(total: dict[str, float], field: FieldWeight, counted: Mapping[str, int]) -> None:
    damp = 1 - field.b + field.b * sum(counted.values()) / field.pivot
    for term, times in counted.items():
        total[term] += field.weight * times / damp


def _stem_of(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


class Query(NamedTuple):
    """What a task asks for: terms with their weight, and the word that people know each by."""

    terms: Mapping[str, float]
    words: Mapping[str, str]

    @property
    def lookups(self) -> list[str]:
        """What the index is asked for: each term, and each as part of a name."""
        return [*self.terms, *(NAME + term for term in self.terms)]


def weigh_task(text: str, stem: Stem) -> Query:
    """The terms of a task, each weighed by how often it is asked for, dampened.

    What kind of commit it is says nothing of what it is about: `fix(gateway):` asks for the
    gateway alone.

    >>> dict(weigh_task("Caching, cached caches", lambda w: w[:4]).terms)
    {'cach': 1.4}
    """
    text = _COMMIT_TYPE.sub(r" \1 ", text[:MOST_TEXT])
    counted: Counter[str] = Counter()
    words: dict[str, str] = {}
    for word in split_words(text):
        for term in split_terms(word, stem):
            counted[term] += 1
            words.setdefault(term, word)
    return Query({term: 1.0 + 0.2 * min(n - 1, 3) for term, n in counted.items()}, words)
