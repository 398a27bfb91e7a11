"""Whole-process times of kn's commands, as ratios to an empty Python process.

    python benchmarks/commands.py [SIZE ...] [--runs 15]

Every command runs as a process of its own, from the same environment and in turn with
`python -c pass`, so that a busy machine slows both; the medians of the pairs' ratios are printed.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from made import git, make_items, make_question, make_repository

KN = str(Path(sys.executable).with_name("kn"))
PASS = [sys.executable, "-c", "pass"]


def seconds(words: Sequence[str], root: Path) -> float:
    start = time.perf_counter()
    subprocess.run(words, cwd=root, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return time.perf_counter() - start


def ratio(
    runs: int,
    root: Path,
    words: Callable[[int], Sequence[str]],
    before: Callable[[int], None] = lambda _: None,
) -> tuple[float, float]:
    """The median ratio to an empty process, and the median in milliseconds."""
    ratios, times = [], []
    for number in range(-2, runs):
        before(number)
        base, own = seconds(PASS, root), seconds(words(number), root)
        if number >= 0:
            ratios.append(own / base)
            times.append(own * 1000)
    return statistics.median(ratios), statistics.median(times)


def measure(root: Path, size: int, runs: int) -> None:
    items = make_items(size)
    start = time.perf_counter()
    subprocess.run([KN, "context", "first of all"], cwd=root, check=True, capture_output=True)
    first = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"first index: {first:.2f} s, {size / first:,.0f} items/s, peak {peak:.0f} MB")
    time.sleep(0.2)
    seconds([KN, "context", "settle"], root)
    head = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=root, text=True).strip()
    seen = root / ".git/kn/seen"
    seen.write_text(head + "\n")

    def commit(number: int) -> None:
        git(root, "commit", "-q", "--allow-empty", "--no-verify", "-m", f"Add retry {number}")

    changed = sorted((root / ".knowledge/facts").glob("*.yaml"))[0]

    def change(number: int) -> None:
        text = changed.read_text("utf-8").split("\n")
        text[2] = f"statement: changed for the time {number}."
        changed.write_text("\n".join(text), "utf-8")
        time.sleep(0.1)

    rows = [
        ("kn --help", lambda _: [KN, "--help"], None),
        ("kn hook post-commit, HEAD seen", lambda _: [KN, "hook", "post-commit"], None),
        (
            "kn context, a new task",
            lambda n: [KN, "context", make_question(items, n)],
            None,
        ),
        ("kn context, repeated", lambda _: [KN, "context", make_question(items, 99)], None),
        ("kn context, no task", lambda _: [KN, "context"], None),
        (
            "kn context, one item changed",
            lambda n: [KN, "context", make_question(items, n + 50)],
            change,
        ),
        ("kn hook post-commit, new commit", lambda _: [KN, "hook", "post-commit"], commit),
    ]
    for name, words, before in rows:
        found, took = ratio(runs, root, words, before or (lambda _: None))
        print(f"{size:>7,}  {name:<34} {found:6.2f} x  {took:7.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[1000])
    parser.add_argument("--runs", type=int, default=15)
    arguments = parser.parse_args()
    os.environ.update(GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed kn is compiled, too
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            make_repository(Path(folder), size)
            measure(Path(folder), size, arguments.runs)


if __name__ == "__main__":
    main()
