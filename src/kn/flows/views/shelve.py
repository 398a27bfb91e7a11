"""Shelving: what is kept of an item version, its card and its terms for the index."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from kn.core.codec import decode
from kn.core.context.analysis import weigh_item
from kn.core.context.render import write_forms
from kn.core.ids import sha1_of
from kn.core.mentions import find_names
from kn.core.model import Item
from kn.core.schema import Schema
from kn.flows.views.library import Card, read_document

Read = Callable[[list[str]], Mapping[str, bytes]]
"""Contents by blob id."""


def weigh_versions(
    schema: Schema, versions: Sequence[str], read: Read
) -> dict[str, Mapping[str, float]]:
    """The terms of each version, as the index takes them; none for what cannot be read."""
    if not versions:
        return {}
    from kn.adapters.words import load_stemmer

    stem = load_stemmer()
    contents = read([blob for v in versions for blob in blobs_of(v) if blob])
    terms: dict[str, Mapping[str, float]] = {}
    for version in versions:
        blob, document = blobs_of(version)
        item = decode(contents[blob], schema)[0] if blob in contents else None
        text = read_document(contents.get(document, b""))
        terms[version] = weigh_item(item, stem, document=text) if item is not None else {}
    return terms


def blobs_of(version: str) -> tuple[str, str]:
    """The blob ids of the item and of its document (or empty), out of the version's key."""
    blob, _, document = version.partition(".")
    return blob, document


def make_card(
    item: Item,
    count: Callable[[str], int],
    *,
    document: str = "",
    globs: Mapping[str, str] = MappingProxyType({}),
) -> Card:
    """What serving needs of an item, rendered and counted.

    Args:
        item: The item.
        count: The tokens of a text.
        document: The text that the item names; empty when there is none.
        globs: What is known already of `compile_glob`, whose library takes 15 ms to import.
    """
    forms = write_forms(item, count)
    said = "\n".join((item.statement, item.because, item.details, document))
    names = find_names(said, item.document.rpartition("/")[0])
    return Card(
        item.statement, item.because, item.scope.tags,
        tuple((glob, globs.get(glob) or compile_glob(glob)) for glob in item.scope.paths),
        [e.to_json() for e in item.evidence], forms.compact, forms.line, forms.compact_tokens,
        forms.line_tokens, forms.id_tokens, names, _ties_of(item, names),
    )  # fmt: skip


def _ties_of(item: Item, names: tuple[str, ...]) -> str:
    ties = (
        item.kind, item.status, item.supersedes, item.superseded_by, item.amends, item.relates,
        item.valid_until, item.review_after, item.document, [e.commit for e in item.evidence],
        sorted(item.verified.anchors.items()) if item.verified else (), names,
    )  # fmt: skip
    return sha1_of(repr(ties).encode("utf-8"))


@lru_cache(maxsize=4096)
def compile_glob(glob: str) -> str:
    """The regular expression that a gitignore-style glob stands for.

    pathspec decides what a pattern means; only its result is used when serving (35 patterns
    against 35 paths agreed with git on all pairs, dependencies §9). A pattern that means nothing
    matches nothing.
    """
    import re

    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    try:
        pattern = GitIgnoreSpecPattern(glob.removeprefix("!"))
    except (re.error, ValueError):  # `[z-a]`, a lone backslash
        return "(?!)"
    return pattern.regex.pattern if pattern.regex is not None else "(?!)"
