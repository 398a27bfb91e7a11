"""Opening a view: the items of the work tree or of a revision, judged, and found in the index."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from kn.adapters import git, journal, store
from kn.core.context.rank import Subject
from kn.core.mentions import names_of, resolve_names
from kn.core.view import Currency, Links, judge, judge_trust
from kn.core.yaml.loaded import Fault
from kn.flows.knowledge import Knowledge, trusted_ref
from kn.flows.views.intake import Intake
from kn.flows.views.library import SHAPE, Head, Library, version_of
from kn.flows.views.shelve import Read
from kn.flows.views.source import Source, from_commit, from_tree
from kn.flows.views.trees import list_trees

Audience = Literal["person", "agent", "everyone"]
"""`person`: accepted items of the work tree, marked. `agent`: only committed ones that are
reviewed or local. `everyone`: whatever was asked to be included (DESIGN §4)."""


class Row(NamedTuple):
    """An item of a view, current or not."""

    id: str
    kind: str
    version: str
    recorded: str
    scopes: tuple[tuple[str, str], ...]
    needs_verification: bool
    leads_to: tuple[str, ...]
    path: str
    status: str
    standing: str
    trust: str
    statement: str
    because: str
    tags: tuple[str, ...]
    document: str
    evidence: list[dict[str, object]]
    superseded_by: tuple[str, ...]
    amended_by: tuple[str, ...]
    rivals: tuple[str, ...]
    """Other current items that replace the same one: a person has to settle that."""
    compact: str
    line: str
    compact_tokens: int
    line_tokens: int
    id_tokens: int
    ties: str

    @property
    def subject(self) -> Subject:
        return Subject(*self[:7])


@dataclass(frozen=True, slots=True)
class View:
    """All items of one tree, as one audience sees them."""

    rows: tuple[Row, ...]
    commit: str
    """The revision that was asked for; empty for the work tree."""
    read: Read
    """Contents by blob id, of the view's items and documents."""
    unreadable: Mapping[str, Sequence[Fault]] = field(default_factory=dict)
    """Path -> what is wrong with the file."""
    held_back: int = 0
    """Accepted items that this audience does not get because nobody reviewed them."""
    watched: tuple[str, ...] = ()
    """Paths of the documents and anchors that the items name."""
    terms: dict[str, Mapping[str, float]] = field(default_factory=dict)
    """Version -> its terms for the index, of those that were read just now."""

    @property
    def current(self) -> tuple[Row, ...]:
        return tuple(r for r in self.rows if r.standing == "current")


def fault_lines(unreadable: Mapping[str, Sequence[Fault]]) -> list[str]:
    """Faults as people and editors read them."""
    return [
        f"{path}:{f.line}: {f.place + ': ' if f.place else ''}{f.message}"
        for path, faults in sorted(unreadable.items())
        for f in faults
    ]


def open_view(knowledge: Knowledge, *, at: str = "", audience: Audience = "person") -> View:
    """The view of the work tree, or of the revision `at`.

    Unreadable item files are reported in the view, never skipped in silence.

    Raises:
        KnError: There is no such revision.
    """
    commit = git.resolve(knowledge.repo, at) if at else ""
    source = from_commit(knowledge, commit) if commit else from_tree(knowledge)
    _, trusted = trusted_ref(knowledge.probe)
    local = journal.read_local(knowledge.repo.state)
    key = _key(knowledge, source, commit or knowledge.probe.head, trusted, local, audience)
    path = knowledge.state / "views" / key
    found = store.load(path)
    if isinstance(found, tuple) and len(found) == 4:
        documents = found[3]
        if source.blob_of(list(found[2])) == documents:
            rows = tuple(Row._make(r) for r in found[0])
            return View(rows, commit, source.read, {}, found[1], tuple(found[2]))
    return _build(knowledge, source, commit, trusted, local, audience, path)


def _build(
    knowledge: Knowledge,
    source: Source,
    commit: str,
    trusted: str,
    local: frozenset[str],
    audience: Audience,
    path: Path,
) -> View:
    library = Library(knowledge.state / "cards", knowledge.schema)
    intake = Intake(knowledge.schema, library, source.read, knowledge.state)
    broken = intake.read_heads(source.blobs.values())
    heads = {p: h for p, b in source.blobs.items() if (h := library.head(b)) is not None}
    named = {h.document for h in heads.values() if h.document}
    anchored = {a for h in heads.values() for a, _ in h.anchors}
    others = dict(source.blob_of(sorted(named | anchored)))
    versions = {
        p: version_of(source.blobs[p], others.get(h.document, "") if h.document else "")
        for p, h in heads.items()
    }
    intake.read_cards(versions.values())
    library.keep(source.blobs.values(), versions.values())
    library.save()
    trust = _trust(knowledge, source, commit, trusted, local)
    rows, held_back = _judge(knowledge, library, heads, versions, others, trust, audience)
    watched = named | anchored
    seen = {p: others[p] for p in sorted(watched) if p in others}
    if not broken:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        store.save(path, ([tuple(r) for r in rows], held_back, sorted(watched), seen))
        store.prune(path.parent, 40)
    faults = {p: broken[b] for p, b in source.blobs.items() if b in broken}
    return View(
        tuple(rows), commit, source.read, faults, held_back, tuple(sorted(watched)), intake.terms
    )


