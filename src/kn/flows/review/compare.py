"""`kn diff`: what changed in the knowledge between two trees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from kn.adapters import git
from kn.core.codec import decode, plain_fields
from kn.core.compare import Change, Version, compare
from kn.core.ids import shorten_ids
from kn.core.schema import Schema, extend_schema
from kn.core.yaml.loaded import Fault
from kn.errors import KnError, NotInitialized
from kn.flows.knowledge import Knowledge, open_knowledge
from kn.flows.views.shelve import Read
from kn.flows.views.source import from_tree


@dataclass(frozen=True, slots=True)
class Side:
    """The item files of one tree, and how to read them."""

    label: str
    """What the user called it; empty for the work tree and the index."""
    commit: str
    """Empty for the work tree and the index."""
    schema: Schema
    blobs: Mapping[str, str]
    """Item path -> blob id."""
    read: Read


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed, and what could not be read."""

    base: str
    head: str
    """Commit ids; the head's is empty for the work tree and the index."""
    changes: tuple[Change, ...]
    unreadable: Mapping[str, tuple[Fault, ...]]
    """Path -> what is wrong with the file on the newer side, else on the older."""
    short: Mapping[str, str]
    """Id -> its short form."""

    def to_json(self) -> dict[str, Any]:
        """`kn diff --json`."""
        faults = {
            path: [{"line": f.line, "message": f.message} for f in found]
            for path, found in self.unreadable.items()
        }
        return {
            "format": 1, "base": self.base, "head": self.head,
            "changes": [c.to_json() for c in self.changes], "unreadable": faults,
        }  # fmt: skip


def compare_here(
    start: Path, environment: Mapping[str, str], span: str = "", *, staged: bool = False
) -> Comparison:
    """`compare_knowledge` in the repository around `start`.

    A range is opened at its ends, so that neither the work tree nor one of them needs knowledge.

    Raises:
        NotInitialized: There is no knowledge on any side.
    """
    first, dots, second = split_span(span)
    sides = [second or "HEAD", first or "HEAD"] if dots else ["", first or "HEAD"]
    for at in sides[:-1]:
        with suppress(NotInitialized):
            knowledge = open_knowledge(start, environment, at=at, forgiving=True)
            return compare_knowledge(knowledge, span, staged=staged)
    knowledge = open_knowledge(start, environment, at=sides[-1], forgiving=True)
    return compare_knowledge(knowledge, span, staged=staged)


def compare_knowledge(knowledge: Knowledge, span: str = "", *, staged: bool = False) -> Comparison:
    """What changed in the knowledge.

    Args:
        knowledge: The repository.
        span: `A...B` (what B changed since it left A), `A..B`, or one revision, which is compared
            with the work tree; empty is HEAD.
        staged: Compare with the index and not with the work tree.

    Raises:
        KnError: A revision does not exist, or a range is given together with `staged`.
    """
    base, head = open_sides(knowledge, span, staged=staged)
    return compare_sides(base, head)


def open_sides(knowledge: Knowledge, span: str, *, staged: bool) -> tuple[Side, Side]:
    """The two trees that a range names."""
    first, dots, second = split_span(span)
    if dots:
        if staged:
            raise KnError("--staged compares with one revision, not with a range.")
        base = git.resolve(knowledge.repo, first or "HEAD")
        head = git.resolve(knowledge.repo, second or "HEAD")
        if dots == "...":
            base = fork_point(knowledge, base, head)
        return side_at(knowledge, base, first), side_at(knowledge, head, second)
    name = first or "HEAD"
    if not first and not knowledge.probe.head:
        older = Side("HEAD", "", knowledge.schema, {}, lambda _: {})
    else:
        older = side_at(knowledge, git.resolve(knowledge.repo, name), name)
    return older, _staged_side(knowledge) if staged else _work_tree_side(knowledge)


def split_span(span: str) -> tuple[str, str, str]:
    """`A...B` as its parts; the dots are empty where it is one revision."""
    for dots in ("...", ".."):
        first, found, second = span.partition(dots)
        if found:
            return first, dots, second
    return span, "", ""


def fork_point(knowledge: Knowledge, base: str, head: str) -> str:
    """Where `head` left `base`.

    Raises:
        KnError: They have nothing in common.
    """
    found = git.merge_base(knowledge.repo, base, head)
    if found is None:
        raise KnError(
            f"{base[:10]} and {head[:10]} have no commit in common here.",
            hint=git.SHALLOW if (knowledge.repo.common_dir / "shallow").exists() else None,
        )
    return found


