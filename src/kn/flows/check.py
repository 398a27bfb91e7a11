"""`kn check`: the findings of a view."""

from __future__ import annotations

import os
from collections.abc import Sequence

from kn.core.check import Finding, by_importance
from kn.core.check.links import check_files, check_links, check_places, check_statements
from kn.core.codec import decode
from kn.core.model import Item
from kn.core.redact import Redactor
from kn.core.view import Links, judge
from kn.errors import KnError
from kn.flows.knowledge import Knowledge
from kn.flows.redaction import make_redactor
from kn.flows.serving.serve import relative_path
from kn.flows.views.shelve import blobs_of
from kn.flows.views.view import Row, open_view


def check_knowledge(
    knowledge: Knowledge, paths: Sequence[str] = (), *, at: str = ""
) -> list[Finding]:
    """Every finding in the items of the work tree, or of a revision; errors first.

    Args:
        knowledge: The repository.
        paths: Only what lies in these files and folders, as the user typed them.
        at: A revision.

    Raises:
        KnError: One of the paths does not exist: "no findings" would be untrue.
    """
    places = [relative_path(str(knowledge.repo.top or ""), p) for p in paths]
    for given, place in zip(paths, places, strict=True):
        if not at and not (knowledge.top / place).exists():
            raise KnError(f"There is no {given} to check.")
    found = _find_all(knowledge, at)
    if not paths:
        return found
    return [f for f in found if any(f"{f.path}/".startswith(f"{p}/") or p == "." for p in places)]


def _find_all(knowledge: Knowledge, at: str) -> list[Finding]:
    view = open_view(knowledge, at=at, audience="everyone")
    faults = {path: list(found) for path, found in view.unreadable.items()}
    contents = view.read([blobs_of(r.version)[0] for r in view.rows])
    items: dict[str, tuple[str, Links]] = {}
    places, statements = [], []
    stale: list[Finding] = []
    redactor = make_redactor(knowledge, os.environ)
    for row in view.rows:
        item, said = decode(contents.get(blobs_of(row.version)[0], b""), knowledge.schema)
        if said:
            faults.setdefault(row.path, []).extend(said)
        if item is None:
            continue
        stale += _say_secrets(row, contents[blobs_of(row.version)[0]], redactor)
        places.append((row.path, item.id, knowledge.schema.kinds[item.kind].folder))
        items.setdefault(item.id, (row.path, Links(
            item.id, item.status, item.supersedes, item.superseded_by, item.amends, item.relates,
            item.valid_until,
        )))  # fmt: skip
        if row.standing in ("current", "proposed"):
            statements.append((row.path, item.id, item.statement))
        if row.standing == "current" and row.needs_verification:
            stale.append(_say_stale(row, item, knowledge.today))
    currency = judge((links for _, links in items.values()), knowledge.today)
    findings = check_files(faults) + check_places(places) + check_links(items, currency)
    findings += check_statements(statements)
    findings += stale
    return by_importance(findings)


def _say_secrets(row: Row, raw: bytes, redactor: Redactor) -> list[Finding]:
    text = raw.decode("utf-8", "replace")
    return [
        Finding("KN040", row.path, line, f"looks like a secret: {f.kind}", row.id)
        for f in redactor.find(text)
        for line in (text.count("\n", 0, f.start) + 1,)
    ]


def _say_stale(row: Row, item: Item, today: str) -> Finding:
    seen = item.verified.on if item.verified else ""
    if item.review_after and seen <= item.review_after < today:
        message = f"was to be looked at again after {item.review_after}; then `kn verify` it"
        return Finding("KN031", row.path, 1, message, row.id)
    message = "was verified against files that changed; look, then `kn verify` it"
    return Finding("KN030", row.path, 1, message, row.id)
