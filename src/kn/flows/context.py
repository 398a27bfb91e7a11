"""`kn context`: making a view ready, and serving from it."""

from __future__ import annotations

import marshal
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kn.adapters import git
from kn.adapters.pieces import Pieces
from kn.adapters.words import load_stemmer
from kn.flows.knowledge import Knowledge, trusted_ref
from kn.flows.redaction import redact_lines
from kn.flows.serving.lines import line_counter
from kn.flows.serving.lookup import search_terms
from kn.flows.serving.ready import keep_context
from kn.flows.serving.renew import plain_kinds
from kn.flows.serving.serve import serve
from kn.flows.serving.values import Asked, Body, Context, Ready, Tools
from kn.flows.views import kept
from kn.flows.views.files import files_key, make_files
from kn.flows.views.view import Row, View, fault_lines, open_view

BRANCH_COMMITS = 20
"""So many of the branch's own commit subjects say what it is about; a guess."""


@dataclass(frozen=True, slots=True)
class Built:
    """A context, and what it was made from."""

    context: Context
    knowledge: Knowledge
    view: View
    ready: Ready

    def keep(self, words: list[str], printed: str, started_ns: int) -> None:
        """Keep the answer for the same words, and the view for other questions.

        Args:
            words: The command line.
            printed: All that was printed on stdout; empty keeps only the view.
            started_ns: When the command began.
        """
        keep_context(self.knowledge, self.view, self.ready, words, printed, started_ns)


def build_context(knowledge: Knowledge, asked: Asked, *, read: bool = False) -> Built:
    """The context for a task.

    Args:
        knowledge: The repository.
        asked: The question.
        read: Whether the relevant parts of the files go in as well, within the same budget.

    Raises:
        KnError: A file lies outside the repository, or a revision does not exist.
    """
    own_block = knowledge.in_agent and not asked.include_unreviewed
    view = open_view(knowledge, at=asked.at, audience="agent" if own_block else "person")
    ready = make_ready(knowledge, view, own_block=own_block)
    looked = []

    def lookup(terms: Iterable[str]) -> Mapping[str, Mapping[str, float]]:
        looked.append(True)
        return search_terms(knowledge, view, terms, ready.loose)

    tools = Tools(
        lookup,
        load_stemmer(),
        lambda: make_files(knowledge, view),
        line_counter(knowledge.state),
    )
    if not asked.at:
        working = kept.list_uncommitted()
        if working is None:
            working = git.uncommitted_paths(knowledge.repo)
        asked = asked._replace(uncommitted=tuple(working))
    if not read:
        context = serve(ready, asked, tools)
        if not looked:  # the next question may hold words, and is to find all ready as well
            lookup(())
            tools.files()
        return Built(context, knowledge, view, ready)
    from kn.flows.serving.reading import items_budget, read_files

    budget = ready.budget if asked.budget is None else asked.budget
    context = serve(ready, asked._replace(budget=items_budget(budget)), tools)
    return Built(read_files(knowledge, context, asked, budget), knowledge, view, ready)


def make_ready(knowledge: Knowledge, view: View, *, own_block: bool) -> Ready:
    """All that a context of this view depends on, as plain values."""
    bodies = Pieces()
    scopes: dict[Any, Any] = {}  # many items share theirs, which is less to load
    rows: dict[str, list[tuple[object, ...]]] = {"current": [], "proposed": []}
    for row in view.rows:
        if row.standing in rows:
            one = row.subject
            shared = scopes.setdefault(one.scopes, one.scopes)
            place = bodies.add(marshal.dumps(tuple(_body_of(row))))
            rows[row.standing].append(tuple(one._replace(scopes=shared, place=place)))
    subjects, changed = ([], []) if view.commit else _branch_work(knowledge)
    return Ready(
        rows["current"],
        rows["proposed"],
        bodies,
        [r.version for r in view.rows],
        str(knowledge.repo.top or ""),
        knowledge.probe.branch,
        subjects,
        changed,
        own_block,
        view.held_back,
        {path: fault_lines({path: faults}) for path, faults in view.unreadable.items()},
        knowledge.settings.number("context.budget"),
        files_key(knowledge, view),
        knowledge.folder,
        knowledge.probe.head,
        trusted_ref(knowledge.probe)[1],
        plain_kinds(knowledge.schema),
        {},
    )


def _body_of(row: Row) -> Body:
    return Body(
        row.path, row.status, row.standing, row.trust, row.statement, row.document, row.evidence,
        row.superseded_by, row.amended_by, row.rivals, row.compact, row.line, row.compact_tokens,
        row.line_tokens, row.id_tokens, row.ties,
    )  # fmt: skip


def _branch_work(knowledge: Knowledge) -> tuple[list[str], list[str]]:
    """Subjects of the branch's own commits, and the files it changes against its merge base."""
    head = knowledge.probe.head
    _, trusted = trusted_ref(knowledge.probe)
    if not head or not trusted or head == trusted:
        return [], []
    base = git.merge_base(knowledge.repo, trusted, head)
    if base is None or base == head:
        return [], []
    skip = f"{knowledge.folder}/"
    changed = [p for p in git.changed_paths(knowledge.repo, base, head) if not p.startswith(skip)]
    subjects = git.subjects(knowledge.repo, base, head, BRANCH_COMMITS)
    return redact_lines(knowledge, os.environ, subjects), changed
