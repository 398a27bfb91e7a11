"""What a review needs to know of an item, and all items of one tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from kn.core.model import Item
from kn.core.view import Currency, Links, judge


class Sheet(NamedTuple):
    """An item, as far as a review looks at it; plain values, that a file can keep."""

    id: str
    kind: str
    status: str
    statement: str
    because: str
    rejected: tuple[tuple[str, str], ...]
    """Option and reason."""
    scopes: tuple[tuple[str, str], ...]
    """Glob and the regular expression it stands for."""
    tags: tuple[str, ...]
    supersedes: tuple[str, ...]
    superseded_by: tuple[str, ...]
    amends: tuple[str, ...]
    relates: tuple[str, ...]
    valid_until: str
    recorded: str
    anchors: tuple[tuple[str, str], ...]
    people: tuple[str, ...]
    """Who owns (of an owner), else who decided."""
    evidence: tuple[tuple[str, str, str, str], ...]
    """Commit, session, document, quote."""
    document: str
    retired_because: str

    @property
    def links(self) -> Links:
        return Links(
            self.id, self.status, self.supersedes, self.superseded_by, self.amends, self.relates,
            self.valid_until,
        )  # fmt: skip

    def covers(self, path: str) -> str:
        """The narrowest of its globs that the path matches; empty for none."""
        found = [glob for glob, pattern in self.scopes if _compiled(pattern).match(path)]
        return max(found, key=precision, default="")


def widen(sheet: Sheet, newer: Sheet | None) -> Sheet:
    """The item as it was, applying wherever it applies before or after the change."""
    if newer is None or not sheet.scopes:
        return sheet
    return sheet._replace(scopes=(*sheet.scopes, *newer.scopes) if newer.scopes else ())


@lru_cache(maxsize=16_384)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def precision(glob: str) -> float:
    """1.0 for one file, less for a wide pattern: a rule for all says little of one (a guess)."""
    if "*" not in glob and "?" not in glob and not glob.endswith("/"):
        return 1.0
    depth = glob.strip("/").removesuffix("**").strip("/").count("/")
    return min(0.9, 0.3 + 0.2 * depth) if re.search(r"[^*/]", glob) else 0.1


def make_sheet(item: Item, compile_glob: Callable[[str], str]) -> Sheet:
    """The sheet of an item."""
    who = item.own.get("who", item.deciders)
    return Sheet(
        item.id, item.kind, item.status, item.statement, item.because,
        tuple((r.option, r.because) for r in item.rejected),
        tuple((glob, compile_glob(glob)) for glob in item.scope.paths), item.scope.tags,
        item.supersedes, item.superseded_by, item.amends, item.relates, item.valid_until,
        item.recorded, tuple(item.verified.anchors.items()) if item.verified else (),
        tuple(str(w) for w in who) if isinstance(who, (tuple, list)) else (),
        tuple((e.commit, e.session, e.document, e.quote) for e in item.evidence), item.document,
        item.retired_because,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tree:
    """The items of one tree, and how each stands."""

    by_path: Mapping[str, Sheet]
    by_id: Mapping[str, Sheet]
    path_of: Mapping[str, str]
    currency: Currency
    names: frozenset[str]
    """Every path of the tree below the knowledge folder, whatever it is."""

    @property
    def current(self) -> list[Sheet]:
        return [s for i, s in self.by_id.items() if self.currency.standing[i] == "current"]

    def standing(self, item_id: str) -> str:
        """How the item stands; empty when it is not there."""
        return self.currency.standing.get(item_id, "")


def make_tree(by_path: Mapping[str, Sheet], names: Iterable[str], today: str) -> Tree:
    """All items of a tree, judged; of two files with one id the first counts."""
    by_id: dict[str, Sheet] = {}
    path_of: dict[str, str] = {}
    for path in sorted(by_path):
        sheet = by_path[path]
        by_id.setdefault(sheet.id, sheet)
        path_of.setdefault(sheet.id, path)
    currency = judge((s.links for s in by_id.values()), today)
    return Tree(by_path, by_id, path_of, currency, frozenset(names))
