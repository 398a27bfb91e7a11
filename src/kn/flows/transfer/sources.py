"""The files of a format: found, read without leaving the repository, each once."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kn.adapters import agentlogs, files, git
from kn.core.importing import Format, Skipped, Source, imports_in
from kn.errors import KnError
from kn.flows.knowledge import Knowledge
from kn.flows.views.shelve import compile_glob

MOST_BYTES = 4_000_000
"""Of a file of notes; a guess, far above what any agent loads."""
MOST_IMPORTS = 5
"""Levels of `@import` that are followed, as Claude Code documents for itself."""
ENDINGS = (".md", ".mdc", ".markdown", ".jsonl", ".txt")


@dataclass(frozen=True, slots=True)
class Found:
    """A file of notes, with the blob id of its content."""

    source: Source
    blob: str


def match_glob(glob: str) -> Callable[[str], object]:
    """Whether a path matches a gitignore-style pattern."""
    return re.compile(compile_glob(glob)).match


def find_notes(
    knowledge: Knowledge, form: Format, tracked: Sequence[str], environment: Mapping[str, str]
) -> list[Path]:
    """Where the files of a format lie, when nobody names a path."""
    if form.name == "claude-memory":
        return _memory_folders(knowledge, environment)
    top, folder = knowledge.top, f"{knowledge.folder}/"
    own = [p for p in tracked if not p.startswith(folder) and os.path.lexists(top / p)]
    found: dict[str, None] = {}
    for place in form.places:
        matches = match_glob(place)
        here = [p for p in own if matches(p)]
        found.update(dict.fromkeys(here))
        if here and form.first:
            break
    # git may ignore what is a person's own, as CLAUDE.local.md
    for place in form.places:
        if "*" not in place and (top / place.strip("/")).is_file():
            found.setdefault(place.strip("/"))
    return [top / path for path in found]


def _memory_folders(knowledge: Knowledge, environment: Mapping[str, str]) -> list[Path]:
    folder = agentlogs.claude_memory(knowledge.top, environment)
    return [folder] if folder is not None else []


class Reader:
    """Reads files of notes: each once however many names lead to it, and none outside."""

    def __init__(
        self,
        knowledge: Knowledge,
        form: Format,
        redact: Callable[[str], str],
        seen: dict[Path, str],
    ) -> None:
        self._knowledge, self._form, self._redact = knowledge, form, redact
        self._top = knowledge.top.resolve()
        self._seen = seen
        """Real path -> the name under which it was read, whatever the format."""
        self.found: list[Found] = []
        self.skipped: list[Skipped] = []

    def read(self, path: Path, base: Path) -> None:
        """Read a file, or every file of notes below a folder.

        Raises:
            KnError: There is nothing of that name.
        """
        if path.is_dir():
            for one in sorted(path.rglob("*")):
                inner = one.relative_to(path).parts
                wanted = one.suffix.lower() in ENDINGS or one.name in ("CODEOWNERS",)
                if wanted and not one.is_dir() and ".git" not in inner:
                    self._take(one, path, 0)
        elif path.exists() or path.is_symlink():
            self._take(path, base, 0)
        else:
            raise KnError(f"There is nothing at {path}.")

    def _take(self, path: Path, base: Path, depth: int) -> None:
        name = self._name(path, base)
        real = Path(os.path.realpath(path))
        if path.is_symlink() and not real.is_relative_to(self._top):
            self._skip(name, 0, "a link that leads out of the repository")
            return
        if real in self._seen:
            if path.is_symlink() or depth == 0:
                self._skip(name, 0, f"the same file as {self._seen[real]}")
            return
        try:
            raw = files.read_regular(real, most=MOST_BYTES)
        except FileNotFoundError:
            self._skip(name, 0, "a link to nothing" if path.is_symlink() else "is gone")
            return
        except KnError as error:
            self._skip(name, 0, str(error))
            return
        self._seen[real] = name
        text = self._redact(raw.decode("utf-8", "replace"))
        algorithm = "sha256" if len(self._knowledge.probe.head) == 64 else "sha1"
        blob = git.hash_object(raw.replace(b"\r\n", b"\n"), algorithm=algorithm)
        self.found.append(Found(Source(name, text, self._folder(name)), blob))
        if self._form.imports:
            self._follow(text, real, name, depth)

    def _follow(self, text: str, path: Path, name: str, depth: int) -> None:
        for line, given in imports_in(text):
            target = Path(os.path.realpath(path.parent / given))
            if given.startswith("~") or not target.is_relative_to(self._top):
                self._skip(name, line, f"@{given} leads out of the repository")
            elif depth >= MOST_IMPORTS:
                self._skip(name, line, f"@{given} is more than {MOST_IMPORTS} imports deep")
            elif target.is_file():
                self._take(target, self._top, depth + 1)
            elif "/" in given:
                self._skip(name, line, f"@{given} is not there")

    def _skip(self, name: str, line: int, because: str) -> None:
        self.skipped.append(Skipped(name, line, because))

    def _name(self, path: Path, base: Path) -> str:
        place = path.parent.resolve() / path.name
        for root in (self._top, base.resolve()):
            if place.is_relative_to(root):
                return place.relative_to(root).as_posix()
        return path.name

    def _folder(self, name: str) -> str:
        if not self._form.nested or "/" not in name:
            return ""
        folder = name.rpartition("/")[0]
        return "" if folder.split("/")[0] in (".claude", "docs") else folder


def sources_of(found: Iterable[Found]) -> list[Source]:
    """What the readers are given."""
    return [one.source for one in found]
