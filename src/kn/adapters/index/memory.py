"""The index without a disk: for tests, and for when there is none to write on."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping

from kn.adapters.index.store import Postings, Terms


class MemoryIndex:
    """An `Index` that lives as long as the object; answers as the one on disk does."""

    def __init__(self) -> None:
        self._versions: dict[str, Terms] = {}

    def missing(self, versions: Iterable[str]) -> list[str]:
        return [version for version in dict.fromkeys(versions) if version not in self._versions]

    def sync(self, add: Mapping[str, Terms], keep: Collection[str] | None = None) -> None:
        for version, terms in add.items():
            self._versions.setdefault(version, dict(terms.items()))

    def search(self, terms: Iterable[str]) -> Postings:
        return {
            term: {
                version: array("f", [held[term]])[0]
                for version, held in self._versions.items()
                if term in held
            }
            for term in terms
        }
