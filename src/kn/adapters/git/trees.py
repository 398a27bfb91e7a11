"""Trees compared: what commits, trees and the index hold, what differs, and what a merge gives."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kn.adapters.git.objects import Entry, look_up
from kn.adapters.git.process import Repository, attempt, run
from kn.errors import KnError

NOTHING = "000000"
"""The mode of a path that is not there."""
MOST_BINARY = 50
"""Files that git calls binary and that are looked at all the same; a guess."""
MOST_TEXT = 1_000_000
"""Bytes of such a file."""
_DIFF = (
    "diff", "-U0", "--inter-hunk-context=0", "--no-color", "--no-ext-diff", "--no-textconv",
    "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip


class Touched(NamedTuple):
    """A path that differs between two trees; a mode of `000000` says that it is not there."""

    path: str
    before: Entry
    after: Entry


def touched_paths(repo: Repository, base: str, head: str) -> list[Touched]:
    """What differs between two commits or trees, sorted by path; an empty `head` is the index."""
    options = ("-z", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff")
    if head:
        out = run(repo, "diff-tree", "-r", *options, base, head, "--")
    else:
        out = run(repo, "diff-index", "--cached", *options, base, "--")
    found = []
    parts = out.split(b"\0")
    for about, name in zip(parts[::2], parts[1::2], strict=False):
        old, new, was, now, _ = about.decode("ascii").lstrip(":").split(" ")
        before = Entry(old, was if old != NOTHING else "")
        after = Entry(new, now if new != NOTHING else "")
        found.append(Touched(os.fsdecode(name), before, after))
    return sorted(found)


def added_lines(
    repo: Repository, base: str, head: str, *, but: str = "", most: int = 8_000_000
) -> Iterator[tuple[str, int, str, bool]]:
    """Path, line number, text and whether it was added (else taken out), of what changed.

    Args:
        repo: The repository.
        base: A commit or tree.
        head: The same; empty for the index.
        but: A folder that is left out.
        most: Bytes of the diff that are read.

    Yields:
        Lines in the diff's order; binary files have none.
    """
    sides = (base, head) if head else ("--cached", base)
    without = ("--", ":(top)", f":(top,exclude){but}") if but else ("--",)
    out = run(repo, *_DIFF, "-M", *sides, *without)[:most]
    yield from _read_diff(out)
    if re.search(rb"^Binary files ", out, re.MULTILINE):
        named = _called_binary(repo, sides, without)
        if named:
            paths = [f":(top,literal){path}" for path in named]
            out = run(repo, *_DIFF, "--text", "--no-renames", *sides, "--", *paths)[:most]
            yield from _read_diff(out)


def _called_binary(repo: Repository, sides: Sequence[str], without: Sequence[str]) -> list[str]:
    """Paths of text that attributes call binary: the change may bring the attributes itself."""
    options = ("--numstat", "-z", "--no-renames", "--no-ext-diff", "--no-textconv")
    counted = run(repo, "diff", *options, *sides, *without).split(b"\0")
    paths = [row[4:] for row in counted if row.startswith(b"-\t-\t")][:MOST_BINARY]
    newer = f"{sides[1]}:" if sides[0] != "--cached" else ":0:"
    found = []
    for path in map(os.fsdecode, paths):
        size = attempt(repo, "cat-file", "-s", newer + path)
        if size.returncode or int(size.stdout) > MOST_TEXT:
            continue
        if b"\0" not in run(repo, "cat-file", "blob", newer + path)[:8_000]:
            found.append(path)
    return found


def _read_diff(out: bytes) -> Iterator[tuple[str, int, str, bool]]:
    path, old, new, inside = "", 0, 0, 0
    for raw in out.split(b"\n"):
        if inside <= 0 and raw.startswith(b"+++ "):
            path = _unquote(raw[4:])
        elif inside <= 0 and raw.startswith(b"--- "):
            path = ""
        elif inside <= 0 and raw.startswith(b"@@ "):
            old, less, new, more = _hunk(raw)
            inside = less + more
        elif inside > 0 and raw[:1] in (b"+", b"-"):
            inside -= 1
            added = raw[:1] == b"+"
            yield path, new if added else old, raw[1:].decode("utf-8", "replace"), added
            new, old = new + added, old + (not added)


def _hunk(raw: bytes) -> tuple[int, int, int, int]:
    """First line and number of lines, of both sides: `@@ -3 +3,2 @@`."""
    numbers = []
    for part in raw.split(b" ")[1:3]:
        first, _, count = part[1:].partition(b",")
        numbers += [int(first), int(count) if count else 1]
    return numbers[0], numbers[1], numbers[2], numbers[3]


def _unquote(raw: bytes) -> str:
    """A path of a diff's header; empty for /dev/null. Git quotes what holds odd characters."""
    raw = raw.removesuffix(b"\t")
    if raw.startswith(b'"') and raw.endswith(b'"'):
        raw = raw[1:-1].decode("unicode_escape").encode("latin-1")
    return "" if raw == b"/dev/null" else os.fsdecode(raw[2:])


