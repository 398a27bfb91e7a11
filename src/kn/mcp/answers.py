"""What the tools give, as schemas: the field names of `--json` (format 1), of which fields may be
added and none ever changes."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Omitted(BaseModel):
    """What an answer leaves out."""

    model_config = ConfigDict(extra="allow")

    count: int = Field(0, description="Items that did not fit into the budget.")
    unreviewed: int = Field(0, description="Items held back: nobody reviewed them.")
    unreadable: list[str] = Field([], description="Item files that could not be read.")


class FoundItem(BaseModel):
    """An item; `kn_show` gives the fields of its kind as well."""

    model_config = ConfigDict(extra="allow")

    id: str
    kind: str
    statement: str
    trust: str = Field("", description="reviewed, or local: of this clone, not reviewed yet.")
    standing: str = Field("current", description="current, superseded, retired, … as of today.")


class Items(BaseModel):
    """Items, best first."""

    format: int
    about: str = Field(description="What the items are.")
    items: list[FoundItem]
    omitted: Omitted


class ContextFile(BaseModel):
    """A code file that the task will likely touch."""

    model_config = ConfigDict(extra="allow")

    path: str


class ContextAnswer(BaseModel):
    """A context; `items` and `files` are there when `detail` was asked for."""

    model_config = ConfigDict(extra="allow")

    format: int
    budget: int = Field(description="Tokens that `text` may have.")
    spent: int = Field(description="Tokens that `text` has.")
    branch: str
    omitted: Omitted
    text: str = Field(description="The context: items, each with its id, as data.")
    items: list[FoundItem] | None = None
    files: list[ContextFile] | None = None


class Near(BaseModel):
    """An item that speaks of the same thing."""

    id: str
    statement: str


class Proposed(BaseModel):
    """What became of a proposal."""

    format: int
    text: str = Field(description="What became of it, and what the user may do.")
    state: str = Field(description="proposed, waiting, joined, decided or known.")
    key: str = Field(description="Of the candidate in the inbox.")
    candidate: dict[str, Any] = Field(description="As it waits, without secrets.")
    looks_like: list[Near] = Field(description="Current items that may say so already.")
    accept: str = Field("", description="What the user runs to make an item of it.")


class Finding(BaseModel):
    """A problem of the knowledge."""

    code: str
    severity: str
    path: str
    line: int
    message: str
    id: str = ""


class Findings(BaseModel):
    """What `kn_check` found, errors first."""

    format: int
    findings: list[Finding]
    count: int = Field(description="Of all findings, also those that are not listed.")
