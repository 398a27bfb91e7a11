"""Serving a context from a view that is ready: search, rank, lay out.

This is the path of every context, first or repeated, and it is the one that people and agents
wait for. It imports neither git, YAML nor `dataclasses` (6 ms, as much as Python itself takes to
start), which is why its values are named tuples.
"""

from __future__ import annotations

import marshal
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from kn.adapters.pieces import Pieces
from kn.core.context import render
from kn.core.context.analysis import Query, weigh_task
from kn.core.context.layout import NONCE_DIGITS, Printable, lay_out
from kn.core.context.rank import EXPLAINED, Ranked, Task, rank_best
from kn.core.context.related import Files, FoundFile, Lead, rank_files, share_touched
from kn.core.hidden import quote_data
from kn.core.similar import find_repeats
from kn.errors import KnError

TOKENIZER = "cl100k_base"
LEADS = 10
"""So many of the best items lead to files; a guess."""
MOST_FILES = 5
"""More names help nobody; a guess."""

Lookup = Callable[[Iterable[str]], Mapping[str, Mapping[str, float]]]
"""Terms -> for each the versions that hold it, with its weight."""


class Asked(NamedTuple):
    """What a context is wanted for; `budget` None takes what the settings say."""

    task: str = ""
    files: tuple[str, ...] = ()
    budget: int | None = None
    at: str = ""
    form: str = "markdown"
    max_bytes: int | None = None
    include_unreviewed: bool = False
    include_proposed: bool = False
    uncommitted: tuple[str, ...] = ()
    """Tracked files that differ from HEAD: what is being worked on."""
    given: tuple[tuple[str, str], ...] = ()
    """Ids and versions that whoever asks has been given already."""
    only_applying: bool = False
    """Only what applies to the files, as `kn why` has it."""


class Body(NamedTuple):
    """What is printed and reported of an item, beyond what ranking needs."""

    path: str
    status: str
    standing: str
    trust: str
    statement: str
    document: str
    evidence: list[dict[str, object]]
    superseded_by: tuple[str, ...]
    amended_by: tuple[str, ...]
    rivals: tuple[str, ...]
    compact: str
    line: str
    compact_tokens: int
    line_tokens: int
    id_tokens: int
    ties: str


class Ready(NamedTuple):
    """A view for one audience, and all else that a context depends on but the question."""

    subjects: list[tuple[Any, ...]]
    """Of the current items: the values of `Subject`, whose place is that of the body."""
    proposed: list[tuple[Any, ...]]
    """The same of the proposals."""
    bodies: Pieces
    versions: list[str]
    """Of all items of the view, current or not: what the index must hold."""
    top: str
    """The work tree; empty in a bare repository."""
    branch: str
    branch_subjects: list[str]
    changed: list[str]
    """Files that the branch changes against its merge base."""
    own_block: bool
    """Whether local items stand in a block of their own: what is given to an agent."""
    held_back: int
    unreadable: dict[str, list[str]]
    """Path -> what is wrong with the file."""
    budget: int
    files_key: str
    """Under which the files of the tree were made findable."""
    folder: str
    """Of the items, relative to the top."""
    head: str
    trusted: str
    """Commits that trust comes from; empty where there is none."""
    kinds: list[tuple[Any, ...]]
    """A team's own kinds (`kn.flows.serving.renew`)."""
    loose: dict[str, Mapping[str, float]]
    """Version -> its terms, of the few that the index lacks."""

    def body(self, row: tuple[Any, ...]) -> Body:
        """What is printed of a row of the subjects or proposals.

        Raises:
            Spoilt: It was kept, and has been damaged since.
        """
        return Body._make(marshal.loads(self.bodies.get(row[-1])))

    def plain(self) -> tuple[Any, ...]:
        """All but the bodies, as plain values."""
        return tuple(self._replace(bodies=None))  # type: ignore[arg-type]


class ServedItem(NamedTuple):
    """An item of the context, with its rank and its price."""

    id: str
    kind: str
    body: Body
    needs_verification: bool
    score: float
    why: tuple[str, ...]
    tokens: int
    version: str = ""

    def to_json(self) -> dict[str, Any]:
        body = self.body
        return {
            "id": self.id,
            "kind": self.kind,
            "statement": body.statement,
            "status": body.status,
            "score": self.score,
            "tokens": self.tokens,
            "path": body.path,
            "document": body.document,
            "evidence": body.evidence,
            "amended_by": list(body.amended_by),
            "conflicts_with": list(body.rivals),
            "superseded_by": list(body.superseded_by),
            "trust": body.trust,
            "needs_verification": self.needs_verification,
            "why": list(self.why),
        }


class Context(NamedTuple):
    """What comes out: the text that is printed, and everything that went into it."""

    asked: Asked
    budget: int
    branch: str
    text: str
    spent: int
    items: tuple[ServedItem, ...]
    left_out: tuple[Ranked, ...]
    """Ranked, but over the budget: the best of them."""
    more: int
    """So many more."""
    repeats: dict[str, str]
    """Ranked, but nearly the same as a better one: id -> the better one's."""
    files: tuple[tuple[FoundFile, int], ...]
    """Code files that the task will likely touch, each with the tokens of its line."""
    held_back: int
    unreadable: dict[str, list[str]]
    """Path -> what is wrong with the file."""

    def to_json(self) -> dict[str, Any]:
        """`kn context --json` (format 1)."""
        return {
            "format": 1,
            "task": self.asked.task,
            "budget": self.budget,
            "spent": self.spent,
            "tokenizer": TOKENIZER,
            "view": self.asked.at or "worktree",
            "branch": self.branch,
            "items": [i.to_json() for i in self.items],
            "files": [{"path": f.path, "why": f.why, "tokens": t} for f, t in self.files],
            "omitted": {
                "count": len(self.left_out) + self.more,
                "because": "budget",
                "unreviewed": self.held_back,
                "repeats": self.repeats,
                "unreadable": sorted(self.unreadable),
            },
            "text": self.text,
        }


class Tools(NamedTuple):
    """What serving takes from outside."""

    lookup: Lookup
    """The index."""
    stem: Callable[[str], str]
    """The stemmer that the index was built with."""
    files: Callable[[], Files | None]
    """The tree's files, or None when they are not at hand."""
    count_lines: Callable[[Sequence[str]], list[int]]
    """The tokens of lines, each ending in a newline."""


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
