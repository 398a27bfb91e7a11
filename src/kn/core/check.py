"""Is the knowledge sound: rules over all items of a view. Findings, never changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kn.core.view import Currency, Links
from kn.core.yaml.read import Fault

Severity = Literal["error", "warning", "info"]

RULES: dict[str, tuple[Severity, str]] = {
    "KN001": ("error", "the file is not readable as an item of its kind"),
    "KN002": ("warning", "a field that this kn does not know"),
    "KN003": ("error", "two files have the same id"),
    "KN004": ("error", "the file lies in the folder of another kind, or its name lacks the id"),
    "KN010": ("error", "a link names an item that is not here"),
    "KN011": ("error", "items supersede each other in a circle"),
    "KN012": ("warning", "several current items supersede the same one, and nothing links them"),
    "KN013": ("warning", "an item is superseded and its file does not say so"),
    "KN014": ("warning", "a file says that it is superseded, and nothing here supersedes it"),
    "KN020": ("warning", "the statement has more than about 40 tokens"),
    "KN040": ("error", "the item holds what looks like a secret"),
    "KN030": ("warning", "a file that the item was verified against has changed"),
    "KN031": ("warning", "the day to review the item has passed"),
}
"""Code -> severity and what it means; codes never change their meaning."""

STATEMENT_WORDS = 36
"""Words of a statement from which it is too long: about 40 tokens of English prose."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that somebody should look at."""

    code: str
    path: str
    line: int
    message: str
    id: str = ""

    @property
    def severity(self) -> Severity:
        return RULES[self.code][0]

    def to_json(self) -> dict[str, Any]:
        """The shape of `kn check --json` and `kn review --json`."""
        return {
            "code": self.code,
            "severity": self.severity,
            "path": self.path,
            "line": self.line,
            "message": self.message,
            "id": self.id,
        }


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
