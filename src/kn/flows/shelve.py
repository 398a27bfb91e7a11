"""Shelving: what is kept of an item version, its card and its terms for the index."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from kn.core.analysis import weigh_item
from kn.core.codec import decode
from kn.core.mentions import find_names
from kn.core.model import Item
from kn.core.render import write_forms
from kn.core.schema import Schema
from kn.flows.library import Card, read_document

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


def make_card(item: Item, count: Callable[[str], int], *, document: str = "") -> Card:
    """What serving needs of an item, rendered and counted."""
    forms = write_forms(item, count)
    said = "\n".join((item.statement, item.because, item.details, document))
    return Card(
        item.statement, item.because, item.scope.tags,
        tuple((glob, compile_glob(glob)) for glob in item.scope.paths),
        [e.to_json() for e in item.evidence], forms.compact, forms.line, forms.compact_tokens,
        forms.line_tokens, forms.id_tokens, find_names(said, item.document.rpartition("/")[0]),
    )  # fmt: skip


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
