"""The table of rules: what kn looks for, why, and what `--fix` does about it.

A code never changes its meaning and is never given again. KN001 to KN099 judge the knowledge as
it is; KN100 and up are for what only a change can do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kn.core.check.changes import TABLE as CHANGES

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
    Rule("KN005", "error", "a file name that some system cannot hold or tell apart",
         "Whoever works on Windows or macOS cannot check the repository out, or loses one of two "
         "files whose names differ in case or in the form of an accent.",
         "decisions/CON.yaml"),
    Rule("KN006", "error", "something among the items is no plain file",
         "A symbolic link or a submodule can lead out of the repository; kn reads through none.",
         "decisions/x-7k3m9qzt.yaml -> /etc/passwd"),
    Rule("KN007", "warning", "a file among the items may be executed",
         "Nothing there is a program.",
         "-rwxr-xr-x decisions/x-7k3m9qzt.yaml",
         "takes the permission away"),
    Rule("KN008", "error", "conflict markers",
         "A merge left both sides in the file, and somebody committed it.",
         "<<<<<<< HEAD"),
    Rule("KN009", "error", "a key stands twice in a file",
         "A merge that took both sides, as GitHub's or the `union` driver, does this; readers of "
         "YAML take one of the two, and not all the same.",
         "status: accepted, and two lines below status: superseded"),
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
    Rule("KN015", "warning", "a YAML file lies where kn reads none",
         "Whoever wrote it takes it for knowledge, and nobody is served it: items lie in the "
         "folder of their kind, one level deep.",
         ".knowledge/decision/x-7k3m9qzt.yaml (the folder is decisions)"),
    Rule("KN016", "warning", "a merge lost what one side said",
         "Where kn's merge driver did not run, as in a merge on a web page, a field or a whole "
         "item can fall back to what it was before, or come back after it was deleted. Told of "
         "the merge that is being made, and of the one at the tip.",
         "one branch says status: superseded, the merge says accepted"),
    Rule("KN020", "warning", "the statement has more than about 40 tokens",
         "The statement is what is served, within a budget: a long one pushes others out. Say "
         "the rule in one sentence and the rest in `because` or `details`."),
    Rule("KN021", "info", "the statement says several things",
         "One item says one thing: then it can be superseded, scoped and found by itself. Often "
         "the second sentence is the reason, and belongs into `because`.",
         "statement: Use a leaky bucket. Log every rejected request."),
    Rule("KN022", "warning", "two current items say nearly the same",
         "Both cost tokens, and when one is changed the other is forgotten. Retire one, let one "
         "supersede the other, or say `relates` when both are meant.",
         "Use a leaky bucket for rate limiting. / Rate limiting uses a leaky bucket."),
    Rule("KN023", "warning", "a current item states what another one rejects",
         "An agent is told both. Either the newer one supersedes the older, or it is narrower: "
         "then give it a scope, or say `amends` or `relates`.",
         "rejected: [{option: token bucket}] / Use a token bucket at the gateway."),
    Rule("KN030", "warning", "a file that the item was verified against has changed",
         "What it says about the file may hold no longer. Look, then `kn verify ID`.",
         "verified: {anchors: {src/limits.py: 1a2b3c4d5e6f}}"),
    Rule("KN031", "warning", "the day to review the item has passed",
         "Whoever wrote it asked for a second look by then. Look, then `kn verify ID`.",
         "review_after: 2026-01-01"),
    Rule("KN032", "warning", "the scope matches no file any more",
         "The code was moved or deleted: the item is no longer found from the file that it is "
         "about. Say where it applies now, or retire it.",
         "scope: {paths: [src/gateway/**]}, and there is no src/gateway"),
    Rule("KN033", "warning", "the document that the item names is not there",
         "Who wants to know more finds nothing, and its words are no longer searched.",
         "document: docs/adr/0012-rate-limiting.md"),
    Rule("KN040", "error", "the item holds what looks like a secret",
         "Whoever reads the repository reads it. Revoke the secret first, then take it out; "
         "git's history keeps it."),
    Rule("KN050", "error", "hidden characters",
         "Text that a reviewer does not see reaches every agent: zero-width and tag characters, "
         "marks that change the order of what is shown, control characters, variation selectors. "
         "Honest uses pass: joiners in emoji and in scripts that need them, direction marks in "
         "lines that run from right to left. kn shows each as `\\u{202E}`.",
         "U+202E between two words"),
    Rule("KN051", "warning", "an odd space",
         "It looks like a blank and is none: neither search nor grep finds the words around it. "
         "Typographic spaces where typographers put them pass.",
         "U+2003 between two words"),
    Rule("KN052", "error", "tokens by which models and tools mark who is speaking",
         "A model may take what follows for a turn of the talk, or of its own tools.",
         "a tag such as system-reminder, or im_start between bars"),
    Rule("KN053", "warning", "text that poses as an instruction to an agent",
         "Knowledge says what holds; it tells nobody to ignore, conceal or obey. Advice: prose "
         "about agents may trip this rule, and clever prose will not.",
         "Ignore previous ... / do not tell the ..."),
    Rule("KN054", "warning", "text that asks to run foreign code, or to send secrets out",
         "An agent may do it. Name the script that is in the repository instead.",
         "curl ... piped into sh"),
    Rule("KN055", "warning", "text that a web page does not show, or shows as another",
         "The reviewer sees the rendered page, the agent the source: HTML comments, folded or "
         "styled-away HTML, links that say another address, text pushed out of sight.",
         "an HTML comment in `details`"),
    Rule("KN056", "warning", "a long run of encoded text",
         "Nobody can review it, and an agent may decode it.",
         "60 characters of base64"),
    Rule("KN057", "warning", "a word that mixes alphabets that look alike",
         "It reads like another word and is not found by it.",
         "the Cyrillic letter U+0430 in an English word"),
    Rule("KN060", "error", "the repository's configuration sets what is the user's alone",
         "Whoever writes the repository would choose where texts go, or what runs: endpoints, "
         "models, keys, commands and trust come from the user's own settings.",
         "model: {url: https://example.org}"),
    Rule("KN061", "error", "the configuration or a kind is not readable",
         "kn refuses to work with it, for everybody.",
         "hooks: {prompt: perhaps}"),
)  # fmt: skip

RULES: dict[str, Rule] = {rule.code: rule for rule in (*_TABLE, *(Rule(*row) for row in CHANGES))}
"""By code, in the order in which they are documented."""
