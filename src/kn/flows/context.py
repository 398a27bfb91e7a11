"""`kn context`: the right items for a task, within the budget, and a word on what is missing."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kn.adapters import git
from kn.adapters.index import search_view
from kn.adapters.words import load_stemmer
from kn.core import render
from kn.core.analysis import Query, weigh_task
from kn.core.layout import NONCE_DIGITS, Printable, lay_out
from kn.core.rank import Ranked, Task, rank
from kn.errors import KnError
from kn.flows.knowledge import Knowledge, trusted_ref
from kn.flows.shelve import weigh_versions
from kn.flows.view import Audience, Row, View, open_view

TOKENIZER = "cl100k_base"
BRANCH_COMMITS = 20
"""So many of the branch's own commit subjects say what it is about; a guess."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a context is wanted for."""

    task: str = ""
    files: tuple[str, ...] = ()
    budget: int = 500
    at: str = ""
    form: render.Format = "markdown"
    max_bytes: int | None = None
    include_unreviewed: bool = False
    include_proposed: bool = False


@dataclass(frozen=True, slots=True)
class ServedItem:
    """An item of the context, with its rank and its price."""

    row: Row
    score: float
    why: tuple[str, ...]
    tokens: int


@dataclass(frozen=True, slots=True)
class Context:
    """What comes out: the text that is printed, and everything that went into it."""

    asked: Asked
    branch: str
    text: str
    spent: int
    items: tuple[ServedItem, ...]
    left_out: tuple[Ranked, ...]
    """Ranked, but over the budget."""
    held_back: int
    unreadable: Mapping[str, Sequence[Any]]
    watched: tuple[str, ...] = ()
    """Paths besides the items on which the answer depends."""

    def to_json(self) -> dict[str, Any]:
        """`kn context --json` (format 1)."""
        return {
            "format": 1,
            "task": self.asked.task,
            "budget": self.asked.budget,
            "spent": self.spent,
            "tokenizer": TOKENIZER,
            "view": self.asked.at or "worktree",
            "branch": self.branch,
            "items": [_item_json(i) for i in self.items],
            "files": [],
            "omitted": {
                "count": len(self.left_out),
                "because": "budget",
                "unreviewed": self.held_back,
                "unreadable": sorted(self.unreadable),
            },
            "text": self.text,
        }


def _item_json(item: ServedItem) -> dict[str, Any]:
    row = item.row
    return {
        "id": row.id,
        "kind": row.kind,
        "statement": row.statement,
        "status": row.status,
        "score": item.score,
        "tokens": item.tokens,
        "path": row.path,
        "document": row.document,
        "evidence": row.evidence,
        "amended_by": list(row.amended_by),
        "superseded_by": list(row.superseded_by),
        "trust": row.trust,
        "needs_verification": row.needs_verification,
        "why": list(item.why),
    }


def build_context(knowledge: Knowledge, asked: Asked) -> Context:
    """Select what matters for the task and render it; never over the budget.

    Raises:
        KnError: A file lies outside the repository, or a revision does not exist.
    """
    audience: Audience = "person"
    if knowledge.in_agent and not asked.include_unreviewed:
        audience = "agent"
    view = open_view(knowledge, at=asked.at, audience=audience)
    task = _understand(knowledge, asked)
    rows = {
        r.id: r
        for r in view.rows
        if r.standing == "current" or (asked.include_proposed and r.standing == "proposed")
    }
    postings = search_words(knowledge, view, task)
    ranked = rank([r.subject for r in rows.values()], postings, task)
    return _render(knowledge, asked, view, rows, ranked, audience)


def search_words(knowledge: Knowledge, view: View, task: Task) -> Mapping[str, Mapping[str, float]]:
    """The postings of the task's words and of the branch's, over all items of the view."""
    terms = dict.fromkeys((*task.query.terms, *(task.branch.terms if task.branch else ())))
    if not terms or not view.rows:
        return {}
    return search_view(
        knowledge.state / "index",
        [r.version for r in view.rows],
        terms,
        lambda lacking: weigh_versions(knowledge.schema, lacking, view.read),
    )


