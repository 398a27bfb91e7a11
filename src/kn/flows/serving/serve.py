"""Serving a context from a view that is ready: search, rank, lay out.

This is the path of every context, first or repeated, and it is the one that people and agents
wait for. It imports neither git, YAML nor `dataclasses` (6 ms, as much as Python itself takes to
start).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kn.core.context import render
from kn.core.context.analysis import Query, weigh_task
from kn.core.context.layout import NONCE_DIGITS, Printable, lay_out
from kn.core.context.rank import EXPLAINED, Ranked, Task, rank_best
from kn.core.context.related import FoundFile, Lead, rank_files, share_touched
from kn.core.hidden import quote_data
from kn.core.similar import find_repeats
from kn.errors import KnError
from kn.flows.serving.values import Asked, Body, Context, Ready, ServedItem, Tools

LEADS = 10
"""So many of the best items lead to files; a guess."""
MOST_FILES = 5
"""More names help nobody; a guess."""


def serve(ready: Ready, asked: Asked, tools: Tools) -> Context:
    """Select what matters for the task and render it; never over the budget.

    Args:
        ready: The view.
        asked: The question.
        tools: The outside world.

    Raises:
        KnError: A file lies outside the repository.
    """
    rows = {r[0]: r for r in (*ready.subjects, *(ready.proposed if asked.include_proposed else ()))}
    if asked.only_applying:
        from kn.flows.serving.applying import rank_applying

        paths = [relative_path(ready.top, f) for f in asked.files]
        ranked = rank_applying(ready, rows, paths, tools)
        more = 0
        files: list[tuple[FoundFile, int]] = []
    else:
        ranked, more, files = _select(ready, asked, rows, tools)
    given = dict(asked.given)
    ranked = [r for r in ranked if given.get(r.id) != rows[r.id][2]] if given else ranked
    return _lay_out(ready, asked, rows, ranked, more, files, tools.stem)


def _select(
    ready: Ready, asked: Asked, rows: Mapping[str, tuple[Any, ...]], tools: Tools
) -> tuple[list[Ranked], int, list[tuple[FoundFile, int]]]:
    """The best items for the task, how many more there are, and the files it will likely touch."""
    task = _understand(ready, asked, tools.stem)
    known = (*task.files, *task.changed)
    about = tools.files() if known else None
    if about is not None:
        task = task._replace(cited=share_touched(about, known))
    terms = task.lookups
    postings = tools.lookup(terms) if terms and rows else {}
    budget = ready.budget if asked.budget is None else asked.budget
    # No item costs fewer than ten tokens, its id alone has eight: more need not be looked at.
    # Of what was given before nobody knows how much of it is among the best.
    most = len(rows) if asked.given else max(budget // 10 + 1, EXPLAINED)
    ranked, more = rank_best(list(rows.values()), postings, task, most)
    return ranked, more, _find_files(task, rows, ranked, tools)


def _find_files(
    task: Task, rows: Mapping[str, tuple[Any, ...]], ranked: Sequence[Ranked], tools: Tools
) -> list[tuple[FoundFile, int]]:
    """The files that the task will likely touch, each with the tokens of its line."""
    terms = task.query.terms or (task.branch.terms if task.branch else {})
    files = tools.files() if terms or ranked else None
    if files is None or not files.paths:
        return []
    leads = [Lead(r.id, r.score / ranked[0].score, rows[r.id][4]) for r in ranked[:LEADS]]
    known = (*task.files, *task.changed)
    found = rank_files(files, terms, leads if terms or task.files else (), known=known)[:MOST_FILES]
    return list(zip(found, tools.count_lines([_file_line(f) for f in found]), strict=True))


def _file_line(found: FoundFile) -> str:
    return f"- {quote_data(found.path)}\n"


def _understand(ready: Ready, asked: Asked, stem: Callable[[str], str]) -> Task:
    files = tuple(relative_path(ready.top, f) for f in asked.files)
    working = (p for p in asked.uncommitted if not p.startswith(f"{ready.folder}/"))
    changed = () if asked.at else tuple(dict.fromkeys((*ready.changed, *working)))
    query = weigh_task(asked.task, stem)
    if asked.at or query.terms or files:
        return Task(query, files, changed)
    words = " ".join((ready.branch, *ready.branch_subjects)) if ready.changed else ""
    branch = weigh_task(words, stem) if words else None
    return Task(Query({}, {}), files, changed, branch)


def relative_path(top: str, given: str) -> str:
    """A path as the user typed it, from the repository's top, with forward slashes.

    Raises:
        KnError: It lies outside the repository.
    """
    if not top:
        return given
    base = os.path.realpath(top)
    whole = os.path.normpath(os.path.join(os.getcwd(), given))
    whole = os.path.join(os.path.realpath(os.path.dirname(whole)), os.path.basename(whole))
    if whole != base and not whole.startswith(base + os.sep):
        raise KnError(f"{given} lies outside the repository {top}.")
    return os.path.relpath(whole, base).replace(os.sep, "/")


def _lay_out(
    ready: Ready,
    asked: Asked,
    rows: Mapping[str, tuple[Any, ...]],
    ranked: Sequence[Ranked],
    more: int,
    files: list[tuple[FoundFile, int]],
    stem: Callable[[str], str],
) -> Context:
    budget = ready.budget if asked.budget is None else asked.budget
    notes = []
    if ready.held_back:
        notes.append(render.print_note("unreviewed", ready.held_back))
    if ready.unreadable:
        notes.append(render.print_note("unreadable", len(ready.unreadable)))
    bodies = {r.id: ready.body(rows[r.id]) for r in ranked[: budget // 10 + 1]}
    repeats = find_repeats([(i, b.statement) for i, b in bodies.items()], stem)
    ranked = [r for r in ranked if r.id not in repeats]
    bodies = {i: b for i, b in bodies.items() if i not in repeats}
    if repeats:
        notes.append(render.print_note("repeats", len(repeats)))
    layout = lay_out(
        [
            _printable(ready, rows, r.id, body)
            for r, body in zip(ranked, bodies.values(), strict=False)
        ],
        budget,
        more=max(len(ranked) - len(bodies), 0) + more,
        notes=notes,
        files=[(_file_line(f), tokens) for f, tokens in files],
        nonce=_nonce() if asked.form == "xml" else "",
        max_bytes=asked.max_bytes,
    )
    items = tuple(
        ServedItem(
            r.id, rows[r.id][1], bodies[r.id], rows[r.id][5], r.score, r.why, tokens, rows[r.id][2]
        )
        for r, tokens in zip(ranked, layout.tokens, strict=False)
    )
    return Context(
        asked, budget, ready.branch, layout.text, layout.spent, items,
        tuple(ranked[len(items) :]), more, repeats, tuple(files[: layout.files]), ready.held_back,
        ready.unreadable,
    )  # fmt: skip


def _nonce() -> str:
    """Digits that nobody who wrote an item could know."""
    return f"{int.from_bytes(os.urandom(8), 'big') % 10**NONCE_DIGITS:0{NONCE_DIGITS}d}"


def _printable(
    ready: Ready, rows: Mapping[str, tuple[Any, ...]], item_id: str, body: Body
) -> Printable:
    own_block = ready.own_block and body.trust == "local"
    marks = [] if own_block or body.trust == "reviewed" else [body.trust]
    if body.standing == "proposed":
        marks.append("proposed")
    if rows[item_id][5]:
        marks.append("verify")
    amending, opposing = (
        sum(ready.body(rows[i]).id_tokens for i in named if i in rows)
        for named in (body.amended_by, body.rivals)
    )
    return Printable(
        item_id, body.compact, body.line, body.compact_tokens, body.line_tokens, tuple(marks),
        body.amended_by, amending, own_block, body.rivals, opposing,
    )  # fmt: skip
