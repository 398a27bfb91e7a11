"""Where an export goes: the file that a tool really reads, and the files of kn's own."""

from __future__ import annotations

import json
import os
from pathlib import Path

from kn.adapters.files import read_regular
from kn.adapters.wiring.changes import Change, File, Folder, look
from kn.core import block
from kn.core.exporting.hosts import AGENTS, Host, is_scoped_name
from kn.core.importing import imports_in
from kn.errors import KnError
from kn.flows.knowledge import Knowledge


def main_file(knowledge: Knowledge, host: Host) -> tuple[str, list[str]]:
    """The file that the tool really reads, relative to the top; empty when AGENTS.md has it all."""
    top = knowledge.top
    agents = top / AGENTS
    if host.reads_agents == "always":
        if agents.is_file() and block.body_of(agents.read_bytes(), marks=block.MARKDOWN):
            return "", [f"{AGENTS} holds the block, and this tool reads it too."]
        return host.file, []
    if host.reads_agents == "named" and agents.is_file() and AGENTS in _gemini_files(top):
        return AGENTS, [f"Gemini CLI is set to read {AGENTS}: the block goes there."]
    path = next((p for p in (host.file, *host.others) if (top / p).exists()), host.file)
    if host.reads_agents == "alone" and agents.is_file():
        if not (top / path).exists():
            note = f"There is no {path}, so {AGENTS} is what is read: the block goes there."
            return AGENTS, [note]
        text = _text_of(top / inside_path(knowledge, path), path)
        given = [Path(os.path.normpath(Path(path).parent / p)) for _, p in imports_in(text)]
        if Path(AGENTS) in given:
            return AGENTS, [f"{path} imports {AGENTS}: the block goes there."]
    real = inside_path(knowledge, path)
    if real != path:
        return real, [f"{path} is a link to {real}: the block goes there."]
    return path, []


def _text_of(real: Path, path: str) -> str:
    found = read_file(real, path)
    return found.data.decode("utf-8", "replace") if found else ""


def _gemini_files(top: Path) -> list[str]:
    """The instruction files that a project's settings of Gemini CLI name."""
    try:
        settings = json.loads(read_regular(top / ".gemini/settings.json", most=1_000_000))
        named = settings["context"]["fileName"]
    except (OSError, KnError, ValueError, RecursionError, KeyError, TypeError):
        return []
    return [named] if isinstance(named, str) else [n for n in named if isinstance(n, str)]


def inside_path(knowledge: Knowledge, path: str) -> str:
    """Where a path really lies, relative to the top.

    Raises:
        KnError: Outside of the repository.
    """
    top = knowledge.top.resolve()
    real = Path(os.path.realpath(top / path))
    if not real.is_relative_to(top):
        raise KnError(f"{path} leads out of the repository; kn does not write there.")
    return real.relative_to(top).as_posix()


def read_file(real: Path, path: str) -> File | None:
    """The file at `real`; None when there is none.

    Raises:
        KnError: It is something else; the message calls it `path`.
    """
    state = look(real)
    if state is None or isinstance(state, File):
        return state
    raise KnError(f"{path} is not a regular file.")


def missing_folders(knowledge: Knowledge, path: Path) -> list[Change]:
    """The steps that make the folders of a file, the outermost first."""
    top = knowledge.top.resolve()
    missing = [p for p in path.parents if p.is_relative_to(top) and not p.exists()]
    return [Change(p, "make", None, Folder()) for p in reversed(missing)]


def own_files(knowledge: Knowledge, host: Host) -> list[str]:
    """The files of kn's own that earlier exports made for parts of the code."""
    folder, _, name = host.scoped.rpartition("/")
    suffix = name.removeprefix("{}")
    found = []
    if folder and (knowledge.top / folder).is_dir():
        for path in sorted((knowledge.top / folder).iterdir()):
            stem = path.name.removesuffix(suffix)
            if path.name.endswith(suffix) and is_scoped_name(stem) and path.is_file():
                found.append(f"{folder}/{path.name}")
    return found


def empty_folders(knowledge: Knowledge, path: Path) -> list[Change]:
    """The folders that hold nothing else; the step leaves one that is not empty."""
    top = knowledge.top.resolve()
    return [
        Change(p, "remove if empty", Folder(), None)
        for p in path.parents
        if p.is_relative_to(top) and p != top
    ]
