"""Of the files that a commit changes, how many does a context name beforehand?

    python benchmarks/files.py [REPOSITORY] [--commits 100]

For each of the last commits that change one to five existing code files, the subject is the task,
and the parent commit the knowledge and the tree. Against it stands a plain search: the five paths
that hold the most words of the subject. The repository must have had knowledge then: kn's own has.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
from pathlib import Path

from kn.core.context.related import is_code
from kn.errors import KnError
from kn.flows.context import build_context
from kn.flows.knowledge import open_knowledge
from kn.flows.serving.values import Asked

MOST = 5


def git(root: Path, *words: str) -> str:
    return subprocess.check_output(["git", *words], cwd=root, text=True)


def plain(paths: list[str], subject: str) -> list[str]:
    """The paths with the most words of the subject."""
    words = {w.lower() for w in re.findall(r"[A-Za-z]{3,}", subject)}
    scored = [(sum(w in p.lower() for w in words), p) for p in paths]
    return [p for hits, p in sorted(scored, key=lambda s: (-s[0], s[1])) if hits][:MOST]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository", nargs="?", type=Path, default=Path.cwd())
    parser.add_argument("--commits", type=int, default=100)
    arguments = parser.parse_args()
    root = arguments.repository.resolve()
    rows = git(root, "log", "--no-merges", f"-{arguments.commits * 4}", "--format=%H %s").split(
        "\n"
    )
    done = named = shown = searched = 0
    os.chdir(root)
    for row in rows:
        commit, _, subject = row.partition(" ")
        if not commit or done == arguments.commits:
            continue
        changed = git(root, "diff-tree", "--no-commit-id", "--name-only", "-r", "--diff-filter=M",
                      commit).split()  # fmt: skip
        wanted = {p for p in changed if is_code(p) and not p.startswith((".knowledge/", "tests/"))}
        if not 1 <= len(wanted) <= MOST:
            continue
        try:
            at = f"{commit}^"
            knowledge = open_knowledge(root, os.environ, at=at)
            context = build_context(knowledge, Asked(subject, at=at)).context
        except KnError:
            continue
        found = [f.path for f, _ in context.files]
        tree = [p for p in git(root, "ls-tree", "-r", "--name-only", at).split() if is_code(p)]
        done += 1
        shown += len(found)
        named += len(wanted & set(found)) / len(wanted)
        searched += len(wanted & set(plain(tree, subject))) / len(wanted)
    if done:
        print(f"{done} commits, {shown / done:.1f} names a task")
        print(f"of the files they change kn names {named / done:.3f}")
        print(f"and a plain search of the paths {searched / done:.3f}")


if __name__ == "__main__":
    main()
