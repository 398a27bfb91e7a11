"""One architecture decision record, read: what was decided, and whether it still holds."""

from __future__ import annotations

from dataclasses import dataclass

from kn.core.adr.mentions import Mention
from kn.core.model import Rejected, Status


@dataclass(frozen=True, slots=True)
class Record:
    """A decision record as kn understands it. Absent texts are empty; relations are record
    paths."""

    path: str
    number: str
    """Without leading zeros; empty where records are named by date or slug alone."""
    title: str
    statement: str
    """One sentence with the decision and the title's words, at most about 40 cl100k tokens."""
    because: str
    rejected: tuple[Rejected, ...]
    status: Status
    status_text: str
    """The status as its author wrote it, without Markdown."""
    retired_because: str
    date: str
    """ISO, or empty."""
    deciders: tuple[str, ...]
    tags: tuple[str, ...]
    links: tuple[Mention, ...]
    """What this record's text says of other records; `link_records` looks them up."""
    supersedes: tuple[str, ...] = ()
    superseded_by: tuple[str, ...] = ()
    amends: tuple[str, ...] = ()
    amended_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotARecord:
    """A file that is no decision record, and why: a template, an index, a text without a
    decision."""

    path: str
    because: str
