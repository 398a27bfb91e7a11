"""What git knows of a change: the code it touches, the guards it touches, and the facts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise

from kn.adapters import git
from kn.adapters.git import Commit, trees
from kn.core.capture import candidates_in
from kn.core.commit import parse_message
from kn.core.review.code import CodeChange, is_made, is_prose
from kn.core.review.guard import Touch, is_guard
from kn.core.review.items import Facts, sources_of
from kn.core.review.owners import PLACES
from kn.core.review.sheet import Sheet, Tree
from kn.flows.knowledge import Knowledge
from kn.flows.review.span import Span

MOST_LINES = 4_000
"""Lines of one file whose words are looked at; a file that changes more is made by a tool."""
MOST_COMMITS = 500
"""Commits of a branch whose messages are read, newest first."""
MOST_CONTENT = 4_000_000
"""Bytes of a file among the guards that are looked at."""


@dataclass(frozen=True)
class Gathered:
    """The raw material of a review."""

    touched: tuple[trees.Touched, ...]
    touches: tuple[Touch, ...]
    """Those with content: what guards the knowledge."""
    code: tuple[CodeChange, ...]
    commits: tuple[Commit, ...]
    """The branch's, oldest first."""
    codeowners: Mapping[str, bytes]
    """The base's, by place."""

    @cached_property
    def paths(self) -> list[str]:
        return [t.path for t in self.touched]


def gather(knowledge: Knowledge, span: Span) -> Gathered:
    """Everything that changed, each as far as it is needed."""
    repo, folder = knowledge.repo, knowledge.folder
    touched = trees.touched_paths(repo, span.before, span.after)
    inside = f"{folder}/"
    guards = [
        t for t in touched if t.path == folder or t.path.startswith(inside) or is_guard(t.path)
    ]
    owners = git.blobs_at(repo, span.before, PLACES)
    blobs = {e.blob for t in guards for e in (t.before, t.after) if e.mode in git.REGULAR}
    contents = git.read_blobs(repo, [*blobs, *owners.values()])
    touches = tuple(
        Touch(t.path, t.before.mode, t.after.mode, *(_content(e, contents) for e in t[1:]))
        for t in guards
    )
    commits: tuple[Commit, ...] = ()
    if span.judged != "staged":
        commits = tuple(
            git.read_commits(repo, [span.head], but=[span.base, span.fork], most=MOST_COMMITS)
        )
    return Gathered(
        tuple(touched), touches, tuple(_read_code(knowledge, span, touched)), commits,
        {p: contents[b] for p, b in owners.items() if b in contents},
    )  # fmt: skip


def _content(entry: git.Entry, contents: Mapping[str, bytes]) -> bytes | None:
    raw = contents.get(entry.blob) if entry.mode in git.REGULAR else None
    return raw[:MOST_CONTENT] if raw is not None else None


def _read_code(
    knowledge: Knowledge, span: Span, touched: Sequence[trees.Touched]
) -> Iterable[CodeChange]:
    """The files outside the folder, with the lines that came and went."""
    outside = [t for t in touched if not t.path.startswith(f"{knowledge.folder}/")]
    if not outside:
        return
    lines: dict[tuple[str, bool], list[tuple[int, str]]] = defaultdict(list)
    found = trees.added_lines(knowledge.repo, span.before, span.after, but=knowledge.folder)
    for path, line, text, added in found:
        if len(lines[path, added]) < MOST_LINES:
            lines[path, added].append((line, text))
    for one in outside:
        if one.path == knowledge.folder:
            continue
        sort = "changed"
        if one.before.mode == trees.NOTHING:
            sort = "added"
        elif one.after.mode == trees.NOTHING:
            sort = "removed"
        came, went = (tuple(lines.get((one.path, side), ())) for side in (True, False))
        yield CodeChange(one.path, sort, came, went, one.before.blob)


def collect_facts(
    knowledge: Knowledge, span: Span, changed: Iterable[Sheet], known: Iterable[Sheet]
) -> Facts:
    """What the items that change claim, held against git.

    In a shallow or partial clone nothing is said to be missing.
    """
    repo = knowledge.repo
    commits, blobs = sources_of(changed)
    settled, seen = sources_of(known)
    began = "" if span.judged == "staged" else trees.first_day(repo, span.fork, span.head)
    messages: dict[str, str | None] = {}
    unknown: frozenset[str] = frozenset()
    if trees.is_whole(repo):
        messages = trees.messages_of(repo, [c for c in commits if c not in set(settled)])
        new = [b for b in blobs if b not in set(seen)]
        there = trees.sort_objects(repo, new)
        unknown = frozenset(b for b in new if b not in there)

    @cache
    def paths() -> Iterable[str]:
        return git.list_below(repo, span.after)

    def reaches(sheet: Sheet) -> bool:
        return any(sheet.covers(p) for p in paths())

    return Facts(knowledge.today, began or knowledge.today, messages, unknown, reaches)


def note_unread(gathered: Gathered, base: Tree) -> Iterable[str]:
    """What was too much to be held against the knowledge whole."""
    rejecting = [s for s in base.current if s.rejected]
    for code in gathered.code:
        if len(code.added) < MOST_LINES or is_made(code.path) or is_prose(code.path):
            continue
        if any(not s.scopes or s.covers(code.path) for s in rejecting):
            most = f"{MOST_LINES:,}"
            yield f"{code.path}: only {most} of its new lines were held against the knowledge"
    if len(gathered.commits) == MOST_COMMITS:
        yield f"only the newest {MOST_COMMITS} commits were read for what they decide"


def sentences(commits: Iterable[Commit]) -> Iterable[tuple[str, str]]:
    """Commit and each sentence in which it says what it does; what it rejects is left out."""
    for commit in commits:
        parsed = parse_message(commit.message)
        if len(commit.parents) > 1 or parsed.subject.startswith("Revert "):
            continue
        yield commit.id, parsed.subject
        for paragraph in parsed.paragraphs:
            text = " ".join(paragraph.text.split())
            cuts = [0, *(m.end() for m in re.finditer(r"[.!?]\s+", text)), len(text)]
            for start, end in pairwise(cuts):
                if text[start:end].strip():
                    yield commit.id, text[start:end].strip()
        for trailer in parsed.trailers:
            if trailer.token == "decision":
                yield commit.id, trailer.value


def telling(commits: Iterable[Commit]) -> list[Commit]:
    """The commits that say something worth keeping; merges say it of others."""
    return [c for c in commits if len(c.parents) < 2 and candidates_in(c.message, commit=c.id)]
