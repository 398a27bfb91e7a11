"""Which files a tool was told to change, from its name and input, whatever the agent."""

from __future__ import annotations

import re

_WRITERS = frozenset(
    "edit multiedit write notebookedit str_replace str_replace_editor str_replace_based_edit_tool"
    " create insert apply_patch applypatch patch write_file replace edit_file create_file"
    " search_replace".split()
)
"""Names, in lower case, of the agents' tools that write."""
_PATH_KEYS = ("file_path", "filePath", "notebook_path", "absolute_path", "path")
_PATCHED = re.compile(r"^\*\*\* (?:Update|Add|Delete) File: (.+?)\s*$", re.MULTILINE)
_MOST = 200
"""Files of one call; a guess that no honest patch exceeds."""


def changed_files(tool: str, given: object) -> tuple[str, ...]:
    """The files that a call names to be changed, as the agent wrote them, each once.

    Reads the path of an editing tool and the headers of an `apply_patch`, also one inside a
    shell command. What a shell command does to files otherwise is not known.
    """
    found: list[str] = []
    for text in _texts(given):
        if "*** " in text:
            found += _PATCHED.findall(text)
    if tool.lower() in _WRITERS and isinstance(given, dict) and given.get("command") != "view":
        found += [p for key in _PATH_KEYS if isinstance(p := given.get(key), str) and p]
    return tuple(dict.fromkeys(found))[:_MOST]


def _texts(given: object) -> list[str]:
    if isinstance(given, str):
        return [given]
    if isinstance(given, dict):
        given = list(given.values())
    if isinstance(given, list):
        parts = [p for v in given for p in (v if isinstance(v, list) else [v])]
        return [p for p in parts if isinstance(p, str)]
    return []
