"""The user's own secrets: from the environment, and from the files where tools keep credentials.

Only their values are taken, to be looked for in what kn reads. Nothing is set, kept or shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from kn.core.redact import Redactor, own_values

_AT_HOME = (
    ".netrc", "_netrc", ".npmrc", ".pypirc", ".pgpass", ".my.cnf", ".git-credentials", ".env",
    ".aws/credentials", ".docker/config.json", ".config/gh/hosts.yml", ".config/git/credentials",
    ".cargo/credentials.toml", ".gem/credentials", ".kube/config",
)  # fmt: skip
_IN_REPOSITORY = (".env", ".env.*", ".npmrc", ".netrc", ".pypirc")
_EXAMPLES = (".example", ".sample", ".template", ".dist", ".defaults")
_LARGEST = 262_144
"""Bytes of a file that are read; credential files are a few hundred."""

_MOST = 2_000
"""Values that are looked for, the longest first: each costs a search of every text. A guess."""

_SETTING = re.compile(
    r"^[ \t]*(?:export[ \t]+)?"
    r"(?:([^\s=#][^=\n]{0,200}?)[ \t]*=|([^\s:#][^:=\n]{0,80}):)[ \t]*(\S.*?)[ \t\r]*$",
    re.MULTILINE,
)


def own_secrets(environ: Mapping[str, str], home: Path, root: Path | None = None) -> frozenset[str]:
    """Values of at least 8 characters that are the user's secrets, wherever they come from.

    Args:
        environ: The environment; names that tell of a secret count, and values that look like one.
        home: Where `.netrc`, `.npmrc` and the like are looked for.
        root: The work tree, whose `.env` files are read too; those that are examples are not.

    A file that is missing, unreadable or no regular file is left out: it holds back nothing.
    """
    values = own_values(environ.items())
    for path in _files(home, root):
        text = _text_of(path)
        values |= own_values(_settings_in(text))
        values |= {text[one.start : one.end] for one in Redactor().find(text)}
    kept = sorted((value for value in values if len(value) >= 8), key=len, reverse=True)
    return frozenset(kept[:_MOST])


def _files(home: Path, root: Path | None) -> Iterator[Path]:
    yield from (home / name for name in _AT_HOME)
    for pattern in _IN_REPOSITORY if root else ():
        for path in sorted(root.glob(pattern)) if root else ():
            if path.suffix not in _EXAMPLES:
                yield path


def _text_of(path: Path) -> str:
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return file.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""


def _settings_in(text: str) -> Iterator[tuple[str, str]]:
    for match in _SETTING.finditer(text):
        value = match[3]
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        yield (match[1] or match[2]).strip("\"' "), value
