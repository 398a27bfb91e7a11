"""Commits: their messages and what they change, as bytes that any author may have written."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kn.adapters.git.objects import look_up
from kn.adapters.git.process import Repository, attempt, run, stream

MOST_MESSAGE = 65_536
"""Bytes of a message that are read (hazards H22: a 20 MB message must not stall a hook)."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as its author wrote it."""

    id: str
    parents: tuple[str, ...]
    message: str


_SHOW = ("log", "-z", "--encoding=UTF-8", "--no-show-signature", "--no-color", "--no-notes",
         "--no-decorate", "--format=%H%n%P%n%B")  # fmt: skip


def read_commits(
    repo: Repository, wanted: Sequence[str], *, but: Iterable[str] = (), most: int = 0
) -> Iterator[Commit]:
    """The commits that `wanted` reach and `but` do not, oldest first, while git reads them.

    Args:
        repo: The repository.
        wanted: Full commit ids.
        but: Full commit ids; those that do not exist any more are ignored.
        most: So many of the newest alone; 0 for all.
    """
    limit = [f"--max-count={most}"] if most else []
    span = (*limit, *wanted, *(f"^{c}" for c in but), "--")
    return _commits(repo, "--reverse", "--topo-order", "--ignore-missing", *span)


def list_commits(repo: Repository, wanted: Sequence[str], *, but: Iterable[str] = ()) -> list[str]:
    """The ids alone, each after its parents; the same commits are always in the same order."""
    out = run(repo, "rev-list", "--reverse", "--topo-order", "--ignore-missing", *wanted,
              *(f"^{c}" for c in but), "--")  # fmt: skip
    return out.decode("ascii").split()


def read_listed(repo: Repository, commits: Iterable[str]) -> Iterator[Commit]:
    """The commits of these full ids, in their order."""
    given = "".join(f"{c}\n" for c in commits).encode("ascii")
    return _commits(repo, "--no-walk=unsorted", "--stdin", given=given) if given else iter(())


def read_one(repo: Repository, commit: str) -> Commit:
    """One commit, by its full id."""
    return next(read_listed(repo, [commit]))


def _commits(repo: Repository, *span: str, given: bytes = b"") -> Iterator[Commit]:
    # 200 bytes hold the ids of the commit and of two parents; an octopus's take from the message.
    for entry in stream(repo, *_SHOW, *span, most=MOST_MESSAGE + 200, given=given):
        head, _, rest = entry.partition(b"\n")
        parents, _, message = rest.partition(b"\n")
        text = message[:MOST_MESSAGE].decode("utf-8", "replace")
        yield Commit(head.decode("ascii"), tuple(parents.decode("ascii").split()), text)


def paths_of(repo: Repository, commit: str) -> list[str]:
    """The paths that a commit changes against its first parent."""
    out = run(repo, "diff-tree", "--root", "-r", "-z", "--name-only", "--no-commit-id",
              "--no-ext-diff", "-m", "--first-parent", commit)  # fmt: skip
    return [os.fsdecode(p) for p in out.split(b"\0") if p]


def reachable(repo: Repository, commits: Iterable[str]) -> set[str]:
    """Those of `commits` that HEAD or any branch, tag or remote still reaches."""
    whole = {c for c in commits if re.fullmatch("[0-9a-f]{40,64}", c)}
    there = {name for sort, name in look_up(repo, sorted(whole)) if sort == "commit"}
    if not there:
        return set()
    head = ["HEAD"] if attempt(repo, "rev-parse", "-q", "--verify", "HEAD").returncode == 0 else []
    # What nothing reaches is little, where a list of all that is reached has the whole history.
    lost = run(repo, "rev-list", "--stdin", "--not", "--branches", "--tags", "--remotes", *head,
               given="".join(f"{c}\n" for c in there).encode("ascii"))  # fmt: skip
    return there - set(lost.decode("ascii").split())


def all_tips(repo: Repository) -> list[str]:
    """The commits of all branches, remote ones too."""
    out = run(repo, "for-each-ref", "--format=%(objectname)", "refs/heads", "refs/remotes")
    return list(dict.fromkeys(out.decode("ascii").split()))


def changes_of(repo: Repository, commits: Iterable[str]) -> dict[str, list[str]]:
    """Commit as given -> the paths it changed; abbreviated ids and missing commits are taken."""
    wanted = [c for c in commits if re.fullmatch("[0-9a-f]{7,64}", c)]
    looked = look_up(repo, wanted)
    whole = {c: full for c, (sort, full) in zip(wanted, looked, strict=True) if sort == "commit"}
    if not whole:
        return {}
    given = "".join(f"{c}\n" for c in dict.fromkeys(whole.values())).encode("ascii")
    out = run(repo, "log", "--no-walk=unsorted", "--stdin", "-z", "--name-only", "--no-renames",
              "--first-parent", "-m", "--format=%x01%H", given=given)  # fmt: skip
    changed: dict[str, list[str]] = {}
    for entry in out.split(b"\x01")[1:]:
        head, _, rest = entry.partition(b"\0")
        names = [os.fsdecode(n.lstrip(b"\n")) for n in rest.split(b"\0") if n.strip(b"\n")]
        changed[head.decode("ascii").strip()] = names
    return {name: changed.get(full, []) for name, full in whole.items()}


