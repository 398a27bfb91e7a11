"""Answering from a view that was made ready, and keeping one: the middle way between repeating an
answer and opening the knowledge.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kn.adapters.index import IndexLost, WhooshIndex
from kn.adapters.words import load_stemmer
from kn.errors import KnError
from kn.flows import quick
from kn.flows.lines import line_counter, load_files
from kn.flows.quick import Watched
from kn.flows.serve import Asked, Context, Ready, Tools, serve

if TYPE_CHECKING:
    from kn.flows.knowledge import Knowledge
    from kn.flows.view import View


class _NotReady(Exception):
    """The index lacks something; the long way puts it in."""


def answer_ready(asked: Asked) -> tuple[Context, str] | None:
    """The context for a task, if the view is ready and still what it was; else None.

    With it comes the generation of the view, for `quick.keep_answer`.
    """
    found = quick.recall_ready(asked.include_unreviewed)
    if found is None or len(found[0]) != len(Ready._fields):
        return None
    ready = Ready._make(found[0])
    state = Path(found[2]).parent

    def lookup(terms: Iterable[str]) -> Mapping[str, Mapping[str, float]]:
        index = WhooshIndex(state / "index")
        if index.missing(ready.versions):
            raise _NotReady
        return index.search(terms)

    try:
        tools = Tools(
            lookup, load_stemmer(), lambda: load_files(state, ready.files_key), line_counter(state)
        )
        return serve(ready, asked, tools), found[1]
    except (_NotReady, IndexLost, KnError):
        return None  # the long way heals, or says what is wrong


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
    generation = quick.keep_ready(unreviewed, tuple(ready), watched)
    if printed:
        quick.keep_answer(words, printed, generation)
