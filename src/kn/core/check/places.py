"""Rules over where files lie, what they are called, and what sort of file they are."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping

from kn.core.check.finding import Finding
from kn.core.check.letters import find_hidden

_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?")
_REFUSED = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$')
"""What no file may be called on Windows (learn.microsoft.com, "Naming Files, Paths, and
Namespaces"): a repository with such a file cannot be checked out there."""


def check_places(places: Iterable[tuple[str, str, str]]) -> list[Finding]:
    """Ids against files.

    Args:
        places: For each item its path, its id, and the folder of its kind.
    """
    found = []
    first: dict[str, str] = {}
    for path, item_id, folder in sorted(places):
        if item_id in first:
            message = f"the id {item_id} stands in {first[item_id]} too; one of them must go"
            found.append(Finding("KN003", path, 1, message, item_id))
        first.setdefault(item_id, path)
        parent, _, name = path.rpartition("/")
        tail = item_id.rpartition("-")[2]
        if parent.rpartition("/")[2] != folder:
            found.append(Finding("KN004", path, 1, f"belongs into the folder {folder}/", item_id))
        elif not name.rpartition(".")[0].endswith(tail):
            found.append(Finding("KN004", path, 1, f"the name must end in {tail}.yaml", item_id))
    return found


def right_place(path: str, item_id: str, folder: str) -> str:
    """Where a file belongs; its slug stays."""
    parent, _, name = path.rpartition("/")
    tail = item_id.rpartition("-")[2]
    stem = name.rpartition(".")[0]
    if not stem.endswith(tail):
        name = f"{stem}-{tail}.yaml"
    return f"{parent.rpartition('/')[0]}/{folder}/{name}"


def check_names(paths: Iterable[str]) -> list[Finding]:
    """Names that another system cannot hold, cannot tell apart, or does not show."""
    found = []
    alike: dict[str, list[str]] = defaultdict(list)
    for path in sorted(paths):
        alike[unicodedata.normalize("NFC", path).casefold()].append(path)
        name = path.rpartition("/")[2]
        if _RESERVED.fullmatch(name) or _REFUSED.search(name):
            found.append(Finding("KN005", path, 1, "cannot be checked out on Windows; rename it"))
        for run in find_hidden(path):
            found.append(Finding(run.code, path, 1, f"the file name holds {run.said}"))
    for same in alike.values():
        for path in same[1:]:
            message = f"differs from {same[0]} in nothing that every system can see"
            found.append(Finding("KN005", path, 1, message))
    return found


def check_modes(modes: Mapping[str, str]) -> list[Finding]:
    """Files that are no plain files.

    Args:
        modes: Path -> git's mode, `100644`; of what git cannot hold, a word for it.
    """
    found = []
    for path, mode in sorted(modes.items()):
        if mode == "100755":
            message = "may be executed; nothing here is a program"
            found.append(Finding("KN007", path, 1, message))
        elif mode != "100644":
            what = _SORTS.get(mode, mode)
            found.append(Finding("KN006", path, 1, f"is {what}; kn reads plain files alone"))
    return found


_SORTS = {"120000": "a symbolic link", "160000": "a repository of its own (a submodule)"}


def check_unread(paths: Iterable[str], folder: str, kinds: Iterable[str]) -> list[Finding]:
    """YAML files that lie where kn reads no items.

    Args:
        paths: Of all files below the knowledge folder.
        folder: The knowledge folder.
        kinds: The folders of the kinds.
    """
    known = set(kinds)
    found = []
    for path in sorted(paths):
        inner = path.removeprefix(f"{folder}/")
        parts = inner.split("/")
        if not inner.endswith((".yaml", ".yml")) or inner in ("config.yaml",):
            continue
        if parts[0] == "kinds" and len(parts) == 2:
            continue
        if len(parts) != 2 or parts[0] not in known:
            message = "is not read: items lie in the folder of a kind, one level deep"
            found.append(Finding("KN015", path, 1, message))
    return found
