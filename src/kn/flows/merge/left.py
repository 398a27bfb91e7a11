"""What a merge has left for a person: files in conflict, items deleted on one side, and forks."""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from kn.adapters import files, git
from kn.adapters.editor import edit_file
from kn.core.codec import decode
from kn.core.ids import resolve_id
from kn.core.merge.clashes import Clash, Torn, settle_clashes, tear
from kn.core.merge.markers import mark
from kn.core.model import Item
from kn.core.yaml.loaded import MAX_BYTES
from kn.core.yaml.read import read_yaml
from kn.errors import BadItem, KnError, UnknownItem
from kn.flows import record
from kn.flows.compose import keep_text
from kn.flows.knowledge import Knowledge
from kn.flows.views.view import Row, View, fault_lines, open_view

Side = Literal["ours", "theirs", "both"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """An item's file with conflict markers."""

    path: str
    raw: bytes
    torn: Torn

    @property
    def id(self) -> str:
        """The item's id, as a side says it; the path where none does."""
        return self.torn.ids[0] if self.torn.ids else self.path

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "path": self.path,
            "ours": self.torn.our_name,
            "theirs": self.torn.their_name,
            "fields": [
                {"name": c.name, "ours": c.ours, "theirs": c.theirs, "both": c.joined}
                for c in self.torn.clashes
            ],
        }


@dataclass(frozen=True, slots=True)
class Fork:
    """Current items that replace the same one, which nothing links."""

    older: tuple[str, ...]
    heads: tuple[Row, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "supersede": list(self.older),
            "items": [
                {"id": r.id, "statement": r.statement, "because": r.because, "path": r.path}
                for r in self.heads
            ],
        }


@dataclass(frozen=True, slots=True)
class Left:
    """All that is left, and what is settled and only waits for `git add`."""

    conflicts: tuple[Conflict, ...]
    forks: tuple[Fork, ...]
    deleted: Mapping[str, str]
    """Path -> the side that deleted the item, `ours` or `theirs`; the other has changed it."""
    to_add: tuple[str, ...]
    rebasing: bool = False
    """Whether `ours` is what the user rebases onto, and `theirs` the user's own commit."""

    def __bool__(self) -> bool:
        return bool(self.conflicts or self.forks or self.deleted)

    def to_json(self) -> dict[str, Any]:
        """`kn merge --json` (format 1)."""
        return {
            "format": 1,
            "conflicts": [c.to_json() for c in self.conflicts],
            "forks": [f.to_json() for f in self.forks],
            "deleted": [{"path": p, "by": side} for p, side in self.deleted.items()],
            "to_add": list(self.to_add),
            "rebasing": self.rebasing,
        }


def find_left(knowledge: Knowledge) -> Left:
    """What a person has to settle in the work tree."""
    view = open_view(knowledge)
    conflicts = []
    for path in sorted(view.unreadable):
        raw = _read(knowledge, path)
        torn = tear(raw) if raw is not None else None
        if raw is not None and torn is not None:
            conflicts.append(Conflict(path, raw, torn))
    held = git.unmerged(knowledge.repo, knowledge.folder)
    deleted = {p: "ours" if 3 in sides else "theirs" for p, sides in held.items() if len(sides) < 3}
    deleted = {p: side for p, side in deleted.items() if 1 in held[p]}
    open_paths = {*deleted, *(c.path for c in conflicts)}
    settled = tuple(sorted(p for p in held if p not in open_paths))
    rebasing = any(
        (knowledge.repo.git_dir / f"rebase-{way}").is_dir() for way in ("merge", "apply")
    )
    return Left(tuple(conflicts), find_forks(view), deleted, settled, rebasing)


def find_forks(view: View) -> tuple[Fork, ...]:
    """The forks of a view: current items that replace the same, and that nothing joins."""
    rows = {r.id: r for r in view.rows}
    groups: dict[tuple[str, ...], None] = {}
    for row in view.current:
        if row.rivals:
            groups.setdefault(tuple(sorted((row.id, *row.rivals))))
    whole = [g for g in groups if not any(set(g) < set(other) for other in groups)]
    older = {
        group: tuple(r.id for r in view.rows if len(set(r.superseded_by) & set(group)) > 1)
        for group in whole
    }
    return tuple(Fork(older[g], tuple(rows[i] for i in g)) for g in whole)


def find_named(left: Left, given: str) -> tuple[Conflict | Fork, str]:
    """What is left of the item that an id, shortened as in git, or a path names; and its id.

    Raises:
        UnknownItem: Nothing is left of it.
    """
    for conflict in left.conflicts:
        if given == conflict.path:
            return conflict, conflict.id
    by_id: dict[str, Conflict | Fork] = {r.id: f for f in left.forks for r in f.heads}
    by_id |= {i: c for c in left.conflicts for i in c.torn.ids}
    try:
        whole = resolve_id(given, by_id)
    except UnknownItem as error:
        if "ambiguous" in str(error):
            raise
        raise UnknownItem(
            f"Nothing of {given!r} is in conflict.", hint="`kn merge` lists what is left."
        ) from None
    return by_id[whole], whole


def take(conflict: Conflict, side: Side, fields: Sequence[str] = ()) -> dict[str, str]:
    """The lines of one side, or of both where they can be joined, for these fields or for all.

    Raises:
        KnError: A field is not in conflict; or both sides can't be joined.
    """
    known = {c.name: c for c in conflict.torn.clashes}
    wrong = [name for name in fields if name not in known]
    if wrong:
        raise KnError(
            f"{', '.join(wrong)}: not in conflict in {conflict.path}.",
            hint=f"In conflict: {', '.join(known) or 'the file as a whole'}.",
        )
    return {name: lines_of(known[name], side) for name in fields or known}


