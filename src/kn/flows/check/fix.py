"""`kn check --fix`: what can be put right without touching what an item means."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kn.adapters import files
from kn.adapters.lock import locked
from kn.core.check import Finding
from kn.core.check.places import right_place
from kn.core.codec import decode
from kn.core.model import Item, Status
from kn.core.yaml.loaded import MAX_BYTES
from kn.errors import KnError
from kn.flows.knowledge import Knowledge
from kn.flows.record import LOCK_WAIT, change_item


def fix_findings(knowledge: Knowledge, findings: Sequence[Finding]) -> list[str]:
    """Put right what is fixable among the findings of the work tree, and say of each what was done.

    Items are stamped, files moved to where their kind and id say, permissions to execute taken
    away. Nothing is staged, and nothing that is there is written over.
    """
    said: list[str] = []
    # Twice the same id: which file is meant, nobody knows.
    twice = {f.id for f in findings if f.code == "KN003"}
    for code, fix in _FIXES.items():
        for finding in findings:
            if finding.code == code and finding.id not in twice:
                said += fix(knowledge, finding)
    return said


def _stamp(knowledge: Knowledge, finding: Finding) -> Iterator[str]:
    """The stamp that `supersedes` in a newer item asks for; the newer item is the truth."""
    newer = _successors(knowledge, finding.id)

    def stamped(item: Item) -> Item:
        status: Status = "retired" if item.status == "retired" else "superseded"
        by = tuple(dict.fromkeys((*item.superseded_by, *newer)))
        return replace(item, status=status, superseded_by=by)

    try:
        change_item(knowledge, finding.id, stamped)
    except KnError as error:
        yield f"left {finding.path} as it is: {error}"
    else:
        yield f"stamped {finding.path}: superseded by {', '.join(newer)}"


def _successors(knowledge: Knowledge, item_id: str) -> list[str]:
    from kn.flows.views.view import open_view

    view = open_view(knowledge, audience="everyone")
    found = []
    for row in view.rows:
        if row.status == "proposed" or row.id == item_id:
            continue
        item = decode(_read(knowledge, row.path), knowledge.schema)[0]
        if item is not None and item_id in item.supersedes:
            found.append(item.id)
    return sorted(found)


def _move(knowledge: Knowledge, finding: Finding) -> Iterator[str]:
    item = decode(_read(knowledge, finding.path), knowledge.schema)[0]
    if item is None or item.id != finding.id:
        return
    target = right_place(finding.path, item.id, knowledge.schema.kinds[item.kind].folder)
    source, new = knowledge.top / finding.path, knowledge.top / target
    with locked(knowledge.state / "write", LOCK_WAIT):
        if os.path.lexists(new):
            yield f"left {finding.path} where it is: there is a {target} already"
            return
        new.parent.mkdir(exist_ok=True)
        if new.parent.is_symlink():
            yield f"left {finding.path} where it is: {new.parent.name}/ is a symbolic link"
            return
        source.rename(new)
        files.sync_folder(new.parent)
    yield f"moved {finding.path} to {target}"


def _calm(knowledge: Knowledge, finding: Finding) -> Iterator[str]:
    path = knowledge.top / finding.path
    known = path.lstat()
    if stat.S_ISREG(known.st_mode):
        path.chmod(stat.S_IMODE(known.st_mode) & ~0o111)
        yield f"took the permission to execute from {finding.path}"


def _read(knowledge: Knowledge, path: str) -> bytes:
    try:
        return files.read_regular(knowledge.top / path, most=MAX_BYTES)
    except (FileNotFoundError, KnError):
        return b""


_FIXES = {"KN007": _calm, "KN013": _stamp, "KN004": _move}
"""In this order: what is moved last is found until then where the findings say."""
