"""The values of serving: what is asked, what a view has ready, and what comes out.

Named tuples, because `dataclasses` takes 6 ms to import, as much as Python itself takes to start.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from kn.adapters.pieces import Pieces
from kn.core.context.rank import Ranked
from kn.core.context.related import Files, FoundFile

TOKENIZER = "cl100k_base"

Lookup = Callable[[Iterable[str]], Mapping[str, Mapping[str, float]]]
"""Terms -> for each the versions that hold it, with its weight."""


class Asked(NamedTuple):
    """What a context is wanted for; `budget` None takes what the settings say."""

    task: str = ""
    files: tuple[str, ...] = ()
    budget: int | None = None
    at: str = ""
    form: str = "markdown"
    max_bytes: int | None = None
    include_unreviewed: bool = False
    include_proposed: bool = False
    uncommitted: tuple[str, ...] = ()
    """Tracked files that differ from HEAD: what is being worked on."""
    given: tuple[tuple[str, str], ...] = ()
    """Ids and versions that whoever asks has been given already."""
    only_applying: bool = False
    """Only what applies to the files, as `kn why` has it."""


class Body(NamedTuple):
    """What is printed and reported of an item, beyond what ranking needs."""

    path: str
    status: str
    standing: str
    trust: str
    statement: str
    document: str
    evidence: list[dict[str, object]]
    superseded_by: tuple[str, ...]
    amended_by: tuple[str, ...]
    rivals: tuple[str, ...]
    compact: str
    line: str
    compact_tokens: int
    line_tokens: int
    id_tokens: int
    ties: str


class Ready(NamedTuple):
    """A view for one audience, and all else that a context depends on but the question."""

    subjects: list[tuple[Any, ...]]
    """Of the current items: the values of `Subject`, whose place is that of the body."""
    proposed: list[tuple[Any, ...]]
    """The same of the proposals."""
    bodies: Pieces
    versions: list[str]
    """Of all items of the view, current or not: what the index must hold."""
    top: str
    """The work tree; empty in a bare repository."""
    branch: str
    branch_subjects: list[str]
    changed: list[str]
    """Files that the branch changes against its merge base."""
    own_block: bool
    """Whether local items stand in a block of their own: what is given to an agent."""
    held_back: int
    unreadable: dict[str, list[str]]
    """Path -> what is wrong with the file."""
    budget: int
    files_key: str
    """Under which the files of the tree were made findable."""
    folder: str
    """Of the items, relative to the top."""
    head: str
    trusted: str
    """Commits that trust comes from; empty where there is none."""
    kinds: list[tuple[Any, ...]]
    """A team's own kinds (`kn.flows.serving.renew`)."""
    loose: dict[str, Mapping[str, float]]
    """Version -> its terms, of the few that the index lacks."""

    def body(self, row: tuple[Any, ...]) -> Body:
        """What is printed of a row of the subjects or proposals.

        Raises:
            Spoilt: It was kept, and has been damaged since.
        """
        return Body._make(marshal.loads(self.bodies.get(row[-1])))

    def plain(self) -> tuple[Any, ...]:
        """All but the bodies, as plain values."""
        return tuple(self._replace(bodies=None))  # type: ignore[arg-type]


class ServedItem(NamedTuple):
    """An item of the context, with its rank and its price."""

    id: str
    kind: str
    body: Body
    needs_verification: bool
    score: float
    why: tuple[str, ...]
    tokens: int
    version: str = ""

    def to_json(self) -> dict[str, Any]:
        body = self.body
        return {
            "id": self.id,
            "kind": self.kind,
            "statement": body.statement,
            "status": body.status,
            "score": self.score,
            "tokens": self.tokens,
            "path": body.path,
            "document": body.document,
            "evidence": body.evidence,
            "amended_by": list(body.amended_by),
            "conflicts_with": list(body.rivals),
            "superseded_by": list(body.superseded_by),
            "trust": body.trust,
            "needs_verification": self.needs_verification,
            "why": list(self.why),
        }


class Context(NamedTuple):
    """What comes out: the text that is printed, and everything that went into it."""

    asked: Asked
    budget: int
    branch: str
    text: str
    spent: int
    items: tuple[ServedItem, ...]
    left_out: tuple[Ranked, ...]
    """Ranked, but over the budget: the best of them."""
    more: int
    """So many more."""
    repeats: dict[str, str]
    """Ranked, but nearly the same as a better one: id -> the better one's."""
    files: tuple[tuple[FoundFile, int], ...]
    """Code files that the task will likely touch, each with the tokens of its line."""
    held_back: int
    unreadable: dict[str, list[str]]
    """Path -> what is wrong with the file."""

    def to_json(self) -> dict[str, Any]:
        """`kn context --json` (format 1)."""
        return {
            "format": 1,
            "task": self.asked.task,
            "budget": self.budget,
            "spent": self.spent,
            "tokenizer": TOKENIZER,
            "view": self.asked.at or "worktree",
            "branch": self.branch,
            "items": [i.to_json() for i in self.items],
            "files": [{"path": f.path, "why": f.why, "tokens": t} for f, t in self.files],
            "omitted": {
                "count": len(self.left_out) + self.more,
                "because": "budget",
                "unreviewed": self.held_back,
                "repeats": self.repeats,
                "unreadable": sorted(self.unreadable),
            },
            "text": self.text,
        }


class Tools(NamedTuple):
    """What serving takes from outside."""

    lookup: Lookup
    """The index."""
    stem: Callable[[str], str]
    """The stemmer that the index was built with."""
    files: Callable[[], Files | None]
    """The tree's files, or None when they are not at hand."""
    count_lines: Callable[[Sequence[str]], list[int]]
    """The tokens of lines, each ending in a newline."""
