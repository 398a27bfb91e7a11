"""The past of one file, read with GitPython: commits, authors and contents, oldest last.

GitPython is imported here alone, takes nothing that is not a full id, and changes nothing
(dependencies §5). It keeps `git cat-file` children until it is closed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from kn.adapters.git.process import Repository, attempt


@dataclass(frozen=True, slots=True)
class Change:
    """A commit that changed a file, and what the file held after it."""

    commit: str
    author: str
    date: str
    """ISO date of the author's own day."""
    subject: str
    path: str
    content: bytes | None
    """None when the commit removed the file."""


def read_past(repo: Repository, path: str) -> list[Change]:
    """Every commit that changed `path`, newest first, through renames."""
    out = attempt(
        repo, "log", "--follow", "-z", "--name-only", "--format=%x01%H", "--", path
    ).stdout
    pairs = []
    for entry in out.split(b"\x01"):
        commit, _, rest = entry.partition(b"\0")
        names = [n for n in rest.strip(b"\0\n").split(b"\0") if n.strip()]
        if len(commit.strip()) in (40, 64):
            name = os.fsdecode(names[-1].strip(b"\n")) if names else path
            pairs.append((commit.strip().decode("ascii"), name))
    if not pairs:
        return []
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    import git  # 60 ms, and only history needs it

    with git.Repo(repo.top or repo.git_dir, expand_vars=False) as opened:
        return [_change(opened, commit, name) for commit, name in pairs]


def _change(opened: object, commit: str, path: str) -> Change:
    import git

    assert isinstance(opened, git.Repo)
    found = opened.commit(commit)
    try:
        content: bytes | None = (found.tree / path).data_stream.read()
    except KeyError:
        content = None
    summary = found.summary
    subject = summary.decode("utf-8", "replace") if isinstance(summary, bytes) else summary
    return Change(
        commit, found.author.name or "", found.authored_datetime.date().isoformat(), subject, path,
        content,
    )  # fmt: skip
