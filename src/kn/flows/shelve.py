"""Shelving: item versions that are new here get their card and go into the index."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kn.core.analysis import weigh_item
from kn.core.codec import decode
from kn.core.model import Item
from kn.core.render import write_forms
from kn.flows.knowledge import Knowledge
from kn.flows.library import Card, Library, read_document

Read = Callable[[list[str]], Mapping[str, bytes]]


def shelve(
    knowledge: Knowledge,
    library: Library,
    items: Mapping[str, str],
    documents: Mapping[str, str],
    read: Read,
) -> None:
    """Make sure that every version has a card and is indexed.

    Args:
        knowledge: Where the index lies.
        library: Where the cards go.
        items: Version -> blob id of the item file.
        documents: Version -> blob id of its document, or empty.
        read: Contents by blob id.
    """
    from kn.adapters.index import open_index

    index = open_index(knowledge.state / "index")
    unindexed = set(index.missing(items))
    needed = [v for v in items if v in unindexed or library.card(v) is None]
    if not needed:
        return
    from kn.adapters.index import stem
    from kn.adapters.tokens import count

    wanted = {items[v] for v in needed} | {documents[v] for v in needed if documents.get(v)}
    contents = read(sorted(wanted))
    terms: dict[str, dict[str, float]] = {}
    for version in needed:
        raw = contents.get(items[version])
        item = decode(raw, knowledge.schema)[0] if raw is not None else None
        if item is None:
            continue
        text = read_document(contents.get(documents.get(version, ""), b""))
        if version in unindexed:
            terms[version] = weigh_item(item, stem, document=text)
        if library.card(version) is None:
            library.add_card(version, make_card(item, count))
    index.sync(terms)


def make_card(item: Item, count: Callable[[str], int]) -> Card:
    """What serving needs of an item, rendered and counted."""
    forms = write_forms(item, count)
    return Card(
        item.statement, item.because, item.scope.tags,
        tuple((glob, compile_glob(glob)) for glob in item.scope.paths),
        [e.to_json() for e in item.evidence], forms.compact, forms.line, forms.compact_tokens,
        forms.line_tokens, forms.id_tokens,
    )  # fmt: skip


def compile_glob(glob: str) -> str:
    """The regular expression that a gitignore-style glob stands for.

    pathspec decides what a pattern means; only its result is used when serving (35 patterns
    against 35 paths agreed with git on all pairs, dependencies §9). A pattern that means nothing
    matches nothing.
    """
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    pattern = GitIgnoreSpecPattern(glob.removeprefix("!"))
    return pattern.regex.pattern if pattern.regex is not None else "(?!)"
