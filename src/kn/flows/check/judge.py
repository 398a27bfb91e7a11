"""The rules over many items: what their digests say of each other, and of the tree they are in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from kn.adapters.words import load_stemmer
from kn.core.check import Finding
from kn.core.check.contrary import Stand, find_contrary, overlap
from kn.core.check.digest import Digest
from kn.core.check.links import check_links
from kn.core.check.places import check_modes, check_names, check_places, check_unread
from kn.core.check.scopes import Files
from kn.core.check.wording import judge_wording
from kn.core.similar import find_pairs
from kn.core.view import judge
from kn.flows.check.tree import Tree
from kn.flows.knowledge import Knowledge
from kn.flows.views.shelve import compile_glob


class One(NamedTuple):
    """An item of the tree that can be read."""

    path: str
    digest: Digest
    standing: str


def judge_tree(
    knowledge: Knowledge, tree: Tree, digests: Mapping[str, Digest]
) -> Iterator[Finding]:
    """Findings that need more than one file.

    Args:
        knowledge: Whose kinds and whose day count.
        tree: What is checked.
        digests: Path -> digest, of every item file.
    """
    kinds = knowledge.schema.kinds
    readable = {p: d for p, d in digests.items() if d.id}
    yield from check_places((p, d.id, kinds[d.kind].folder) for p, d in readable.items())
    yield from check_names(tree.modes)
    yield from check_modes(tree.modes)
    yield from check_unread(tree.modes, knowledge.folder, [k.folder for k in kinds.values()])
    for path in tree.unmerged:
        yield Finding("KN008", path, 1, "a merge is not settled; `kn merge` helps, then `git add`")
    by_id: dict[str, tuple[str, Digest]] = {}
    for path in sorted(readable):
        by_id.setdefault(readable[path].id, (path, readable[path]))
    currency = judge((d.links for _, d in by_id.values()), knowledge.today)
    yield from check_links(
        {i: (p, d.links) for i, (p, d) in by_id.items()},
        currency,
        lambda item_id, field: by_id[item_id][1].line(field),
    )
    ones = [One(p, d, currency.standing[i]) for i, (p, d) in by_id.items()]
    yield from _judge_words(ones)
    yield from _judge_pairs(ones)
    current = [one for one in ones if one.standing == "current"]
    yield from _judge_age(current, tree, knowledge.today)
    yield from _judge_scopes(current, tree)


def _judge_words(ones: Sequence[One]) -> Iterator[Finding]:
    for path, digest, standing in ones:
        if standing in ("current", "proposed"):
            for code, message in judge_wording(digest.statement):
                yield Finding(code, path, digest.line("statement"), message, digest.id)


def _judge_pairs(ones: Sequence[One]) -> Iterator[Finding]:
    """Near-duplicates and contradictions, told where the later one lies."""
    linked = _linked(ones)
    by_id = {one.digest.id: one for one in ones}
    alive = [one for one in ones if one.standing in ("current", "proposed")]
    said = [(d.id, frozenset(d.terms)) for _, d, _ in alive if len(d.terms) >= 3]
    best: dict[str, tuple[float, str]] = {}
    for earlier, later, likeness in find_pairs(said):
        one, other = by_id[earlier].digest, by_id[later].digest
        if earlier in linked[later] or not _are_one(one, other, likeness):
            continue
        best[later] = max(best.get(later, (0.0, "")), (likeness, earlier))
    for later, (_, earlier) in best.items():
        path, digest, _ = by_id[later]
        message = f"says nearly what {earlier} says: {by_id[earlier].digest.statement!r}"
        yield Finding("KN022", path, digest.line("statement"), message, later)
    stands = [
        Stand(d.id, d.statement, d.options, tuple(g for g, _ in d.paths), d.tags, linked[d.id])
        for _, d, standing in ones
        if standing == "current" and d.kind in ("decision", "convention")
    ]
    for contrary in find_contrary(stands, load_stemmer()):
        path, digest, _ = by_id[contrary.by]
        message = (
            f"states what {contrary.id} rejects ({contrary.option!r}); let one supersede "
            "the other, or say `amends` or `relates`"
        )
        yield Finding("KN023", path, digest.line("statement"), message, contrary.by)


def _are_one(one: Digest, other: Digest, likeness: float) -> bool:
    """Whether one statement could make the other needless.

    Not where their scopes are apart, nor where they differ in a number or in what they name as
    code: a rule is often about just that. Items of two kinds are, when they say the same words.
    """
    if one.kind != other.kind and likeness < SAME:
        return False
    mine, theirs = ([g for g, _ in d.paths] for d in (one, other))
    numbers = [sorted(re.findall(r"\d+", d.statement)) for d in (one, other)]
    named = [set(re.findall(r"`([^`]+)`", d.statement)) for d in (one, other)]
    apart = all(named) and not named[0] & named[1]
    return overlap(mine, theirs) and numbers[0] == numbers[1] and not apart


SAME = 0.9
"""Share of common terms from which two statements are one, whatever their kinds; a guess, as
`kn.core.similar.REPEATS`."""


def _linked(ones: Sequence[One]) -> dict[str, frozenset[str]]:
    """Item -> all that it names, or that name it."""
    names: dict[str, set[str]] = {one.digest.id: set() for one in ones}
    for _, digest, _ in ones:
        links = digest.links
        for other in (*links.supersedes, *links.superseded_by, *links.amends, *links.relates):
            names[digest.id].add(other)
            names.setdefault(other, set()).add(digest.id)
    return {item_id: frozenset(others) for item_id, others in names.items()}


def _judge_age(current: Sequence[One], tree: Tree, today: str) -> Iterator[Finding]:
    named = {d.document for _, d, _ in current if d.document}
    anchored = {path for _, d, _ in current for path, _, _ in d.anchors}
    blobs = tree.blob_of(sorted(named | anchored))
    for path, digest, _ in current:
        item_id = digest.id
        for file, blob, line in digest.anchors:
            now = blobs.get(file, "")
            if now[: len(blob)] != blob:
                happened = "changed since it was verified" if now else "is not there any more"
                message = f"{file} {happened}; look whether it still holds, then `kn verify` it"
                yield Finding("KN030", path, line, message, item_id)
        due = digest.review_after
        if due and digest.verified_on <= due < today:
            message = f"was to be looked at again after {due}; then `kn verify` it"
            yield Finding("KN031", path, digest.line("review_after"), message, item_id)
        if digest.document and digest.document not in blobs and "://" not in digest.document:
            message = f"{digest.document} is not there"
            yield Finding("KN033", path, digest.line("document"), message, item_id)


def _judge_scopes(current: Sequence[One], tree: Tree) -> Iterator[Finding]:
    globs = [(one, glob, line) for one in current for glob, line in one.digest.paths]
    if not globs:
        return
    files = Files(tree.paths(), compile_glob)
    for (path, digest, _), glob, line in globs:
        if not glob.startswith("!") and not files.match(glob):
            message = f"{glob!r} matches no file here"
            yield Finding("KN032", path, line, message, digest.id)
