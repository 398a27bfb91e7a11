"""Recording: new items, changed items, and the links between them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kn.adapters import files, git, journal
from kn.adapters.lock import locked
from kn.core.codec import decode, encode
from kn.core.ids import file_name, make_id
from kn.core.model import Item, Status, Verified
from kn.core.shorten import shorten_item
from kn.core.similar import Near, find_near
from kn.core.yaml.loaded import MAX_BYTES
from kn.core.yaml.splice import rewrite
from kn.core.yaml.write import write_field
from kn.errors import BadItem, KnError
from kn.flows.items import find_twin, resolve_in
from kn.flows.knowledge import Knowledge
from kn.flows.redaction import refuse_secrets
from kn.flows.views.view import Row, View, fault_lines, open_view

LOCK_WAIT = 30.0
"""Seconds to wait for another writer; they hold the lock for milliseconds."""
ANCHOR_DIGITS = 12
"""Of a blob id, as DESIGN §3 shows them: enough for every file of a repository."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An item that was written, where, and what else was touched."""

    item: Item
    path: str
    touched: tuple[str, ...] = ()
    """Paths of older items that were stamped."""
    unstamped: tuple[str, ...] = ()
    """Why the file of an older item could not be stamped; it is superseded all the same."""
    known: bool = False
    """Whether the item was there already: an earlier try had written it before it was stopped."""


def draft_item(knowledge: Knowledge, kind: str, fields: Mapping[str, Any]) -> Item:
    """An item from plain fields; what every item needs is filled in: id, status, date.

    Raises:
        KnError: There is no such kind.
        BadItem: The fields do not say what the kind demands; every problem is listed.
    """
    item_id = make_id(knowledge.kind(kind), os.urandom(5))
    whole = {**fields, "kind": kind, "id": item_id}
    whole.setdefault("status", "accepted")
    whole.setdefault("recorded", knowledge.today)
    raw = "".join(write_field(n, v) for n, v in whole.items() if v not in ("", None, [], {}))
    item, faults = decode(raw.encode("utf-8", "surrogatepass"), knowledge.schema)
    unknown = [f for f in faults if f.severity == "warning"]
    if item is None or unknown:
        raise BadItem(
            [f"{f.place or 'item'}: {f.message.removesuffix('; it is kept')}" for f in faults]
        )
    return item


def find_duplicates(knowledge: Knowledge, item: Item) -> list[Near]:
    """Current and proposed items that say much the same, most alike first."""
    from kn.adapters.words import load_stemmer

    view = open_view(knowledge)
    linked = {*item.supersedes, *item.amends, *item.relates, item.id}
    others = [
        (r.id, r.statement)
        for r in view.rows
        if r.standing in ("current", "proposed") and r.id not in linked
    ]
    return find_near(item.statement, others, load_stemmer())


