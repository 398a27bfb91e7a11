"""The user's editor, as git runs it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from kn.adapters import git
from kn.adapters.git import Repository
from kn.errors import KnError


def edit_file(repo: Repository, path: Path, environment: Mapping[str, str]) -> None:
    """Open `path` in the editor and wait until it is closed.

    The editor is `KN_EDITOR`, else what git would take (GIT_EDITOR, core.editor, VISUAL, EDITOR).

    Raises:
        KnError: There is no editor, or it failed.
    """
    editor = environment.get("KN_EDITOR", "")
    if not editor:
        done = git.attempt(repo, "var", "GIT_EDITOR")
        editor = os.fsdecode(done.stdout.strip()) if done.returncode == 0 else ""
    if not editor:
        raise KnError(
            "There is no editor to open.", hint="Set EDITOR, or give the statement as an argument."
        )
    # git runs the editor through the shell too: people write `code --wait` into core.editor.
    done_editing = subprocess.run(
        ["/bin/sh", "-c", f'{editor} "$@"', editor, str(path)], check=False, cwd=repo.top
    )
    if done_editing.returncode:
        raise KnError(f"The editor ({editor}) ended with {done_editing.returncode}.")
