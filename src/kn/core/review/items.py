"""What a change does to items that a reviewer must not overlook."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from kn.core.candidate import normalized
from kn.core.check import Finding
from kn.core.compare import Change
from kn.core.context.analysis import Stem, split_terms
from kn.core.joining import contradict
from kn.core.review.returning import Option, read_options, states
from kn.core.review.sheet import Sheet, Tree

MANY = 50
"""Items that change at once, from which a reviewer is told so; a guess."""
SAME = 0.4
"""Share of common words below which a statement says something else; a guess: two thirds is a
rewording (`kn.core.similar`), a third another rule about the same thing."""
LONG_AGO = 31
"""Days between an item's date and the branch's first commit, from which it is odd."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What only git and the clock know."""

    today: str
    began: str
    """Day of the branch's first commit."""
    messages: Mapping[str, str | None]
    """Commit as an item names it -> its message; None when there is no such commit."""
    unknown_blobs: frozenset[str]
    """Blob ids of anchors that this repository has never had."""
    reaches: Callable[[Sheet], bool]
    """Whether an item's scope matches any file of the tree after the change."""


def judge_items(
    base: Tree, head: Tree, changes: Sequence[Change], facts: Facts, stem: Stem
) -> list[Finding]:
    """The findings on the items that change."""
    found = []
    for change in changes:
        old, new = base.by_id.get(change.id), head.by_id.get(change.id)
        if change.change == "removed":
            found.append(_say_removed(change, base))
        elif old is not None and new is not None:
            found += _judge_pair(change, old, new, base, head, facts, stem)
        if new is not None and change.fields:
            found += _judge_source(change, old, new, facts)
    found += _judge_side_effects(base, head, {c.id for c in changes})
    if len(changes) > MANY:
        first = changes[0].path
        found.append(Finding("KN117", first, 1, f"{len(changes)} items change at once"))
    return found


def _say_removed(change: Change, base: Tree) -> Finding:
    standing = base.standing(change.id)
    told = "agents are told it until now" if standing == "current" else f"it was {standing}"
    message = f"“{change.statement}” is removed with its history; {told}"
    return Finding("KN107", change.path, 1, message, change.id)


def _judge_pair(
    change: Change, old: Sheet, new: Sheet, base: Tree, head: Tree, facts: Facts, stem: Stem
) -> list[Finding]:
    found = []
    if "statement" in change.fields and _says_else(old.statement, new.statement, stem):
        message = f"said “{old.statement}” and says “{new.statement}” now"
        found.append(Finding("KN106", change.path, 1, message, change.id))
    elif taken := _takes_up(old, new, stem):
        message = f"says “{new.statement}” now, and had rejected “{taken}”"
        found.append(Finding("KN106", change.path, 1, message, change.id))
    if old.kind == "owner" and set(old.people) != set(new.people):
        message = (
            f"“{new.statement}”: {', '.join(old.people)} → {', '.join(new.people) or 'nobody'}"
        )
        found.append(Finding("KN104", change.path, 1, message, change.id))
    was, now = base.standing(change.id), head.standing(change.id)
    if was in ("superseded", "retired") and now == "current":
        message = f"was {was} and is current again: “{new.statement}”"
        found.append(Finding("KN108", change.path, 1, message, change.id))
    if was == "current" and (why := _why_untold(new, now, head, facts)):
        found.append(Finding("KN109", change.path, 1, f"“{old.statement}”: {why}", change.id))
    moved = was == now == "current" and old.scopes != new.scopes and new.scopes
    if moved and not facts.reaches(new):
        globs = ", ".join(glob for glob, _ in new.scopes)
        message = f"“{new.statement}” applies to {globs} now, and no file is there"
        found.append(Finding("KN109", change.path, 1, message, change.id))
    return found


def _takes_up(old: Sheet, new: Sheet, stem: Stem) -> str:
    """The option that the item had rejected and its statement takes for its own now."""
    if old.statement == new.statement:
        return ""
    options = read_options([old], stem)
    taken = (o for o in options if states(new.statement, o, stem))
    return next((o.text for o in taken if not states(old.statement, o, stem)), "")


def _says_else(old: str, new: str, stem: Stem) -> bool:
    if contradict(old, new):
        return True
    mine, theirs = set(split_terms(old, stem)), set(split_terms(new, stem))
    return len(mine & theirs) < SAME * len(mine | theirs)