def merge_trees(repo: Repository, base: str, head: str) -> tuple[str, list[str]]:
    """The tree that merging two commits gives, and the paths in conflict; nothing is checked out.

    The tree's objects are written to the object database, where nothing refers to them and git's
    own housekeeping takes them away. Needs git 2.38.

    Returns:
        The tree is empty when this git cannot say.
    """
    done = attempt(
        repo, "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", base, head
    )
    if done.returncode not in (0, 1):
        return "", []
    tree, *rest = done.stdout.split(b"\0")
    return tree.decode("ascii").strip(), [os.fsdecode(p) for p in rest if p]


def write_commit(repo: Repository, tree: str, parents: Sequence[str]) -> str:
    """A commit of a tree to which nothing refers: the same id for the same tree and parents."""
    rows = [f"tree {tree}", *(f"parent {p}" for p in parents)]
    rows += ["author kn <kn> 0 +0000", "committer kn <kn> 0 +0000", "", "What kn review judges"]
    given = "\n".join(rows).encode("ascii") + b"\n"
    return run(repo, "hash-object", "-t", "commit", "-w", "--stdin", given=given).decode().strip()


def write_staged(repo: Repository) -> str:
    """The tree of what is staged; the index itself is copied, neither locked nor changed.

    Raises:
        KnError: It holds a conflict.
    """
    import shutil
    import tempfile

    where = repo.top or repo.git_dir
    named = run(repo, "rev-parse", "--git-path", "index").decode("utf-8", "surrogateescape")
    index = where / (os.environ.get("GIT_INDEX_FILE") or named.rstrip("\n"))
    with tempfile.TemporaryDirectory(prefix="kn-") as folder:
        copy = os.path.join(folder, "index")  # noqa: PTH118 -- handed to git as text
        if index.exists():
            shutil.copyfile(index, copy)
        done = attempt(repo, "write-tree", extra={"GIT_INDEX_FILE": copy})
    if done.returncode:
        raise KnError(
            "What is staged can't be read as a tree: the index holds a conflict.",
            hint="Settle it and `git add` the files.",
        )
    return done.stdout.decode("ascii").strip()


def empty_tree(repo: Repository) -> str:
    """The tree with nothing in it."""
    return run(repo, "hash-object", "-t", "tree", "-w", "--stdin", given=b"").decode().strip()


def find_lines(repo: Repository, tree: str, word: str, *, but: str = "") -> list[tuple[str, str]]:
    """Path and text of the lines of a tree's text files that hold a word, in whatever case."""
    without = (f":(top,exclude){but}",) if but else ()
    done = attempt(
        repo, "grep", "-I", "-i", "-F", "-z", "--full-name", "--no-color", "-m", "50", "-e", word,
        tree, "--", ":(top)", *without,
    )  # fmt: skip
    found = []
    for row in done.stdout[:8_000_000].split(b"\n"):
        name, nul, text = row.partition(b"\0")
        if nul:
            path = os.fsdecode(name).partition(":")[2]
            found.append((path, text[:400].decode("utf-8", "replace")))
    return found


def sort_objects(repo: Repository, names: Sequence[str]) -> dict[str, str]:
    """Full or shortened id -> `commit`, `blob`, … of those objects that are here."""
    wanted = [n for n in dict.fromkeys(names) if n.isalnum()]
    looked = look_up(repo, wanted)
    return {n: sort for n, (sort, _) in zip(wanted, looked, strict=True) if sort != "missing"}


def messages_of(repo: Repository, names: Sequence[str]) -> dict[str, str | None]:
    """Commit as it is named -> its message; None for those that are no commit here."""
    from kn.adapters.git.history import read_listed

    sorts = sort_objects(repo, names)
    full = {n: run(repo, "rev-parse", n).decode("ascii").strip()
            for n, sort in sorts.items() if sort == "commit"}  # fmt: skip
    read = {c.id: c.message for c in read_listed(repo, full.values())}
    return {
        n: read.get(full[n]) if n in full else None for n in names if sorts.get(n) != "ambiguous"
    }


def is_whole(repo: Repository) -> bool:
    """Whether all history and all contents are here: neither a shallow nor a partial clone."""
    shallow = run(repo, "rev-parse", "--is-shallow-repository").strip() == b"true"
    partial = attempt(repo, "config", "--get-regexp", r"^remote\..*\.promisor$").returncode == 0
    return not shallow and not partial


def first_day(repo: Repository, base: str, head: str) -> str:
    """ISO day of the oldest commit that `head` has and `base` has not; empty without any."""
    out = run(repo, "log", "--reverse", "--format=%cs", f"{base}..{head}", "--")
    return out.decode("ascii").split("\n")[0].strip()
