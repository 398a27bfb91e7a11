"""Every way in which git moves HEAD, with the real hooks: each thing is proposed exactly once."""

from __future__ import annotations

import json
import os
from collections.abc import Callable

import pytest
from tests.e2e.watched import Watched, message_of


def _branch(w: Watched, *numbers: int) -> None:
    """Commits on a branch that leaves main, and one on main."""
    w.git("checkout", "-q", "-b", "work")
    for number in numbers:
        w.commit(number)
    w.git("checkout", "-q", "main")
    w.commit(90)


def plain(w: Watched) -> None:
    w.commit(1)
    w.commit(2, knowledge=False)
    w.commit(3)


def amend_with_the_same_message(w: Watched) -> None:
    w.commit(1)
    w.write("more.txt")
    w.git("commit", "-q", "--amend", "--no-edit")


def amend_with_another_message(w: Watched) -> None:
    w.commit(1)
    w.git("commit", "-q", "--amend", "-m", message_of(2))


def amend_the_knowledge_away(w: Watched) -> None:
    w.commit(1)
    w.git("commit", "-q", "--amend", "-m", "Nothing to see")


def rebase_merge(w: Watched) -> None:
    _branch(w, 1, 2, 3)
    w.git("rebase", "-q", "main", "work")


def rebase_apply(w: Watched) -> None:
    _branch(w, 1, 2, 3)
    w.git("rebase", "-q", "--apply", "main", "work")


def rebase_with_fixup(w: Watched) -> None:
    w.commit(1)
    w.write("more.txt")
    w.git("commit", "-q", "--fixup", "HEAD")
    w.git("rebase", "-q", "-i", "--autosquash", "HEAD~2", GIT_SEQUENCE_EDITOR="true")


def rebase_with_reword(w: Watched) -> None:
    w.commit(1)
    w.commit(2)
    message = w.root.parent / "message"
    message.write_text(message_of(3))
    w.git("rebase", "-q", "-i", "HEAD~2", GIT_SEQUENCE_EDITOR="sed -i 1s/pick/reword/",
          GIT_EDITOR=f"cp {message}")  # fmt: skip


def rebase_with_squash(w: Watched) -> None:
    for number in (1, 2, 3):
        w.commit(number)
    w.git("rebase", "-q", "-i", "HEAD~3", GIT_SEQUENCE_EDITOR="sed -i 2,3s/pick/squash/",
          GIT_EDITOR="true")  # fmt: skip


def rebase_with_drop(w: Watched) -> None:
    w.commit(1)
    w.commit(2)
    w.git("rebase", "-q", "-i", "HEAD~2", GIT_SEQUENCE_EDITOR="sed -i 1s/pick/drop/")


def rebase_that_stops(w: Watched) -> None:
    w.commit(1)
    w.commit(2)
    w.git("rebase", "-q", "-i", "HEAD~2", GIT_SEQUENCE_EDITOR="sed -i 1s/pick/edit/")
    w.git("commit", "-q", "--amend", "-m", message_of(3))
    w.commit(4)
    w.git("rebase", "--continue", GIT_EDITOR="true")


def rebase_that_is_aborted(w: Watched) -> None:
    w.commit(1)
    w.commit(2)
    w.git("rebase", "-q", "-i", "HEAD~2", GIT_SEQUENCE_EDITOR="sed -i 1s/pick/edit/")
    w.git("commit", "-q", "--amend", "-m", message_of(3))
    w.git("rebase", "--abort")


def rebase_with_conflict(w: Watched) -> None:
    w.git("checkout", "-q", "-b", "work")
    w.write("shared.txt", "ours\n")
    w.git("commit", "-q", "-m", message_of(1))
    w.commit(2)
    w.git("checkout", "-q", "main")
    w.write("shared.txt", "theirs\n")
    w.git("commit", "-q", "-m", message_of(3))
    w.run("git", "rebase", "-q", "main", "work", check=False)
    w.write("shared.txt", "both\n")
    w.git("rebase", "--continue", GIT_EDITOR="true")


def cherry_pick(w: Watched) -> None:
    _branch(w, 1, 2)
    w.git("cherry-pick", "work~1", "work")


def cherry_pick_and_drop_the_branch(w: Watched) -> None:
    _branch(w, 1, 2)
    w.git("cherry-pick", "work")
    w.git("branch", "-D", "work")


def merge(w: Watched) -> None:
    _branch(w, 1, 2)
    w.git("merge", "-q", "--no-edit", "work")


def fast_forward(w: Watched) -> None:
    w.git("checkout", "-q", "-b", "work")
    w.commit(1)
    w.git("checkout", "-q", "main")
    w.git("merge", "-q", "--ff-only", "work")


def merge_of_many(w: Watched) -> None:
    _branch(w, 1, 2)
    w.git("checkout", "-q", "-b", "other", "main~1")
    w.commit(3)
    w.git("checkout", "-q", "main")
    w.git("merge", "-q", "-m", "Take both", "work", "other")


def merge_with_conflict(w: Watched) -> None:
    w.git("checkout", "-q", "-b", "work")
    w.write("shared.txt", "ours\n")
    w.git("commit", "-q", "-m", message_of(1))
    w.git("checkout", "-q", "main")
    w.write("shared.txt", "theirs\n")
    w.git("commit", "-q", "-m", message_of(2))
    w.run("git", "merge", "work", check=False)
    w.write("shared.txt", "both\n")
    w.git("commit", "-q", "--no-edit")


def squash_merge(w: Watched) -> None:
    _branch(w, 1, 2)
    w.git("merge", "-q", "--squash", "work")
    w.git("commit", "-q", "--no-edit")
    w.git("branch", "-D", "work")