def side_at(knowledge: Knowledge, tree: str, label: str = "") -> Side:
    """The items of a commit or tree, by its full id."""
    entries = git.list_below(knowledge.repo, tree, knowledge.folder)
    return make_side(knowledge, label, tree, entries)


def make_side(
    knowledge: Knowledge,
    label: str,
    commit: str,
    entries: Mapping[str, git.Entry],
    schema: Schema | None = None,
) -> Side:
    """The item files among `entries`, whose kinds are their own where no schema is given."""
    read = partial(git.read_blobs, knowledge.repo)
    regular = {p: e.blob for p, e in entries.items() if e.mode in git.REGULAR}
    schema = schema or schema_of(knowledge, regular, read)
    folders = {f"{knowledge.folder}/{k.folder}" for k in schema.kinds.values()}
    blobs = {
        path: blob
        for path, blob in regular.items()
        if path.rpartition("/")[0] in folders and path.endswith((".yaml", ".yml"))
    }
    return Side(label, commit, schema, blobs, read)


def schema_of(knowledge: Knowledge, files: Mapping[str, str], read: Read) -> Schema:
    """The kinds that a tree defines; definitions that are not sound count for nothing."""
    wanted = {
        path: blob
        for path, blob in files.items()
        if path.startswith(f"{knowledge.folder}/kinds/") and path.endswith((".yaml", ".yml"))
    }
    contents = read(list(wanted.values())) if wanted else {}
    return extend_schema({p: contents[b] for p, b in wanted.items() if b in contents})[0]


def _staged_side(knowledge: Knowledge) -> Side:
    entries = git.list_index(knowledge.repo)
    return make_side(knowledge, "", "", entries)


def _work_tree_side(knowledge: Knowledge) -> Side:
    source = from_tree(knowledge)
    return Side("", "", knowledge.schema, source.blobs, source.read)


def compare_sides(base: Side, head: Side) -> Comparison:
    """What changed from one tree to the other; only files that differ are read."""
    paths = [*base.blobs, *(p for p in head.blobs if p not in base.blobs)]
    differ = [p for p in paths if base.blobs.get(p) != head.blobs.get(p)]
    unreadable: dict[str, tuple[Fault, ...]] = {}
    before = _versions(base, differ, unreadable)
    after = _versions(head, differ, unreadable)
    before = [v for v in before if v.path not in unreadable]  # broken is not removed
    linked = {i for v in after for name in ("supersedes", "amends") for i in v.names(name)}
    known = {v.id for v in (*before, *after)}
    tails = {i.rpartition("-")[2] for i in linked - known}
    same = [p for p in head.blobs if _tail(p) in tails and p not in differ]
    untouched = {v.id: v for v in _versions(head, same, {})}
    changes = compare(before, after, untouched)
    links = ("supersedes", "superseded_by", "amends", "relates")
    named = {i for v in (*before, *after) for name in links for i in v.names(name)}
    named |= {i for c in changes for i in (c.id, *c.by)}
    return Comparison(base.commit, head.commit, tuple(changes), unreadable, _shorten(named, head))


def _tail(path: str) -> str:
    return path.rpartition(".")[0][-8:]


def _shorten(ids: Iterable[str], side: Side) -> dict[str, str]:
    """Short forms that are nobody else's: folder and file name tell every other id."""
    wanted = set(ids)
    others = set()
    for path in side.blobs:
        kind = side.schema.kind_of_folder(path.rpartition("/")[0].rpartition("/")[2])
        if kind is not None:
            others.add(f"{kind.prefix}-{_tail(path)}")
    short = shorten_ids([*(wanted | others)])
    return {i: short[i] for i in wanted}


def _versions(
    side: Side, paths: Iterable[str], unreadable: dict[str, tuple[Fault, ...]]
) -> list[Version]:
    wanted = {p: side.blobs[p] for p in paths if p in side.blobs}
    contents = side.read(list(dict.fromkeys(wanted.values()))) if wanted else {}
    found = []
    for path, blob in wanted.items():
        item, faults = decode(contents.get(blob, b""), side.schema)
        if item is not None:
            found.append(Version(path, plain_fields(item, side.schema)))
        else:
            unreadable[path] = tuple(f for f in faults if f.severity == "error")
    return found
