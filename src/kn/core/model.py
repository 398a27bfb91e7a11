"""The values of kn: items and their parts, frozen, parsed once at the door (`kn.core.codec`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["proposed", "accepted", "superseded", "retired"]
STATUSES: tuple[Status, ...] = ("proposed", "accepted", "superseded", "retired")


@dataclass(frozen=True, slots=True)
class Rejected:
    """An option that was not taken, and why."""

    option: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an item applies: gitignore-style globs over the repository's paths, and tags."""

    paths: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def to_json(self) -> dict[str, list[str]]:
        return {
            name: list(values)
            for name, values in (("paths", self.paths), ("tags", self.tags))
            if values
        }


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a statement comes from; at least one of commit, session, document is set."""

    commit: str = ""
    session: str = ""
    """The agent's own id of the session, as `claude:fd04…`."""
    document: str = ""
    blob: str = ""
    """Git blob id of `document` when it was read: tells a later import what changed since."""
    quote: str = ""
    """Verbatim text of the source."""
    source_tokens: int | None = None
    """Size of the source in cl100k tokens; transcripts expire, this figure must not."""

    def to_json(self) -> dict[str, Any]:
        named = {
            "commit": self.commit,
            "session": self.session,
            "document": self.document,
            "blob": self.blob,
            "quote": self.quote,
            "source_tokens": self.source_tokens,
        }
        return {name: value for name, value in named.items() if value not in ("", None)}


@dataclass(frozen=True, slots=True)
class Verified:
    """When somebody last held the item against the code, and which file contents they saw."""

    on: str
    anchors: Mapping[str, str] = field(default_factory=dict)
    """Path -> git blob id; survives rebase and squash, unlike a commit."""


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of knowledge. Dates are ISO strings; absent texts are empty."""

    id: str
    kind: str
    statement: str
    status: Status
    recorded: str
    because: str = ""
    rejected: tuple[Rejected, ...] = ()
    scope: Scope = field(default_factory=Scope)
    supersedes: tuple[str, ...] = ()
    superseded_by: tuple[str, ...] = ()
    amends: tuple[str, ...] = ()
    relates: tuple[str, ...] = ()
    retired_because: str = ""
    deciders: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    valid_until: str = ""
    review_after: str = ""
    verified: Verified | None = None
    document: str = ""
    details: str = ""
    own: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the item's kind alone, and fields this kn does not know, in the file's order."""
