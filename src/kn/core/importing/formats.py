"""The table of formats: what each is called, where its files lie, and what reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kn.core.importing.basicmemory import read_basic_memory
from kn.core.importing.changelog import read_changelog
from kn.core.importing.claudememory import read_claude_memory
from kn.core.importing.mulch import read_mulch
from kn.core.importing.owners import read_codeowners
from kn.core.importing.postmortem import read_postmortem
from kn.core.importing.reading import Reading, Skipped, Source, Surroundings
from kn.core.importing.rules import Manner, read_rules


@dataclass(frozen=True, slots=True)
class Format:
    """One format of notes."""

    name: str
    what: str
    places: tuple[str, ...] = ()
    """Gitignore-style patterns of its files in a repository, the most telling first; without any
    its files have to be named."""
    first: bool = False
    """Only the file at the first place that is there counts."""
    nested: bool = False
    """A file in a folder speaks of that folder."""
    imports: bool = False
    """`@path` takes in another file."""


FORMATS: tuple[Format, ...] = (
    Format("agents-md", "AGENTS.md", ("AGENTS.md",), nested=True),
    Format("claude-md", "CLAUDE.md and .claude/rules", (
        "CLAUDE.md", "/.claude/rules/**/*.md"), nested=True, imports=True),
    Format("gemini-md", "GEMINI.md", ("GEMINI.md",), nested=True, imports=True),
    Format("copilot", "Copilot's instructions", (
        "/.github/copilot-instructions.md", "/.github/instructions/**/*.instructions.md")),
    Format("cursor-rules", "rules of Cursor, Cline and Windsurf", (
        "/.cursorrules", ".cursor/rules/**/*.mdc", "/.clinerules", "/.clinerules/**/*.md",
        "/.windsurfrules")),
    Format("memory-bank", "a Cline memory bank", ("/memory-bank/**/*.md",)),
    Format("codeowners", "CODEOWNERS", (
        "/.github/CODEOWNERS", "/CODEOWNERS", "/docs/CODEOWNERS", "/.gitlab/CODEOWNERS"),
        first=True),
    Format("postmortem", "postmortems", (
        "postmortem*/**/*.md", "post-mortem*/**/*.md", "incidents/**/*.md")),
    Format("changelog", "breaking changes of a changelog", ("/CHANGELOG.md",)),
    Format("basic-memory", "notes of basic-memory"),
    Format("claude-memory", "Claude Code's own MEMORY.md"),
    Format("mulch", "Mulch's records", ("/.mulch/expertise/*.jsonl",)),
)  # fmt: skip

_VOLATILE = {"activecontext", "progress", "tasks", "active-context", "current-task"}
_Reader = Callable[[Source, Surroundings], Reading]
_READERS: dict[str, _Reader] = {
    "codeowners": read_codeowners,
    "postmortem": read_postmortem,
    "changelog": read_changelog,
    "basic-memory": read_basic_memory,
    "claude-memory": read_claude_memory,
}


def read_notes(name: str, sources: Sequence[Source], around: Surroundings) -> Reading:
    """All files of one format.

    Args:
        name: Of one of `FORMATS`.
        sources: The files, without secrets.
        around: What may be known of the repository.
    """
    if name == "mulch":
        return read_mulch(sources, around)
    read = _READERS.get(name)
    readings = [read(s, around) if read else _rules(name, s, around) for s in sources]
    return Reading(
        tuple(p for r in readings for p in r.proposals),
        tuple(s for r in readings for s in r.skipped),
    )


def _rules(name: str, source: Source, around: Surroundings) -> Reading:
    if name == "memory-bank":
        stem = source.name.rsplit("/", 1)[-1].rsplit(".", 1)[0].casefold()
        if stem in _VOLATILE:
            because = "changes from day to day: what is being worked on is no lasting knowledge"
            return Reading((), (Skipped(source.name, 0, because),))
    return read_rules(source, around, Manner(f"import:{name}"))
