"""`kn export madr` and `kn export json`: the knowledge as files for other tools."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kn.adapters import files, git
from kn.core.adr import Record, link_records, read_record
from kn.core.exporting.madr import is_record, made_of, relink, set_status, write_record
from kn.core.ids import slugify
from kn.core.model import Item
from kn.errors import KnError
from kn.flows.items import Found, audience_of, item_json, read_item
from kn.flows.knowledge import Knowledge
from kn.flows.transfer.places import inside_path
from kn.flows.views.view import Row, View, open_view

MOST_BYTES = 4_000_000
_WORDS = {"accepted": "accepted", "proposed": "proposed", "retired": "deprecated"}
_NUMBERED = re.compile(r"(\d{1,5})\b")


@dataclass(frozen=True, slots=True)
class Written:
    """What became of every decision."""

    folder: str
    written: tuple[str, ...]
    """Names below the folder that are new or changed."""
    unchanged: tuple[str, ...]
    edited: tuple[tuple[str, str], ...]
    """Id and fields that say something else than the record, whose words were kept."""
    other_kinds: int
    """Items that are no decisions."""
    contents: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """`kn export madr --json` (format 1)."""
        return {
            "format": 1,
            "export": "madr",
            "folder": self.folder,
            "written": list(self.written),
            "unchanged": list(self.unchanged),
            "edited": [{"id": i, "fields": fields} for i, fields in self.edited],
            "skipped": self.other_kinds,
        }


@dataclass(frozen=True, slots=True)
class _Decision:
    row: Row
    item: Item
    source: str
    """The record's path; empty for one that kn makes."""
    text: str


def export_madr(
    knowledge: Knowledge, folder: Path, *, replace: bool = False, dry_run: bool = False
) -> Written:
    """Write every decision into `folder`, one MADR record each.

    A decision that came from a record is that record again, to the letter, but for a status that
    changed since and for links that moved with it.

    Args:
        knowledge: The repository.
        folder: Where to; made when it is not there.
        replace: Write over files that hold something else.
        dry_run: Only report.

    Raises:
        KnError: A file there is somebody else's, or the disk says no.
    """
    view = open_view(knowledge, audience=audience_of(knowledge))
    decisions = _decisions(knowledge, view)
    names = _names(decisions, folder)
    texts = _texts(knowledge, decisions, names, folder)
    before = {name: _read(folder / name) for name in texts}
    changed = [
        n for n, text in texts.items() if before[n] != text.encode("utf-8", "surrogateescape")
    ]
    own = {_place(knowledge, folder / names[d.row.id]): d for d in decisions}
    foreign = [
        n for n in changed
        if before[n] is not None
        and not _is_own(before[n] or b"", n, own, knowledge, folder)
    ]  # fmt: skip
    if foreign and not replace:
        raise KnError(
            f"{len(foreign)} files there hold something else: {', '.join(sorted(foreign)[:5])}.",
            hint="Choose another folder, or say --replace.",
        )
    if not dry_run:
        for name in changed:
            path = folder / name
            _make_folder(path.parent)
            files.write_atomic(path, texts[name].encode("utf-8", "surrogateescape"))
    return Written(
        str(folder), tuple(changed), tuple(n for n in texts if n not in changed),
        tuple(_edited(decisions)), sum(r.kind != "decision" for r in view.rows), texts,
    )  # fmt: skip


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KnError(f"{folder} could not be made: {error.strerror or error}.") from error


def export_json(knowledge: Knowledge) -> dict[str, Any]:
    """Every item of the view with how it stands, as `kn show --json` has them."""
    view = open_view(knowledge, audience=audience_of(knowledge))
    items = [item_json(knowledge, view, Found(row)) for row in view.rows]
    return {"format": 1, "items": items, "held_back": view.held_back}


def _decisions(knowledge: Knowledge, view: View) -> list[_Decision]:
    """The decisions, the oldest first, each with the record that it came from."""
    found = []
    rows = sorted((r for r in view.rows if r.kind == "decision"), key=lambda r: (r.recorded, r.id))
    items = [read_item(knowledge, view, row) for row in rows]
    noted = {e.blob for i in items for e in i.evidence if e.blob}
    named = {i.document for i in items if i.document}
    head = knowledge.probe.head
    there = git.blobs_at(knowledge.repo, head, sorted(named)) if head and named else {}
    contents = git.read_blobs(knowledge.repo, noted | set(there.values()))
    blobs = {**contents, **{p: contents[b] for p, b in there.items() if b in contents}}
    for row, item in zip(rows, items, strict=True):
        source, text = _record_of(knowledge, item, blobs)
        found.append(_Decision(row, item, source, text))
    return found


def _record_of(knowledge: Knowledge, item: Item, blobs: Mapping[str, bytes]) -> tuple[str, str]:
    """Path and text of the record that a decision came from: its file, else what git still has of
    it, else what the details kept.

    `blobs` has contents by blob id, and by path as of HEAD.
    """
    named = [item.document] if item.document else []
    named += [e.document for e in item.evidence if e.document and e.document not in named]
    for path in named:
        raw = _read_inside(knowledge, path)
        blob = next((e.blob for e in item.evidence if e.document == path and e.blob), "")
        for content in (raw, blobs.get(blob), blobs.get(path)):
            text = content.decode("utf-8", "surrogateescape") if content else ""
            if text and is_record(path, text):
                return path, text
    path = named[0] if named else "record.md"
    if item.details and is_record(path, item.details, whole=True):
        return path, item.details.rstrip("\n") + "\n"
    return "", ""


def _read_inside(knowledge: Knowledge, path: str) -> bytes | None:
    """The document that an item names; None when it leads out of the repository or is no file."""
    try:
        return _read(knowledge.top / inside_path(knowledge, path))
    except KnError:
        return None


