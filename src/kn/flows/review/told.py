"""The context delta: what agents are told of each item, before and after a change."""

from __future__ import annotations

from kn.core.codec import decode
from kn.core.review.sheet import Tree
from kn.core.review.verdict import Told
from kn.flows.review.compare import Side

MOST_TOLD = 200
"""Items of which both texts are made; a guess: nobody reads more."""


def find_told(base: Tree, head: Tree, older: Side, newer: Side) -> tuple[list[Told], int]:
    """What agents are told of each item, where it differs; and how many tokens more that is."""
    from kn.adapters.tokens import count
    from kn.core.context.render import write_forms

    before = {s.id for s in base.current}
    after = {s.id for s in head.current}
    differ = sorted(
        i
        for i in before | after
        if (i in before) != (i in after)
        or base.by_id[i] != head.by_id[i]
        or base.currency.amended_by.get(i) != head.currency.amended_by.get(i)
    )[:MOST_TOLD]
    texts: list[dict[str, tuple[str, int]]] = []
    for tree, side, current in ((base, older, before), (head, newer, after)):
        blobs = {i: side.blobs[tree.path_of[i]] for i in differ if i in current}
        contents = side.read(list(dict.fromkeys(blobs.values()))) if blobs else {}
        said = {}
        for item_id, blob in blobs.items():
            item, _ = decode(contents.get(blob, b""), side.schema)
            if item is not None:
                forms = write_forms(item, count)
                by = ", ".join(tree.currency.amended_by.get(item_id, ()))
                more = f" (amended by {by})" if by else ""
                said[item_id] = (
                    forms.compact.strip().removeprefix("- ") + more,
                    forms.compact_tokens,
                )
        texts.append(said)
    old, new = texts
    told = [
        Told(i, old.get(i, ("", 0))[0], new.get(i, ("", 0))[0])
        for i in differ
        if old.get(i) != new.get(i)
    ]
    return told, sum(n for _, n in new.values()) - sum(n for _, n in old.values())
