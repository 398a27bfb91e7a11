"""The instruction files that AI tools really read, and how each writes "only for these files".

Which tool reads what was measured with the tools themselves where they run offline (Claude Code
2.1.330, Codex 0.169, Gemini CLI 0.61, Copilot CLI 1.0.102, OpenCode 1.18); Cursor's is from its
documentation.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kn.core.hidden import quote_data
from kn.core.ids import slugify

AGENTS = "AGENTS.md"


@dataclass(frozen=True, slots=True)
class Host:
    """Where one tool wants its instructions."""

    name: str
    """Of the export: `kn export NAME`."""
    file: str
    """What it reads at the start of a session."""
    others: tuple[str, ...] = ()
    """Files that it reads in place of `file`; the first that is there is taken."""
    reads_agents: str = ""
    """When AGENTS.md reaches it: `always`; `alone`, when it has no file of its own; `named`, when
    its settings say so."""
    front: str = ""
    """Front matter of `file`; it is one of kn's own then."""
    scoped: str = ""
    """Path of a file of kn's own for a part of the code, with `{}` for its name."""
    scoped_front: Callable[[Sequence[str]], str] | None = None


def _cursor(globs: Sequence[str]) -> str:
    said = f"What the team agreed on for {quote_data(', '.join(globs))} (kept by kn)"
    about, listed = (json.dumps(value, ensure_ascii=False) for value in (said, list(globs)))
    return f"description: {about}\nglobs: {listed}\nalwaysApply: false\n"


def _copilot(globs: Sequence[str]) -> str:
    return f"applyTo: {json.dumps(','.join(globs), ensure_ascii=False)}\n"


def _claude(globs: Sequence[str]) -> str:
    return "paths:\n" + "".join(f"  - {json.dumps(g, ensure_ascii=False)}\n" for g in globs)


_ALWAYS = 'description: "What the team agreed on (kept by kn)"\nalwaysApply: true\n'

HOSTS: dict[str, Host] = {
    host.name: host
    for host in (
        Host("agents-md", AGENTS),
        Host("claude-md", "CLAUDE.md", (".claude/CLAUDE.md",), "alone",
             scoped=".claude/rules/{}.md", scoped_front=_claude),
        Host("gemini-md", "GEMINI.md", (), "named"),
        Host("copilot", ".github/copilot-instructions.md", (), "always",
             scoped=".github/instructions/{}.instructions.md", scoped_front=_copilot),
        Host("cursor-rules", ".cursor/rules/kn.mdc", (), "always", front=_ALWAYS,
             scoped=".cursor/rules/{}.mdc", scoped_front=_cursor),
    )
}  # fmt: skip


def scoped_name(paths: Sequence[str]) -> str:
    """The name of the file for a scope: readable, and another one for another scope.

    >>> scoped_name(["src/gateway/**"])
    'kn-src-gateway-16f0b2'
    """
    digest = hashlib.sha256("\0".join(paths).encode("utf-8", "surrogatepass")).hexdigest()
    return f"kn-{slugify(paths[0], most=30)}-{digest[:6]}"


def is_scoped_name(stem: str) -> bool:
    """Whether a file's name is one that `scoped_name` gives."""
    return re.fullmatch(r"kn-[a-z0-9-]+-[0-9a-f]{6}", stem) is not None


def tool_globs(paths: Sequence[str]) -> list[str]:
    """Gitignore-style globs as editors read them: from the root, `**` for any depth.

    >>> tool_globs(["src/gateway/", "*.py", "/Makefile", "src/db/**"])
    ['src/gateway/**', '**/*.py', 'Makefile', 'src/db/**']
    >>> tool_globs(["src/db"])
    ['src/db', 'src/db/**']
    """
    found: dict[str, None] = {}
    for path in paths:
        if path.startswith("!"):
            continue  # editors know no exclusion; the rule is shown for a file too many
        glob = path.removeprefix("/").replace("\\ ", " ")
        folder = glob.endswith("/")
        glob = glob.rstrip("/")
        if "/" not in path.rstrip("/") and not glob.startswith("**"):
            glob = f"**/{glob}"
        last = glob.rpartition("/")[2]
        if not glob:
            continue
        if folder:
            found[f"{glob}/**"] = None
            continue
        found[glob] = None
        if "*" not in last and "." not in last and path != "/" + last:
            found[f"{glob}/**"] = None
    return list(found)
