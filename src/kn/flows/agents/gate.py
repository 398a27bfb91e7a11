"""Whether and as whom kn speaks to an agent here.

Only `os` is imported: this is asked at every prompt.
"""

from __future__ import annotations

import os

from kn.adapters import witness
from kn.core.agents.hosts import AGENT_VARIABLES

HOOK_MARK = "kn-hook"
"""What hooks set `AI_AGENT` to: one view serves all sessions of all agents."""


def find_folder() -> str:
    """`.git/kn/agents` of the repository that we stand in; empty where kn was not let in."""
    dirs = witness.find_git_dirs(os.getcwd())
    if dirs is None:
        return ""
    common = dirs[2]
    folder = f"{common}/kn/agents"
    return folder if is_let_in(common) else ""


def is_let_in(common: str) -> bool:
    """Whether this user has run `kn init` or `kn agent install` in this clone.

    Both leave their mark in the git directory, where nothing comes from a clone's origin.
    """
    try:
        with os.scandir(f"{common}/kn/agents/wired") as entries:
            if any(True for _ in entries):
                return True
    except OSError:
        pass
    section = ""
    for line in witness.read_from(f"{common}/config", 0).decode("utf-8", "replace").splitlines():
        word = line.strip().lower()
        if word.startswith("["):
            section = word
        elif section == "[kn]" and word.replace(" ", "").replace('"', "") == "initialized=true":
            return True
    return False


def become_hook() -> None:
    """Let all hooks of this clone look alike, so that they share what was made ready.

    What git or an agent's shell has set is not meant for us (Gemini CLI switches hooks off by
    `GIT_CONFIG_COUNT`).
    """
    for name in (*AGENT_VARIABLES, *witness.UNUSUAL):
        os.environ.pop(name, None)
    os.environ["AI_AGENT"] = HOOK_MARK


def is_inside(path: str) -> bool:
    """Whether a path, from where we stand, lies in the work tree, links followed."""
    dirs = witness.find_git_dirs(os.getcwd())
    if dirs is None or "\0" in path:
        return False
    top = os.path.realpath(dirs[0])
    whole = os.path.realpath(os.path.join(os.getcwd(), path))
    return whole.startswith(top + os.sep)
