"""Conflict markers, as git writes them: putting two texts between them, and taking them apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

OURS, THEIRS = "ours", "theirs"
SIZE = 7
"""Length of a marker where nobody says another (gitattributes, `conflict-marker-size`)."""

_ROWS = re.compile(r"[^\n]*\n|[^\n]+")
_OPENING = re.compile(r"(<{3,})(?: ([^\r\n]*))?\r?\n?$")


@dataclass(frozen=True, slots=True)
class Hunk:
    """A place where both sides stand in the text."""

    ours: str
    theirs: str
    our_name: str = OURS
    their_name: str = THEIRS


Piece = str | Hunk


def mark(ours: str, theirs: str, size: int = SIZE) -> str:
    """Both texts between markers; each is given an end of line if it has none."""
    return (
        f"{'<' * size} {OURS}\n{_ended(ours)}{'=' * size}\n{_ended(theirs)}{'>' * size} {THEIRS}\n"
    )


def mark_bytes(ours: bytes, theirs: bytes, size: int = SIZE) -> bytes:
    """`mark` for files that may be no text at all."""
    our, their = (side.decode("utf-8", "surrogateescape") for side in (ours, theirs))
    return mark(our, their, size).encode("utf-8", "surrogateescape")


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def split_hunks(text: str) -> list[Piece]:
    """A text as pieces without markers and hunks, in order; a marker that opens nothing is text.

    What stands between `|` markers, the common ancestor, is left out.
    """
    rows = _ROWS.findall(text)
    pieces: list[Piece] = []
    plain: list[str] = []
    at = 0
    while at < len(rows):
        opening = _OPENING.match(rows[at])
        found = _read_hunk(rows, at, opening[1], opening[2] or OURS) if opening else None
        if found is None:
            plain.append(rows[at])
            at += 1
            continue
        if plain:
            pieces.append("".join(plain))
            plain = []
        hunk, at = found
        pieces.append(hunk)
    return [*pieces, "".join(plain)] if plain else pieces


def _read_hunk(rows: Sequence[str], start: int, opening: str, name: str) -> tuple[Hunk, int] | None:
    size = len(opening)
    sides: dict[str, list[str]] = {"<": [], "|": [], "=": []}
    into = "<"
    for at in range(start + 1, len(rows)):
        bare = rows[at].rstrip("\r\n")
        sign = bare[:1]
        ends_here = bare[:size] == sign * size and bare[size : size + 1] in ("", " ")
        if ends_here and sign == ">" and into == "=":
            theirs = "".join(sides["="])
            return Hunk("".join(sides["<"]), theirs, name, bare[size + 1 :] or THEIRS), at + 1
        if ends_here and ((sign == "|" and into == "<") or (sign == "=" and into != "=")):
            into = sign
        else:
            sides[into].append(rows[at])
    return None


def has_hunks(text: str) -> bool:
    """Whether anything in the text is still in conflict."""
    return any(isinstance(piece, Hunk) for piece in split_hunks(text))


def resolve(text: str, choose: Callable[[Hunk], str]) -> str:
    """The text with every hunk replaced by what `choose` makes of it."""
    return "".join(p if isinstance(p, str) else choose(p) for p in split_hunks(text))


def take_side(text: str, side: str) -> str:
    """The text with `ours` or `theirs` in every hunk."""
    return resolve(text, lambda hunk: hunk.ours if side == OURS else hunk.theirs)


def names_of(pieces: Sequence[Piece]) -> tuple[str, str]:
    """What the first hunk calls the two sides."""
    first = next(chain((p for p in pieces if isinstance(p, Hunk)), [Hunk("", "")]))
    return first.our_name, first.their_name
