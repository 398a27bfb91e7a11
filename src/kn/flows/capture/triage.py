"""Triage: what becomes of the candidates in the inbox."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kn.adapters import files, git
from kn.adapters.editor import edit_file
from kn.adapters.inbox import Inbox, expire
from kn.adapters.inbox import Pending as Pending
from kn.adapters.lock import locked
from kn.core.candidate import Candidate
from kn.core.ids import resolve_id
from kn.core.joining import is_from_talk
from kn.core.model import Item
from kn.core.similar import Near, Statements
from kn.core.yaml.write import write_field
from kn.errors import KnError, UnknownItem
from kn.flows import compose, record
from kn.flows.capture.commits import PATIENT
from kn.flows.capture.keep import is_recorded, recorded_quotes
from kn.flows.knowledge import Knowledge
from kn.flows.record import Recorded
from kn.flows.views.view import open_view

NEAR = 0.35
"""A candidate is shown beside items that share this much with it: less than a duplicate, since
a decision that replaces another names other things (a guess)."""


SHORTEST = 4
"""Characters of a key; git's own least for ids of commits."""

SOON = 7
"""Days before a candidate ages out in which that is said (a guess: a person looks every week)."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is in the inbox, the surest first, and what went out of it because of its age."""

    pending: tuple[Pending, ...]
    aged: int = 0
    aging: int = 0
    """Those of `pending` that age out within `SOON` days."""
    hidden: int = 0
    """Candidates of commits that no branch holds any more."""
    recorded: int = 0
    """Candidates that are hidden because all their evidence is that of items."""


def list_waiting(knowledge: Knowledge, *, kind: str = "") -> Waiting:
    """The candidates that a person should look at; those that are too old age out.

    The surest first, of these the newest, of these by kind: trailers come before guesses.

    Args:
        knowledge: The repository.
        kind: Only those of this kind.
    """
    inbox = Inbox(knowledge.state)
    left = knowledge.settings.number("inbox.days")
    kept, old = expire(inbox.pending(), oldest=_days_ago(knowledge, left))
    for one in old:
        inbox.decide(one.key, "aged", on=knowledge.today)
    if kind:
        kept = [p for p in kept if p.candidate.kind == kind]
    alive = git.reachable(knowledge.repo, {c for p in kept for c in p.commits})
    # What a session told stays, whatever becomes of the commit that told it too.
    living = [
        p for p in kept if not p.commits or alive & set(p.commits) or is_from_talk(p.candidate)
    ]
    recorded = recorded_quotes(open_view(knowledge).rows) if living else set()
    shown = [p for p in living if not is_recorded(p.candidate, recorded)]
    shown.sort(key=lambda p: (p.candidate.kind, p.key))
    shown.sort(key=lambda p: (p.candidate.confidence, p.found), reverse=True)
    _, aging = expire(shown, oldest=_days_ago(knowledge, left - SOON))
    return Waiting(
        tuple(shown), len(old), len(aging), len(kept) - len(living), len(living) - len(shown)
    )


def _days_ago(knowledge: Knowledge, days: int) -> str:
    day = datetime.date.fromisoformat(knowledge.today) - datetime.timedelta(days=days)
    return day.isoformat()


def find_pending(knowledge: Knowledge, given: Sequence[str]) -> list[Pending]:
    """The candidates whose keys begin so, each once, in the order in which they are named.

    Raises:
        UnknownItem: No candidate's key does, or several do, or fewer characters than git takes
            of an id are named.
    """
    pending = {p.key: p for p in Inbox(knowledge.state).pending()}
    short = next((key for key in given if len(key.strip()) < SHORTEST), None)
    if short is not None:
        raise UnknownItem(
            f"{short!r} is too short for a candidate's key.",
            hint=f"Name at least {SHORTEST} characters; `kn inbox` lists what waits.",
        )
    try:
        keys = dict.fromkeys(resolve_id(key, pending) for key in given)
    except UnknownItem as error:
        hint = "`kn inbox` lists what waits."
        raise UnknownItem(
            str(error).replace("No item has an id", "No candidate has a key"), hint=hint
        ) from None
    return [pending[key] for key in keys]


def find_relatives(knowledge: Knowledge, pending: Sequence[Pending]) -> dict[str, list[Near]]:
    """For each candidate, by key, the items of the tree that speak of the same thing."""
    if not pending:
        return {}
    from kn.adapters.words import load_stemmer

    rows = [(r.id, r.statement) for r in open_view(knowledge).rows if r.standing == "current"]
    items = Statements(rows, load_stemmer())
    return {p.key: items.find_near(p.candidate.statement, least=NEAR)[:3] for p in pending}


def accept(
    knowledge: Knowledge,
    pending: Pending,
    *,
    supersedes: Sequence[str] = (),
    amends: Sequence[str] = (),
) -> Recorded:
    """Make an item of a candidate.

    The item is on the disk before the decision is noted. After a crash in between the candidate
    is neither listed nor accepted again, as its evidence is that of the item.

    Raises:
        BadItem: It does not say what its kind demands; edit it first.
        UnknownItem: A link names no item.
        KnError: It was decided meanwhile, or an item has its evidence.
    """
    fields = candidate_fields(pending)
    links = {"supersedes": list(supersedes), "amends": list(amends)}
    fields |= {name: ids for name, ids in links.items() if ids}
    item = record.draft_item(
        knowledge, pending.candidate.kind, record.resolve_links(knowledge, fields)
    )
    with locked(knowledge.state / "capture", PATIENT):
        _refuse_settled(knowledge, pending)
        done = record.add_item(knowledge, item)
        inbox = Inbox(knowledge.state)
        inbox.decide(pending.key, "accepted", on=knowledge.today, item=done.item.id)
    return done


