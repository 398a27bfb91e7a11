"""Looking words up in the index, which holds all of a view before it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kn.adapters.index import FEW, search_view
from kn.flows.knowledge import Knowledge
from kn.flows.views.shelve import weigh_versions
from kn.flows.views.view import View


def search_terms(
    knowledge: Knowledge,
    view: View,
    terms: Iterable[str],
    loose: dict[str, Mapping[str, float]] | None = None,
) -> Mapping[str, Mapping[str, float]]:
    """For each term the versions that hold it.

    What the index lacks of the view is put in first, unless it is little.

    Args:
        knowledge: The repository.
        view: Its items.
        terms: As `kn.core.context.analysis` makes them.
        loose: Takes in the terms of what the index lacks.
    """
    if not view.rows:
        return {}

    def build(lacking: list[str]) -> dict[str, Mapping[str, float]]:
        unread = [v for v in lacking if v not in view.terms]
        found = weigh_versions(knowledge.schema, unread, view.read)
        view.terms.update(found)
        built = {v: view.terms[v] for v in lacking}
        if loose is not None and len(built) <= FEW:
            loose.update((v, dict(terms.items())) for v, terms in built.items())
        return built

    return search_view(knowledge.state / "index", [r.version for r in view.rows], terms, build)
