"""How fast a whole history is read into the inbox, in how much memory, and how fast that lists.

Run `python benchmarks/history.py [COMMITS]` (50,000). It makes a repository with 1,000 items and
that many commits, of which one in 250 says something and one has 20 MB; reads them with
`kn extract --range`; kills that after a second, reads on; and lists the 200 first candidates.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from made import git, make_repository

SUBJECTS = ("Fix a typo in the docs", "Add tests for the parser", "Bump lib from 1.2 to 1.3",
            "chore: release 1.0", "Handle empty input", "Merge branch 'topic'")  # fmt: skip
BODIES = (
    "The parser used to fail on empty lines. Now it returns an empty list, and a test shows it.",
    "Remove code that nobody has used since the previous release.\n\nAlso tidies the imports.",
    "",
)
KN = [sys.executable, "-m", "kn"]


def history(number: int) -> Iterator[bytes]:
    """What `git fast-import` reads."""
    source = random.Random(1)
    for n in range(number):
        text = f"{source.choice(SUBJECTS)} {n}\n\n{source.choice(BODIES)}\n"
        if n % 250 == 0:
            text += f"\nDecision: Use engine {n} for part {n}.\nRejected: engine {n + 1} | slow\n"
        if n == 1000:
            text += "word " * 4_000_000
        message = text.encode()
        after = b"" if n else b"from refs/heads/main^0\n"
        who = b"committer T <t@example.com> %d +0000\n" % (1_600_000_000 + 60 * n)
        path, content = b"src/d%d/f%d.py" % (n % 20, n % 500), b"%d\n" % n
        yield b"commit refs/heads/main\n%sdata %d\n%s\n%s" % (who, len(message), message, after)
        yield b"M 100644 inline %s\ndata %d\n%s\n" % (path, len(content), content)


def measured(root: Path, *words: str) -> tuple[float, float]:
    """Seconds, and MB of the largest process: kn, or a git that it ran."""
    began = time.perf_counter()
    quiet = subprocess.DEVNULL
    running = subprocess.Popen([*KN, *words], cwd=root, stdout=quiet, stderr=quiet)
    _, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    assert running.returncode == 0, words
    return time.perf_counter() - began, used.ru_maxrss / 1024


def main(number: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make_repository(root, 1000)
        made = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=root, stdin=subprocess.PIPE)
        assert made.stdin is not None
        with made.stdin as out:
            out.writelines(history(number))
        assert made.wait() == 0
        git(root, "reset", "-q", "--hard")
        took, peak = measured(root, "extract", "--range", "..HEAD", "--dry-run")
        print(f"dry run: {number / took:,.0f} commits/s, at most {peak:.0f} MB in kn or its git")
        with subprocess.Popen(
            [*KN, "extract", "--range", "..HEAD"],
            cwd=root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as killed:
            time.sleep(1.5)
            killed.kill()
        took, _ = measured(root, "extract", "--range", "..HEAD")
        inbox = sorted((root / ".git/kn/inbox").iterdir())
        print(f"the rest, after a kill: {took:.1f} s; {len(inbox)} candidates")
        for path in inbox[200:]:
            path.unlink()
        took = min(measured(root, "inbox", "list")[0] for _ in range(6))
        print(f"kn inbox list: {took:.2f} s for {min(len(inbox), 200)} candidates, 1,000 items")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 50_000)
