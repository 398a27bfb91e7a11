"""Random histories under the real hooks: nothing is missed, nothing is proposed twice."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.watched import Watched, message_of, statement_of

STEPS = 7
MANY = int(os.environ.get("KN_HISTORIES", "300"))
"""Histories of the slow test."""


class History:
    """A repository in which something random is done next, now and then in a second work tree."""

    def __init__(self, world: Watched, seed: int) -> None:
        self.world = world
        self.random = random.Random(seed)
        self.number = 0
        self.decided: set[str] = set()
        self.told: list[str] = []
        self.side: Path | None = None

    def next(self) -> None:
        ways: list[Callable[[], object]] = [
            self.commit, self.commit, self.commit, self.amend, self.branch, self.switch,
            self.merge, self.squash, self.rebase, self.cherry_pick, self.revert, self.reset,
            self.mail, self.decide, self.reword, self.alternate,
        ]  # fmt: skip
        way = self.random.choice(ways)
        self.told.append(way.__name__)
        way()

    def _try(self, *words: str, undo: tuple[str, ...], **more: Any) -> None:
        """Do something that may end in a conflict; then it is undone, as a user would."""
        if self.world.run("git", *words, check=False, **more).returncode:
            self.world.run("git", *undo, check=False)

    def commit(self) -> None:
        self.number += 1
        knowledge = self.random.random() < 0.7
        number = self.number
        if knowledge and number > 3 and self.random.random() < 0.2:
            number = self.random.randrange(1, number)  # words that were used before
        self.world.write(f"part{self.number}.txt", f"{self.number}\n")
        self.world.git("commit", "-q", "-m", message_of(number, knowledge=knowledge))

    def alternate(self) -> None:
        """Commit in two work trees in turn, as two agents do."""
        if self.side is None:
            self.side = self.world.root.parent / "side"
            self.world.git("worktree", "add", "-q", "-b", "side", str(self.side))
        for _ in range(2):
            self.commit()
            self.number += 1
            message = message_of(self.number)
            self.world.git("commit", "-q", "--allow-empty", "-m", message, cwd=self.side)

    def amend(self) -> None:
        self.number += 1
        self.world.write(f"part{self.number}.txt", "more\n")
        how = ["--no-edit"]
        if self.random.random() < 0.5:
            how = ["-m", message_of(self.number)]
        self.world.git("commit", "-q", "--amend", *how)

    def branch(self) -> None:
        self.number += 1
        self.world.git("checkout", "-q", "-b", f"branch{self.number}")

    def _branches(self) -> list[str]:
        return self.world.git("branch", "--format=%(refname:short)").split("\n")

    def switch(self) -> None:
        free = [b for b in self._branches() if b != "side"]  # git keeps it to its own work tree
        self.world.git("checkout", "-q", self.random.choice(free))

    def merge(self) -> None:
        other = self.random.choice(self._branches())
        self._try("merge", "-q", "--no-edit", other, undo=("merge", "--abort"))

    def squash(self) -> None:
        other = self.random.choice(self._branches())
        self._try("merge", "-q", "--squash", other, undo=("reset", "-q", "--merge"))
        if self.world.git("diff", "--cached", "--name-only"):
            self.world.git("commit", "-q", "--no-edit")

    def rebase(self) -> None:
        other = self.random.choice(self._branches())
        backend = self.random.choice(["--apply", "--merge"])
        self._try("rebase", "-q", backend, other, undo=("rebase", "--abort"))

    def cherry_pick(self) -> None:
        other = self.random.choice(self._branches())
        undo = ("cherry-pick", "--abort")
        self._try("cherry-pick", "--allow-empty", "--keep-redundant-commits", other, undo=undo)

    def revert(self) -> None:
        if self._can_go_back():
            self._try("revert", "--no-edit", "HEAD", undo=("revert", "--abort"))

    def reset(self) -> bool:
        if self._can_go_back():
            self.world.git("reset", "-q", "--hard", "HEAD~1")
            return True
        return False

    def _can_go_back(self) -> bool:
        """Whether there was a `.knowledge/` before the last commit."""
        before = "HEAD~1:.knowledge/config.yaml"
        return self.world.run("git", "cat-file", "-e", before, check=False).returncode == 0

    def mail(self) -> None:
        patch = self.world.git("format-patch", "-1", "--stdout", "HEAD")
        if not self.reset():
            return
        if self.world.run("git", "am", "-q", given=patch + "\n", check=False).returncode:
            self.world.run("git", "am", "--abort", check=False)

    def reword(self) -> None:
        self.number += 1
        message = self.world.root.parent / "message"
        message.write_text(message_of(self.number))
        more = {"GIT_SEQUENCE_EDITOR": "sed -i 1s/pick/reword/", "GIT_EDITOR": f"cp {message}"}
        self._try("rebase", "-q", "-i", "HEAD~2", undo=("rebase", "--abort"), **more)

    def decide(self) -> None:
        shown = json.loads(self.world.kn("inbox", "list", "--json"))["candidates"]
        if shown:
            one = self.random.choice(shown)
            self.world.kn("inbox", "reject", one["key"])
            self.decided.add(one["statement"])


def _live(world: Watched, seed: int) -> None:
    history = History(world, seed)
    for _ in range(STEPS):
        history.next()
        assert world.git("status", "--porcelain") == "", history.told
    world.kn("extract", "--since-last")
    found, expected = world.pending(), world.reachable()
    if history.side is not None:
        world.kn("extract", "--since-last", cwd=history.side)
        found = world.pending()
        expected = sorted({*expected, *world.reachable(history.side)})
    said = (seed, history.told)
    assert len(found) == len(set(found)), said
    assert [s for s in found if s in expected] == [
        s for s in expected if s not in history.decided
    ], said
    assert set(found) <= world.known_to_any(), said
    assert not set(found) & history.decided, said
    assert all(s == statement_of(int(s.split()[2])) for s in found), said


@pytest.mark.parametrize("seed", range(6))
def test_a_random_history_is_read_exactly_once(world: Watched, seed: int) -> None:
    _live(world, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 100 + MANY))
def test_many_random_histories_are_read_exactly_once(world: Watched, seed: int) -> None:
    _live(world, seed)
