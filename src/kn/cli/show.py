"""Values -> lines of text for people."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from kn.core.hidden import quote_data
from kn.core.ids import shorten_ids
from kn.core.view import Trust
from kn.flows.items import Found

_TRUST: Mapping[str, str] = {
    "local": "not reviewed yet",
    "unreviewed": "unreviewed",
    "uncommitted": "uncommitted",
}


def item_lines(found: Sequence[Found], known: Sequence[str], *, why: bool = False) -> list[str]:
    """One line an item: short id, kind, statement, and what is special about it."""
    short = shorten_ids(known)
    width = max((len(short[f.row.id]) for f in found), default=0)
    lines = []
    for one in found:
        notes = _notes(one)
        said = f"  [{', '.join(notes)}]" if notes else ""
        statement = quote_data(one.row.statement)  # an agent may read this, as it reads a context
        lines.append(f"{short[one.row.id]:<{width}}  {one.row.kind:<10} {statement}{said}")
        if why and one.why:
            lines.append(" " * width + f"  ({'; '.join(one.why)})")
    return lines


def _notes(one: Found) -> list[str]:
    row = one.row
    notes = [] if row.standing == "current" else [row.standing]
    trust: Trust | str = row.trust
    if trust in _TRUST:
        notes.append(_TRUST[trust])
    if row.needs_verification:
        notes.append("needs verification")
    if row.superseded_by:
        notes.append(f"superseded by {', '.join(row.superseded_by)}")
    if row.amended_by:
        notes.append(f"amended by {', '.join(row.amended_by)}")
    if row.rivals:
        notes.append(f"conflicts with {', '.join(row.rivals)}; a person must settle it")
    return notes


def candidate_lines(candidate: Mapping[str, Any], *, indent: str = "") -> list[str]:
    """A candidate whole: what it would say, and the words it rests on."""
    lines = [f"{candidate['kind']}: {candidate['statement']}"]
    if candidate.get("because"):
        lines.append(f"  because: {candidate['because']}")
    for rejected in candidate.get("rejected") or []:
        reason = f" ({rejected['because']})" if rejected.get("because") else ""
        lines.append(f"  rejected: {rejected['option']}{reason}")
    for name in ("instead", "cause", "fix", "impact", "who", "expertise", "severity",
                 "supersedes"):  # fmt: skip
        if candidate.get(name):
            lines.append(f"  {name}: {candidate[name]}")
    scope = candidate.get("scope") or {}
    if scope.get("paths"):
        lines.append(f"  applies to: {', '.join(scope['paths'])}")
    for evidence in candidate.get("evidence") or []:
        source = evidence.get("commit", "")[:10] or evidence.get("session", "")
        source = source or evidence.get("document", "")
        quote = " ".join(str(evidence.get("quote", "")).split())
        lines.append(f'  from {source}: "{textwrap.shorten(quote, 300, placeholder=" …")}"')
    return [indent + line for line in lines]
