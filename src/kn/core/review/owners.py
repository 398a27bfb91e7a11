"""Whom to ask: CODEOWNERS as GitHub reads it, the owners that items name, and who decided."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kn.core.review.sheet import Sheet

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks, in its order; the first that is there counts (GitHub's documentation)."""
MOST_BYTES = 3_000_000
"""GitHub reads no larger file."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody to ask, and about what."""

    who: str
    why: tuple[str, ...]


Rule = tuple[str, tuple[str, ...]]
"""Pattern and owners."""


def read_codeowners(text: str) -> list[Rule]:
    """The rules of a CODEOWNERS file, in order; comments and sections are left out."""
    rules = []
    for row in text.splitlines():
        row = row.strip().lstrip("\ufeff")
        if not row or row.startswith("#") or re.match(r"\^?\[", row):
            continue
        words = [w.replace("\\ ", " ") for w in re.split(r"(?<!\\)\s+", row)]
        owners = []
        for word in words[1:]:
            if word.startswith("#"):
                break
            owners.append(word)
        rules.append((words[0], tuple(owners)))
    return rules


def owners_of(path: str, rules: Sequence[Rule]) -> tuple[str, ...]:
    """The owners of a path: the last rule that matches counts, and it may name nobody."""
    return next((o for p, o in reversed(rules) if _pattern(p).match(path)), ())


@lru_cache(maxsize=4096)
def _pattern(pattern: str) -> re.Pattern[str]:
    r"""A pattern as GitHub reads it: gitignore's, without `!`, `[ ]` and `\#`; case counts.

    `docs/*` is what lies directly in `docs`, and not what lies deeper.
    """
    body = pattern.removeprefix("\\")
    anchored = "/" in body.rstrip("/")
    below = body.endswith("/")
    parts = re.split(r"(/\*\*/|\*\*/|/\*\*|\*|\?)", body.strip("/"))
    found = "".join(_PARTS.get(part, re.escape(part)) for part in parts)
    start = "" if anchored else "(?:.*/)?"
    flat = anchored and re.search(r"(?:^|/)\*$", body)
    end = "/.*" if below else "$" if flat else "(?:/.*)?$"
    return re.compile(f"{start}{found}{end}", re.DOTALL)


_PARTS = {"/**/": "/(?:.*/)?", "**/": "(?:.*/)?", "/**": "/.*", "*": "[^/]*", "?": "[^/]"}


def whom_to_ask(
    paths: Iterable[str],
    rules: Sequence[Rule],
    owners: Iterable[Sheet],
    decided: Mapping[str, Sheet],
) -> list[Ask]:
    """Everybody to ask about a change, those with most reasons first.

    Args:
        paths: What the change touches.
        rules: Of the base's CODEOWNERS.
        owners: The current items that name owners.
        decided: The items that the change speaks against or replaces, by their short ids.
    """
    touched = sorted(set(paths))
    found: dict[str, list[str]] = {}
    by_owner: dict[str, list[str]] = {}
    for path in touched:
        for who in owners_of(path, rules):
            by_owner.setdefault(who, []).append(path)
    for who, owned in by_owner.items():
        more = f" and {len(owned) - 1} more" if len(owned) > 1 else ""
        found.setdefault(who, []).append(f"CODEOWNERS: {owned[0]}{more}")
    for sheet in owners:
        hit = next((glob for path in touched if (glob := sheet.covers(path))), "")
        for who in sheet.people if hit else ():
            found.setdefault(who, []).append(f"{sheet.id}: {hit}")
    for name, sheet in decided.items():
        if sheet.kind != "owner":
            for who in sheet.people:
                found.setdefault(who, []).append(f"decided {name}")
    return [
        Ask(who, tuple(dict.fromkeys(why)))
        for who, why in sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0].lower()))
    ]
