"""How long `kn review` and `kn diff` take, against `git diff` of the same change.

    python benchmarks/review.py [ITEMS] [--files 50] [--runs 5]

A made repository with so many items (10,000 unless said otherwise), and a branch that changes
fifty files of code and seven items. Cold is a clone that has never run kn; `git diff` prints the
same change as lines. Every command is a process of its own.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from made import Vocabulary, git, make_repository

KN = str(Path(sys.executable).with_name("kn"))


class Took(NamedTuple):
    """Seconds on the clock, and of the processor: on a busy machine only these compare."""

    wall: float
    cpu: float


def seconds(words: Sequence[str], root: Path) -> Took:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(words, cwd=root, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr.decode()
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Took(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def write_code(root: Path, files: int, seed: int) -> None:
    """So many files of forty lines, under the folders that the items' scopes name."""
    vocabulary = Vocabulary(random.Random(seed))
    for number in range(files):
        path = root / "src" / vocabulary.words[number % 200] / f"part{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{vocabulary.text(6)}\n" for _ in range(40)), "utf-8")


def change_items(root: Path) -> None:
    """Two statements reworded, two items retired, one removed, two added by copying."""
    paths = sorted((root / ".knowledge").rglob("*.yaml"))
    paths = [p for p in paths if p.read_text("utf-8").startswith("id: ")]
    for path in paths[:2]:
        path.write_text(path.read_text("utf-8").replace("statement: ", "statement: now ", 1))
    for path in paths[2:4]:
        text = path.read_text("utf-8").replace("status: accepted", "status: retired")
        path.write_text(f"{text}retired_because: It is over.\n")
    paths[4].unlink()
    for number, path in enumerate(paths[5:7]):
        tail = f"{number:08}"
        old = path.stem[-8:]
        text = path.read_text("utf-8").replace(old, tail, 1)
        path.with_name(f"new-{tail}.yaml").write_text(text)


def make(root: Path, items: int, files: int) -> None:
    make_repository(root, items)
    write_code(root, 400, 2)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "Code")
    git(root, "checkout", "-q", "-b", "work")
    write_code(root, files, 3)
    change_items(root)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "Work")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("items", nargs="?", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=50)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make(root, given.items, given.files)
        rows = {
            "git diff main...work": ["git", "--no-pager", "diff", "--no-textconv", "main...work"],
            "kn diff main...work": [KN, "diff", "main...work"],
            "kn review main...work": [KN, "review", "main...work"],
        }
        print(f"{given.items:,} items, {given.files} files and 7 items changed")
        for name, words in rows.items():
            shutil.rmtree(root / ".git/kn", ignore_errors=True)
            cold = seconds(words, root)
            times = [seconds(words, root) for _ in range(given.runs)]
            warm = Took(*(statistics.median(column) for column in zip(*times, strict=True)))
            print(
                f"{name:<24} cold {cold.wall:6.2f} s ({cold.cpu:5.2f} s of processor)   "
                f"warm {warm.wall:6.2f} s ({warm.cpu:5.2f} s)"
            )


if __name__ == "__main__":
    main()
