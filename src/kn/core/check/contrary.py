"""Contradictions by structure: what one current item rejects is what another one states.

Nothing is understood here: an option's words stand in the other's statement, nobody there says
no to them, both speak of the same place, and they have a topic in common. A person decides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from kn.core.context.analysis import STOP, Stem

MOST_WORDS = 6
"""Words of an option that a statement can be held against; a longer one is a sentence."""

_NO = frozenset(
    "not no never nor neither without avoid avoids avoiding instead rather than over replace "
    "replaces replaced replacing drop drops dropped remove removes removed stop against reject "
    "rejects rejected don't doesn't isn't aren't won't can't cannot from forbid forbids forbidden "
    "ban bans banned deprecate deprecates deprecated unlike versus vs except beyond outside unless "
    "nothing none migrate away abandon abandons rejecting kein keine keinen nicht statt sans pas "
    "sin sem niet geen nie non ni".split()
)
"""Words that turn what stands near them into its opposite."""
_AFTER = frozenset(
    "not never rejected dropped removed deprecated replaced forbidden banned avoided abandoned "
    "isn't aren't won't cannot retired gone nicht wird".split()
)
_CHOOSE = frozenset(
    "use uses using used adopt adopts adopted choose chooses chose chosen pick picked select "
    "selected prefer prefers switch switched move moved go run runs rely relies standardize "
    "standardise build built implement store stored write written keep kept introduce introduced "
    "host deploy deployed migrated verwenden nutzen utiliser usar".split()
)
_EMPTY = frozenset("use new make need set get add way approach option solution based via".split())
_LEADING = frozenset("a an the to just use adopt choos pick go with".split())
"""Stems with which an option may begin without another meaning."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


class Stand(NamedTuple):
    """A current item, as far as it can contradict another."""

    id: str
    statement: str
    options: tuple[str, ...]
    paths: tuple[str, ...]
    tags: tuple[str, ...]
    linked: frozenset[str]
    """Ids that it names, or that name it: whoever linked them has seen both."""


class Contrary(NamedTuple):
    """`by` states what `id` rejects."""

    id: str
    option: str
    by: str


def find_contrary(stands: Sequence[Stand], stem: Stem) -> Iterator[Contrary]:
    """Every pair of which one states an option that the other rejects.

    Args:
        stands: Current decisions and conventions.
        stem: Word -> stem.
    """
    spoken = [_stems(s.statement, stem) for s in stands]
    holders: dict[str, list[int]] = defaultdict(list)
    for at, stems in enumerate(spoken):
        for term in set(stems):
            holders[term].append(at)
    for at, one in enumerate(stands):
        for option in one.options:
            asked = _phrase(option, stem)
            if not asked or _find(spoken[at], asked) >= 0:
                continue
            rarest = min(asked, key=lambda term: len(holders.get(term, ())))
            for other in holders.get(rarest, ()):
                if other != at and _states(one, stands[other], spoken[at], spoken[other], asked):
                    yield Contrary(one.id, option, stands[other].id)


@lru_cache(maxsize=65_536)
def _stem_word(word: str, stem: Stem) -> str:
    return stem(word)


def _stems(text: str, stem: Stem) -> list[str]:
    words = (w.lower().replace("’", "'") for w in _WORD.findall(text))
    return [w if w in _NO or w in _AFTER or w in STOP else _stem_word(w, stem) for w in words]


def _phrase(option: str, stem: Stem) -> list[str]:
    """The words of an option that must stand together; none when it is a sentence, or says no.

    What stands behind it, in brackets or after a colon, explains it.
    """
    plain = re.sub(r"\s\([^()]*\)$", "", option.strip().strip("\"'`*").strip())
    head = re.split(r"[:;]|\s[-–—]\s", plain)[0]
    stems = [] if re.search(r"[,()]", head) else _stems(head, stem)
    while stems and stems[0] in _LEADING:
        stems = stems[1:]
    if not stems or len(stems) > MOST_WORDS or set(stems) & _NO:
        return []
    telling = [s for s in stems if s not in STOP and s not in _EMPTY and not s.isdigit()]
    return stems if telling and (len(telling) > 1 or len(telling[0]) > 2) else []


def _find(stems: list[str], asked: list[str]) -> int:
    for at in range(len(stems) - len(asked) + 1):
        if stems[at : at + len(asked)] == asked:
            return at
    return -1


def _states(one: Stand, other: Stand, mine: list[str], theirs: list[str], asked: list[str]) -> bool:
    """Whether `other` says yes to what `one` rejects, of the same place and topic."""
    if other.id in one.linked or one.id in other.linked:
        return False
    at = _find(theirs, asked)
    if at < 0 or set(theirs[max(0, at - 6) : at]) & _NO:
        return False
    if set(theirs[at + len(asked) : at + len(asked) + 3]) & _AFTER:
        return False
    if not overlap(one.paths, other.paths):
        return False
    topic = _topic(mine, asked) | {t.lower() for t in one.tags}
    shared = topic & (_topic(theirs, asked) | {t.lower() for t in other.tags})
    chosen = bool(set(theirs[max(0, at - 6) : at]) & _CHOOSE)
    needed = 1 if chosen and one.paths and other.paths else 2
    return len(shared) >= needed and (chosen or len(shared) * 2 >= len(_topic(theirs, asked)))


def _topic(stems: list[str], asked: list[str]) -> set[str]:
    left = set(stems) - set(asked) - _NO - _CHOOSE - _EMPTY - STOP
    return {s for s in left if len(s) > 2 and not s.isdigit()}


def overlap(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two scopes may have a file in common; an empty one has all files.

    >>> overlap(["src/a/**"], ["src/a/b.py"]), overlap(["src/a/**"], ["src/b/**"])
    (True, False)
    """
    if not one or not other:
        return True
    heads = [_head(glob) for glob in other]
    return any(
        h[: len(mine)] == mine[: len(h)] for mine in (_head(glob) for glob in one) for h in heads
    )


def _head(glob: str) -> list[str]:
    """The folders of a glob before its first wildcard; none when it holds anywhere."""
    parts = glob.strip("/").split("/")
    if len(parts) == 1 and not glob.startswith("/"):
        return []
    fixed = []
    for part in parts:
        if set(part) & set("*?["):
            break
        fixed.append(part)
    return fixed
