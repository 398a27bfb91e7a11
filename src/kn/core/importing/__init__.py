"""Notes that teams keep elsewhere, read as candidates: pure readers, one a format.

`FORMATS` says of each format where its files lie; `read_notes` reads files of one format and gives
every passage's fate: a candidate, or the reason why it is none.
"""

from __future__ import annotations

from kn.core.importing.formats import FORMATS, Format, read_notes
from kn.core.importing.reading import Proposal, Reading, Skipped, Source, Surroundings, surroundings
from kn.core.importing.rules import imports_in

__all__ = [
    "FORMATS",
    "Format",
    "Proposal",
    "Reading",
    "Skipped",
    "Source",
    "Surroundings",
    "imports_in",
    "read_notes",
    "surroundings",
]
