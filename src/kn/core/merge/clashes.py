"""What is left in a file with conflict markers, by field; and the file once that is settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kn.core.merge import markers
from kn.core.merge.files import (
    Side,
    assemble,
    exchange_lines,
    field_names,
    read_side,
    style_as,
)
from kn.core.merge.values import CONFLICT, can_join, merge_field, settle


@dataclass(frozen=True, slots=True)
class Clash:
    """A field of which both sides stand in the file, as lines; one side may not have it."""

    name: str
    ours: str
    theirs: str
    joined: str = ""
    """The lines that say what both sides say; empty where a person has to word that."""


@dataclass(frozen=True, slots=True)
class Torn:
    """A file with conflict markers, taken apart."""

    our_name: str
    their_name: str
    clashes: tuple[Clash, ...]
    """Empty where a side alone is no item's YAML: then one of the two is taken whole."""
    ours: bytes
    theirs: bytes
    ids: tuple[str, ...]
    """What the sides say the item's id is."""


def tear(raw: bytes) -> Torn | None:
    """Take a file with conflict markers apart; None for a file that has none."""
    text = raw.decode("utf-8", "surrogateescape")
    if "<<<" not in text or not markers.has_hunks(text):
        return None
    whole = [
        markers.take_side(text, side).encode("utf-8", "surrogateescape")
        for side in (markers.OURS, markers.THEIRS)
    ]
    names = markers.names_of(markers.split_hunks(text))
    our, their = (read_side(side) for side in whole)
    if our is None or their is None or not our.parts or not their.parts:
        values = [side.values for side in (our, their) if side is not None]
        return Torn(*names, (), whole[0], whole[1], _ids(values))
    clashes = tuple(
        Clash(name, our.body(name), their.body(name), _joined(name, our, their))
        for name in field_names(our, their)
        if our.body(name) != their.body(name)
    )
    return Torn(*names, clashes, whole[0], whole[1], _ids([our.values, their.values]))


def settle_clashes(torn: Torn, chosen: Mapping[str, str]) -> bytes:
    """The file with these lines for these fields; the rest stays between markers.

    Args:
        torn: A file both sides of which are read.
        chosen: Field -> its lines, as they stand in a clash or as somebody wrote them.
    """
    our, their = read_side(torn.ours), read_side(torn.theirs)
    assert our is not None and their is not None
    clashing = {clash.name for clash in torn.clashes}
    texts: dict[str, str | None] = {}
    for name in field_names(our, their):
        texts[name] = chosen.get(name) if name in clashing else our.body(name)
    text = assemble(texts, Side(), our, their, markers.SIZE)
    return style_as(text, our.style)


def _joined(name: str, our: Side, their: Side) -> str:
    """Both sides' entries of a list in which order means nothing."""
    ours, theirs = (settle(name, side.values.get(name)) for side in (our, their))
    if not can_join(name) or ours is None or theirs is None:
        return ""
    both = merge_field(name, None, ours, theirs)
    return "" if both is CONFLICT or both is None else exchange_lines(our.parts[name], both)


def _ids(values: list[Mapping[str, Any]]) -> tuple[str, ...]:
    found = (side.get("id") for side in values)
    return tuple(dict.fromkeys(i for i in found if isinstance(i, str)))
