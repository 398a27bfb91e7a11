"""Looking words up in the index, which holds all of a view before it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kn.adapters.index import search_view
from kn.flows.knowledge import Knowledge
from kn.flows.shelve import weigh_versions
from kn.flows.view import View


def search_terms(
    knowledge: Knowledge, view: View, terms: Iterable[str]
) -> Mapping[str, Mapping[str, float]]:
    """For each term the versions that hold it; what the index lacks of the view is put in first."""
    if not view.rows:
        return {}

    def build(lacking: list[str]) -> dict[str, Mapping[str, float]]:
        unread = [v for v in lacking if v not in view.terms]
        found = weigh_versions(knowledge.schema, unread, view.read)
        return {v: found[v] if v in found else view.terms[v] for v in lacking}

    return search_view(knowledge.state / "index", [r.version for r in view.rows], terms, build)
