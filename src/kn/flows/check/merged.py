"""What the merge at the tip, or the one that is being made, lost of its two sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kn.adapters import git
from kn.core.check import Finding
from kn.core.check.lost import Fields, find_lost
from kn.core.codec import decode, plain_fields
from kn.flows.check.digests import Digests
from kn.flows.check.tree import Tree, tree_at
from kn.flows.knowledge import Knowledge

Held = Mapping[str, tuple[str, str]]
"""Id -> path and blob id."""


def judge_merge(knowledge: Knowledge, tree: Tree, at: str) -> Iterator[Finding]:
    """Findings of a merge of two commits; nothing when there was none.

    Args:
        knowledge: Whose kinds count.
        tree: The result, as it is now; what was changed since the merge is its author's business.
        at: The revision that it is of; empty for the work tree and the index.
    """
    making = not at and (knowledge.repo.git_dir / "MERGE_HEAD").exists()
    tip = at or "HEAD"
    ours, theirs, third = (
        git.try_resolve(knowledge.repo, side) if side else None
        for side in ((tip, "MERGE_HEAD", "") if making else (f"{tip}^1", f"{tip}^2", f"{tip}^3"))
    )
    if not ours or not theirs or third:  # of three or more git makes none that conflicts
        return
    base = git.merge_base(knowledge.repo, ours, theirs)
    if base is None:
        return
    digests = Digests(knowledge)
    known = [_held(digests, tree_at(knowledge, commit)) for commit in (base, ours, theirs)]
    result = _held(digests, tree)
    made = result if making else _held(digests, tree_at(knowledge, tip))
    # What stands in conflict, or cannot be read, is a finding of its own and not lost.
    readable = {path for path, _ in result.values()}
    torn = {path for path in tree.items if path not in readable}
    mine = {i for held in known for i, (path, _) in held.items() if path in torn}
    yield from (f for f in _compare(knowledge, tree, known, made, result) if f.id not in mine)


def _held(digests: Digests, tree: Tree) -> Held:
    known = digests.of("item", tree.items.values(), tree.read)
    held: dict[str, tuple[str, str]] = {}
    for path, blob in sorted(tree.items.items()):
        if known[blob].id:
            held.setdefault(known[blob].id, (path, blob))
    return held


def _compare(
    knowledge: Knowledge, tree: Tree, known: list[Held], made: Held, result: Held
) -> Iterator[Finding]:
    for item_id in sorted({*made, *(i for held in known for i in held)}):
        base, ours, theirs = (held.get(item_id, ("", ""))[1] for held in known)
        path, merged = made.get(item_id, ("", ""))
        now = result.get(item_id, ("", ""))[1]
        if merged == _plainly(base, ours, theirs) or now != merged:
            continue
        blobs = [b for b in (base, ours, theirs, merged) if b]
        contents = {
            **git.read_blobs(knowledge.repo, blobs),
            **tree.read([merged] if merged else []),
        }
        four = [_fields(knowledge, contents.get(b)) for b in (base, ours, theirs, merged)]
        where = path or next(held[item_id][0] for held in reversed(known) if item_id in held)
        for field, how in find_lost(*four):
            message = f"{field} {how}" if field else f"{item_id} {how}"
            yield Finding("KN016", where, 1, message, item_id)


def _plainly(base: str, ours: str, theirs: str) -> str:
    """What git takes by itself; something that is nothing when it cannot know."""
    if ours == theirs or theirs == base:
        return ours
    return theirs if ours == base else "?"


def _fields(knowledge: Knowledge, raw: bytes | None) -> Fields | None:
    item = decode(raw, knowledge.schema)[0] if raw is not None else None
    return plain_fields(item, knowledge.schema) if item is not None else None
