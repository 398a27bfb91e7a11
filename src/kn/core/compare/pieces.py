"""A changed field in pieces: what went, what came, each short enough for a line."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from kn.core.compare.change import Change


class Piece(NamedTuple):
    """One line about a field: `sign` is `-` for what went, `+` for what came, empty for neither."""

    name: str
    sign: str
    text: str


_SHORT = 36
"""Two values of so many characters at most fit on one line, with the arrow between them."""
_OWN_LINE = ("id", "kind", "statement")
"""What a new item's first line says already."""
_AGAIN = "read again, from a document that has changed"
_LINKS = ("supersedes", "superseded_by", "amends", "relates")
_STAMP = ("status", "superseded_by")
"""What "superseded by X" says already."""
_PLAIN = {"status": "accepted"}
"""What a new item need not say."""


def pieces_of(change: Change, short: Mapping[str, str]) -> list[Piece]:
    """The pieces of all fields of a change, in the item's order; ids as `short` has them.

    Of a new item the values alone; of one that was removed nothing, since all of it went.
    """
    return [
        piece._replace(text=short.get(piece.text, piece.text)) if piece.name in _LINKS else piece
        for piece in _pieces(change)
    ]


def _pieces(change: Change) -> list[Piece]:
    if change.change == "removed":
        return []
    if change.change == "added":
        said = {n: after for n, (_, after) in change.fields.items() if n not in _OWN_LINE}
        # The source that an import names without a quote is the document that is named below.
        again = ("evidence", f"document {said.get('document')}")
        return [
            Piece(label, "", text)
            for name, value in said.items()
            if _PLAIN.get(name) != value
            for label, text in atoms(name, value)
            if (label, text) != again
        ]
    found: list[Piece] = []
    for name, (before, after) in change.fields.items():
        if change.change == "superseded" and change.by and name in _STAMP:
            continue
        found += _differences(name, before, after)
    if change.change != "changed":  # what happened is more than that its source was read again
        found = [piece for piece in found if piece.text != _AGAIN]
    return found


def _differences(name: str, before: Any, after: Any) -> Iterable[Piece]:
    old, new = atoms(name, before), atoms(name, after)
    if len(old) == len(new) == 1:
        (label, was), (_, now) = old[0], new[0]
        if max(len(was), len(now)) <= _SHORT:
            return [Piece(label, "", f"{was} → {now}")]
    if old == new:  # what is not shown differs: the blob that a document had
        return [Piece(name, "", _AGAIN)]
    if sorted(old) == sorted(new):
        return [Piece(name, "", "in another order")]
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    found = []
    for sort, a, b, c, d in matcher.get_opcodes():
        if sort != "equal":
            found += [
                Piece(label, "-", text) for label, text in old[a:b] if (label, text) not in new
            ]
            found += [
                Piece(label, "+", text) for label, text in new[c:d] if (label, text) not in old
            ]
    return found


def atoms(name: str, value: Any) -> list[tuple[str, str]]:
    """A value as labelled texts: an entry of a list each, a line of a long text each."""
    match value:
        case None:
            return []
        case str():
            return [(name, line) for line in value.split("\n") if line.strip()]
        case list() | tuple():
            return [(name, _entry(name, one)) for one in value]
        case Mapping() if name in ("scope", "verified"):
            return [atom for part, inner in value.items() for atom in _part(name, part, inner)]
    return [(name, _entry(name, value))]


def _part(name: str, part: str, inner: Any) -> list[tuple[str, str]]:
    if isinstance(inner, Mapping):
        return [(part, f"{path} at {str(blob)[:12]}") for path, blob in inner.items()]
    label = part if name == "scope" else name
    return atoms(label, inner)


def _entry(name: str, value: Any) -> str:
    if isinstance(value, str):
        return " ".join(value.split("\n"))
    if isinstance(value, Mapping):
        if name == "rejected":
            because = value.get("because")
            return f"{value.get('option', '')}" + (f" ({because})" if because else "")
        if name == "evidence":
            return _evidence(value)
    return json.dumps(value, ensure_ascii=False)


def _evidence(value: Mapping[str, Any]) -> str:
    sources = [
        f"{sort} {str(value[sort])[:80]}" for sort in ("commit", "session", "document")
        if value.get(sort)
    ]  # fmt: skip
    quote = " ".join(str(value.get("quote", "")).split())
    return ", ".join(sources) + (f': "{quote}"' if quote else "")
