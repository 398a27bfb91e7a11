"""Trees that exist in memory alone, to be checked: a case costs milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kn.adapters.git import hash_object
from kn.core.check import Finding
from kn.core.yaml.write import write_field
from kn.flows.check import Tree, check_tree
from kn.flows.knowledge import Knowledge

Files = Mapping[str, "bytes | str | tuple[str, bytes | str]"]
"""Path -> content, or mode and content."""

KINDS = {"dec": "decision", "con": "convention", "got": "gotcha", "inc": "incident",
         "own": "owner", "fac": "fact"}  # fmt: skip
A, B, C = "dec-0000000a", "dec-0000000b", "dec-0000000c"
TODAY = "2026-06-15"


def item(item_id: str, statement: str, **fields: Any) -> tuple[str, str]:
    """Path and content of an item's file."""
    kind = KINDS[item_id[:3]]
    whole = {"id": item_id, "kind": kind, "statement": statement, "status": "accepted",
             "recorded": "2026-01-05", **fields}  # fmt: skip
    text = "".join(write_field(n, v) for n, v in whole.items())
    return f".knowledge/{kind}s/item-{item_id[4:]}.yaml", text


def tree_of(knowledge: Knowledge, files: Files) -> Tree:
    """A tree that holds these files, and a sound configuration unless they have another."""
    whole: dict[str, Any] = {".knowledge/config.yaml": "format: 1\n", **files}
    entries = {
        path: given if isinstance(given, tuple) else ("100644", given)
        for path, given in whole.items()
    }
    raw = {
        path: content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        for path, (_, content) in entries.items()
    }
    blobs = {path: hash_object(content) for path, content in raw.items()}
    contents = {blobs[path]: raw[path] for path in raw}
    below = {p: mode for p, (mode, _) in entries.items() if p.startswith(".knowledge/")}
    folders = {f".knowledge/{k.folder}" for k in knowledge.schema.kinds.values()}
    plain = [p for p, mode in below.items() if mode.startswith("100")]
    items = [p for p in plain if p.rpartition("/")[0] in folders and p.endswith(".yaml")]
    return Tree(
        {p: blobs[p] for p in items},
        {p: blobs[p] for p in plain if p not in items},
        below,
        lambda: entries,
        lambda paths: {p: blobs[p] for p in paths if p in blobs},
        lambda wanted: {b: contents[b] for b in wanted if b in contents},
    )


def check(knowledge: Knowledge, files: Files) -> list[Finding]:
    """The findings of a tree that holds these files."""
    return check_tree(replace(knowledge, today=TODAY), tree_of(knowledge, files))
