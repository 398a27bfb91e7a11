"""Answering from a view that was made ready, and keeping one: the middle way between repeating an
answer and opening the knowledge.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kn.adapters.index import search_view
from kn.adapters.pieces import Spoilt
from kn.adapters.words import load_stemmer
from kn.core.context.related import Files
from kn.errors import KnError
from kn.flows.serving.lines import line_counter, load_files
from kn.flows.serving.serve import serve
from kn.flows.serving.values import Asked, Context, Ready, Tools
from kn.flows.views import kept
from kn.flows.views.kept import Watched

if TYPE_CHECKING:
    from kn.flows.knowledge import Knowledge
    from kn.flows.views.view import View


class _NotReady(Exception):
    """The index or the files lack something; the long way puts it in."""


def answer_ready(asked: Asked) -> tuple[Context, str] | None:
    """The context for a task, if the view is ready and still what it was, or nearly so; else None.

    With it comes the generation of the view, for `kept.keep_answer`.
    """
    started_ns = time.time_ns()
    found = kept.recall_ready(asked.include_unreviewed)
    if found is None or len(found.value) != len(Ready._fields):
        return None
    ready: Ready | None = Ready._make(found.value)._replace(bodies=found.pieces)
    state = Path(found.folder).parent
    if ready is not None and (found.changed or found.added):
        from kn.flows.serving.renew import renew

        ready = renew(ready, found.changed, found.added, state)
    if ready is None:
        return None
    try:
        working = tuple(kept.list_uncommitted() or ())
        context = serve(ready, asked._replace(uncommitted=working), _tools(ready, state))
    except (_NotReady, Spoilt, KnError):
        return None  # the long way heals, or says what is wrong
    generation = found.generation
    if found.changed or found.added:
        generation = found.keep_renewed(ready.plain(), started_ns)
    return context, generation


def _tools(ready: Ready, state: Path) -> Tools:
    def build(lacking: list[str]) -> dict[str, Mapping[str, float]]:
        if any(version not in ready.loose for version in lacking):
            raise _NotReady
        return {version: ready.loose[version] for version in lacking}

    def lookup(terms: Iterable[str]) -> Mapping[str, Mapping[str, float]]:
        return search_view(state / "index", ready.versions, terms, build)

    def files() -> Files:
        found = load_files(state, ready.files_key)
        if found is None:
            raise _NotReady
        return found

    return Tools(lookup, load_stemmer(), files, line_counter(state))


def keep_context(
    knowledge: Knowledge, view: View, ready: Ready, words: list[str], printed: str, started_ns: int
) -> None:
    """Keep what was printed and the view it came from, unless not all can be watched.

    Watched are the refs that trust and the branch's work come from, the configuration, every item
    file, and the documents and anchors of the view. A trusted ref of the user's own choice, a
    revision, a bare repository and unreadable items are not kept.
    """
    probe = knowledge.probe
    if view.unreadable or view.commit or probe.repo.top is None or probe.config.get("kn.trust.ref"):
        return
    common, top = probe.repo.common_dir, probe.repo.top
    default = probe.config.get("init.defaultbranch", "main")
    names = {f"refs/heads/{b}" for b in (probe.branch, default, "main", "master") if b}
    names |= {"refs/remotes/origin/HEAD", probe.origin_head or "refs/remotes/origin/main"}
    paths = [str(common / name) for name in sorted(names)]
    paths.append(str(top / knowledge.folder / "config.yaml"))
    paths += [str(top / path) for path in view.watched]
    folders = [str(top / knowledge.folder / k.folder) for k in knowledge.schema.kinds.values()]
    folders.append(str(top / knowledge.folder / "kinds"))
    unreviewed = "--include-unreviewed" in words
    watched = Watched(paths, folders, started_ns)
    generation = kept.keep_ready(unreviewed, ready.plain(), ready.bodies, watched)
    if printed:
        kept.keep_answer(words, printed, generation)
