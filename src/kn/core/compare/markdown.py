"""A comparison in Markdown, and the escapes that keep a value from being anything but text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from kn.core.compare.change import Change
from kn.core.compare.pieces import Piece, pieces_of
from kn.core.compare.text import count_line, said_of
from kn.core.hidden import show_hidden

_MARKS = re.compile(r"[\\`*_\[\]{}~|^]")
_CALLS = re.compile(r"@|(?<=/)/|\$|#|:(?=\S)|(?<=[wW]{3})\.|\b(?<=GH)-(?=\d)")
"""Where hosts make mentions, formulas, references, links and emoji out of text.

They do so after Markdown is read, so that a backslash does not help: a tag in between does."""
_WORDS = {
    "added": "Added", "superseded": "Superseded", "amended": "Amended", "changed": "Changed",
    "retired": "Retired", "removed": "Removed", "renamed": "Renamed",
}  # fmt: skip
_MOST = 300
"""Characters of a value that are shown (a guess)."""
_MOST_PIECES = 10


def escape(text: str, *, most: int = _MOST) -> str:
    r"""One line that shows `text` and does nothing else, wherever it stands in Markdown.

    Hidden characters are shown, markup is escaped, and nobody is called: no mention, reference,
    link, image, formula or emoji comes of it, and no tag or comment ends.

    >>> escape("*hi* <!-- @all -->")
    '\\*hi\\* &lt;!-- <span>@</span>all --&gt;'
    """
    line = show_hidden(" ".join(text.split()))
    if len(line) > most:
        line = line[: most - 1] + "…"
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = _MARKS.sub(r"\\\g<0>", line)
    return _CALLS.sub(r"<span>\g<0></span>", line)


def code(text: str, *, most: int = _MOST) -> str:
    """The same as code: `<code>`, whose end no backtick of the text can be."""
    return f"<code>{escape(text, most=most)}</code>"


def to_markdown(
    changes: Sequence[Change], short: Mapping[str, str], *, full: bool = False
) -> list[str]:
    """A list of what happened to each item, with its fields below it."""
    lines = [f"**Knowledge:** {count_line(changes)}", ""]
    for change in changes:
        lines += change_lines(change, short, full=full)
    return lines


def change_lines(change: Change, short: Mapping[str, str], *, full: bool = False) -> list[str]:
    """An entry of a list: what happened to an item, and to which fields."""
    name = code(short.get(change.id, change.id))
    word = _WORDS[change.change]
    lines = [f"- **{word}** {name} {escape(change.kind)}: {escape(change.statement)}"]
    plain = ("removed", "retired")  # the word in bold says it
    lines += [f"  - {escape(row)}" for row in said_of(change, short) if change.change not in plain]
    pieces = pieces_of(change, short)
    shown = pieces if full else pieces[:_MOST_PIECES]
    most = 4_000 if full else _MOST
    signs = {"-": "~~{}~~", "+": "**+** {}", "→": "~~{}~~ → {}", "": "{}"}
    for name, sign, *texts in _in_pairs(shown):
        said = signs[sign].format(*(escape(t, most=most) for t in texts))
        lines.append(f"  - {escape(name)}: {said}")
    if len(pieces) > len(shown):
        lines.append(f"  - and {len(pieces) - len(shown)} lines more")
    return lines


def _in_pairs(pieces: Sequence[Piece]) -> Iterator[tuple[str, ...]]:
    """Name, sign and text; what went and the one thing that came in its place are one line."""
    waiting: Piece | None = None
    for place, piece in enumerate(pieces):
        after = pieces[place + 1] if place + 1 < len(pieces) else None
        follows = after is not None and (after.name, after.sign) == (piece.name, "+")
        if waiting is not None:
            yield piece.name, "→", waiting.text, piece.text
            waiting = None
        elif piece.sign == "-" and follows:
            waiting = piece
        else:
            yield tuple(piece)