def _read(path: Path) -> bytes | None:
    try:
        return files.read_regular(path, most=MOST_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _names(decisions: Sequence[_Decision], folder: Path) -> dict[str, str]:
    """Id -> the name of its file: the record's own, the one it has there already, or a number."""
    sources = [d.source for d in decisions if d.source]
    shared = posixpath.commonpath([posixpath.dirname(s) or "." for s in sources]) if sources else ""
    taken: dict[str, str] = {}
    for one in decisions:
        if one.source:
            taken[one.row.id] = posixpath.relpath(one.source, shared or ".")
    there = _made_there(folder)
    taken |= {d.row.id: there[d.row.id] for d in decisions if not d.source and d.row.id in there}
    used = [*taken.values(), *_listed(folder)]
    numbers = [int(m[1]) for n in used if (m := _NUMBERED.match(posixpath.basename(n)))]
    following = max((n for n in numbers if n < 10_000), default=0)
    for one in decisions:
        if one.row.id not in taken:
            following += 1
            taken[one.row.id] = f"{following:04d}-{slugify(one.item.statement)}.md"
    return taken


def _listed(folder: Path) -> list[str]:
    try:
        return sorted(p.name for p in folder.iterdir() if p.suffix == ".md")
    except OSError:
        return []


def _made_there(folder: Path) -> dict[str, str]:
    """Item -> the name of the record that an earlier export made of it."""
    found = {}
    for name in _listed(folder):
        raw = _read(folder / name)
        if raw and (item := made_of(raw[:4000].decode("utf-8", "replace"))):
            found[item] = name
    return found


def _texts(
    knowledge: Knowledge, decisions: Sequence[_Decision], names: Mapping[str, str], folder: Path
) -> dict[str, str]:
    told = _told_status(decisions)
    titles = {d.row.id: _title(d) for d in decisions}
    texts = {}
    for one in decisions:
        name = names[one.row.id]

        def link(other: str, name: str = name) -> str:
            target = posixpath.relpath(names[other], posixpath.dirname(name) or ".")
            return f"[{titles[other]}]({target})"

        status = _status(one, [link(i) for i in one.row.superseded_by if i in names])
        if not one.source:
            links = {
                how: [link(i) for i in ids if i in names]
                for how, ids in (("Supersedes", one.item.supersedes), ("Amends", one.item.amends),
                                 ("Relates to", one.item.relates))
            }  # fmt: skip
            texts[name] = write_record(one.item, titles[one.row.id], status, links)
            continue
        text = one.text
        if told.get(one.source) != _standing(one):
            text = set_status(text, status)
        texts[name] = _relinked(knowledge, text, one.source, folder / name, decisions, names)
    return texts


def _told_status(decisions: Sequence[_Decision]) -> dict[str, str]:
    """What the records say of each other by themselves."""
    read = [read_record(d.source, d.text) for d in decisions if d.source]
    return {r.path: r.status for r in link_records([r for r in read if isinstance(r, Record)])}


def _standing(one: _Decision) -> str:
    """The status that a decision has in effect."""
    return "superseded" if one.row.standing == "superseded" else one.item.status


def _status(one: _Decision, newer: Sequence[str]) -> str:
    standing = _standing(one)
    if standing == "superseded":
        return "superseded by " + ", ".join(newer) if newer else "superseded"
    return _WORDS.get(standing, standing)


def _title(one: _Decision) -> str:
    record = read_record(one.source, one.text) if one.source else None
    if isinstance(record, Record):
        return re.sub(r"[\[\]]", "", record.title)
    return re.sub(r"[\[\]]", "", " ".join(one.item.statement.split())).rstrip(".")


def _relinked(
    knowledge: Knowledge,
    text: str,
    source: str,
    target: Path,
    decisions: Sequence[_Decision],
    names: Mapping[str, str],
) -> str:
    """The text with its links as they must be from its new place."""
    place = _place(knowledge, target)
    if not place or place == source:
        return text
    base = place.removesuffix(names[next(d.row.id for d in decisions if d.source == source)])
    exported = {d.source: base + names[d.row.id] for d in decisions if d.source}

    def moved(path: str) -> str:
        old = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        new = exported.get(old, old)
        if old.startswith("..") or not (old in exported or (knowledge.top / old).exists()):
            return path
        return posixpath.relpath(new, posixpath.dirname(place) or ".")

    return relink(text, moved)


def _place(knowledge: Knowledge, path: Path) -> str:
    """A path relative to the top; empty for one outside."""
    real = Path(os.path.realpath(path))
    top = knowledge.top.resolve()
    return real.relative_to(top).as_posix() if real.is_relative_to(top) else ""


def _is_own(
    raw: bytes, name: str, own: Mapping[str, _Decision], knowledge: Knowledge, folder: Path
) -> bool:
    """Whether a file there is the decision's own record, or was made by an export."""
    decision = own.get(_place(knowledge, folder / name))
    if decision is None:
        return False
    if decision.source == _place(knowledge, folder / name):
        return True
    return made_of(raw.decode("utf-8", "replace")) == decision.row.id


def _edited(decisions: Sequence[_Decision]) -> list[tuple[str, str]]:
    """Decisions whose items say something else than their records."""
    found = []
    for one in decisions:
        record = read_record(one.source, one.text) if one.source else None
        if isinstance(record, Record):
            pairs = (
                ("statement", one.item.statement, record.statement),
                ("because", one.item.because, record.because),
            )
            fields = [name for name, mine, theirs in pairs if mine != theirs]
            if fields:
                found.append((one.row.id, ", ".join(fields)))
    return found
