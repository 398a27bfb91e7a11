"""`kn export agents-md` and its like: blocks and files of kn's own, planned, checked, written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from kn.adapters import tokens
from kn.adapters.wiring.changes import Change, File, Folder, make
from kn.core import block
from kn.core.exporting.hosts import AGENTS, HOSTS, Host, is_scoped_name, scoped_name, tool_globs
from kn.core.exporting.instructions import BUDGET, Line, Written, ids_in, made_with, write_block
from kn.core.importing.passages import front_end
from kn.errors import KnError
from kn.flows.knowledge import Knowledge
from kn.flows.transfer.places import (
    empty_folders,
    inside_path,
    main_file,
    missing_folders,
    own_files,
    read_file,
)
from kn.flows.views.view import Row, View, open_view

KINDS = ("convention", "gotcha")
"""What holds always: decisions and facts are asked for when a task needs them."""
MOST_BYTES = 32_768
"""Codex reads so many bytes of all AGENTS.md files together (measured, 0.169)."""

Became = Literal["created", "updated", "unchanged", "removed"]


@dataclass(frozen=True, slots=True)
class Target:
    """One file of an export: what it should hold, and what that makes of it."""

    path: str
    became: Became
    items: tuple[str, ...] = ()
    tokens: int = 0
    changes: tuple[Change, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "change": self.became,
            "items": list(self.items),
            "tokens": self.tokens,
        }


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export is about to do, or has done."""

    name: str
    targets: tuple[Target, ...]
    held_back: int = 0
    """Accepted items that are uncommitted, or that nobody here reviewed or wrote."""
    left_out: int = 0
    """Items that no file holds, for want of room."""
    notes: tuple[str, ...] = ()

    @property
    def current(self) -> bool:
        """Whether every file is as it should be."""
        return all(t.became == "unchanged" for t in self.targets)

    def to_json(self) -> dict[str, Any]:
        """`kn export FORMAT --json` (format 1)."""
        return {
            "format": 1,
            "export": self.name,
            "current": self.current,
            "files": [t.to_json() for t in self.targets],
            "omitted": {"count": self.left_out, "because": "budget", "unreviewed": self.held_back},
            "notes": list(self.notes),
        }


def plan_export(knowledge: Knowledge, name: str, *, budget: int | None = None) -> Exported:
    """What `kn export NAME` would write: accepted, committed, current items that are reviewed
    or of this clone.

    Args:
        knowledge: The repository.
        name: One of `HOSTS`.
        budget: Tokens of each file; None for what the block there was made with.

    Raises:
        KnError: A file has a torn block, is not kn's own, or leads out of the repository.
    """
    view = open_view(knowledge, audience="agent")
    return _plan(knowledge, HOSTS[name], view, budget)


def check_export(knowledge: Knowledge, name: str, *, budget: int | None = None) -> Exported:
    """Whether the files are what an export makes, here or for whoever committed them.

    The author of a commit exports items that are local to that clone and unreviewed in any other,
    so a check takes what all committed items give as well: the block was committed with them.
    """
    here = plan_export(knowledge, name, budget=budget)
    if here.current or not knowledge.probe.head:
        return here
    committed = _plan(knowledge, HOSTS[name], open_view(knowledge, at="HEAD"), budget)
    return committed if committed.current else here


def plan_removal(knowledge: Knowledge, name: str) -> Exported:
    """What `kn export NAME --remove` takes out: every byte of kn's, and no other."""
    host = HOSTS[name]
    path, notes = main_file(knowledge, host)
    targets = []
    if path and _owner(path, host) == name:
        targets.append(_without(knowledge, path))
    targets += [_without(knowledge, p) for p in own_files(knowledge, host)]
    return Exported(name, tuple(t for t in targets if t is not None), notes=tuple(notes))


def carry_out(exported: Exported) -> None:
    """Write what was planned.

    Raises:
        KnError: A file changed since, or the disk says no.
    """
    for target in exported.targets:
        for change in target.changes:
            there = change.path.is_dir()
            made = isinstance(change.after, Folder) and there
            gone = isinstance(change.before, Folder) and not there
            if not made and not gone:
                make(change)


def _plan(knowledge: Knowledge, host: Host, view: View, budget: int | None) -> Exported:
    rows = sorted(
        (r for r in view.current if r.kind in KINDS),
        key=lambda r: (bool(_paths(r)), KINDS.index(r.kind), _newest(r), r.id),
    )
    path, notes = main_file(knowledge, host)
    # AGENTS.md is the same whichever tool it is exported for.
    main = [r for r in rows if path == AGENTS or not (host.scoped and _paths(r))]
    targets = [_target(knowledge, host, path, main, budget, len(rows) - len(main))] if path else []
    given = _given(knowledge, path, targets)
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if host.scoped and _paths(row) and row.id not in given:
            groups.setdefault(_paths(row), []).append(row)
    for paths, own in sorted(groups.items()):
        name = host.scoped.format(scoped_name(paths))
        targets.append(_target(knowledge, host, name, own, budget, 0, paths))
    wanted = {t.path for t in targets}
    stale = [p for p in own_files(knowledge, host) if p not in wanted]
    stale += [] if path else [host.file]
    gone = [t for p in stale if (t := _without(knowledge, p)) is not None]
    held = {i for t in targets for i in t.items}
    left_out = len([r for r in main if r.id not in held]) if path else 0
    left_out += sum(r.id not in held for own in groups.values() for r in own)
    return Exported(
        host.name, (*targets, *gone), view.held_back, left_out, (*notes, *_size_notes(targets))
    )


