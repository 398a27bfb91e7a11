"""What applies to files that are edited: the selection of `kn why`, fast enough for hooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kn.core.context.analysis import Query, weigh_task
from kn.core.context.rank import Ranked, Task, rank
from kn.flows.serving.values import Body, Ready, Tools


def rank_applying(
    ready: Ready, rows: Mapping[str, tuple[Any, ...]], paths: Sequence[str], tools: Tools
) -> list[Ranked]:
    """The items whose scope holds one of the paths, best first, then those that name one.

    Args:
        ready: The view.
        rows: Its rows by id.
        paths: From the repository's top.
        tools: The outside world.
    """
    subjects = list(rows.values())
    ranked = rank(subjects, {}, Task(Query({}, {}), tuple(paths)))
    known = {r.id for r in ranked}
    for name in dict.fromkeys(p.rpartition("/")[2] for p in paths):
        task = Task(weigh_task(name, tools.stem))
        postings = tools.lookup(task.lookups) if task.lookups else {}
        for one in rank(subjects, postings, task) if postings else ():
            if one.id not in known and any(name in t for t in _texts(ready.body(rows[one.id]))):
                known.add(one.id)
                ranked.append(one._replace(why=(f"names {name}",)))
    return ranked


def _texts(body: Body) -> Iterable[str]:
    return body.statement, body.compact, body.document
