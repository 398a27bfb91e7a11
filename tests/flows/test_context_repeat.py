"""A context that is asked for again is the same, and a new one as soon as anything changed.

Every question is put to a process of its own: the repeated answer never gets to click. After a
pause in which nothing changes the answer is kept, so each case first proves that it is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Git, Kn
from tests.desk import Desk

BUCKET = "Use a leaky bucket for rate limiting at the gateway."
OTHER = "Use token buckets for rate limiting at the gateway."
AT = "dec-00000001"


@pytest.fixture
def stocked(desk: Desk, git: Git) -> Desk:
    (desk.root / "docs").mkdir()
    (desk.root / "docs/rate.md").write_text("# Rate\n\nAbout the gateway.\n")
    (desk.root / "limits.py").write_text("RATE = 50\n")
    desk.plant(AT, BUCKET, document="docs/rate.md", scope={"paths": ["src/gateway/**"]})
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    desk.ok("verify", AT, "--anchor", "limits.py")
    git("commit", "-q", "-a", "-m", "Verify")
    git("branch", "other")
    return desk


def _settle(kn: Kn, *words: str, **more: str) -> str:
    """The answer, once it is kept."""
    time.sleep(0.12)
    first = kn(*words, environment=more).stdout
    again = kn(*words, environment=more)
    assert (again.stdout, again.stderr) == (first, "")
    return first


def _is_repeated(root: Path, *words: str) -> bool:
    """Whether the answer comes without click, that is: from what was kept."""
    code = "import sys\nfrom kn.cli import main\nmain()\nprint('click' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=root, check=True,
                          capture_output=True, text=True)  # fmt: skip
    return done.stdout.endswith("False\n")


ASK = ("context", "rate limiting gateway")


def edit_in_place(desk: Desk, git: Git) -> str:
    desk.plant(AT, OTHER)
    return OTHER


def edit_that_keeps_size_and_time(desk: Desk, git: Git) -> str:
    path = desk.root / ".knowledge/decisions/item-00000001.yaml"
    known = path.stat()
    with path.open("r+") as file:
        text = file.read().replace("leaky", "leeky")
        file.seek(0)
        file.write(text)
    os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))
    assert path.stat().st_mtime_ns == known.st_mtime_ns
    return "leeky"


def new_item(desk: Desk, git: Git) -> str:
    desk.plant("dec-00000002", OTHER)
    return OTHER


def new_item_of_a_new_kind(desk: Desk, git: Git) -> str:
    desk.plant("inc-00000002", "Rate limiting broke the gateway.")
    return "broke the gateway"


def deleted_item(desk: Desk, git: Git) -> str:
    (desk.root / ".knowledge/decisions/item-00000001.yaml").unlink()
    return "No knowledge here applies"


def broken_item(desk: Desk, git: Git) -> str:
    (desk.root / ".knowledge/decisions/item-00000001.yaml").write_text("id: [")
    return "1 unreadable: run `kn check`."


def anchor_edit(desk: Desk, git: Git) -> str:
    (desk.root / "limits.py").write_text("RATE = 60\n")
    return "(needs verification)"


def anchor_removal(desk: Desk, git: Git) -> str:
    (desk.root / "limits.py").unlink()
    return "(needs verification)"


def branch_switch(desk: Desk, git: Git) -> str:
    git("checkout", "-q", "other")
    desk.plant(AT, OTHER)
    git("commit", "-q", "-a", "-m", "Other")
    git("checkout", "-q", "main")
    time.sleep(0.12)
    assert BUCKET in subprocess.run([sys.executable, "-m", "kn", *ASK], check=True, text=True,
                                    capture_output=True, cwd=desk.root).stdout  # fmt: skip
    git("checkout", "-q", "other")
    return OTHER


def setting_in_git(desk: Desk, git: Git) -> str:
    git("config", "kn.context.budget", "5")
    return ""


def setting_in_the_repository(desk: Desk, git: Git) -> str:
    config = desk.root / ".knowledge/config.yaml"
    config.write_text(config.read_text() + "context:\n  budget: 5\n")
    return ""


def local_memory(desk: Desk, git: Git) -> str:
    git("checkout", "-q", "-b", "work")
    mine = desk.add("fact", "The rate limiting of the gateway is mine.")
    return mine


def all_of_git_is_packed(desk: Desk, git: Git) -> str:
    desk.plant(AT, OTHER)
    git("commit", "-q", "-a", "-m", "Other")
    git("pack-refs", "--all", "--prune")
    git("gc", "-q")
    return OTHER


CHANGES = [
    edit_in_place, edit_that_keeps_size_and_time, new_item, new_item_of_a_new_kind, deleted_item,
    broken_item, anchor_edit, anchor_removal, branch_switch, setting_in_git,
    setting_in_the_repository, local_memory, all_of_git_is_packed,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda f: f.__name__)
def test_a_change_shows_at_once(
    stocked: Desk, kn: Kn, git: Git, change: Callable[[Desk, Git], str]
) -> None:
    before = _settle(kn, *ASK)
    assert BUCKET in before and _is_repeated(stocked.root, *ASK)
    expected = change(stocked, git)
    after = kn(*ASK).stdout
    assert after != before
    assert expected in after if expected else after == ""
    assert kn(*ASK).stdout == after


def test_another_day_is_another_answer(stocked: Desk, kn: Kn) -> None:
    stocked.plant(AT, BUCKET, valid_until="2026-06-30")
    assert BUCKET in _settle(kn, *ASK, KN_TODAY="2026-06-30")
    assert BUCKET not in _settle(kn, *ASK, KN_TODAY="2026-07-01")
    assert BUCKET in kn(*ASK, environment={"KN_TODAY": "2026-06-30"}).stdout


def test_who_asks_is_part_of_the_question(stocked: Desk, kn: Kn, git: Git) -> None:
    stocked.plant("dec-00000002", OTHER)
    assert OTHER in _settle(kn, *ASK)
    assert OTHER not in _settle(kn, *ASK, CLAUDECODE="1")
    assert OTHER in kn(*ASK).stdout


def test_a_commit_makes_an_uncommitted_item_trusted(stocked: Desk, kn: Kn, git: Git) -> None:
    stocked.plant("dec-00000002", OTHER)
    assert "[dec-00000002] (uncommitted)" in _settle(kn, *ASK)
    git("add", "-A")
    assert "[dec-00000002] (uncommitted)" in kn(*ASK).stdout
    git("commit", "-q", "-m", "More")
    assert "[dec-00000002] Use token" in kn(*ASK).stdout


def test_a_fetch_that_moves_origin_makes_items_reviewed(
    stocked: Desk, kn: Kn, git: Git, tmp_path: Path
) -> None:
    root = tmp_path / "clone"
    git("clone", "-q", str(stocked.root), str(root), cwd=tmp_path)
    stocked.plant("dec-00000002", OTHER)
    git("add", "-A")
    git("commit", "-q", "-m", "More")
    Desk(root).plant("dec-00000002", OTHER)
    for words in (("add", "-A"), ("commit", "-q", "-m", "The same")):
        git(*words, cwd=root)
    time.sleep(0.12)
    assert "[dec-00000002] (unreviewed)" in kn(*ASK, cwd=root).stdout
    kn(*ASK, cwd=root)
    assert _is_repeated(root, *ASK)
    git("fetch", "-q", cwd=root)
    assert "[dec-00000002] Use token" in kn(*ASK, cwd=root).stdout


def test_an_answer_about_a_revision_follows_the_revision(stocked: Desk, kn: Kn, git: Git) -> None:
    ask = (*ASK, "--at", "other")
    assert BUCKET in _settle(kn, *ask)
    new = git("hash-object", "-w", "--stdin", given=_file(OTHER))
    git("read-tree", "other", cwd=stocked.root)
    git("update-index", "--cacheinfo", f"100644,{new},.knowledge/decisions/item-00000001.yaml")
    tree = git("write-tree")
    git("read-tree", "HEAD")
    git("update-ref", "refs/heads/other", git("commit-tree", tree, "-p", "other", "-m", "Other"))
    assert OTHER in kn(*ask).stdout
    git("tag", "v1", "other")
    assert OTHER in _settle(kn, *ASK, "--at", "v1")
    git("tag", "-f", "v1", "main")
    assert BUCKET in kn(*ASK, "--at", "v1").stdout


def _file(statement: str) -> str:
    return (
        f"id: {AT}\nkind: decision\nstatement: {statement}\n"
        "status: accepted\nrecorded: 2026-01-05\n"
    )


def test_a_setting_in_an_included_file_is_followed(
    stocked: Desk, kn: Kn, git: Git, tmp_path: Path
) -> None:
    included = tmp_path / "included"
    included.write_text('[kn "context"]\n\tbudget = 500\n')
    git("config", "include.path", str(included))
    assert BUCKET in _settle(kn, *ASK)
    git("config", "--file", str(included), "kn.context.budget", "5")
    assert kn(*ASK).stdout == ""


def test_another_user_configuration_is_another_question(
    stocked: Desk, kn: Kn, tmp_path: Path
) -> None:
    small = tmp_path / "small"
    small.write_text('[kn "context"]\n\tbudget = 5\n')
    assert BUCKET in _settle(kn, *ASK)
    assert kn(*ASK, environment={"GIT_CONFIG_GLOBAL": str(small)}).stdout == ""


def test_the_place_from_which_a_file_is_named_counts(stocked: Desk, kn: Kn) -> None:
    inner = stocked.root / "src"
    (inner / "gateway").mkdir(parents=True)
    assert "No knowledge" in _settle(kn, "context", "--file", "gateway/a.py")
    assert BUCKET in kn("context", "--file", "gateway/a.py", cwd=inner).stdout


def test_what_was_kept_may_be_lost_or_spoilt(stocked: Desk, kn: Kn) -> None:
    before = _settle(kn, *ASK)
    state = stocked.root / ".git/kn"
    for number, path in enumerate(sorted(p for p in state.rglob("*") if p.is_file())):
        raw = path.read_bytes() if path.exists() and path.name != "local" else b""
        ways = (b"", b"\x00" * 40, raw[: len(raw) // 2], raw[:-1] + b"\xff", raw + raw)
        if raw:
            path.write_bytes(ways[number % 5])
            assert kn(*ASK).stdout == before, path
    shutil.rmtree(state / "index", ignore_errors=True)
    assert kn(*ASK).stdout == before
    shutil.rmtree(state)
    assert kn(*ASK).stdout == before


def test_nothing_is_repeated_that_came_with_a_warning(stocked: Desk, kn: Kn) -> None:
    stocked.plant("dec-00000002", OTHER).write_text("id: [")
    time.sleep(0.12)
    for _ in range(3):
        done = kn(*ASK)
        assert "item-00000002.yaml:" in done.stderr
        assert "1 unreadable: run `kn check`." in done.stdout
    small = [kn(*ASK, "--budget", "3") for _ in range(3)]
    assert all("too small" in done.stderr and done.stdout == "" for done in small)


def test_an_item_that_came_and_went_is_not_repeated(stocked: Desk, kn: Kn) -> None:
    before = _settle(kn, *ASK)
    path = stocked.plant("dec-00000002", OTHER, name="short")
    os.utime(path, (time.time() + 5,) * 2)  # as if it was being written at this moment
    assert OTHER in kn(*ASK).stdout
    path.unlink()
    assert kn(*ASK).stdout == before


def test_a_question_that_may_hold_a_secret_is_not_written_down(stocked: Desk, kn: Kn) -> None:
    drawn, spoken = "k7Qp2xV9mB4tR8wZ", "correcthorsebattery"
    for words, more in ((drawn, {}), (spoken, {"PASSPHRASE": spoken})):
        for _ in range(2):
            time.sleep(0.12)
            kn("context", f"rate limiting at the gateway {words}", environment=more)
    held = [p for p in (stocked.root / ".git/kn").rglob("*") if p.is_file()]
    assert not [p for p in held if any(w.encode() in p.read_bytes() for w in (drawn, spoken))]