def apply_mail(w: Watched) -> None:
    _branch(w, 1, 2)
    patches = w.git("format-patch", "--stdout", "main..work")
    w.git("branch", "-D", "work")
    w.git("am", "-q", given=patches + "\n")


def revert(w: Watched) -> None:
    w.commit(1)
    w.git("revert", "--no-edit", "HEAD")


def reset_back(w: Watched) -> None:
    w.commit(1)
    w.commit(2)
    w.git("reset", "-q", "--hard", "HEAD~1")


def reset_back_and_forth(w: Watched) -> None:
    w.commit(1)
    tip = w.git("rev-parse", "HEAD")
    w.git("reset", "-q", "--hard", "HEAD~1")
    w.commit(2)
    w.git("reset", "-q", "--hard", tip)


def checkout_back_and_forth(w: Watched) -> None:
    _branch(w, 1)
    for _ in range(2):
        w.git("checkout", "-q", "work")
        w.git("checkout", "-q", "main")
    w.git("checkout", "-q", "--detach", "work")


def plumbing(w: Watched) -> None:
    new = w.git("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", message_of(1))
    w.git("update-ref", "HEAD", new)


def without_hooks(w: Watched) -> None:
    w.commit(1, options=("--no-verify",))
    w.git("-c", f"core.hooksPath={os.devnull}", "commit", "-q", "--allow-empty", "-m",
          message_of(2))  # fmt: skip


def linked_work_tree(w: Watched) -> None:
    side = w.root.parent / "side"
    w.git("worktree", "add", "-q", "-b", "side", str(side))
    w.git("commit", "-q", "--allow-empty", "-m", message_of(1), cwd=side)
    w.git("merge", "-q", "side")


def pull(w: Watched) -> None:
    other = w.root.parent / "other"
    w.git("clone", "-q", str(w.root), str(other))
    w.git("commit", "-q", "--allow-empty", "-m", message_of(1), cwd=other)
    w.git("pull", "-q", str(other), "main")


def pull_with_rebase(w: Watched) -> None:
    other = w.root.parent / "other"
    w.git("clone", "-q", str(w.root), str(other))
    w.git("commit", "-q", "--allow-empty", "-m", message_of(1), cwd=other)
    w.commit(2)
    w.git("pull", "-q", "--rebase", str(other), "main")


def stash(w: Watched) -> None:
    w.commit(1)
    w.write("part1.txt", "changed\n")
    w.git("stash", "-q")
    w.git("stash", "pop", "-q")
    w.git("add", "-A")
    w.git("commit", "-q", "-m", message_of(2))


def orphan(w: Watched) -> None:
    w.git("checkout", "-q", "--orphan", "fresh")
    w.git("commit", "-q", "-m", message_of(1))


def same_words_twice(w: Watched) -> None:
    w.commit(1)
    w.git("commit", "-q", "--allow-empty", "-m", message_of(1).replace("Use engine", "use  Engine"))


WAYS: list[Callable[[Watched], None]] = [
    plain, amend_with_the_same_message, amend_with_another_message, amend_the_knowledge_away,
    rebase_merge, rebase_apply, rebase_with_fixup, rebase_with_reword, rebase_with_squash,
    rebase_with_drop, rebase_that_stops, rebase_that_is_aborted, rebase_with_conflict, cherry_pick,
    cherry_pick_and_drop_the_branch, merge, fast_forward, merge_of_many, merge_with_conflict,
    squash_merge, apply_mail, revert, reset_back, reset_back_and_forth, checkout_back_and_forth,
    plumbing, without_hooks, linked_work_tree, pull, pull_with_rebase, stash, orphan,
]  # fmt: skip
BY_HOOK_ALONE = {
    plain, amend_with_the_same_message, amend_with_another_message, merge, fast_forward,
    merge_of_many, cherry_pick, rebase_merge, pull, squash_merge, merge_with_conflict,
    rebase_with_reword, rebase_with_fixup, rebase_with_squash, rebase_that_stops, rebase_apply,
}  # fmt: skip
"""After these the inbox is right at once; after the others the next look is needed."""


@pytest.mark.parametrize("way", WAYS, ids=lambda w: w.__name__)
def test_each_piece_of_knowledge_is_proposed_exactly_once(
    world: Watched, way: Callable[[Watched], None]
) -> None:
    way(world)
    assert world.git("status", "--porcelain") == ""
    assert world.reachable() or way is amend_the_knowledge_away, "the case holds something to find"
    if way not in BY_HOOK_ALONE:
        world.kn("extract", "--since-last")
    found = world.pending()
    expected = world.reachable()
    assert [s for s in found if s in expected] == expected
    assert len(found) == len(set(found)) and set(found) <= world.known_to_any()


def test_the_same_words_in_two_commits_are_one_proposal(world: Watched) -> None:
    same_words_twice(world)
    assert len(world.pending()) == 1


@pytest.mark.parametrize("decide", ["reject", "accept"])
@pytest.mark.parametrize(
    "way", [amend_with_the_same_message, rebase_merge], ids=lambda w: w.__name__
)
def test_what_was_decided_never_comes_back(
    world: Watched, way: Callable[[Watched], None], decide: str
) -> None:
    start = world.git("rev-parse", "HEAD")
    decided = world.commit(1)
    key = json.loads(world.kn("inbox", "list", "--json"))["candidates"][0]["key"]
    world.kn("inbox", decide, key)
    if decide == "accept":
        world.git("add", "-A")
        world.git("commit", "-q", "-m", "Keep it")
    world.git("checkout", "-q", "-b", "again", start)
    way(world)
    world.kn("extract", "--since-last")
    assert decided in world.reachable() and decided not in world.pending()