def decided_anew(option: Option, head: Tree, stem: Stem) -> bool:
    """Whether the change has replaced what rejected an option, by something else or by the option.

    A newer item that says nearly the same decides nothing anew: it only lacks the rejection.
    """
    old = option.sheet
    if head.standing(old.id) != "superseded":
        return False
    ends = [head.by_id[i] for i in head.currency.superseded_by.get(old.id, ()) if i in head.by_id]
    return any(_says_else(old.statement, e.statement, stem) or states(e.statement, option, stem)
               for e in ends)  # fmt: skip


def _why_untold(new: Sheet, now: str, head: Tree, facts: Facts) -> str:
    """Why an item that was current is served no more, where nobody gave a reason."""
    if now == "proposed":
        return "is proposed only, where it was accepted"
    if now == "expired":
        return f"is valid until {new.valid_until}, which has passed"
    if now == "retired" and not new.retired_because:
        return "is retired without a reason"
    if now == "superseded":
        ends = head.currency.superseded_by.get(new.id, ())
        if not any(head.standing(e) == "current" for e in ends):
            return "is superseded, and by nothing that is current"
    return ""


def _judge_side_effects(base: Tree, head: Tree, told: set[str]) -> list[Finding]:
    """Items whose file is the same and that stand otherwise: another one's link did it."""
    found = []
    for item_id, sheet in head.by_id.items():
        if item_id in told or item_id not in base.by_id:
            continue
        was, now = base.standing(item_id), head.standing(item_id)
        path = head.path_of[item_id]
        if was in ("superseded", "retired") and now == "current":
            message = f"was {was} and is current again, since nothing names it any more: "
            found.append(Finding("KN108", path, 1, f"{message}“{sheet.statement}”", item_id))
        elif was == "current" and now == "superseded":
            ends = head.currency.superseded_by.get(item_id, ())
            if not any(head.standing(e) == "current" for e in ends):
                message = f"“{sheet.statement}”: is superseded, and by nothing that is current"
                found.append(Finding("KN109", path, 1, message, item_id))
    return found


def _judge_source(change: Change, old: Sheet | None, new: Sheet, facts: Facts) -> list[Finding]:
    """Evidence, dates and verification, as far as the change brings them."""
    found = []
    known = set(old.evidence) if old is not None else set()
    for commit, session, _, quote in new.evidence:
        if not commit or (commit, session, _, quote) in known:
            continue
        message = facts.messages.get(commit)
        if message is None and commit in facts.messages:
            said = f"there is no commit {commit[:12]} in this repository's history"
            found.append(Finding("KN113", change.path, 1, said, change.id))
        # What a session said need not stand in the commit that came of it.
        elif message and not session and normalized(quote) not in normalized(message):
            said = f"commit {commit[:12]} does not say “{quote[:120]}”"
            found.append(Finding("KN113", change.path, 1, said, change.id))
    if "recorded" in change.fields and (said := _odd_date(new, facts)):
        found.append(Finding("KN114", change.path, 1, said, change.id))
    for path, blob in new.anchors:
        if blob in facts.unknown_blobs:
            said = f"{path} never held {blob[:12]}; verify it in earnest: `kn verify`"
            found.append(Finding("KN115", change.path, 1, said, change.id))
    return found


def _odd_date(sheet: Sheet, facts: Facts) -> str:
    if sheet.recorded > facts.today:
        return f"is recorded on {sheet.recorded}, which is still to come"
    sourced = any(document or commit for commit, _, document, _ in sheet.evidence)
    try:
        first = datetime.date.fromisoformat(facts.began or facts.today)
        day = datetime.date.fromisoformat(sheet.recorded)
    except ValueError:
        return ""
    if not sourced and (first - day).days > LONG_AGO:
        return f"says that it was recorded on {sheet.recorded}; git sees it since {first}"
    return ""


def sources_of(sheets: Iterable[Sheet]) -> tuple[list[str], list[str]]:
    """Commits and anchored blobs that items name: what `Facts` has to know."""
    commits: dict[str, None] = {}
    blobs: dict[str, None] = {}
    for sheet in sheets:
        commits.update(dict.fromkeys(c for c, *_ in sheet.evidence if c))
        blobs.update(dict.fromkeys(blob for _, blob in sheet.anchors))
    return list(commits), list(blobs)