def lines_of(clash: Clash, side: Side) -> str:
    """The lines of one side of a clash, or of both.

    Raises:
        KnError: A person has to word what both sides say.
    """
    if side != "both":
        return clash.ours if side == "ours" else clash.theirs
    if not clash.joined:
        raise KnError(
            f"{clash.name}: both sides can't be joined by themselves.",
            hint="Take one side, or edit the file.",
        )
    return clash.joined


def read_worded(clash: Clash, raw: bytes) -> str:
    """The lines of a field as somebody worded them in an editor; empty to leave the field out.

    Raises:
        BadItem: They do not say this field alone.
    """
    loaded = read_yaml(raw)
    if loaded.data is None and not loaded.faults:
        return ""
    if loaded.faults or not isinstance(loaded.data, dict) or list(loaded.data) != [clash.name]:
        said = [f"line {f.line}: {f.message}" for f in loaded.faults]
        raise BadItem(said or [f"expected `{clash.name}:` and its value alone"])
    text = raw.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
    return text if text.endswith("\n") else text + "\n"


def word_clash(knowledge: Knowledge, conflict: Conflict, clash: Clash) -> str:
    """Let the user word a field in the editor, which opens with both sides, or with what was
    written before and could not be used.

    Raises:
        KnError: Nothing was changed, or what was written is not this field; the text is kept.
    """
    folder = knowledge.state / "drafts"
    files.make_private_folder(folder)
    template = mark(clash.ours, clash.theirs).encode("utf-8")
    draft = folder / f"merge-{os.getpid():x}-{zlib.crc32(template):08x}.yaml"
    if not draft.exists():
        files.write_atomic(draft, template, mode=0o600)
    try:
        edit_file(knowledge.repo, draft, os.environ)
        written = files.read_regular(draft, most=MAX_BYTES)
        if written == template:
            raise KnError("Nothing was changed.")
        worded = read_worded(clash, written)
        _try_worded(knowledge, conflict, clash, worded)
    except KnError as error:
        keep_text(knowledge, draft, template, error)
        raise
    draft.unlink(missing_ok=True)
    return worded


def _try_worded(knowledge: Knowledge, conflict: Conflict, clash: Clash, worded: str) -> None:
    """Refuse a value that the field cannot have, while the user still has the text at hand."""
    lines = {c.name: c.ours for c in conflict.torn.clashes} | {clash.name: worded}
    faults = decode(settle_clashes(conflict.torn, lines), knowledge.schema)[1]
    mine = [f for f in faults if re.split(r"[.\[]", f.place)[0] == clash.name]
    if wrong := [f"{f.place}: {f.message}" for f in mine if f.severity == "error"]:
        raise BadItem(wrong)


def settle_conflict(knowledge: Knowledge, conflict: Conflict, chosen: Mapping[str, str]) -> bool:
    """Write the file with these lines for these fields; whether it is settled as a whole.

    Raises:
        BadItem: What would be the item is none; the file stays as it was.
        KnError: Somebody changed the file meanwhile.
    """
    return _write(knowledge, conflict, settle_clashes(conflict.torn, chosen))


def settle_whole(knowledge: Knowledge, conflict: Conflict, side: Side) -> None:
    """Write the file as one side has it, where the sides can't be told apart by field.

    Raises:
        BadItem: That side is no item; the file stays as it was.
        KnError: Both sides were asked for.
    """
    if side == "both":
        raise KnError(f"{conflict.path}: both sides can't be joined.", hint="Edit the file.")
    _write(knowledge, conflict, conflict.torn.ours if side == "ours" else conflict.torn.theirs)


def _write(knowledge: Knowledge, conflict: Conflict, raw: bytes) -> bool:
    item: Item | None = None
    if tear(raw) is None:
        item, faults = decode(raw, knowledge.schema)
        if item is None:
            raise BadItem(fault_lines({conflict.path: faults}))
    record.replace_file(knowledge, conflict.path, conflict.raw, raw, item)
    return item is not None


def let_stand(knowledge: Knowledge, fork: Fork, item_id: str) -> list[str]:
    """Of a fork let one item stand: it supersedes the others. Returns the paths that changed."""
    others = tuple(r.id for r in fork.heads if r.id != item_id)

    def replacing(item: Item) -> Item:
        return replace(item, supersedes=tuple(dict.fromkeys((*item.supersedes, *others))))

    done = record.change_item(knowledge, item_id, replacing)
    return [done.path, *done.touched]


def relate(knowledge: Knowledge, fork: Fork) -> list[str]:
    """Say of all items of a fork that they hold side by side. Returns the paths that changed."""
    ids = [r.id for r in fork.heads]
    changed = []
    for at, one in enumerate(ids[:-1]):
        rest = tuple(ids[at + 1 :])

        def related(item: Item, rest: tuple[str, ...] = rest) -> Item:
            return replace(item, relates=tuple(dict.fromkeys((*item.relates, *rest))))

        changed.append(record.change_item(knowledge, one, related).path)
    return changed


def _read(knowledge: Knowledge, path: str) -> bytes | None:
    try:
        return files.read_regular(knowledge.top / path, most=2 * MAX_BYTES)
    except (FileNotFoundError, KnError):
        return None
