"""A memory for the last names alone, so that a log of any length is read in the same space."""

from __future__ import annotations

from typing import Generic, TypeVar

V = TypeVar("V")


class Recent(Generic[V]):
    """A mapping that holds the last `most` entries at the least, twice as many at the most.

    Two generations: to drop a dict's oldest entry one by one takes a walk over all that were
    dropped before it.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._young: dict[str, V] = {}
        self._old: dict[str, V] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._young or name in self._old

    def __setitem__(self, name: str, value: V) -> None:
        self._young[name] = value
        if len(self._young) >= self._most:
            self._old, self._young = self._young, {}

    def get(self, name: str) -> V | None:
        """The entry, or None when it is not there any more."""
        found = self._young.get(name)
        return self._old.get(name) if found is None else found

    def pop(self, name: str) -> V | None:
        """As `get`, and forget it."""
        old = self._old.pop(name, None)
        return self._young.pop(name, old)
