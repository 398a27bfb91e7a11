"""Promise 2: kn never breaks git, whatever happens inside it."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.watched import Watched, message_of, statement_of

from kn.flows.serving import quick

HOOKS = ("post-commit", "post-merge", "post-rewrite", "post-checkout")


def _commit(w: Watched, number: int = 1, **more: Any) -> tuple[float, str]:
    """Commit, and say how long it took and what was said; the commit must succeed."""
    w.write(f"part{number}.txt")
    started = time.monotonic()
    done = w.run("git", "commit", "-q", "-m", message_of(number), **more)
    assert done.stdout == ""
    return time.monotonic() - started, done.stderr


def _state(w: Watched) -> dict[str, str]:
    """Index, stash, refs and work tree, to the byte."""
    found = {
        str(p.relative_to(w.root)): hashlib.sha1(p.read_bytes()).hexdigest()
        for p in w.root.rglob("*")
        if p.is_file() and not p.is_relative_to(w.root / ".git" / "kn")
    }
    found["status"] = w.git("status", "--porcelain", GIT_OPTIONAL_LOCKS="0")
    return found


def test_one_line_says_what_was_found_and_nothing_says_that_nothing_was(world: Watched) -> None:
    _, said = _commit(world)
    head = world.git("rev-parse", "--short=7", "HEAD")
    assert said == f"kn: 1 candidate from {head}, see `kn inbox`\n"
    world.write("tidy.txt")
    assert world.run("git", "commit", "-q", "-m", "Tidy up").stderr == ""
    assert world.run("git", "checkout", "-q", "-b", "other").stderr == ""


@pytest.mark.parametrize("where", ["git config", "environment", "the repository's file"])
def test_it_can_be_told_to_be_silent(world: Watched, where: str) -> None:
    more: dict[str, Any] = {}
    if where == "git config":
        world.git("config", "kn.hooks.prompt", "off")
    elif where == "environment":
        more = {"KN_HOOKS_PROMPT": "off"}
    else:
        config = world.root / ".knowledge" / "config.yaml"
        config.write_text(config.read_text() + "hooks:\n  prompt: off\n")
    _, said = _commit(world, **more)
    assert said == ""
    assert world.pending() == [statement_of(1)]


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_changes_nothing_but_its_own_state(world: Watched, hook: str) -> None:
    world.write("stashed.txt")
    world.git("stash", "-q")
    world.git("-c", f"core.hooksPath={os.devnull}", "commit", "-q", "--allow-empty", "-m",
              message_of(1))  # fmt: skip
    world.write("staged.txt")
    (world.root / "loose.txt").write_text("x\n")
    before = _state(world)
    world.kn("hook", hook)
    assert _state(world) == before
    assert world.pending() == [statement_of(1)], "it did look"


@pytest.mark.parametrize("marker", ["rebase-merge", "rebase-apply"])
def test_nothing_is_read_while_history_is_being_rewritten(world: Watched, marker: str) -> None:
    world.git("-c", f"core.hooksPath={os.devnull}", "commit", "-q", "--allow-empty", "-m",
              message_of(1))  # fmt: skip
    (world.root / ".git" / marker).mkdir()
    seen = (world.root / ".git/kn/seen").read_bytes()
    for hook in ("post-commit", "post-checkout", "post-merge"):
        assert world.run("kn", "hook", hook).stderr == ""
    world.run("kn", "hook", "post-rewrite", "amend")
    assert (world.root / ".git/kn/seen").read_bytes() == seen
    (world.root / ".git" / marker).rmdir()
    world.run("kn", "hook", "post-rewrite", "rebase")
    assert world.pending() == [statement_of(1)]


def _break_config(w: Watched) -> None:
    (w.root / ".knowledge/config.yaml").write_text("format: [")


def _break_item(w: Watched) -> None:
    (w.root / ".knowledge/decisions").mkdir(exist_ok=True)
    (w.root / ".knowledge/decisions/broken-00000000.yaml").write_bytes(b"\xff\xfe[")


def _newer_format(w: Watched) -> None:
    (w.root / ".knowledge/config.yaml").write_text("format: 99\n")


def _state_is_a_file(w: Watched) -> None:
    folder = w.root / ".git/kn"
    folder.rename(w.root / ".git/kn.away")
    folder.write_text("not a folder\n")


def _state_is_a_link(w: Watched) -> None:
    folder = w.root / ".git/kn"
    folder.rename(w.root.parent / "elsewhere")
    folder.symlink_to(w.root.parent / "elsewhere")


def _state_is_gone(w: Watched) -> None:
    (w.root / ".git/kn").rename(w.root / ".git/kn.away")


def _seen_is_a_folder(w: Watched) -> None:
    (w.root / ".git/kn/seen").unlink()
    (w.root / ".git/kn/seen").mkdir()


def _seen_is_rubbish(w: Watched) -> None:
    (w.root / ".git/kn/seen").write_bytes(b"\xff\x00rubbish\n" * 50)


def _inbox_is_a_file(w: Watched) -> None:
    inbox = w.root / ".git/kn/inbox"
    if inbox.is_dir():
        inbox.rmdir()
    inbox.write_text("x")


def _bad_setting(w: Watched) -> None:
    w.git("config", "kn.hooks.prompt", "shout")


def _bad_trust(w: Watched) -> None:
    w.git("config", "kn.trust.ref", "no/such/ref")


def _no_knowledge(w: Watched) -> None:
    (w.root / ".knowledge").rename(w.root.parent / "taken-away")


def _crash(w: Watched) -> None:
    _replace_kn(w, "#!/bin/sh\nkill -SEGV $$\n")


def _traceback(w: Watched) -> None:
    _replace_kn(w, "#!/bin/sh\nexit 3\n")


def _missing(w: Watched) -> None:
    _replace_kn(w, "")


def _replace_kn(w: Watched, text: str) -> None:
    program = w.root.parent / "programs" / "kn"
    program.parent.mkdir()
    program.write_text(text)
    program.chmod(0o755 if text else 0o644)
    w.environment["PATH"] = f"{program.parent}{os.pathsep}{w.environment['PATH']}"


BROKEN = [
    _break_config, _break_item, _newer_format, _state_is_a_file, _state_is_a_link, _state_is_gone,
    _seen_is_a_folder, _seen_is_rubbish, _inbox_is_a_file, _bad_setting, _bad_trust, _no_knowledge,
    _crash, _traceback, _missing,
]  # fmt: skip


@pytest.mark.parametrize("harm", BROKEN, ids=lambda f: f.__name__.strip("_"))
def test_a_commit_goes_through_whatever_is_wrong_with_kn(world: Watched, harm: object) -> None:
    assert callable(harm)
    harm(world)
    took, said = _commit(world)
    assert world.git("log", "-1", "--format=%s") == "Give part 1 an engine"
    assert "Traceback" not in said
    assert took < 2.5, "two seconds for kn, the rest for git"


@pytest.mark.parametrize("hook", HOOKS)
def test_without_a_home_and_with_hardly_an_environment_the_hook_ends_well(
    world: Watched, hook: str
) -> None:
    world.git("-c", f"core.hooksPath={os.devnull}", "commit", "-q", "--allow-empty", "-m",
              message_of(1))  # fmt: skip
    kept = {n: world.environment[n] for n in ("PATH", "PYTHONPATH")}
    bare = Watched(world.root, kept)
    done = bare.run("kn", "hook", hook)
    assert (done.returncode, done.stdout) == (0, "")
    assert world.pending() == [statement_of(1)]


def test_a_lock_that_somebody_holds_delays_a_commit_by_two_seconds_at_most(
    world: Watched,
) -> None:
    lock = world.root / ".git/kn/capture"
    with lock.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        took, said = _commit(world)
        assert took < 2.5 and said == ""
    world.kn("extract", "--since-last")
    assert world.pending() == [statement_of(1)]


def test_a_hook_stops_when_its_time_is_over(
    world: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kn.flows import hooks
    from kn.flows.capture import commits as capture

    detached = []

    def hang(*_: object, **__: object) -> None:
        time.sleep(30)

    monkeypatch.setattr(hooks, "LIMIT", 0.2)
    monkeypatch.setattr(capture, "catch_up", hang)
    monkeypatch.setattr(hooks, "_detach", lambda *_: detached.append(True))
    started = time.monotonic()
    hooks.run_event("post-commit")
    assert time.monotonic() - started < 2
    assert detached, "the rest goes on by itself"
    assert quick.LIMIT < 2


def test_what_takes_too_long_is_finished_by_itself(world: Watched) -> None:
    world.git("-c", f"core.hooksPath={os.devnull}", "commit", "-q", "--allow-empty", "-m",
              message_of(1))  # fmt: skip
    world.kn("hook", "catch-up")
    assert world.pending() == [statement_of(1)]


def test_a_clone_in_which_nobody_ran_init_is_not_watched(world: Watched, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    world.git("clone", "-q", str(world.root), str(clone))
    world.git("commit", "-q", "--allow-empty", "-m", message_of(1), cwd=clone)
    done = world.run("kn", "hook", "post-commit", cwd=clone)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (clone / ".git/kn/inbox").exists()


def test_a_message_of_many_megabytes_does_not_stall_a_commit(world: Watched) -> None:
    world.write("part.txt")
    message = message_of(1) + "\n" + "we decided a thing because instead of " * 150_000
    (world.root.parent / "message").write_text(message)
    started = time.monotonic()
    world.git("commit", "-q", "-F", str(world.root.parent / "message"))
    assert time.monotonic() - started < 3
    world.kn("extract", "--since-last")
    assert statement_of(1) in world.pending()


@pytest.mark.parametrize(
    "message",
    [
        "Decision: \x1b[31mUse red\x1b[0m everywhere.",
        "Decision: Use it.\x07\x08\x08",
        "Decision: Use \u202ereversed\u202c text.",
        "Decision: " + "word " * 3000,
        "Decision:",
        "Decision: \n\n\n",
        "Rejected: everything\nRejected: everything",
        "Owner: \nGotcha: \nIncident: ",
        "Decision: [a, {b: c}]: - x | > & *y !!python/object:os.system",
    ],
)
def test_a_hostile_message_is_read_without_harm(world: Watched, message: str) -> None:
    world.git("-c", "i18n.commitEncoding=UTF-8", "commit", "-q", "--allow-empty", "-m",
              f"Subject\n\n{message}")  # fmt: skip
    assert "error" not in (world.root / ".git/kn/log").read_text().lower()
    shown = world.kn("inbox", "list")
    shown += "".join(world.kn("inbox", "show", line.split()[0]) for line in shown.splitlines())
    assert not {c for c in shown if ord(c) < 32 or 0x7F <= ord(c) < 0xA0} - {"\n"}
    assert "\u202e" not in shown


def test_the_log_grows_to_a_bound_and_holds_no_content(world: Watched) -> None:
    _commit(world)
    log = world.root / ".git/kn/log"
    assert "found 1" in log.read_text() and "engine" not in log.read_text()
    log.write_text("x" * 300_000)
    _commit(world, 2)
    assert log.stat().st_size < 1000
