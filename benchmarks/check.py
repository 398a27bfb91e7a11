"""How long `kn check` takes, as a process of its own: cold, warm, and after one change.

    python benchmarks/check.py [SIZE ...] [--runs 5]

Cold means that nothing is kept: `.git/kn` is deleted before each run. The median is printed, with
the work of git alone beside it (`git ls-files -s` and `git status`); processors' seconds tell
how long it would take on a machine that nobody else uses.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from made import git, make_repository

KN = str(Path(sys.executable).with_name("kn"))


def median(
    runs: int, root: Path, words: list[str], before: Callable[[int], object]
) -> tuple[float, float]:
    """Seconds on the clock, and of processors, in the middle of so many runs."""
    times, works = [], []
    for number in range(runs):
        before(number)
        start, used = time.perf_counter(), _used()
        subprocess.run(words, cwd=root, check=False, capture_output=True)
        times.append(time.perf_counter() - start)
        works.append(_used() - used)
    return statistics.median(times), statistics.median(works)


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(size: int, runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "repository"
        root.mkdir()
        make_repository(root, size)
        for name in sorted({p.split("/")[1] for p in _scopes(root)}):
            (root / "src" / name).mkdir(parents=True, exist_ok=True)
            (root / "src" / name / "code.py").write_text("x\n")
        git(root, "add", "-A")
        git(root, "commit", "-q", "--no-verify", "-m", "Code")
        changed = min((root / ".knowledge/facts").glob("*.yaml"))

        def forget(_: int) -> None:
            shutil.rmtree(root / ".git/kn", ignore_errors=True)

        def change(number: int) -> None:
            rows = changed.read_text("utf-8").split("\n")
            rows[2] = f"statement: changed for the time {number}."
            changed.write_text("\n".join(rows), "utf-8")

        def nothing(_: int) -> None:
            return None

        rows = [
            ("git status and ls-files", ["sh", "-c", "git status; git ls-files -s"], nothing),
            ("kn check, cold", [KN, "check"], forget),
            ("kn check, warm", [KN, "check"], nothing),
            ("kn check, one item changed", [KN, "check"], change),
            ("kn check --staged, warm", [KN, "check", "--staged"], nothing),
            ("kn check --at HEAD, warm", [KN, "check", "--at", "HEAD"], nothing),
            ("kn check --format sarif, warm", [KN, "check", "--format", "sarif"], nothing),
        ]  # fmt: skip
        print(f"\n{size:,} items")
        for name, words, before in rows:
            clock, work = median(runs, root, words, before)
            print(f"  {name:<32} {clock:6.2f} s   {work:6.2f} s of processors")


def _scopes(root: Path) -> set[str]:
    found = set()
    for path in (root / ".knowledge").glob("*/*.yaml"):
        for row in path.read_text("utf-8").split("\n"):
            if "paths: [src/" in row:
                found.add(row.partition("[")[2].partition("]")[0])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000, 10_000])
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    for size in given.sizes:
        measure(size, given.runs)


if __name__ == "__main__":
    main()
