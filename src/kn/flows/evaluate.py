"""`kn eval`: known tasks, asked of the knowledge, and scored."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from kn.adapters.words import load_stemmer
from kn.core.score import Answered, KnownTask, Score, score_answers
from kn.errors import KnError
from kn.flows.context import make_ready
from kn.flows.items import resolve_in
from kn.flows.knowledge import Knowledge
from kn.flows.serving.lookup import search_terms
from kn.flows.serving.serve import serve
from kn.flows.serving.values import Asked, Tools
from kn.flows.views.view import View, open_view

_FIELDS = frozenset(("task", "files", "expect", "never"))


def evaluate(
    knowledge: Knowledge, lines: Sequence[str], *, budget: int | None = None, at: str = ""
) -> tuple[list[Answered], Score]:
    """Ask every known task, as a person would, and score what is served.

    Args:
        knowledge: The repository.
        lines: One JSON object each: `task`, and maybe `files`, `expect`, `never` (ids, which may
            be shortened). Blank lines are passed over.
        budget: Tokens; None takes the setting.
        at: A revision whose knowledge is asked.

    Raises:
        KnError: A line is no such object, or names an item that is not here.
    """
    view = open_view(knowledge, at=at)
    known = [_read(view, n, line) for n, line in enumerate(lines, 1) if line.strip()]
    if not known:
        raise KnError(
            "There is no task in the file.", hint='A line is {"task": …, "expect": [ID]}.'
        )
    ready = make_ready(knowledge, view, own_block=False)
    tools = Tools(
        lambda terms: search_terms(knowledge, view, terms),
        load_stemmer(),
        lambda: None,  # files are not what is scored
        lambda lines: [0 for _ in lines],
    )
    answers = []
    for one in known:
        context = serve(
            ready,
            Asked(one.task, one.files, budget, at),
            tools,
        )
        answers.append(Answered(one, tuple(i.id for i in context.items), context.spent))
    return answers, score_answers(answers)


def _read(view: View, number: int, line: str) -> KnownTask:
    try:
        data = json.loads(line)
    except ValueError as error:
        raise KnError(f"Line {number} is no JSON: {error}.") from None
    if not isinstance(data, dict) or not isinstance(data.get("task"), str):
        raise KnError(f"Line {number} lacks a task.", hint='A line is {"task": …, "expect": [ID]}.')
    unknown = sorted(set(data) - _FIELDS)
    if unknown:
        raise KnError(
            f"Line {number} has {', '.join(unknown)}; a task has {', '.join(sorted(_FIELDS))}."
        )
    lists = {name: _texts(data, name, number) for name in ("files", "expect", "never")}
    ids = {
        name: tuple(_whole(view, i, number) for i in lists[name]) for name in ("expect", "never")
    }
    return KnownTask(data["task"], lists["files"], ids["expect"], ids["never"], number)


def _texts(data: dict[str, Any], name: str, number: int) -> tuple[str, ...]:
    value = data.get(name) or []
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise KnError(f"Line {number}: {name} must be a list of texts.")
    return tuple(value)


def _whole(view: View, given: str, number: int) -> str:
    try:
        return resolve_in(view, given)
    except KnError as error:
        raise KnError(f"Line {number}: {error}", hint=error.hint) from None
