"""What a shell completes: ids, kinds, tags and candidates, read lightly, without writing anything.

Files are looked at by their first lines, not parsed: a wrong guess costs a keystroke, a slow
answer costs every one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from kn.adapters import witness
from kn.core.hidden import show_hidden

MOST = 5_000
"""Files that are looked at; a guess: a warm disk reads them in a fifth of a second."""
_HEAD = 4_000
"""Bytes of a file: id, statement, scope and status come first in kn's own form."""

_ID = re.compile(r"^id: *[\"']?([a-z][a-z0-9]{1,7}-[0-9a-hjkmnp-tv-z]{8})\b", re.MULTILINE)
_LINE = r"^{}: *(?:\"(?P<double>(?:[^\"\\]|\\.)*)\"|'(?P<single>(?:[^']|'')*)'|(?P<plain>.*))$"
_STATEMENT = re.compile(_LINE.format("statement"), re.MULTILINE)
_DOC = re.compile(_LINE.format("doc"), re.MULTILINE)
_KIND = re.compile(r"^kind: *[\"']?([a-z][a-z0-9_-]*)", re.MULTILINE)
_GONE = re.compile(r"^(?:status: *[\"']?(?:superseded|retired)|superseded_by:)", re.MULTILINE)
_TAGS = re.compile(r"^[ ]+tags:[ ]*(?:\[([^\]]*)\]|((?:\n[ ]*-[ ]+[^\n]*)+))", re.MULTILINE)

Choice = tuple[str, str]
"""What may be typed, and a word about it."""


def guess_ids(start: str, typed: str, *, living: bool = False) -> list[Choice]:
    """The ids that begin as typed, whole or by their random part, with their statements.

    Args:
        start: Where the command is run.
        typed: What stands there already.
        living: Leave out what is superseded or retired.
    """
    word = typed.lower()
    tail = word.partition("-")[2]

    def may_be(name: str) -> bool:  # a file is named by its id's random part
        return not tail or f"-{tail}" in name or name.startswith(tail)

    found: list[Choice] = []
    gone: list[Choice] = []
    for text in _items(start, may_be):
        item = _ID.search(text)
        if item and (item[1].startswith(word) or item[1].partition("-")[2].startswith(word)):
            past = bool(_GONE.search(text))
            note = "(no longer current) " if past else ""
            (gone if past else found).append((item[1], note + _said(_STATEMENT, text)))
    return sorted(found) + ([] if living else sorted(gone))


def guess_kinds(start: str, typed: str) -> list[Choice]:
    """The kinds that begin as typed, the team's own included."""
    from kn.core.schema import BUILT_IN  # it imports YAML

    found = [(kind.name, kind.doc) for kind in BUILT_IN]
    root = _folder(start)
    for path in sorted(root.glob("kinds/*.yaml")) if root else ():
        text = _read(path)
        name = _KIND.search(text)
        found += [(name[1], _said(_DOC, text))] if name else []
    return [one for one in found if one[0].startswith(typed)]


def guess_tags(start: str, typed: str) -> list[Choice]:
    """The tags that items have, with how often each is used."""
    count: dict[str, int] = {}
    for text in _items(start, lambda name: True):
        found = _TAGS.search(text)
        if found:
            rows = found[1].split(",") if found[1] is not None else found[2].split("\n")
            for row in rows:
                tag = row.strip().removeprefix("- ").strip(" \"'")
                if tag.startswith(typed) and tag and tag.isprintable():
                    count[tag] = count.get(tag, 0) + 1
    return [(tag, f"{n} item{'' if n == 1 else 's'}") for tag, n in sorted(count.items())]


def guess_candidates(start: str, typed: str) -> list[Choice]:
    """The keys of the candidates that wait, with what each would say."""
    from kn.adapters.inbox import Inbox

    dirs = witness.find_git_dirs(start)
    if dirs is None:
        return []
    return [
        (one.key, show_hidden(f"{one.candidate.kind}: {one.candidate.statement}"))
        for one in Inbox(Path(dirs[2]) / "kn").pending()
        if one.key.startswith(typed)
    ]


def _folder(start: str) -> Path | None:
    """The knowledge folder; git is asked only where it is not the usual one."""
    dirs = witness.find_git_dirs(start)
    if dirs is None:
        return None
    usual = Path(dirs[0]) / ".knowledge"
    if (usual / "config.yaml").is_file():
        return usual
    from kn.adapters import git

    repo = git.find_repository(Path(start))
    named = git.config_value(repo, "kn.dir")
    return repo.top / named if named and repo.top else None


def _items(start: str, may_be: Callable[[str], bool]) -> Iterator[str]:
    """The first lines of the item files that a name makes likely."""
    root = _folder(start)
    left = MOST
    for folder in sorted(root.iterdir()) if root else ():
        if folder.name in ("kinds", "schema") or not folder.is_dir():
            continue
        for entry in os.scandir(folder):
            if entry.name.endswith(".yaml") and entry.name[0] != "." and may_be(entry.name):
                left -= 1
                if left < 0:
                    return
                yield _read(Path(entry.path))


def _read(path: Path) -> str:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        return os.read(handle, _HEAD).decode("utf-8", "replace")
    except OSError:  # a folder of that name
        return ""
    finally:
        os.close(handle)


def _said(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    if not found:
        return ""
    said = found["double"] or (found["single"] or "").replace("''", "'") or found["plain"] or ""
    return " ".join(show_hidden(said.replace('\\"', '"').strip().replace("\t", " ")).split())
