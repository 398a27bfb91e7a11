"""`kn import adr`: decision records become items, once, and follow their records from then on."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from kn.adapters import files, git
from kn.core.adr import NotARecord, Record, link_records, read_record
from kn.core.exporting.madr import made_of
from kn.core.model import Evidence, Item, Rejected, Scope
from kn.errors import KnError
from kn.flows import record
from kn.flows.items import read_item
from kn.flows.knowledge import Knowledge
from kn.flows.redaction import make_redact
from kn.flows.transfer.moved import Lost, find_lost, match_moved
from kn.flows.views.view import open_view

MOST_BYTES = 4_000_000
"""Of a record; a guess: the longest real one seen has 150 kB."""
ENDINGS = (".md", ".markdown")
FOLLOWED = (
    "statement", "because", "rejected", "status", "retired_because", "supersedes",
    "superseded_by", "amends", "deciders", "recorded", "scope", "details",
)  # fmt: skip
"""Fields that follow the record, as long as nobody edited them."""

STANDING = ("status", "retired_because", "supersedes", "superseded_by", "amends")

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
Proposed = Literal["keep", "accept"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one record."""

    id: str
    path: str
    source: str

    def to_json(self) -> dict[str, str]:
        return {"id": self.id, "path": self.path, "source": self.source}


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of all of them."""

    imported: tuple[Entry, ...]
    updated: tuple[Entry, ...]
    unchanged: tuple[Entry, ...]
    skipped: tuple[tuple[str, str], ...]
    """Source and reason."""
    proposed: int = 0
    """Records that are only proposed, and are so as items."""

    def to_json(self) -> dict[str, Any]:
        """`kn import --json` (format 1)."""
        return {
            "format": 1,
            "imported": [e.to_json() for e in self.imported],
            "updated": [e.to_json() for e in self.updated],
            "unchanged": [e.to_json() for e in self.unchanged],
            "skipped": [{"source": s, "because": b} for s, b in self.skipped],
            "proposed": self.proposed,
        }


@dataclass(frozen=True, slots=True)
class _Source:
    """A record file: its name in the report, its text, and its blob id."""

    name: str
    text: str
    blob: str
    inside: bool
    """Whether it lies in the repository, so that the item can point at it."""


def import_adrs(
    knowledge: Knowledge, folder: Path, *, proposed: Proposed = "keep", dry_run: bool = False
) -> Imported:
    """Take in every decision record below `folder`; run again, take over what changed.

    A field follows its record when the record changed it and nobody edited it in the item since:
    the record's version that was imported last is read from git for comparison.

    Args:
        knowledge: The repository.
        folder: Where the records are, inside the repository or not.
        proposed: `accept` takes records that say "Proposed" as accepted.
        dry_run: Only report.

    Raises:
        KnError: There is no such folder.
    """
    sources, records, skipped = _read_all(knowledge, folder, proposed)
    known = _known_items(knowledge, sources)
    moved, gone = _moved_items(knowledge, folder, records, sources, known)
    known |= {name: (lost.at(name), lost.path) for name, lost in moved.items()}
    skipped += gone
    redact = make_redact(knowledge, os.environ)
    ids = {r.path: known[r.path][0].id if r.path in known else _new_id(knowledge) for r in records}
    made = {r.path: _make(knowledge, r, ids, sources[r.path], redact) for r in records}
    base = _base_items(knowledge, known, ids, proposed, redact)
    outcome: dict[str, list[Entry]] = {"imported": [], "updated": [], "unchanged": []}
    writes: list[tuple[str, Item, bool]] = []
    for one in records:
        item = made[one.path]
        if one.path not in known:
            writes.append((record.path_of(knowledge, item), item, True))
            outcome["imported"].append(Entry(item.id, writes[-1][0], one.path))
            continue
        ours, path = known[one.path]
        merged, edited = _follow(ours, base.get(one.path), item, proposed)
        why = f"edited in the item since: {', '.join(edited)}"
        skipped += [(one.path, why)] if edited else []
        if changed := merged != ours or one.path in moved:
            writes.append((path, merged, False))
        outcome["updated" if changed else "unchanged"].append(Entry(ours.id, path, one.path))
    if not dry_run:
        record.write_items(knowledge, writes)
    standing = {item.id: item.status for item, _ in known.values()}
    standing |= {item.id: item.status for _, item, _ in writes}
    waiting = sum(s == "proposed" for s in standing.values())
    return Imported(
        tuple(outcome["imported"]), tuple(outcome["updated"]), tuple(outcome["unchanged"]),
        tuple(sorted(skipped)), waiting,
    )  # fmt: skip


def _read_all(
    knowledge: Knowledge, folder: Path, proposed: Proposed
) -> tuple[dict[str, _Source], list[Record], list[tuple[str, str]]]:
    """The files, the records in them, and what is none, with the reason."""
    found, unread = _read_sources(knowledge, folder)
    sources, made_here = _without_made(knowledge, found)
    records, skipped = _read_records(sources, proposed)
    return sources, records, [*unread, *made_here, *skipped]


def _read_sources(
    knowledge: Knowledge, folder: Path
) -> tuple[dict[str, _Source], list[tuple[str, str]]]:
    top = knowledge.top.resolve()
    base = folder.resolve()
    if not base.is_dir():
        raise KnError(f"There is no folder {folder}.")
    raws: dict[str, bytes] = {}
    skipped: list[tuple[str, str]] = []
    inside = base.is_relative_to(top)
    for path in sorted(base.rglob("*")):
        if path.suffix.lower() not in ENDINGS or not (path.is_file() or path.is_symlink()):
            continue
        name = path.relative_to(top).as_posix() if inside else path.relative_to(base).as_posix()
        try:
            raw = files.read_regular(path, most=MOST_BYTES)
        except (KnError, FileNotFoundError) as error:
            skipped.append((name, str(error)))
            continue
        raws[name] = raw
    blobs = _blob_ids(knowledge, raws, inside=inside)
    sources = {
        name: _Source(name, raw.decode("utf-8", "replace"), blobs[name], inside)
        for name, raw in raws.items()
    }
    return sources, skipped


def _blob_ids(knowledge: Knowledge, raws: Mapping[str, bytes], *, inside: bool) -> dict[str, str]:
    """The id by which git has each file: of its bytes with plain line ends, as git's own
    normalising makes them, but for those that are committed with others."""

    def hashed(raw: bytes) -> str:
        return git.hash_object(raw, algorithm=_algorithm(knowledge))

    blobs = {name: hashed(raw.replace(b"\r\n", b"\n")) for name, raw in raws.items()}
    crlf = [name for name, raw in raws.items() if b"\r\n" in raw]
    head = knowledge.probe.head
    if inside and head and crlf:
        committed = git.blobs_at(knowledge.repo, head, crlf)
        blobs |= {n: b for n, b in committed.items() if b == hashed(raws[n])}
    return blobs


def _without_made(
    knowledge: Knowledge, sources: Mapping[str, _Source]
) -> tuple[dict[str, _Source], list[tuple[str, str]]]:
    """The records without those that `kn export madr` made of items that are here."""
    made = {name: made_of(source.text) for name, source in sources.items()}
    known = set()
    if any(made.values()):
        known = {row.id for row in open_view(knowledge, audience="everyone").rows}
    kept = {name: source for name, source in sources.items() if made[name] not in known}
    return kept, [(n, f"kn made it of {made[n]}") for n in sources if n not in kept]


def _algorithm(knowledge: Knowledge) -> str:
    return "sha256" if len(knowledge.probe.head) == 64 else "sha1"


def _read_records(
    sources: Mapping[str, _Source], proposed: Proposed
) -> tuple[list[Record], list[tuple[str, str]]]:
    records: list[Record] = []
    skipped: list[tuple[str, str]] = []
    for name, source in sources.items():
        read = read_record(name, source.text)
        if isinstance(read, NotARecord):
            skipped.append((name, read.because))
        elif read.status == "proposed" and proposed == "accept":
            # before they are linked: what a proposal replaces holds until it is accepted
            records.append(replace(read, status="accepted"))
        else:
            records.append(read)
    return link_records(records), skipped


def _known_items(
    knowledge: Knowledge, sources: Mapping[str, _Source]
) -> dict[str, tuple[Item, str]]:
    """Source -> the item that was imported from it, and the item's path."""
    view = open_view(knowledge, audience="everyone")
    known: dict[str, tuple[Item, str]] = {}
    for row in view.rows:
        named = {str(e.get("document", "")) for e in row.evidence} & set(sources)
        if row.kind == "decision" and named:
            known.setdefault(min(named), (read_item(knowledge, view, row), row.path))
    return known


