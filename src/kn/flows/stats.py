"""`kn stats`: how much knowledge there is, how sound it is, and what it is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kn.adapters import files, git
from kn.adapters.prices import find_price
from kn.adapters.tokens import count
from kn.core.context.render import COMPACT_MOST
from kn.core.plot import Series, draw_chart
from kn.errors import KnError
from kn.flows.knowledge import Knowledge
from kn.flows.views.library import read_document
from kn.flows.views.shelve import blobs_of
from kn.flows.views.view import Row, View, open_view

POINTS = 40
"""So many moments of the history are drawn."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What a context costs against the ways to do without it, in cl100k tokens."""

    context: int
    """The budget that a task pays."""
    knowledge: int
    """All current items pasted whole."""
    documents: int
    """The documents that they name."""
    transcripts: int
    """The sessions that they came from, as far as their size was noted."""


@dataclass(frozen=True, slots=True)
class Stats:
    """The figures of one view."""

    kinds: Mapping[str, int]
    standings: Mapping[str, int]
    health: Mapping[str, int]
    """Name of a weakness -> how many current items have it."""
    years: Mapping[str, int]
    """Year of recording -> current items."""
    worth: Worth
    price: tuple[str, float, str] | None
    """Model, dollars a million tokens, and where the price is from."""

    def to_json(self) -> dict[str, Any]:
        worth = self.worth
        shown: dict[str, Any] = {
            "format": 1,
            "kinds": dict(self.kinds),
            "standings": dict(self.standings),
            "health": dict(self.health),
            "recorded": dict(self.years),
            "tokens": {
                "context": worth.context,
                "knowledge": worth.knowledge,
                "documents": worth.documents,
                "transcripts": worth.transcripts,
            },
        }
        if self.price:
            model, dollars, source = self.price
            shown["price"] = {"model": model, "per_million": dollars, "source": source}
            shown["dollars"] = {
                name: round(tokens * dollars / 1e6, 6) for name, tokens in shown["tokens"].items()
            }
        return shown


def gather_stats(knowledge: Knowledge, *, model: str = "", at: str = "") -> Stats:
    """Count the items of the work tree, or of a revision.

    Args:
        knowledge: The repository.
        model: A model whose price turns tokens into money, as litellm names it.
        at: A revision.

    Raises:
        KnError: Nobody knows the model's price.
    """
    view = open_view(knowledge, at=at, audience="everyone")
    current = view.current
    price = None
    if model:
        found = find_price(model)
        if found is None:
            raise KnError(
                f"Nobody here knows the price of {model!r}.",
                hint="Name it as litellm does, as `anthropic/claude-haiku-4-5`.",
            )
        price = (model, round(found.input * 1e6, 4), found.source)
    return Stats(
        _counted(r.kind for r in current),
        _counted(r.standing for r in view.rows),
        _health(view),
        _counted(r.recorded[:4] for r in current),
        _worth(knowledge, view),
        price,
    )


def _counted(values: Any) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda pair: (-pair[1], pair[0])))


def _health(view: View) -> dict[str, int]:
    current = view.current
    return {
        "needs verification": sum(r.needs_verification for r in current),
        "without evidence": sum(not r.evidence for r in current),
        "without a reason": sum(not r.because for r in current if r.kind == "decision"),
        "without scope": sum(not (r.scopes or r.tags) for r in current),
        "too long for the compact form": sum(_is_cut(r) for r in current),
        "unreadable": len(view.unreadable),
    }


def _is_cut(row: Row) -> bool:
    return row.line.endswith(" …\n") or row.compact_tokens > COMPACT_MOST


def _worth(knowledge: Knowledge, view: View) -> Worth:
    blobs = [blobs_of(r.version) for r in view.current]
    contents = view.read(sorted({b for pair in blobs for b in pair if b}))
    items = sum(count(contents[i].decode("utf-8", "replace")) for i, _ in blobs if i in contents)
    named = {d for _, d in blobs if d in contents and d}
    documents = sum(count(read_document(contents[d])) for d in named)
    sessions = {
        str(e.get("session")): int(str(e["source_tokens"]))
        for r in view.current
        for e in r.evidence
        if e.get("source_tokens") and e.get("session")
    }
    budget = knowledge.settings.number("context.budget")
    return Worth(budget, items, documents, sum(sessions.values()))


def draw_history(knowledge: Knowledge, target: Path) -> int:
    """Write an SVG of how the knowledge grew; return how many moments it shows.

    Raises:
        KnError: No commit has touched the knowledge yet.
    """
    commits = git.touching(knowledge.repo, knowledge.folder)
    if not commits:
        raise KnError("No commit has touched the knowledge yet.", hint="Commit it first.")
    step = max(1, -(-len(commits) // POINTS))
    chosen = commits[::-step][::-1]
    lines: dict[str, list[float]] = {"current": [], "superseded": [], "unverified": []}
    for commit, _ in chosen:
        view = open_view(knowledge, at=commit, audience="everyone")
        standing = Counter(r.standing for r in view.rows)
        lines["current"].append(standing["current"])
        lines["superseded"].append(standing["superseded"] + standing["retired"])
        lines["unverified"].append(sum(r.needs_verification for r in view.current))
    series = [Series(name, tuple(values)) for name, values in lines.items()]
    svg = draw_chart("Items of knowledge", [day for _, day in chosen], series)
    files.write_atomic(target, svg.encode("utf-8"))
    return len(chosen)
