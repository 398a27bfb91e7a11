"""Records that were imported and whose files are gone: renamed, or deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from kn.adapters import git
from kn.core.adr import Record, read_record
from kn.core.candidate import normalized
from kn.core.model import Evidence, Item
from kn.flows.items import read_item
from kn.flows.knowledge import Knowledge
from kn.flows.views.view import open_view


@dataclass(frozen=True, slots=True)
class Lost:
    """An item whose record is no longer where it was imported from."""

    item: Item
    path: str
    """Of the item's file."""
    source: Evidence

    def at(self, source: str) -> Item:
        """The item with its record at another place."""
        evidence = tuple(
            replace(e, document=source) if e == self.source else e for e in self.item.evidence
        )
        moved = self.item.document == self.source.document
        document = source if moved else self.item.document
        return replace(self.item, evidence=evidence, document=document)


def find_lost(knowledge: Knowledge, sources: Iterable[str]) -> list[Lost]:
    """The decisions that were imported and whose records are not there; wherever those were,
    because folders of records are renamed as well.

    Args:
        knowledge: The repository.
        sources: The records that are there.
    """
    view = open_view(knowledge, audience="everyone")
    there = set(sources)
    found = []
    for row in view.rows:
        if row.kind != "decision":
            continue
        gone = row.document and not (knowledge.top / row.document).exists()
        if gone and row.document not in there:
            item = read_item(knowledge, view, row)
            own = [e for e in item.evidence if e.document == row.document and e.blob]
            if own:  # without a blob id no import made it
                found.append(Lost(item, row.path, own[0]))
    return found


def match_moved(
    knowledge: Knowledge,
    lost: Iterable[Lost],
    fresh: Mapping[str, tuple[Record, str]],
    *,
    near: Iterable[Lost],
) -> dict[str, Lost]:
    """New record -> the item whose record it was, under another name.

    The content decides, else the number with the title, else, in the same folder, the title alone;
    what two could be is neither.

    Args:
        knowledge: The repository.
        lost: Items without their records.
        fresh: Record and blob id of each file that no item came from.
        near: Those of `lost` whose records were in the folder that is read.
    """
    old, beside = list(lost), list(near)
    contents = git.read_blobs(knowledge.repo, {o.source.blob for o in old}) if old else {}
    found: dict[str, Lost] = {}
    for one in old:
        record = _read(one, contents.get(one.source.blob, b""))
        same = [p for p, (_, blob) in fresh.items() if blob == one.source.blob]
        if len(same) != 1 and record is not None:
            alike = [p for p, (r, _) in fresh.items() if _title(r) == _title(record)]
            numbered = [p for p in alike if fresh[p][0].number == record.number]
            same = numbered if len(numbered) == 1 or one not in beside else alike
        if len(same) == 1 and same[0] not in found:
            found[same[0]] = one
    return found


def _read(lost: Lost, raw: bytes) -> Record | None:
    read = read_record(lost.source.document, raw.decode("utf-8", "replace")) if raw else None
    return read if isinstance(read, Record) else None


def _title(record: Record) -> str:
    return normalized(record.title)
