"""Rules over links, places and files: what hangs together, and what does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kn.core.check.finding import Finding
from kn.core.view import Currency, Links
from kn.core.yaml.read import Fault

STATEMENT_WORDS = 36
"""Words of a statement from which it is too long: about 40 tokens of English prose."""


def check_files(faults: Mapping[str, Sequence[Fault]]) -> list[Finding]:
    """What the files themselves say: schema and syntax."""
    found = []
    for path, rows in faults.items():
        for fault in rows:
            code = "KN001" if fault.severity == "error" else "KN002"
            place = f"{fault.place}: " if fault.place else ""
            found.append(Finding(code, path, fault.line, f"{place}{fault.message}"))
    return found


def check_places(places: Iterable[tuple[str, str, str]]) -> list[Finding]:
    """Ids against files.

    Args:
        places: For each item its path, its id, and the folder of its kind.
    """
    found = []
    first: dict[str, str] = {}
    for path, item_id, folder in sorted(places):
        if item_id in first:
            message = f"the id {item_id} stands in {first[item_id]} too; one of them must go"
            found.append(Finding("KN003", path, 1, message, item_id))
        first.setdefault(item_id, path)
        parent, _, name = path.rpartition("/")
        tail = item_id.rpartition("-")[2]
        if parent.rpartition("/")[2] != folder:
            found.append(Finding("KN004", path, 1, f"belongs into the folder {folder}/", item_id))
        elif not name.rpartition(".")[0].endswith(tail):
            found.append(Finding("KN004", path, 1, f"the name must end in {tail}.yaml", item_id))
    return found


def check_links(items: Mapping[str, tuple[str, Links]], currency: Currency) -> list[Finding]:
    """Links against each other.

    Args:
        items: Id -> path and links.
        currency: As `kn.core.view.judge` gave it for the same items.
    """
    found = []
    for item_id, missing in currency.dangling.items():
        named = ", ".join(missing)
        found.append(Finding("KN010", items[item_id][0], 1, f"names {named}: not here", item_id))
    for cycle in currency.cycles:
        message = f"supersede each other: {', '.join(cycle)}"
        if len(cycle) == 1:
            message = "supersedes itself"
        found.append(Finding("KN011", items[cycle[0]][0], 1, message, cycle[0]))
    for older, heads in currency.forks.items():
        where = items[older][0] if older in items else items[heads[0]][0]
        message = f"{older} is superseded by {', '.join(heads)}; link them, or let one win"
        found.append(Finding("KN012", where, 1, message, older))
    found += _check_stamps(items)
    return found


def _check_stamps(items: Mapping[str, tuple[str, Links]]) -> list[Finding]:
    found = []
    newer: dict[str, list[str]] = {}
    for item_id, (_, links) in items.items():
        if links.status in ("accepted", "superseded", "retired"):
            for older in links.supersedes:
                newer.setdefault(older, []).append(item_id)
    for item_id, (path, links) in items.items():
        by = newer.get(item_id, [])
        stamped = links.status in ("superseded", "retired") and set(by) <= set(links.superseded_by)
        if by and not stamped:
            message = f"is superseded by {', '.join(sorted(by))}; its file does not say so"
            found.append(Finding("KN013", path, 1, message, item_id))
        if links.status == "superseded" and not by and not links.superseded_by:
            found.append(Finding("KN014", path, 1, "says superseded, but by what?", item_id))
    return found


def check_statements(items: Iterable[tuple[str, str, str]]) -> list[Finding]:
    """Statements that cost too much: path, id, statement."""
    return [
        Finding("KN020", path, 1, f"has {len(words)} words; say it in one short sentence", item_id)
        for path, item_id, statement in items
        if len(words := statement.split()) > STATEMENT_WORDS
    ]
