"""Finding items: by id, by word, by path; each with its whole content when it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kn.core.codec import decode, plain_fields
from kn.core.context.analysis import Query, weigh_task
from kn.core.context.rank import Ranked, Task, rank
from kn.core.ids import resolve_id
from kn.core.model import Item
from kn.core.yaml.loaded import Fault
from kn.errors import BadItem, KnError, UnknownItem
from kn.flows.knowledge import Knowledge
from kn.flows.serving.lookup import search_terms
from kn.flows.serving.serve import relative_path
from kn.flows.views.shelve import blobs_of
from kn.flows.views.view import Audience, Row, View, fault_lines, open_view


@dataclass(frozen=True, slots=True)
class Found:
    """An item that answers a question, with how it stands and why it is here."""

    row: Row
    score: float = 0.0
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, in the order it should be shown, and what could not be read."""

    view: View
    found: tuple[Found, ...]

    @property
    def unreadable(self) -> Mapping[str, Sequence[Fault]]:
        return self.view.unreadable


def audience_of(knowledge: Knowledge, *, include_unreviewed: bool = False) -> Audience:
    """Who asks: inside an agent only reviewed and local items are given (DESIGN §4)."""
    return "agent" if knowledge.in_agent and not include_unreviewed else "person"


def list_items(
    knowledge: Knowledge,
    *,
    kinds: Sequence[str] = (),
    tags: Sequence[str] = (),
    everything: bool = False,
    at: str = "",
) -> Answer:
    """The items of the view: current and proposed ones, or every one.

    Raises:
        KnError: There is no such kind.
    """
    for kind in kinds:
        knowledge.kind(kind)
    view = open_view(knowledge, at=at, audience=audience_of(knowledge))
    found = [
        Found(r)
        for r in view.rows
        if (everything or r.standing in ("current", "proposed"))
        and (not kinds or r.kind in kinds)
        and (not tags or set(tags) <= set(r.tags))
    ]
    return Answer(view, tuple(found))


def show_items(knowledge: Knowledge, ids: Sequence[str], *, at: str = "") -> Answer:
    """The items that `ids` name; ids may be shortened as in git.

    Raises:
        UnknownItem: None or several answer to one of them.
        BadItem: An unreadable file may hold it.
    """
    view = open_view(knowledge, at=at, audience=audience_of(knowledge))
    rows = {r.id: r for r in view.rows}
    return Answer(view, tuple(Found(rows[resolve_in(view, given)]) for given in ids))


def resolve_in(view: View, given: str) -> str:
    """The id that `given` names in the view.

    Raises:
        UnknownItem: None or several answer.
        BadItem: None does, but a file that may be it is unreadable.
    """
    try:
        return resolve_id(given, [r.id for r in view.rows])
    except UnknownItem:
        tail = given.rpartition("-")[2].lower()
        bad = {p: f for p, f in view.unreadable.items() if f"-{tail}" in p}
        if bad:
            raise BadItem(fault_lines(bad)) from None
        raise


def search_items(
    knowledge: Knowledge, words: str, *, everything: bool = False, limit: int = 20, at: str = ""
) -> Answer:
    """The items of the view that hold the words, best first; current ones unless `everything`."""
    from kn.adapters.words import load_stemmer

    view = open_view(knowledge, at=at, audience=audience_of(knowledge))
    task = Task(weigh_task(words, load_stemmer()))
    return _answer(knowledge, view, task, everything, limit)


def explain_path(knowledge: Knowledge, path: str, *, at: str = "") -> Answer:
    """What applies to a file: items whose scope holds it, best first, and items that name it."""
    from kn.adapters.words import load_stemmer

    view = open_view(knowledge, at=at, audience=audience_of(knowledge))
    inside = relative_path(str(knowledge.repo.top or ""), path)
    scoped = _answer(knowledge, view, Task(Query({}, {}), (inside,)), False, 100)
    found = list(scoped.found)
    known = {f.row.id for f in found}
    name = inside.rpartition("/")[2]
    named = _answer(knowledge, view, Task(weigh_task(name, load_stemmer())), False, 100)
    for one in named.found:
        texts = (one.row.statement, one.row.because, one.row.document)
        if one.row.id not in known and any(name in text for text in texts):
            found.append(Found(one.row, one.score, (f"names {name}",)))
    return Answer(view, tuple(found))


def _answer(knowledge: Knowledge, view: View, task: Task, everything: bool, limit: int) -> Answer:
    rows = {r.id: r for r in view.rows if everything or r.standing == "current"}
    postings = search_terms(knowledge, view, task.lookups) if task.lookups else {}
    ranked: Iterable[Ranked] = rank([r.subject for r in rows.values()], postings, task)
    found = [Found(rows[r.id], r.score, r.why) for r in ranked]
    return Answer(view, tuple(found[:limit]))


def read_item(knowledge: Knowledge, view: View, row: Row) -> Item:
    """The whole item behind a row.

    Raises:
        BadItem: Its file changed meanwhile and is unreadable now.
    """
    blob = blobs_of(row.version)[0]
    raw = view.read([blob]).get(blob, b"")
    item, faults = decode(raw, knowledge.schema)
    if item is None:
        raise BadItem(fault_lines({row.path: faults}))
    return item


def find_twin(knowledge: Knowledge, item: Item) -> tuple[Item, str] | None:
    """The current item of the same day that says the same and supersedes the same, and its path.

    Raises:
        KnError: It differs in something else.
    """
    if not item.supersedes:
        return None
    view = open_view(knowledge)
    said = (item.kind, item.statement, item.recorded)
    for row in view.current:
        if (row.kind, row.statement, row.recorded) != said:
            continue
        twin = read_item(knowledge, view, row)
        if set(twin.supersedes) != set(item.supersedes):
            continue
        if replace(twin, id=item.id, supersedes=item.supersedes) == item:
            return twin, row.path
        raise KnError(
            f"{twin.id} says the same and supersedes the same already.",
            hint=f"`kn edit {twin.id}` changes it.",
        )
    return None


def item_json(knowledge: Knowledge, view: View, found: Found) -> dict[str, Any]:
    """The item as `--json` gives it: the YAML's field names, `path`, and how it stands."""
    row = found.row
    shown = {
        **plain_fields(read_item(knowledge, view, row), knowledge.schema),
        "path": row.path,
        "standing": row.standing,
        "trust": row.trust,
        "needs_verification": row.needs_verification,
        "amended_by": list(row.amended_by),
        "conflicts_with": list(row.rivals),
    }
    if row.superseded_by:
        shown["superseded_by"] = list(row.superseded_by)
    if found.why:
        shown |= {"score": found.score, "why": list(found.why)}
    return shown


def item_yaml(knowledge: Knowledge, view: View, found: Found) -> str:
    """The item's file as it is."""
    blob = blobs_of(found.row.version)[0]
    return view.read([blob]).get(blob, b"").decode("utf-8", "replace")
