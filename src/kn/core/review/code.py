"""The code that a change touches, as far as the knowledge is held against it."""

from __future__ import annotations

import re
from typing import NamedTuple


class CodeChange(NamedTuple):
    """One file outside the knowledge folder."""

    path: str
    sort: str
    """`added`, `changed` or `removed`."""
    added: tuple[tuple[int, str], ...] = ()
    """Line number on the newer side, and text."""
    removed: tuple[tuple[int, str], ...] = ()
    blob: str = ""
    """The file's blob before; empty for a new one."""

    @property
    def first_line(self) -> int:
        return self.added[0][0] if self.added else 1


_PROSE = re.compile(r"(?i)\.(?:md|markdown|rst|adoc|txt|org|po|pot|html?|svg|csv|tsv|ipynb)$|"
                    r"(?:^|/)(?:changelog|changes|news|license|readme|authors)[^/]*$")  # fmt: skip
_MADE = re.compile(
    r"(?i)(?:^|/)(?:node_modules|vendor|third_party|dist|build|__snapshots__|testdata|fixtures)/|"
    r"(?:^|/)(?:package-lock\.json|yarn\.lock|pnpm-lock\.yaml|go\.sum|[\w.-]+\.lock)$|"
    r"\.min\.(?:js|css)$|[._]pb\.go$|_pb2\.py$|\.generated\."
)
_MANIFEST = re.compile(
    r"(?i)(?:^|/)(?:package\.json|go\.mod|pyproject\.toml|requirements[\w.-]*\.txt|setup\.(?:py|cfg)|"
    r"cargo\.toml|gemfile|pom\.xml|build\.gradle(?:\.kts)?|composer\.json|mix\.exs|pubspec\.yaml|"
    r"dockerfile|docker-compose[\w.-]*\.ya?ml|compose\.ya?ml|[\w.-]+\.csproj|environment\.ya?ml)$"
)


def is_prose(path: str) -> bool:
    """Whether a file is text for people, in which an option may be named without being taken."""
    return bool(_PROSE.search(path)) and not is_manifest(path)


def is_made(path: str) -> bool:
    """Whether a file is made by a tool, or is somebody else's."""
    return bool(_MADE.search(path))


def is_manifest(path: str) -> bool:
    """Whether a file says what the project is built from."""
    return bool(_MANIFEST.search(path))
