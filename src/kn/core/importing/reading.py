"""What a reader of foreign notes is given, and what it gives back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from kn.core.candidate import Candidate
from kn.core.capture.scope import GLOBS_AT_MOST, as_glob
from kn.core.model import Evidence, Scope

_TOKEN = re.compile(
    r"`([^`\s]{2,120})`|(?<![\w@:/.-])((?:[\w.@*-]+/)+[\w.*-]*|[\w-]+\.[a-z]{1,5})\b"
)

Match = Callable[[str], Callable[[str], object]]
"""A gitignore-style pattern -> whether a path matches it."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file of notes, without secrets."""

    name: str
    """Relative to the repository's root, or to the folder that was named when it is elsewhere."""
    text: str
    folder: str = ""
    """The folder that the whole file speaks of, as `src/gateway` of `src/gateway/AGENTS.md`."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A passage that proposes nothing, and why."""

    source: str
    line: int
    because: str

    @property
    def place(self) -> str:
        return f"{self.source}:{self.line}" if self.line else self.source


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate with its line, and the quotes of what it replaces in the tool it comes from."""

    candidate: Candidate
    line: int
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one file gave."""

    proposals: tuple[Proposal, ...] = ()
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a reader may know of the repository, as values."""

    count: Callable[[str], int]
    """cl100k tokens of a text."""
    match: Match
    files: frozenset[str] = frozenset()
    """Paths of the files in the repository."""
    folders: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    """A file's bare name -> its path, where only one file is called so."""

    def scope_of(self, text: str, folder: str = "", tags: Iterable[str] = ()) -> Scope:
        """The files and folders that a text names and that are there; else `folder`."""
        found: dict[str, None] = {}
        for match in _TOKEN.finditer(text):
            if glob := self._glob(match[1] or match[2], folder):
                found[glob] = None
        paths = tuple(found) if 0 < len(found) <= GLOBS_AT_MOST else ()
        if not paths and folder:
            paths = (f"{as_glob(folder)}/**",)
        return Scope(paths, tuple(dict.fromkeys(tags)))

    def _glob(self, token: str, folder: str) -> str:
        token = token.strip("'\"(),;:").removeprefix("./").rstrip(".")
        bare = token.strip("/")
        if not bare or bare == "**" or ".." in bare.split("/"):
            return ""
        if "*" in bare:
            matches = self.match(bare)
            return bare if any(matches(path) for path in self.files) else ""
        for path in (f"{folder}/{bare}", bare) if folder else (bare,):
            if path in self.files:
                return as_glob(path)
            if path in self.folders and ("/" in token or path != bare):
                return f"{as_glob(path)}/**"
        if "/" not in bare and "." in bare:
            return as_glob(self.names.get(bare, ""))
        return ""


def surroundings(count: Callable[[str], int], match: Match, files: Iterable[str]) -> Surroundings:
    """The surroundings in a repository that holds `files`."""
    known = frozenset(files)
    folders = {path.rsplit("/", n)[0] for path in known for n in range(1, path.count("/") + 1)}
    names: dict[str, list[str]] = {}
    for path in known:
        names.setdefault(path.rpartition("/")[2], []).append(path)
    alone = {name: paths[0] for name, paths in names.items() if len(paths) == 1}
    return Surroundings(count, match, known, frozenset(folders), alone)


def evidence_of(source: Source, quote: str) -> tuple[Evidence, ...]:
    """Where a passage stands, in its own words."""
    return (Evidence(document=source.name, quote=quote),)