def resolve_links(knowledge: Knowledge, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with the shortened ids of their links made whole.

    Raises:
        UnknownItem: An id names no item, or several.
    """
    links = [n for n in ("supersedes", "amends", "relates") if fields.get(n)]
    if not links:
        return fields
    view = open_view(knowledge)
    whole = dict(fields)
    for name in links:
        given = fields[name]
        whole[name] = [resolve_in(view, i) for i in given] if isinstance(given, list) else given
    return whole


def add_item(knowledge: Knowledge, item: Item) -> Recorded:
    """Write a new item, then stamp what it supersedes.

    The new file is on the disk before any older one is touched: `supersedes` in it is the truth,
    so a crash in between leaves knowledge whole, and `kn check` finds the missing stamp. Whoever
    tries again after a crash gets the item that is there: a twin of it would replace the same.

    Raises:
        KnError: An item of today says the same and supersedes the same, but not for this reason.
    """
    folder = _make_folder(knowledge, item.kind)
    raw = encode(item, knowledge.schema)
    with locked(knowledge.state / "write", LOCK_WAIT):
        if (twin := find_twin(knowledge, item)) is not None:
            return replace(_settle(knowledge, *twin), known=True)
        path = folder / file_name(item.id, item.statement)
        _write(knowledge, path, raw, replace=False)
        return _settle(knowledge, item, _relative(knowledge, path))


def path_of(knowledge: Knowledge, item: Item) -> str:
    """Where a new item goes, relative to the top."""
    folder = knowledge.schema.kinds[item.kind].folder
    return f"{knowledge.folder}/{folder}/{file_name(item.id, item.statement)}"


def write_items(knowledge: Knowledge, writes: Sequence[tuple[str, Item, bool]]) -> None:
    """Write many items whose links are complete already, as an import does.

    Args:
        knowledge: The repository.
        writes: Path, item, and whether it is new; an item that is there keeps its comments.
    """
    if not writes:
        return
    for kind in {item.kind for _, item, _ in writes}:
        _make_folder(knowledge, kind)
    with locked(knowledge.state / "write", LOCK_WAIT):
        for path, item, new in writes:
            whole = knowledge.top / path
            raw = encode(item, knowledge.schema)
            if not new:
                raw = rewrite(_read(knowledge, path), item, knowledge.schema, lose_comments=False)
            _write(knowledge, whole, raw, replace=not new)


def _make_folder(knowledge: Knowledge, kind: str) -> Path:
    base = knowledge.top / knowledge.folder
    if base.is_symlink() or not base.is_dir():
        raise KnError(f"{knowledge.folder} is no folder of ours.", hint="Run `kn init`.")
    folder = base / knowledge.schema.kinds[kind].folder
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise KnError(f"{folder} could not be made: {error.strerror or error}.") from error
    if folder.is_symlink():
        raise KnError(f"{folder} is a symbolic link; kn writes through none.")
    return folder


def _settle(knowledge: Knowledge, item: Item, path: str, before: Item | None = None) -> Recorded:
    """Say in each newly superseded item that it is, for people who read it on a web page."""
    known = set(before.supersedes) if before else set()
    new = [i for i in item.supersedes if i not in known]
    touched, unstamped = [], []
    rows = {r.id: r for r in open_view(knowledge).rows} if new else {}
    for older in (rows[i] for i in new if i in rows and item.status == "accepted"):
        try:
            _stamp(knowledge, older, item.id)
            touched.append(older.path)
        except KnError as error:  # the newer item says it, and `kn check` finds the missing stamp
            unstamped.append(str(error))
    return Recorded(item, path, tuple(touched), tuple(unstamped))


def _stamp(knowledge: Knowledge, older: Row, newer: str) -> None:
    def superseded(item: Item) -> Item:
        stamped = tuple(dict.fromkeys((*item.superseded_by, newer)))
        status: Status = "retired" if item.status == "retired" else "superseded"
        return replace(item, status=status, superseded_by=stamped)

    _change(knowledge, older.path, superseded, lose_comments=False)


def change_item(
    knowledge: Knowledge,
    given: str,
    change: Callable[[Item], Item],
    *,
    lose_comments: bool = False,
) -> Recorded:
    """Change the item that `given` names, and nothing else of its file.

    Raises:
        UnknownItem: None or several answer to `given`.
        KnError: Comments would be lost, or the file is unreadable.
    """
    row = find_row(knowledge, given)
    with locked(knowledge.state / "write", LOCK_WAIT):
        before, item = _change(knowledge, row.path, change, lose_comments=lose_comments)
        return _settle(knowledge, item, row.path, before)


def replace_file(
    knowledge: Knowledge, path: str, before: bytes, raw: bytes, item: Item | None
) -> Recorded | None:
    """Write an item's whole file, as its author wants it, and stamp what it newly supersedes.

    Args:
        knowledge: The repository.
        path: The item's file.
        before: What it held when the author began.
        raw: What it shall hold; None is returned when that is the same.
        item: What `raw` says; None for a file that is in conflict, where nothing is stamped.

    Raises:
        KnError: Somebody else changed the file meanwhile.
    """
    if raw == before:
        return None
    with locked(knowledge.state / "write", LOCK_WAIT):
        if _read(knowledge, path) != before:
            raise KnError(f"{path} was changed by somebody else meanwhile.")
        _write(knowledge, knowledge.top / path, raw)
        if item is None:
            return None
        old, _ = decode(before, knowledge.schema)
        return _settle(knowledge, item, path, old)


def find_row(knowledge: Knowledge, given: str) -> Row:
    """The row of the item that `given` names, in the work tree."""
    view: View = open_view(knowledge)
    found = resolve_in(view, given)
    return next(r for r in view.rows if r.id == found)


def _change(
    knowledge: Knowledge, path: str, change: Callable[[Item], Item], *, lose_comments: bool
) -> tuple[Item, Item]:
    whole = knowledge.top / path
    raw = _read(knowledge, path)
    before, faults = decode(raw, knowledge.schema)
    if before is None:
        raise BadItem(fault_lines({path: faults}))
    after = change(before)
    try:
        changed = rewrite(raw, after, knowledge.schema, lose_comments=lose_comments)
    except KnError as error:
        raise KnError(f"{path}: {error}", hint=error.hint) from error
    if changed != raw:
        _write(knowledge, whole, changed)
    return before, after


def retire_item(
    knowledge: Knowledge, given: str, because: str, *, lose_comments: bool = False
) -> Recorded:
    """Take an item out of service: it stays, with the reason, and is never served as current.

    Raises:
        KnError: There is no reason, or it is retired already for another one, which stays.
    """
    if not because.strip():
        raise KnError("An item is retired for a reason.", hint="Say it with --because.")

    reason_now = " ".join(because.split())

    def retired(item: Item) -> Item:
        if item.status == "retired" and item.retired_because not in (None, "", reason_now):
            raise KnError(
                f"{item.id} is retired already: {item.retired_because}",
                hint=f"`kn edit {item.id}` changes the reason.",
            )
        return replace(item, status="retired", retired_because=reason_now)

    return change_item(knowledge, given, retired, lose_comments=lose_comments)


def shorten(knowledge: Knowledge, given: str, *, lose_comments: bool = False) -> Recorded | None:
    """Cut what makes an item too long to be served whole; None when it is short enough."""
    before: list[Item] = []

    def shortened(item: Item) -> Item:
        before.append(item)
        return shorten_item(item)

    done = change_item(knowledge, given, shortened, lose_comments=lose_comments)
    return None if done.item is before[0] else done


def verify_item(
    knowledge: Knowledge, given: str, anchors: Sequence[str] = (), *, lose_comments: bool = False
) -> Recorded:
    """Note that somebody held the item against the code today, and which file contents they saw.

    Anchors that it has are read anew; without any, the single files of its scope become anchors.

    Raises:
        KnError: A file that was named is not there.
    """
    top = knowledge.top

    def verified(item: Item) -> Item:
        known = tuple(item.verified.anchors) if item.verified else ()
        paths = [*known, *anchors]
        if not paths:
            literal = [p.strip("/") for p in item.scope.paths if not set(p) & set("*?[!")]
            paths = [p for p in literal if (top / p).is_file()]
        return replace(item, verified=Verified(knowledge.today, _anchor(knowledge, paths, anchors)))

    return change_item(knowledge, given, verified, lose_comments=lose_comments)


def _anchor(knowledge: Knowledge, paths: Sequence[str], named: Sequence[str]) -> Mapping[str, str]:
    found = {}
    for path in dict.fromkeys(paths):
        try:
            content = files.read_regular(knowledge.top / path)
        except (FileNotFoundError, KnError):
            if path in named:
                raise KnError(f"There is no file {path} to verify against.") from None
            continue
        algorithm = "sha256" if len(knowledge.probe.head) == 64 else "sha1"
        blob = git.hash_object(content.replace(b"\r\n", b"\n"), algorithm=algorithm)
        found[path] = blob[:ANCHOR_DIGITS]
    return found


def _read(knowledge: Knowledge, path: str) -> bytes:
    try:
        return files.read_regular(knowledge.top / path, most=MAX_BYTES)
    except FileNotFoundError:
        raise KnError(f"{path} is gone; somebody else removed it meanwhile.") from None


def _write(knowledge: Knowledge, path: Path, raw: bytes, *, replace: bool = True) -> None:
    """Write an item's file, unless it holds a secret.

    That it is ours is remembered first: were it the other way round, a crash in between would
    leave an item that this clone takes for somebody else's.
    """
    refuse_secrets(knowledge, os.environ, raw.decode("utf-8", "replace"))
    algorithm = "sha256" if len(knowledge.probe.head) == 64 else "sha1"
    journal.remember_local(knowledge.state, git.hash_object(raw, algorithm=algorithm))
    files.write_atomic(path, raw, replace=replace)


def _relative(knowledge: Knowledge, path: Path) -> str:
    return path.relative_to(knowledge.top).as_posix()
