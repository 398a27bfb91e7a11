"""Rules over links: what names nothing, goes in circles, forks, or is not stamped."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kn.core.check.finding import Finding
from kn.core.view import Currency, Links

Line = Callable[[str, str], int]
"""Of an item, by its id, the line of a field."""


def _first(item_id: str, field: str) -> int:
    return 1


def check_links(
    items: Mapping[str, tuple[str, Links]], currency: Currency, line: Line = _first
) -> list[Finding]:
    """Links against each other.

    Args:
        items: Id -> path and links.
        currency: As `kn.core.view.judge` gave it for the same items.
        line: Where the fields stand.
    """
    found = []
    for item_id, missing in currency.dangling.items():
        path, links = items[item_id]
        named = ", ".join(missing)
        field = next((f for f in _FIELDS if set(getattr(links, f)) & set(missing)), "id")
        message = f"names {named}, which is not here"
        found.append(Finding("KN010", path, line(item_id, field), message, item_id))
    for cycle in currency.cycles:
        message = f"supersede each other: {', '.join(cycle)}"
        if len(cycle) == 1:
            message = "supersedes itself"
        where = items[cycle[0]][0]
        found.append(Finding("KN011", where, line(cycle[0], "supersedes"), message, cycle[0]))
    for older, heads in currency.forks.items():
        at = older if older in items else heads[0]
        message = (
            f"{older} is superseded by {', '.join(heads)}, and nothing links them; "
            "let one supersede the other, or say `relates` when both hold"
        )
        found.append(Finding("KN012", items[at][0], line(at, "superseded_by"), message, older))
    found += _check_stamps(items, line)
    return found


_FIELDS = ("supersedes", "superseded_by", "amends", "relates")


def missing_stamps(items: Mapping[str, tuple[str, Links]]) -> dict[str, tuple[str, ...]]:
    """Superseded items whose files do not say so -> what supersedes them."""
    newer = _successors(items)
    return {
        item_id: tuple(sorted(by))
        for item_id, (_, links) in items.items()
        if (by := newer.get(item_id))
        and not (links.status in ("superseded", "retired") and set(by) <= set(links.superseded_by))
    }


def _successors(items: Mapping[str, tuple[str, Links]]) -> dict[str, list[str]]:
    newer: dict[str, list[str]] = {}
    for item_id, (_, links) in items.items():
        if links.status in ("accepted", "superseded", "retired"):
            for older in links.supersedes:
                if older != item_id:
                    newer.setdefault(older, []).append(item_id)
    return newer


def _check_stamps(items: Mapping[str, tuple[str, Links]], line: Line) -> list[Finding]:
    found = []
    for item_id, by in missing_stamps(items).items():
        message = f"is superseded by {', '.join(by)}, and its file does not say so"
        path = items[item_id][0]
        found.append(Finding("KN013", path, line(item_id, "status"), message, item_id))
    newer = _successors(items)
    for item_id, (path, links) in items.items():
        if links.status == "superseded" and not newer.get(item_id) and not links.superseded_by:
            message = "says superseded, but by what? Name it in `superseded_by`"
            found.append(Finding("KN014", path, line(item_id, "status"), message, item_id))
    return found
