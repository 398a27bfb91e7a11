"""Which items a text names: by id, by the file name of their document, by their record's number.

Found when an item is indexed, resolved in a view: what a name stands for depends on the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

MOST = 64
"""Names kept of one text, in the order of the text; a guess: what names more is a list."""

_ID = re.compile(r"\b[a-z]{2,8}-[0-9a-hjkmnp-tv-z]{8}\b")
_FILE = r"(?i)(?<![\w.-])([\w.-]{1,160})\.(?:md|markdown|adoc|rst|txt)\b"
_NUMBER = (
    r"(?i)\b[A-Z]{0,3}(?:ADR|AD|DR|RFC)s?[-_ #]{0,2}0*(\d{1,5})(?!\w)"
    r"((?:\s?(?:/|,|&|and)\s?0*\d{1,5}(?![\w.-]))*)"
)
_ENDINGS = (".md", ".markdown", ".adoc", ".rst", ".txt")
_PREFIXES = ("ad", "dr", "rfc")
"""What every match of `_FILE` and `_NUMBER` holds, in small letters."""
_TELLS_NOTHING = frozenset({"readme", "index", "changelog", "contributing", "license"})


def find_names(text: str, folder: str) -> tuple[str, ...]:
    """The names that a text uses for other items, each once, at most `MOST`.

    Args:
        text: Of an item and of its document.
        folder: The document's; a number without more is that of a record beside it.
    """
    folded = text.casefold()  # most texts name nothing, which is quicker to see than to search
    found: dict[str, None] = dict.fromkeys(_ID.findall(text) if "-" in text else ())
    for match in re.finditer(_FILE, text) if any(e in folded for e in _ENDINGS) else ():
        stem = match[1].lower()
        if stem not in _TELLS_NOTHING:
            found[f"{stem}.md"] = None
    for match in re.finditer(_NUMBER, text) if any(p in folded for p in _PREFIXES) else ():
        for number in (match[1], *re.findall(r"\d+", match[2])):
            found[f"{folder}#{int(number)}"] = None
    return tuple(found)[:MOST]


def names_of(item_id: str, document: str) -> tuple[str, ...]:
    """The names that other texts may use for an item."""
    if not document:
        return (item_id,)
    folder, _, name = document.rpartition("/")
    stem = name.rpartition(".")[0].lower()
    number = re.match(r"[a-z]{0,10}[-_ ]{0,3}0*(\d{1,5})(?!\d)", stem)
    numbered = (f"{folder}#{int(number[1])}",) if number else ()
    return (item_id, f"{stem}.md", *numbered)


def resolve_names(
    named: Mapping[str, Sequence[str]], known_as: Iterable[tuple[str, Sequence[str]]]
) -> dict[str, tuple[str, ...]]:
    """Item -> the items that it names, itself left out; a name of several items is nobody's.

    Args:
        named: Item id -> what `find_names` found in its texts.
        known_as: Id of each item that may be named, with its `names_of`.
    """
    whose: dict[str, str] = {}
    for item_id, names in known_as:
        for name in names:
            whose[name] = item_id if whose.get(name, item_id) == item_id else ""
    return {
        item_id: tuple(dict.fromkeys(w for n in names if (w := whose.get(n, "")) and w != item_id))
        for item_id, names in named.items()
    }
