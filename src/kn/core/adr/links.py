"""Who supersedes and amends whom, from what each record says of itself and of the others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from kn.core.adr.mentions import Mention
from kn.core.adr.record import Record
from kn.core.adr.refs import number_in
from kn.core.adr.wording import plain

_Pair = tuple[str, str]
"""Paths of the older and the newer record."""


def link_records(records: Sequence[Record]) -> list[Record]:
    """The same records with their relations in both directions and the status that follows from
    them.

    A replaced record becomes `superseded`; one that is replaced in part stays as it is and is
    amended. Where two records disagree about how much is replaced, the older one's header counts
    before the newer one's, and headers before running text. What a proposed or retired record
    says it would replace stays in its `links`: to let proposals count, give them in as accepted.
    A record that calls itself superseded by something that is not among the records is `retired`,
    with its own words as the reason; so is one that names nothing.
    """
    known = _Index(records)
    whole: dict[_Pair, bool] = {}
    for older, newer, is_whole in _claims(records, known):
        whole.setdefault((older, newer), is_whole)
    replaced = {pair for pair, is_whole in whole.items() if is_whole and not _mutual(pair, whole)}
    amended = {pair for pair, is_whole in whole.items() if not is_whole}
    return [_settled(record, replaced, amended, known) for record in records]


def _mutual(pair: _Pair, whole: dict[_Pair, bool]) -> bool:
    """Of two records that replace each other, the claim that came first (the firmer one) counts."""
    back = (pair[1], pair[0])
    order = list(whole)
    return bool(whole.get(back)) and order.index(back) < order.index(pair)


def _claims(records: Sequence[Record], known: _Index) -> Iterable[tuple[str, str, bool]]:
    """(older, newer, whole) in the order in which claims count."""
    ranked: list[tuple[int, tuple[str, str, bool]]] = []
    for record in records:
        for mention in record.links:
            other = known.find(mention, record)
            if other is None or other.path == record.path:
                continue
            of_older = mention.relation in ("superseded_by", "amended_by")
            is_whole = mention.relation in ("superseded_by", "supersedes")
            older, newer = (record, other) if of_older else (other, record)
            if not of_older and newer.status in ("proposed", "retired"):
                continue
            if of_older and newer.status == "retired" and record.status == "accepted":
                continue
            if not mention.firm and _counts_backwards(older, newer):
                continue
            if of_older and is_whole and record.status != "superseded" and mention.firm:
                # "Accepted" with a superseding note: the status field is what people look at last.
                is_whole = record.status != "proposed"
            rank = 2 * (not mention.firm) + (not of_older)
            ranked.append((rank, (older.path, newer.path, is_whole)))
    return (claim for _, claim in sorted(ranked, key=lambda pair: pair[0]))


def _counts_backwards(older: Record, newer: Record) -> bool:
    """Running text about a later record is a remark, not a replacement."""
    return (
        older.number.isdigit() and newer.number.isdigit() and int(older.number) > int(newer.number)
    )


def _settled(record: Record, replaced: set[_Pair], amended: set[_Pair], known: _Index) -> Record:
    path = record.path
    superseded_by = known.sorted(new for old, new in replaced if old == path)
    status, because = record.status, record.retired_because
    says_so = any(link.relation == "superseded_by" and link.firm for link in record.links)
    if superseded_by and (status != "retired" or says_so):
        status, because = "superseded", ""
    elif status == "superseded":
        status, because = "retired", because or record.status_text or "Superseded."
    return replace(
        record,
        status=status,
        retired_because=because,
        supersedes=known.sorted(old for old, new in replaced if new == path),
        superseded_by=superseded_by,
        amends=known.sorted(old for old, new in amended if new == path),
        amended_by=known.sorted(new for old, new in amended if old == path),
    )


class _Index:
    """Finds the record that a mention means."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._order = {record.path: at for at, record in enumerate(records)}
        self._paths = {record.path.casefold(): record for record in records}
        self._names: dict[str, list[Record]] = defaultdict(list)
        self._numbers: dict[str, list[Record]] = defaultdict(list)
        self._titles: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            self._names[_name(record.path)].append(record)
            self._titles[_key(record.title)].append(record)
            if record.number:
                self._numbers[record.number].append(record)

    def sorted(self, paths: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(set(paths), key=self._order.__getitem__))

    def find(self, mention: Mention, source: Record) -> Record | None:
        """The record a link or number means; a link to a renamed file is followed by its number."""
        target = re.split(r"[#?]", mention.href)[0]
        if target:
            if "://" not in target and (
                record := self._paths.get(_joined(source.path, target).casefold())
            ):
                return record
            if found := _nearest(self._names.get(_name(target), []), source, mention):
                return found
            if "://" in target:
                return None
            if number := number_in(_name(target)):
                return _nearest(self._numbers.get(number, []), source, mention)
        if mention.number:
            return _nearest(self._numbers.get(mention.number, []), source, mention)
        return _nearest(self._titles.get(_key(mention.label), []), source, mention)


def _nearest(found: list[Record], source: Record, mention: Mention) -> Record | None:
    """Of several records with one number, the one beside the source; then the one whose title is
    named."""
    beside = [r for r in found if _folder(r.path) == _folder(source.path)] or found
    if len(beside) < 2:
        return beside[0] if beside else None
    words = set(_key(f"{mention.label} {_name(mention.href)}").split())
    scored = sorted(
        ((len(words & set(_key(r.title).split())), r.path, r) for r in beside), key=lambda s: s[0]
    )
    return scored[-1][2] if scored[-1][0] > scored[-2][0] else None


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _name(path: str) -> str:
    return path.rsplit("/", 1)[-1].rsplit(".", 1)[0].casefold()


def _key(title: str) -> str:
    return " ".join(re.findall(r"\w+", plain(title).casefold()))


def _joined(source: str, target: str) -> str:
    """A relative link from a file, as a path from the repository's root."""
    parts = [] if target.startswith("/") else _folder(source).split("/")
    for part in target.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
    return "/".join(p for p in parts if p)
