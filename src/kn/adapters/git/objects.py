"""What commits, trees and blobs hold."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kn.adapters.git.process import Repository, attempt, run
from kn.core.ids import blob_id
from kn.errors import KnError

SHALLOW = (
    "Fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` in GitHub's checkout "
    "action, `GIT_DEPTH: 0` in GitLab."
)
"""What to do where a clone made for one job lacks what is asked for."""


def resolve(repo: Repository, revision: str) -> str:
    """The full commit id that `revision` names.

    Raises:
        KnError: It names none.
    """
    found = try_resolve(repo, revision)
    if found is None:
        shallow = (repo.common_dir / "shallow").exists()
        raise KnError(
            f"There is no commit {revision!r} in this {'shallow clone' * shallow or 'repository'}.",
            hint=SHALLOW if shallow else None,
        )
    return found


def try_resolve(repo: Repository, revision: str) -> str | None:
    """The full commit id that `revision` names, or None."""
    done = attempt(
        repo, "rev-parse", "-q", "--verify", "--end-of-options", f"{revision}^{{commit}}"
    )
    return done.stdout.decode("ascii").strip() if done.returncode == 0 else None


def list_tree(repo: Repository, commit: str, folder: str) -> dict[str, str]:
    """Path -> blob id of every regular file below `folder` at `commit`; symlinks are left out.

    An empty `folder` is the whole tree.
    """
    below = (f"{folder}/",) if folder else ()
    out = run(repo, "ls-tree", "-r", "-z", "--full-tree", commit, "--", *below)
    return {path: blob for path, mode, blob in _listed(out) if mode in REGULAR}


def _listed(out: bytes) -> Iterator[tuple[str, str, str]]:
    """Path, mode and id of what `ls-tree -z` printed."""
    for row in out.split(b"\0"):
        about, _, path = row.partition(b"\t")
        if path:
            mode, _, blob = about.decode("ascii").split(" ")
            yield os.fsdecode(path), mode, blob


REGULAR = ("100644", "100755")
"""The modes of regular files."""


class Entry(NamedTuple):
    """What a tree or the index has at a path."""

    mode: str
    """`100644`, `100755`, `120000` (symlink) or `160000` (submodule)."""
    blob: str
    stage: int = 0
    """Of the index: not 0 while a merge is not settled."""


def list_entries(repo: Repository, tree: str) -> dict[str, Entry]:
    """Path -> entry of everything in a commit or tree, by id or by what git understands.

    Raises:
        KnError: There is no such tree.
    """
    asked = f"{tree}^{{tree}}"
    done = attempt(repo, "rev-parse", "-q", "--verify", "--end-of-options", asked)
    if done.returncode != 0:
        raise KnError(f"There is no commit or tree {tree!r} in this repository.")
    return list_below(repo, done.stdout.decode("ascii").strip())


def list_below(repo: Repository, tree: str, folder: str = "") -> dict[str, Entry]:
    """Path -> entry of all below `folder` in a commit or tree: links and submodules too.

    What stands in the folder's own place (a link, a submodule, a file) is listed at its path.
    """
    out = run(repo, "ls-tree", "-r", "-z", "--full-tree", tree, "--", *filter(None, (folder,)))
    return {path: Entry(mode, blob) for path, mode, blob in _listed(out)}


def list_index(repo: Repository) -> dict[str, Entry]:
    """Path -> entry of everything that is staged; of an unsettled path, our side.

    What `git add -N` only announces is not staged, and no commit takes it.
    """
    found: dict[str, Entry] = {}
    for row in run(repo, "ls-files", "-s", "-z", "--full-name").split(b"\0"):
        about, _, path = row.partition(b"\t")
        if path:
            mode, blob, stage = about.decode("ascii").split(" ")
            name = os.fsdecode(path)
            if name not in found or stage == "2":
                found[name] = Entry(mode, blob, int(stage))
    nothing = (blob_id(b""), blob_id(b"", algorithm="sha256"))
    if any(e.blob in nothing for e in found.values()):
        options = ("--name-only", "-z", "--diff-filter=A", "--no-ext-diff", "--no-renames")
        for path in run(repo, "diff", *options, "--ita-invisible-in-index").split(b"\0"):
            found.pop(os.fsdecode(path), None)
    return found


def list_files(repo: Repository) -> set[str]:
    """The files of the work tree that git has or would take."""
    there = ("ls-files", "-z", "--full-name")
    known = run(repo, *there, "-c", "-o", "--exclude-standard").split(b"\0")
    gone = run(repo, *there, "-d").split(b"\0")
    return {os.fsdecode(path) for path in set(known).difference(gone) if path}


def read_blobs(repo: Repository, blobs: Iterable[str]) -> dict[str, bytes]:
    """Blob id (or `rev:path`) -> content; what does not exist is left out."""
    wanted = list(dict.fromkeys(blobs))
    if not wanted:
        return {}
    given = "".join(f"{blob}\n" for blob in wanted).encode("utf-8", "surrogateescape")
    out = run(repo, "cat-file", "--batch", given=given)
    return dict(_batch_entries(out, wanted))


def _batch_entries(out: bytes, wanted: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    at = 0
    for name in wanted:
        end = out.index(b"\n", at)
        header = out[at:end].split(b" ")
        at = end + 1
        if len(header) >= 3 and header[-2] in (b"blob", b"commit", b"tree", b"tag"):
            size = int(header[-1])
            if header[-2] == b"blob":
                yield name, out[at : at + size]
            at += size + 1


def changed_paths(repo: Repository, base: str, head: str) -> list[str]:
    """Paths that differ between two commits, sorted."""
    out = run(
        repo, "diff-tree", "-r", "-z", "--name-only", "--no-ext-diff", "--no-renames", base, head
    )
    return sorted(os.fsdecode(p) for p in out.split(b"\0") if p)


def uncommitted_paths(repo: Repository) -> list[str]:
    """Tracked paths whose content differs from HEAD, staged or not; empty in a bare repository."""
    if repo.bare or try_resolve(repo, "HEAD") is None:
        return []
    out = run(repo, "diff", "-z", "--name-only", "--no-ext-diff", "--no-textconv", "HEAD", "--")
    return sorted(os.fsdecode(p) for p in out.split(b"\0") if p)


def unmerged(repo: Repository, folder: str) -> dict[str, set[int]]:
    """Paths in conflict -> which versions git has: 1 the ancestor, 2 our side, 3 theirs."""
    found: dict[str, set[int]] = {}
    out = run(repo, "ls-files", "-u", "-z", "--full-name", "--", f":(top,literal){folder}")
    for entry in out.split(b"\0")[:-1]:
        about, _, path = entry.partition(b"\t")
        found.setdefault(os.fsdecode(path), set()).add(int(about[-1:]))
    return found


def merge_base(repo: Repository, one: str, other: str) -> str | None:
    """The best common ancestor, or None (unrelated, or cut off in a shallow clone)."""
    done = attempt(repo, "merge-base", one, other)
    return done.stdout.decode("ascii").strip() if done.returncode == 0 else None


def object_format(repo: Repository) -> str:
    """`sha1` or `sha256`."""
    done = attempt(repo, "rev-parse", "--show-object-format")
    return done.stdout.decode("ascii", "replace").strip() or "sha1"


def blobs_at(repo: Repository, commit: str, paths: Iterable[str]) -> dict[str, str]:
    """Path -> blob id at `commit`, of those that are there."""
    wanted = [p for p in paths if "\n" not in p]
    if not wanted:
        return {}
    looked = look_up(repo, [f"{commit}:{p}" for p in wanted])
    return {p: name for p, (sort, name) in zip(wanted, looked, strict=True) if sort == "blob"}


def look_up(repo: Repository, names: Sequence[str]) -> list[tuple[str, str]]:
    """For each name its `commit`, `blob`, `tree` or `tag`, and the full id.

    For what is not here, or could be several, the first is `missing` or `ambiguous`.
    """
    if not names:
        return []
    given = os.fsencode("".join(f"{n}\n" for n in names))
    out = run(repo, "cat-file", "--batch-check=%(objecttype) %(objectname)", given=given)
    rows = out.decode("utf-8", "replace").split("\n")
    found = []
    for row in rows[:-1]:
        sort, _, name = row.partition(" ")
        lost = row.rpartition(" ")[2]
        found.append((lost, "") if lost in ("missing", "ambiguous") else (sort, name))
    return found


def subjects(repo: Repository, base: str, head: str, most: int) -> list[str]:
    """Subjects of the commits that `head` has and `base` has not, newest first; no merges."""
    out = run(repo, "log", "--no-merges", "-z", f"-{most}", "--format=%s", f"{base}..{head}", "--")
    return [s for s in out.decode("utf-8", "replace").split("\0") if s]