def _moved_items(
    knowledge: Knowledge,
    folder: Path,
    records: Sequence[Record],
    sources: Mapping[str, _Source],
    known: Mapping[str, object],
) -> tuple[dict[str, Lost], list[tuple[str, str]]]:
    """Records under a new name with their items; and what is said of records that are gone."""
    base, top = folder.resolve(), knowledge.top.resolve()
    if not base.is_relative_to(top):
        return {}, []
    lost = find_lost(knowledge, sources)
    fresh = {r.path: (r, sources[r.path].blob) for r in records if r.path not in known}
    below = [one for one in lost if (top / one.source.document).is_relative_to(base)]
    moved = match_moved(knowledge, lost, fresh, near=below)
    rest = [one for one in below if one not in moved.values()]
    return moved, [
        (one.source.document, f"its file is gone; {one.item.id} stays until it is retired")
        for one in rest
        if one.item.status in ("accepted", "proposed")
    ]


def _new_id(knowledge: Knowledge) -> str:
    from kn.core.ids import make_id

    return make_id(knowledge.schema.kinds["decision"], os.urandom(5))


def _make(
    knowledge: Knowledge,
    one: Record,
    ids: Mapping[str, str],
    source: _Source,
    redact: Callable[[str], str],
) -> Item:
    """The item that a record says."""

    def linked(paths: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(ids[p] for p in paths if p in ids and p != one.path))

    return Item(
        id=ids[one.path],
        kind="decision",
        statement=redact(one.statement),
        status=one.status,
        recorded=one.date or knowledge.today,
        because=redact(one.because),
        rejected=tuple(Rejected(redact(r.option), redact(r.because)) for r in one.rejected),
        scope=Scope(tags=one.tags),
        supersedes=linked(one.supersedes),
        superseded_by=linked(one.superseded_by) if one.status == "superseded" else (),
        amends=linked(one.amends),
        retired_because=redact(one.retired_because) if one.status == "retired" else "",
        deciders=one.deciders,
        evidence=(Evidence(document=one.path, blob=source.blob),),
        document=one.path if source.inside else "",
        details="" if source.inside else redact(_kept(source.text)),
    )