def _judge(
    knowledge: Knowledge,
    library: Library,
    heads: Mapping[str, Head],
    versions: Mapping[str, str],
    others: Mapping[str, str],
    trust: Mapping[str, str],
    audience: Audience,
) -> tuple[list[Row], int]:
    def admitted(path: str) -> bool:
        return audience != "agent" or trust[path] in ("reviewed", "local")

    chosen = sorted(p for p in heads if admitted(p))
    currency = judge(
        (
            Links(h.id, h.status, h.supersedes, h.superseded_by, h.amends, h.relates, h.valid_until)
            for h in (heads[p] for p in chosen)
        ),
        knowledge.today,
    )
    leads_to = _find_leads(library, {p: heads[p] for p in chosen}, versions, currency)
    rows: list[Row] = []
    seen: set[str] = set()
    for path in chosen:
        head = heads[path]
        card = library.card(versions[path])
        if card is None or (head.id in seen and audience != "everyone"):
            continue  # a second file with the id: `kn check` says so
        seen.add(head.id)
        stale = any(others.get(p, "")[: len(blob)] != blob for p, blob in head.anchors)
        late = head.is_late(knowledge.today)
        rows.append(
            Row(
                head.id, head.kind, versions[path], head.recorded, card.scopes, stale or late,
                leads_to[head.id], path, head.status, currency.standing[head.id], trust[path],
                card.statement, card.because, card.tags, head.document, card.evidence,
                currency.superseded_by.get(head.id, ()), currency.amended_by.get(head.id, ()),
                currency.rivals.get(head.id, ()), card.compact, card.line, card.compact_tokens,
                card.line_tokens, card.id_tokens, card.ties,
            )
        )  # fmt: skip
    held = sum(1 for p, h in heads.items() if not admitted(p) and h.status == "accepted")
    return rows, held


def _find_leads(
    library: Library, heads: Mapping[str, Head], versions: Mapping[str, str], currency: Currency
) -> dict[str, tuple[str, ...]]:
    """Item -> the ones that it names or is related to, whichever of the two files says so."""
    related: dict[str, list[str]] = {h.id: [] for h in heads.values()}
    named: dict[str, tuple[str, ...]] = {}
    for path, head in heads.items():
        card = library.card(versions[path])
        named[head.id] = card.names if card else ()
        related[head.id] += (*head.relates, *head.amends)
        for other in head.relates:
            related.get(other, []).append(head.id)
    for older, amendments in currency.amended_by.items():
        related[older] += amendments
    found = resolve_names(named, ((h.id, names_of(h.id, h.document)) for h in heads.values()))
    return {i: tuple(o for o in dict.fromkeys((*related[i], *found[i])) if o != i) for i in related}


def _trust(
    knowledge: Knowledge, source: Source, commit: str, trusted: str, local: frozenset[str]
) -> dict[str, str]:
    head = "" if commit else knowledge.probe.head
    trees = list_trees(knowledge.repo, knowledge.state, knowledge.folder, (trusted, head))
    reviewed = set(trees[trusted].values()) if trusted else set()
    here = source.blobs if commit else trees.get(head, {})
    return {
        path: judge_trust(blob, committed=here.get(path) == blob, reviewed=reviewed, local=local)
        for path, blob in source.blobs.items()
    }


def _key(
    knowledge: Knowledge,
    source: Source,
    head: str,
    trusted: str,
    local: frozenset[str],
    audience: Audience,
) -> str:
    digest = hashlib.sha1(usedforsecurity=False)
    settled = (head, trusted, audience, knowledge.today, knowledge.folder, str(knowledge.schema))
    shown = (str(SHAPE), *settled)
    digest.update("\0".join(shown).encode("utf-8", "surrogateescape"))
    for path in sorted(source.blobs):
        blob = source.blobs[path]
        mark = "+" if blob in local else " "
        digest.update(f"{path}\0{blob}{mark}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