def _understand(knowledge: Knowledge, asked: Asked) -> Task:
    stem = load_stemmer()
    files = tuple(relative_path(knowledge, f) for f in asked.files)
    if asked.at or knowledge.repo.bare:
        return Task(weigh_task(asked.task, stem), files)
    subjects, changed = _branch_work(knowledge)
    query = weigh_task(asked.task, stem)
    if query.terms or files:
        return Task(query, files, changed)
    words = " ".join((knowledge.probe.branch if subjects or changed else "", *subjects))
    branch = weigh_task(words, stem) if words.strip() else None
    return Task(Query({}, {}), files, changed, branch)


def _branch_work(knowledge: Knowledge) -> tuple[list[str], tuple[str, ...]]:
    """Subjects of the branch's own commits, and the files it changes against its merge base."""
    head = knowledge.probe.head
    _, trusted = trusted_ref(knowledge.probe)
    if not head or not trusted or head == trusted:
        return [], ()
    base = git.merge_base(knowledge.repo, trusted, head)
    if base is None or base == head:
        return [], ()
    skip = f"{knowledge.folder}/"
    changed = [p for p in git.changed_paths(knowledge.repo, base, head) if not p.startswith(skip)]
    return git.subjects(knowledge.repo, base, head, BRANCH_COMMITS), tuple(changed)


def relative_path(knowledge: Knowledge, given: str) -> str:
    """A path as the user typed it, from the repository's top, with forward slashes.

    Raises:
        KnError: It lies outside the repository.
    """
    import os
    from pathlib import Path

    if knowledge.repo.top is None:
        return given
    top = Path(os.path.realpath(knowledge.repo.top))
    whole = Path(os.path.normpath(Path.cwd() / given))
    whole = Path(os.path.realpath(whole.parent)) / whole.name
    if not whole.is_relative_to(top):
        raise KnError(f"{given} lies outside the repository {knowledge.repo.top}.")
    return whole.relative_to(top).as_posix()


def _render(
    knowledge: Knowledge,
    asked: Asked,
    view: View,
    rows: Mapping[str, Row],
    ranked: Sequence[Ranked],
    audience: Audience,
) -> Context:
    notes = []
    if view.held_back:
        notes.append(render.print_note("unreviewed", view.held_back))
    if view.unreadable:
        notes.append(render.print_note("unreadable", len(view.unreadable)))
    nonce = f"{secrets.randbelow(10**NONCE_DIGITS):0{NONCE_DIGITS}d}" if asked.form == "xml" else ""
    layout = lay_out(
        [_printable(rows, rows[r.id], audience) for r in ranked],
        asked.budget,
        notes=notes,
        nonce=nonce,
        max_bytes=asked.max_bytes,
    )
    items = [
        ServedItem(rows[one.id], one.score, one.why, tokens)
        for one, tokens in zip(ranked, layout.tokens, strict=False)
    ]
    return Context(
        asked, knowledge.probe.branch, layout.text, layout.spent, tuple(items),
        tuple(ranked[len(items) :]), view.held_back, view.unreadable, view.watched,
    )  # fmt: skip


def _printable(rows: Mapping[str, Row], row: Row, audience: Audience) -> Printable:
    own_block = audience == "agent" and row.trust == "local"
    marks = [] if own_block or row.trust == "reviewed" else [row.trust]
    if row.standing == "proposed":
        marks.append("proposed")
    if row.needs_verification:
        marks.append("verify")
    return Printable(
        row.id, row.compact, row.line, row.compact_tokens, row.line_tokens, tuple(marks),
        row.amended_by, sum(rows[i].id_tokens for i in row.amended_by if i in rows), own_block,
    )  # fmt: skip