def _given(knowledge: Knowledge, path: str, targets: Sequence[Target]) -> frozenset[str]:
    """What the tool has from AGENTS.md: no rule file says it again."""
    if path == AGENTS:
        return frozenset(i for t in targets for i in t.items)
    agents = knowledge.top / AGENTS
    return ids_in(agents.read_bytes()) if not path and agents.is_file() else frozenset()


def _paths(row: Row) -> tuple[str, ...]:
    """The globs of a row's scope; `**` is everywhere."""
    return tuple(glob for glob, _ in row.scopes if glob not in ("**", "*", "/**"))


def _newest(row: Row) -> tuple[int, ...]:
    return tuple(-int(part) for part in row.recorded.split("-"))


def _size_notes(targets: Sequence[Target]) -> list[str]:
    notes = []
    for target in targets:
        for change in target.changes:
            if isinstance(change.after, File) and len(change.after.data) > MOST_BYTES:
                notes.append(f"{target.path} has more than {MOST_BYTES} bytes; Codex cuts it.")
    return notes


def _owner(path: str, host: Host) -> str:
    """Which export a block in this file is of."""
    return "agents-md" if path == AGENTS else host.name


def _target(
    knowledge: Knowledge,
    host: Host,
    path: str,
    rows: Sequence[Row],
    budget: int | None,
    elsewhere: int,
    paths: Sequence[str] = (),
) -> Target:
    real = knowledge.top / inside_path(knowledge, path)
    before = read_file(real, path)
    old = before.data if isinstance(before, File) else None
    tokens_given = budget or (made_with(old) if old else None) or BUDGET
    written = write_block(
        [_line(r) for r in rows], name=_owner(path, host), budget=tokens_given,
        folder=knowledge.folder, count=tokens.count, paths=paths, elsewhere=elsewhere,
    )  # fmt: skip
    front = host.scoped_front(tool_globs(paths)) if paths and host.scoped_front else host.front
    data = _filled(old, written, front, path)
    if not rows and not elsewhere and old is None:
        return Target(path, "unchanged")
    if data == old:
        return Target(path, "unchanged", written.ids, written.tokens)
    mode = before.mode if isinstance(before, File) else 0o644
    change = Change(real, "write", before, File(data, mode))
    became: Became = "updated" if old is not None else "created"
    return Target(
        path, became, written.ids, written.tokens, (*missing_folders(knowledge, real), change)
    )


def _line(row: Row) -> Line:
    marks = ("verify",) if row.needs_verification else ()
    return Line(
        row.id, row.compact, row.line, row.compact_tokens, row.line_tokens, marks, row.amended_by
    )


def _filled(old: bytes | None, written: Written, front: str, path: str) -> bytes:
    """The file with its block; a file of kn's own has front matter above it."""
    if front and old is not None and block.body_of(old, marks=block.MARKDOWN) is None:
        raise KnError(
            f"{path} is not kn's own file.", hint="Rename it; kn writes into no rule of yours."
        )
    head = f"---\n{front}---\n".encode() if front else b""
    host = _below_front(old) if front and old is not None else old
    return _with_ends(old, head + block.put(host, written.body, marks=block.MARKDOWN))


def _with_ends(old: bytes | None, after: bytes) -> bytes:
    """With the line ends that the file had: an editor's, or of a checkout by git's autocrlf."""
    lines = old.count(b"\n") if old else 0
    if not old or not lines or old.count(b"\r\n") != lines:
        return after
    return after.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _below_front(data: bytes) -> bytes:
    lines = data.split(b"\n")
    return b"\n".join(lines[front_end(data.decode("utf-8", "replace")) :])


def _without(knowledge: Knowledge, path: str) -> Target | None:
    """A file without its block; None when it has none."""
    real = knowledge.top / inside_path(knowledge, path)
    before = read_file(real, path)
    if before is None or block.body_of(before.data, marks=block.MARKDOWN) is None:
        return None
    own = path.endswith(".mdc") or is_scoped_name(Path(path).name.split(".")[0])
    left = block.take(_below_front(before.data) if own else before.data, marks=block.MARKDOWN)
    after = None if left is None else replace(before, data=left)
    changes = [Change(real, "remove" if after is None else "write", before, after)]
    if after is None:
        changes += empty_folders(knowledge, real)
    return Target(path, "removed", changes=tuple(changes))
