"""From the files that a commit changed to the few globs where its knowledge applies."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kn.core.model import Scope

GLOBS_AT_MOST = 3
"""Paths of a scope that are taken from one source (a guess)."""
_READ_AT_MOST = 2000
"""Paths that are looked at; a commit that changes more is spread all over (a guess)."""

_GENERATED = re.compile(
    r"(?:^|/)(?:[\w.-]*[-.]lock(?:\.\w+)?|[\w-]*lock\.(?:json|ya?ml)|go\.sum|shrinkwrap\.json"
    r"|CHANGELOG[^/]*|CHANGES[^/]*|HISTORY[^/]*|NEWS[^/]*)$",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"(?:^|/)(?:tests?|__tests__|spec|specs|testing|e2e|fixtures|docs?|\.knowledge|changelog\.d)/"
    r"|(?:^|/)(?:test_[^/]*|conftest\.py|[^/]*(?:_test|[._-]spec|\.test)\.\w+)$"
    r"|\.(?:md|rst|adoc)$",
    re.IGNORECASE,
)
_SPECIAL = re.compile(r"[\\*?\[\]!#]")


def scope_of(paths: Sequence[str]) -> Scope:
    """Cover the changed paths with three gitignore-style globs at most, or with none.

    Lock files and changelogs count never, tests and documentation only when nothing else changed.
    One file stands for itself, several for their folders; a change that three folders below the
    root cannot cover is spread all over and says nothing about where its knowledge applies.
    """
    if len(paths) > _READ_AT_MOST:
        return Scope()
    kept = sorted({path for path in paths if path and not _GENERATED.search(path)})
    code = [path for path in kept if not _BESIDE.search(path)] or kept
    if len(code) == 1:
        return Scope(paths=(as_glob(code[0]),))
    groups = {tuple(path.split("/")[:-1]) for path in code}
    while len(groups := _without_nested(groups)) > GLOBS_AT_MOST:
        deepest = max(map(len, groups))
        groups = {folder[:-1] if len(folder) == deepest else folder for folder in groups}
    if not groups or () in groups:
        return Scope(paths=tuple(map(as_glob, code))) if len(code) <= GLOBS_AT_MOST else Scope()
    return Scope(paths=tuple(f"{as_glob('/'.join(folder))}/**" for folder in sorted(groups)))


def _without_nested(folders: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    return {
        folder for folder in folders if not any(folder[:n] in folders for n in range(len(folder)))
    }


def as_glob(path: str) -> str:
    """A path as a glob that matches it alone: gitignore's special characters are escaped."""
    return _SPECIAL.sub(r"\\\g<0>", path)
