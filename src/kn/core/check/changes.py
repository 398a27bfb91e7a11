"""The rules that judge a change and not a state: what only `kn review` can see."""

from __future__ import annotations

from typing import Literal

TABLE: tuple[tuple[str, Literal["error", "warning", "info"], str, str, str], ...] = (
    ("KN100", "error", "the knowledge could not be read any more after the merge",
     "The folder is gone, is a link or a submodule, or its configuration is unusable or of a newer "
     "format: nothing of the team's knowledge would be served.",
     "git mv .knowledge docs/knowledge"),
    ("KN101", "warning", "the configuration of the knowledge changes",
     "It holds for everybody after the merge. The review goes by the base's, so that a change "
     "cannot judge itself.",
     "hooks: {prompt: \"off\"}"),
    ("KN102", "warning", "the definition of a kind changes",
     "A kind decides which files are items and which fields they have: without its definition all "
     "items of the kind are gone.",
     "git rm .knowledge/kinds/runbook.yaml"),
    ("KN103", "warning", "what git does with the knowledge changes",
     "Attributes and ignore rules can keep an item out of diffs, out of commits, or away from the "
     "merge driver.",
     ".knowledge/** -diff"),
    ("KN104", "warning", "other people are asked about the knowledge",
     "Who is asked to review changes of the knowledge was somebody's decision; ask the owners that "
     "the base names.",
     "/.knowledge/ @somebody-else, in CODEOWNERS"),
    ("KN105", "warning", "what runs kn in the project's checks changes",
     "A workflow, a pipeline or a hook that runs kn is changed: after the merge the next review "
     "may be another one, or none.",
     "a step with `kn review`, taken out of a workflow"),
    ("KN106", "warning", "an item says something else under its old id",
     "Who cited the id meant the old statement. What was decided anew is a new item that "
     "supersedes the old one.",
     "statement: Use a leaky bucket. -> Use MongoDB for sessions."),
    ("KN107", "warning", "an item is removed",
     "Retired and superseded items stay and say why; a removed one takes its reason along, and "
     "what it superseded is current again. `kn retire ID --because …` instead.",
     "git rm .knowledge/decisions/no-redis-7k3m9qzt.yaml"),
    ("KN108", "warning", "an item that was settled is current again",
     "It was superseded or retired, and after the merge agents are told it again.",
     "status: superseded -> accepted"),
    ("KN109", "warning", "an item is told to nobody any more, and nothing replaces it",
     "Its status, its last day or its scope was changed, so that no task gets it; nobody retired "
     "it with a reason.",
     "scope: {paths: [nowhere/**]}"),
    ("KN110", "info", "the change touches what an item speaks of: is it still true?",
     "The file was what the item was verified against, or lies in its scope. Look, then "
     "`kn verify ID`, or supersede it.",
     "src/gateway/limits.py changed, an anchor of dec-7k3m9qzt"),
    ("KN111", "warning", "the change seems to bring back what was rejected",
     "The option stands in a current item with the reason against it. Either the change is not to "
     "be, or the reason holds no longer and a new decision supersedes the old one.",
     "+limiter = TokenBucket(rate)"),
    ("KN112", "info", "a commit tells a decision that no item records",
     "It is lost to everybody who does not read the commit. `kn extract` proposes it as an item.",
     "Use a leaky bucket instead of a token bucket, because …"),
    ("KN113", "warning", "the evidence of an item is not to be found",
     "It names a commit that is not in this repository's history, or quotes words that the commit "
     "does not say.",
     "evidence: [{commit: 0000000, quote: …}]"),
    ("KN114", "warning", "the dates of an item are not those of its commit",
     "It says that it was recorded long before git has seen it, with no document of that time, or "
     "in the future.",
     "recorded: 2019-01-01, in an item of today"),
    ("KN115", "warning", "an item claims to be verified against content that never was",
     "It names content that this repository has never seen: nobody can have looked at it.",
     "verified: {anchors: {src/limits.py: 000000000000}}"),
    ("KN116", "error", "the merge has a conflict in the knowledge",
     "Both sides changed the same item. What will be merged is not settled, so it cannot be "
     "reviewed; merge the base into the branch, and settle it there.",
     "<<<<<<<"),
    ("KN117", "info", "very many items change at once",
     "What is hidden among hundreds is read by nobody. Have them reviewed in smaller parts, or "
     "look at what is superseded, changed and removed first.",
     "300 items added"),
)  # fmt: skip
"""Code, severity, title, why, example; as in `kn.core.check.rules`."""
