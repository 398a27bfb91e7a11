"""What colleagues have decided on branches that are not merged here yet."""

from __future__ import annotations

from collections.abc import Mapping

from kn.adapters import git
from kn.core.context.analysis import weigh_task
from kn.core.context.rank import Task, rank
from kn.flows.items import Answer, Found, audience_of
from kn.flows.knowledge import Knowledge
from kn.flows.serving.lookup import search_terms
from kn.flows.views.view import Row, View, open_view

MOST_BRANCHES = 100
"""The branches with the newest commits; a guess that keeps a monorepo's thousands out."""


def search_branches(knowledge: Knowledge, words: str, *, limit: int = 20) -> Answer:
    """The current items of every branch that hold the words, best first, each with its branches.

    An item version counts as the work tree's own when it is there; what only another branch has is
    marked with that branch's name. A branch's own `supersedes` counts on that branch alone.
    """
    from kn.adapters.words import load_stemmer

    here = open_view(knowledge, audience=audience_of(knowledge))
    rows: dict[str, Row] = {r.version: r for r in here.current}
    where: dict[str, list[str]] = {}
    known = {r.version for r in here.rows}
    views = [here]
    for name, tip in git.newest_branches(knowledge.repo, MOST_BRANCHES):
        view = open_view(knowledge, at=tip)
        views.append(view)
        for row in view.current:
            if row.version not in known:
                rows.setdefault(row.version, row)
                where.setdefault(row.version, []).append(name)
    whole = View(tuple(rows.values()), "", lambda wanted: _read(views, wanted), here.unreadable)
    task = Task(weigh_task(words, load_stemmer()))
    # Two branches may hold two versions of one item: both are ranked, under their versions.
    subjects = [r.subject._replace(id=r.version) for r in rows.values()]
    postings = search_terms(knowledge, whole, task.lookups) if task.lookups else {}
    found = []
    for one in rank(subjects, postings, task)[:limit]:
        names = where.get(one.id, [])
        marked = (f"on {', '.join(names)}",) if names else ()
        found.append(Found(rows[one.id], one.score, (*marked, *one.why)))
    return Answer(whole, tuple(found))


def _read(views: list[View], wanted: list[str]) -> Mapping[str, bytes]:
    found: dict[str, bytes] = {}
    for view in views:
        missing = [blob for blob in wanted if blob not in found]
        if missing:
            found.update(view.read(missing))
    return found
