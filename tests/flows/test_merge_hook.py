"""After a merge or a rebase: one line on forks that git did not see, once, and silence else."""

from __future__ import annotations

import pytest
from tests.e2e.watched import Watched

LINE = "kn: {} and {} replace the same item; `kn merge` settles it\n"


@pytest.fixture
def parted(world: Watched) -> tuple[Watched, str, str]:
    """Two branches that have replaced the same item."""
    ids = []
    old = world.kn("add", "decision", "Use a token bucket.").split("\n")[1]
    world.git("add", "-A")
    world.git("commit", "-q", "-m", "Know")
    for branch, said in (("topic", "Use a leaky bucket."), ("main", "Let the proxy limit.")):
        world.git(
            *(("switch", "-q", "-c", branch) if branch == "topic" else ("switch", "-q", branch))
        )
        ids.append(world.kn("add", "decision", said, "--supersedes", old).split("\n")[1])
        world.git("add", "-A")
        world.git("commit", "-q", "-m", f"Decide on {branch}")
    one, two = sorted(ids)
    return world, one, two


@pytest.mark.parametrize("way", ["merge", "rebase"])
def test_a_fork_is_told_once(parted: tuple[Watched, str, str], way: str) -> None:
    world, one, two = parted
    words = {
        "merge": ("merge", "-q", "--no-edit", "topic"), "rebase": ("rebase", "-q", "topic"),
        "pull": ("pull", "-q", "--no-rebase", "--no-edit", ".", "topic"),
    }[way]  # fmt: skip
    assert world.run("git", *words).stderr == LINE.format(one, two)
    world.git("switch", "-q", "-c", "more", "HEAD~1")
    world.kn("add", "fact", "Something else.")
    world.git("add", "-A")
    world.git("commit", "-q", "-m", "More")
    world.git("switch", "-q", "main")
    assert world.run("git", "merge", "-q", "--no-edit", "more").stderr == ""


def test_a_merge_without_a_fork_says_nothing(world: Watched) -> None:
    for branch in ("topic", "main"):
        world.git("switch", "-q", *(("-c",) if branch == "topic" else ()), branch)
        world.kn("add", "fact", f"Something of {branch}.")
        world.git("add", "-A")
        world.git("commit", "-q", "-m", f"Know {branch}")
    assert world.run("git", "merge", "-q", "--no-edit", "topic").stderr == ""


def test_it_can_be_silent(parted: tuple[Watched, str, str]) -> None:
    world, _, _ = parted
    world.git("config", "kn.hooks.prompt", "off")
    assert world.run("git", "merge", "-q", "--no-edit", "topic").stderr == ""
