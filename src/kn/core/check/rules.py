"""The table of rules: what kn looks for, why, and what `--fix` does about it.

A code never changes its meaning and is never given again. KN001 to KN099 judge the knowledge as
it is; KN100 and up are for what only a change can do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `title` completes the sentence "It is found that …"."""

    code: str
    severity: Severity
    title: str
    why: str
    example: str = ""
    fix: str = ""
    """What `--fix` does, never to what an item means; empty when only a person can settle it."""


_TABLE: tuple[Rule, ...] = (
    Rule("KN001", "error", "the file is not readable as an item of its kind",
         "An item that cannot be read is served to nobody, and what it superseded looks current "
         "again. Every problem of the file is told at once, with line and field.",
         "status: acepted"),
    Rule("KN002", "warning", "a field that this kn does not know",
         "It is kept, for a newer kn may have written it; more often it is a misspelt name, and "
         "what it says is never served.",
         "becuase: Bursts overran the payment API."),
    Rule("KN003", "error", "two files have the same id",
         "A link to the id could mean either. It comes from copying a file; give the copy a new "
         "id, or take it out.",
         "cp old-7k3m9qzt.yaml new-7k3m9qzt.yaml"),
    Rule("KN004", "error", "the file lies in the folder of another kind, or its name lacks the id",
         "People find items by folder and name, and a file that is not called by its id can be "
         "copied without anybody noticing.",
         "decisions/no-redis.yaml",
         "moves the file to where its kind and id say; its slug stays"),
    Rule("KN010", "error", "a link names an item that is not here",
         "Either the item was deleted, and then what it replaced may hold again, or the id is "
         "misspelt. Retire items, never delete them.",
         "supersedes: [dec-00000000]"),
    Rule("KN011", "error", "items supersede each other in a circle",
         "None of them is current, so nothing of what they say is served.",
         "A supersedes B, and B supersedes A"),
    Rule("KN012", "warning", "several current items supersede the same one, and nothing links them",
         "Two branches replaced the same item, and git merged that clean: there are now two "
         "current answers. Let one supersede the other; or, when both hold, as after splitting a "
         "decision, let one name the other in `relates`.",
         "B supersedes A, C supersedes A"),
    Rule("KN013", "warning", "an item is superseded and its file does not say so",
         "kn serves it to nobody all the same, but who reads the file on a web page takes it for "
         "current.",
         "B supersedes A, and A says `status: accepted`",
         "writes `status: superseded` and `superseded_by`"),
    Rule("KN014", "warning", "a file says that it is superseded, and nothing here supersedes it",
         "What replaced it was lost, or is on another branch. Name it in `superseded_by`, or "
         "retire the item.",
         "status: superseded, without superseded_by"),
    Rule("KN020", "warning", "the statement has more than about 40 tokens",
         "The statement is what is served, within a budget: a long one pushes others out. Say "
         "the rule in one sentence and the rest in `because` or `details`."),
    Rule("KN030", "warning", "a file that the item was verified against has changed",
         "What it says about the file may hold no longer. Look, then `kn verify ID`.",
         "verified: {anchors: {src/limits.py: 1a2b3c4d5e6f}}"),
    Rule("KN031", "warning", "the day to review the item has passed",
         "Whoever wrote it asked for a second look by then. Look, then `kn verify ID`.",
         "review_after: 2026-01-01"),
    Rule("KN040", "error", "the item holds what looks like a secret",
         "Whoever reads the repository reads it. Revoke the secret first, then take it out; "
         "git's history keeps it."),
)  # fmt: skip

RULES: dict[str, Rule] = {rule.code: rule for rule in _TABLE}
"""By code, in the order in which they are documented."""
