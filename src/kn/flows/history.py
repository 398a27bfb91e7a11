"""`kn log`: the history of an item, from git, by field and not by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kn.adapters.git.past import read_past
from kn.core.codec import decode, plain_fields
from kn.flows.items import resolve_in
from kn.flows.knowledge import Knowledge
from kn.flows.views.view import open_view


@dataclass(frozen=True, slots=True)
class Step:
    """One commit in the life of an item."""

    commit: str
    author: str
    date: str
    subject: str
    changes: tuple[tuple[str, Any, Any], ...]
    """Field, before, after; None where there was or is nothing."""

    def to_json(self) -> dict[str, Any]:
        return {
            "commit": self.commit,
            "author": self.author,
            "date": self.date,
            "subject": self.subject,
            "fields": {name: [before, after] for name, before, after in self.changes},
        }


def read_history(knowledge: Knowledge, given: str) -> tuple[str, list[Step]]:
    """The item's id, and every commit that changed it, newest first; none when uncommitted.

    Raises:
        UnknownItem: None or several items answer to `given`.
    """
    view = open_view(knowledge)
    item_id = resolve_in(view, given)
    path = next(r.path for r in view.rows if r.id == item_id)
    steps: list[Step] = []
    before: dict[str, Any] = {}
    for change in reversed(read_past(knowledge.repo, path)):
        item, _ = decode(change.content or b"", knowledge.schema)
        after = plain_fields(item, knowledge.schema) if item else {}
        names = [*after, *(n for n in before if n not in after)]
        changes = tuple(
            (n, before.get(n), after.get(n)) for n in names if before.get(n) != after.get(n)
        )
        steps.append(Step(change.commit, change.author, change.date, change.subject, changes))
        before = after
    return item_id, steps[::-1]