def _kept(text: str) -> str:
    """A record's text as an item may hold it: with plain line ends and no control characters."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()[:60_000]


def _base_items(
    knowledge: Knowledge,
    known: Mapping[str, tuple[Item, str]],
    ids: Mapping[str, str],
    proposed: Proposed,
    redact: Callable[[str], str],
) -> dict[str, Item]:
    """What the records said when they were imported last, as far as git still has it."""
    blobs = {}
    for name, (item, _) in known.items():
        blob = next((e.blob for e in item.evidence if e.document == name and e.blob), "")
        if blob:
            blobs[name] = blob
    contents = git.read_blobs(knowledge.repo, blobs.values())
    old = {}
    for name, blob in blobs.items():
        if blob in contents:
            text, inside = contents[blob].decode("utf-8", "replace"), bool(known[name][0].document)
            old[name] = _Source(name, text, blob, inside)
    records, _ = _read_records(old, proposed)
    whole = {**ids, **{name: item.id for name, (item, _) in known.items()}}
    return {r.path: _make(knowledge, r, whole, old[r.path], redact) for r in records}


def _follow(
    ours: Item, base: Item | None, theirs: Item, proposed: Proposed
) -> tuple[Item, list[str]]:
    """The item with what its record changed; and the fields that both sides changed."""
    changes: dict[str, Any] = {}
    edited = []
    source = theirs.evidence[0]
    before = {e.document: e for e in ours.evidence}
    unchanged = before[source.document].blob == source.blob
    for name in FOLLOWED:
        mine, new = getattr(ours, name), getattr(theirs, name)
        if base is None and (unchanged or name == "recorded"):
            continue
        # What was imported was never in git: its standing follows, its words may be somebody's.
        old = getattr(base, name) if base else mine if name in STANDING else None
        if mine == new or new == old:
            continue
        if mine == old:
            changes[name] = new
        else:
            edited.append(name)
    if proposed == "accept" and ours.status == "proposed" and theirs.status == "accepted":
        changes["status"] = "accepted"
    if not unchanged:
        changes["evidence"] = tuple(
            source if e.document == source.document else e for e in ours.evidence
        )
    return replace(ours, **changes), edited