def _refuse_settled(knowledge: Knowledge, pending: Pending) -> None:
    """Somebody else may look through the same inbox."""
    verdict = Inbox(knowledge.state).decisions().get(pending.key)
    if verdict is not None:
        raise KnError(f"{pending.key} was decided meanwhile: {verdict}.")
    for row in open_view(knowledge).rows:
        if is_recorded(pending.candidate, recorded_quotes([row])):
            raise KnError(
                f"{row.id} has the evidence of {pending.key} already.",
                hint="`kn inbox reject` takes it out of the inbox.",
            )


def join_item(knowledge: Knowledge, pending: Pending, given: str) -> Recorded:
    """Say that a candidate is what an item says already: its evidence goes to that item.

    Raises:
        UnknownItem: None or several items answer to `given`.
        KnError: Comments of the item's file would be lost.
    """
    last = pending.commits[-1] if pending.commits else ""
    more = [replace(e, commit=last) if e.commit and last else e for e in pending.candidate.evidence]

    def joined(item: Item) -> Item:
        return replace(item, evidence=tuple(dict.fromkeys((*item.evidence, *more))))

    done = record.change_item(knowledge, given, joined)
    Inbox(knowledge.state).decide(pending.key, "same", on=knowledge.today, item=done.item.id)
    return done


def reject(knowledge: Knowledge, pending: Pending) -> None:
    """Take a candidate out for good: it never comes back."""
    Inbox(knowledge.state).decide(pending.key, "rejected", on=knowledge.today)


def candidate_fields(pending: Pending) -> dict[str, Any]:
    """The fields of the item that a candidate would become."""
    candidate = pending.candidate
    fields: dict[str, Any] = {"statement": candidate.statement, "because": candidate.because}
    if candidate.kind in ("decision", "convention"):
        fields["rejected"] = [
            {"option": r.option, **({"because": r.because} if r.because else {})}
            for r in candidate.rejected
        ]
    for name, text in candidate.own.items():
        listed = name in ("who", "expertise", "follow_ups", "supersedes")
        parts = text.split("\n" if "\n" in text else ",")  # one a line where one may hold commas
        fields[name] = [p.strip() for p in parts if p.strip()] if listed else text
    last = pending.commits[-1] if pending.commits else ""
    evidence = [
        (replace(e, commit=last) if e.commit and last else e).to_json() for e in candidate.evidence
    ]
    for one in evidence:
        if "source_tokens" in one:
            one["source_tokens"] = int(one["source_tokens"])
    fields |= {
        "scope": candidate.scope.to_json(),
        "details": candidate.details,
        "evidence": evidence,
    }
    return {name: value for name, value in fields.items() if value not in ("", [], {})}


def edit_pending(knowledge: Knowledge, pending: Pending, raw: bytes | None = None) -> Pending:
    """Let the user change what a candidate says, in the editor or by `raw` YAML.

    Raises:
        KnError: Nothing was changed, or it is unusable.
    """
    candidate = pending.candidate
    shown = {n: v for n, v in candidate_fields(pending).items() if n != "evidence"}
    before = "".join(write_field(n, v) for n, v in {"kind": candidate.kind, **shown}.items())
    if raw is None:
        if knowledge.in_agent:
            raise KnError("An agent runs kn, so no editor opens.")
        files.make_private_folder(knowledge.state / "drafts")
        draft = knowledge.state / "drafts" / f"candidate-{pending.key}.yaml"
        files.write_atomic(draft, before.encode("utf-8"), mode=0o600)
        edit_file(knowledge.repo, draft, os.environ)
        raw = files.read_regular(draft)
        draft.unlink()
        if raw == before.encode("utf-8"):
            raise KnError("Nothing was changed.")
    given = compose.read_fields(raw)
    kind = str(given.pop("kind", candidate.kind))
    item = record.draft_item(knowledge, kind, given)  # says everything that is wrong
    changed = Candidate(
        kind, item.statement, item.because, item.rejected, item.scope, candidate.evidence,
        item.details, {n: _joined(v) for n, v in item.own.items()},
        candidate.confidence, candidate.extractor,
    )  # fmt: skip
    return Inbox(knowledge.state).change(pending, changed)


def _joined(value: Any) -> Any:
    """A list as the text that a candidate carries, one a line where one holds a comma."""
    if not isinstance(value, tuple):
        return value
    lines = any("," in part for part in value)
    return "".join(f"{part}\n" for part in value) if lines else ", ".join(value)


def candidate_json(pending: Pending, near: Sequence[Near] = ()) -> Mapping[str, Any]:
    """A candidate of `kn inbox list --json`."""
    return {
        **pending.candidate.to_json(),
        "found": pending.found,
        "commits": list(pending.commits),
        "looks_like": [{"id": n.id, "statement": n.statement} for n in near],
    }