def newest_branches(repo: Repository, most: int) -> list[tuple[str, str]]:
    """Name and commit of the branches, local and remote, that have the newest commits."""
    out = run(repo, "for-each-ref", "--sort=-committerdate", f"--count={most}",
              "--format=%(refname)%00%(objectname)%00%(symref)", "refs/heads",
              "refs/remotes")  # fmt: skip
    rows = [row.split("\0") for row in out.decode("utf-8", "replace").splitlines()]
    names = [
        (r[0].removeprefix("refs/heads/").removeprefix("refs/remotes/"), r[1])
        for r in rows
        if not r[2]
    ]
    return list({commit: (name, commit) for name, commit in reversed(names)}.values())[::-1]


def touching(repo: Repository, folder: str) -> list[tuple[str, str]]:
    """Commit and day of what HEAD's first parents changed below `folder`, oldest first."""
    if attempt(repo, "rev-parse", "-q", "--verify", "HEAD").returncode:
        return []
    out = run(repo, "log", "--first-parent", "--reverse", "--format=%H %cs", "HEAD", "--", folder)
    rows = [row.split(" ") for row in out.decode("ascii").splitlines()]
    return [(row[0], row[1]) for row in rows if len(row) == 2]


_CITES = r"(^|[^a-z])[a-z]{2,8}-[0-9a-hjkmnp-tv-z]{8}|(adr|ad|dr|rfc)s?[-_ #]{0,2}[0-9]+|\.md"
"""What a message must hold to name an item, for git's own search: `kn.core.mentions` decides."""


def citing(repo: Repository, head: str, since: str) -> list[tuple[str, str, list[str]]]:
    """Commit, message and changed paths of the commits whose message may name an item."""
    return _log_paths(repo, head, since, "%B", "-E", "-i", f"--grep={_CITES}")


def changes_told(
    repo: Repository, head: str, since: str, most: int
) -> list[tuple[str, str, list[str]]]:
    """Commit, subject and changed paths of the last `most` commits, newest first."""
    return _log_paths(repo, head, since, "%s", f"--max-count={most}")


def _log_paths(
    repo: Repository, head: str, since: str, form: str, *which: str
) -> list[tuple[str, str, list[str]]]:
    span = [head, *([f"^{since}"] if since else [])]
    out = run(repo, "log", *which, "--no-merges", "-z", "--name-only",
              "--no-renames", "--encoding=UTF-8", "--no-notes", "--no-show-signature",
              f"--format=%x01%H%n{form}%x02", *span, "--")  # fmt: skip
    found = []
    for entry in out.split(b"\x01")[1:]:
        head_part, _, rest = entry.partition(b"\x02")
        commit, _, message = head_part.partition(b"\n")
        names = [os.fsdecode(n.lstrip(b"\n")) for n in rest.split(b"\0") if n.strip(b"\n")]
        text = message[:MOST_MESSAGE].decode("utf-8", "replace")
        found.append((commit.decode("ascii", "replace"), text, names))
    return found


def is_ancestor(repo: Repository, older: str, newer: str) -> bool:
    """Whether `newer` reaches `older`; false when either is gone."""
    return attempt(repo, "merge-base", "--is-ancestor", older, newer).returncode == 0


def who_changed(repo: Repository, paths: Sequence[str]) -> dict[str, list[tuple[str, str, str]]]:
    """Path -> commit, author and day of every commit of HEAD that changed it, newest first."""
    if not paths or attempt(repo, "rev-parse", "-q", "--verify", "HEAD").returncode:
        return {}
    out = run(repo, "log", "-z", "--name-only", "--no-renames", "--no-show-signature",
              "--format=%x01%h%n%an%n%cs%x02", "HEAD", "--", *paths)  # fmt: skip
    found: dict[str, list[tuple[str, str, str]]] = {}
    for entry in out.split(b"\x01")[1:]:
        head, _, rest = entry.partition(b"\x02")
        commit, author, day = [*head.decode("utf-8", "replace").split("\n"), "", ""][:3]
        for name in rest.split(b"\0"):
            if name.strip(b"\n"):
                path = os.fsdecode(name.lstrip(b"\n"))
                found.setdefault(path, []).append((commit, author, day))
    return found
