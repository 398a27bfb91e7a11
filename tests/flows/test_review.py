"""`kn review` on real repositories: what a reviewer is asked, and what not."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Git
from tests.desk import Desk
from tests.rig.tools import foreign_tool

BUCKET, OLD, NEW, LOGS, ANN = (
    "dec-00000001", "dec-00000002", "dec-00000003", "con-00000004", "own-00000005",
)  # fmt: skip


@pytest.fixture
def work(desk: Desk, git: Git) -> Desk:
    """A repository with code and knowledge, on a branch of its own."""
    root = desk.root
    for path, text in {
        "src/gateway/limits.py": "limiter = LeakyBucket(rate=20)\n",
        "src/web/page.py": "title = 1\n",
        ".github/CODEOWNERS": "* @org/all\n/src/gateway/ @org/gateway\n",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    blob = git("hash-object", "src/gateway/limits.py")
    desk.plant(BUCKET, "Use a leaky bucket for rate limiting.", because="Bursts.",
               rejected=[{"option": "token bucket", "because": "allows bursts"}],
               scope={"paths": ["src/gateway/**"]}, deciders=["Bo"],
               verified={"on": "2026-01-05",
                         "anchors": {"src/gateway/limits.py": blob[:12]}})  # fmt: skip
    desk.plant(OLD, "Store sessions in MySQL.")
    desk.plant(LOGS, "Log as JSON.", scope={"paths": ["src/**"]})
    desk.plant(ANN, "Ann knows the gateway.", who=["@ann"], scope={"paths": ["src/gateway/**"]})
    commit(git, "Know")
    git("checkout", "-q", "-b", "work")
    return desk


def commit(git: Git, message: str) -> None:
    git("add", "-A")
    git("commit", "-q", "-m", message)


def review(desk: Desk, *words: str, code: int = 0) -> dict[str, Any]:
    ran = desk("review", "--json", *words)
    assert ran.code == code, ran.out + ran.err
    found: dict[str, Any] = ran.json
    return found


def codes(found: dict[str, Any]) -> list[str]:
    return [f["code"] for f in found["findings"]]


def test_code_that_knowledge_says_nothing_of_is_clean(work: Desk, git: Git) -> None:
    (work.root / "README").write_text("x\n")
    commit(git, "Write a README")
    found = review(work)
    assert found["clean"] and found["findings"] == [] and found["ask"] == []
    assert work.ok("review").out == "kn review: nothing to decide.\n"
    assert work.ok("review", "--staged").out == ""


def test_the_trusted_branch_is_the_base_and_head_the_change(work: Desk, git: Git) -> None:
    work.plant(NEW, "Store sessions in Postgres.", recorded="2026-11-01")
    commit(git, "Decide")
    found = review(work, "--fail-on", "error")
    assert found["base"] == git("rev-parse", "main") and found["head"] == git("rev-parse", "work")
    assert [c["id"] for c in found["changes"]] == [NEW]
    assert found["changes"][0]["change"] == "added"


def test_a_changed_anchor_is_asked_about_once(work: Desk, git: Git) -> None:
    (work.root / "src/gateway/limits.py").write_text("limiter = LeakyBucket(rate=30)\n")
    commit(git, "Raise the rate")
    found = review(work)
    (finding,) = [f for f in found["findings"] if f["id"] == BUCKET]
    assert finding["code"] == "KN110" and finding["path"] == "src/gateway/limits.py"
    assert "Still true?" in work.ok("review").out
    assert not found["clean"]
    git("checkout", "-q", "main")
    git("merge", "-q", "work")
    git("checkout", "-q", "-b", "next")
    (work.root / "src/gateway/limits.py").write_text("limiter = LeakyBucket(rate=40)\n")
    commit(git, "Raise the rate again")
    said = [f["message"] for f in review(work)["findings"] if f["id"] == BUCKET]
    assert len(said) == 1 and "verified" not in said[0], "it needed verification before: no news"


def test_a_wide_scope_alone_asks_nothing(work: Desk, git: Git) -> None:
    (work.root / "src/web/page.py").write_text("title = 2\n")
    commit(git, "Change the title")
    found = review(work)
    assert found["clean"]
    assert codes(found) == []
    assert found["applies"] == [{"id": LOGS, "paths": ["src/web/page.py"]}]
    assert "Log as JSON" in work.ok("review", "--full").out
    assert "1 more item applies" in work.ok("review").out


def test_a_rejected_option_that_comes_back_is_told_with_its_line(work: Desk, git: Git) -> None:
    (work.root / "src/gateway/limits.py").write_text("# limits\nlimiter = TokenBucket(20)\n")
    git("add", "-A")
    ran = work("review", "--staged")
    assert ran.code == 1
    assert ran.out == (
        "src/gateway/limits.py:2: this brings back token bucket, rejected in dec-00000001 "
        "(allows bursts)\n"
    )
    commit(git, "Change limits")
    found = review(work, code=1)
    (finding,) = [f for f in found["findings"] if f["code"] == "KN111"]
    assert (finding["path"], finding["line"], finding["id"]) == ("src/gateway/limits.py", 2, BUCKET)
    who = {a["who"]: a["why"] for a in found["ask"]}
    assert who.keys() == {"Bo", "@ann", "@org/gateway"}


def test_what_is_too_much_to_be_read_is_said(work: Desk, git: Git) -> None:
    rows = [f"x{number} = 1" for number in range(4_000)]
    for folder in ("gateway", "web"):
        (work.root / "src" / folder).mkdir(exist_ok=True)
        text = "\n".join([*rows, "limiter = TokenBucket(20)", ""])
        (work.root / "src" / folder / "long.py").write_text(text)
    commit(git, "Add tables")
    (note,) = review(work)["notes"]
    assert note.startswith("src/gateway/long.py: only 4,000 of its new lines")


def test_a_message_brings_back_too_unless_the_change_supersedes(work: Desk, git: Git) -> None:
    (work.root / "src/gateway/limits.py").write_text("limiter = make(20)\n")
    commit(git, "Use a token bucket at the gateway")
    found = review(work, code=1)
    (path,) = [f["path"] for f in found["findings"] if f["code"] == "KN111"]
    assert path == "src/gateway/limits.py", "a report without a file is refused, or shown nowhere"
    work.plant(NEW, "Use token buckets, with a cap.", recorded="2026-11-01", supersedes=[BUCKET])
    commit(git, "Decide anew")
    assert "KN111" not in codes(review(work, "--fail-on", "error"))


def test_two_branches_that_supersede_one_item_are_seen_in_the_merge(work: Desk, git: Git) -> None:
    work.plant(NEW, "Store sessions in Postgres.", supersedes=[OLD], recorded="2026-11-01")
    commit(git, "Mine")
    assert "KN012" not in codes(review(work, code=1))
    git("checkout", "-q", "main")
    work.plant("dec-00000009", "Store sessions in Redis.", supersedes=[OLD], recorded="2026-11-01")
    commit(git, "Theirs")
    git("checkout", "-q", "work")
    found = review(work, code=1)
    assert found["judged"] == "merge" and "KN012" in codes(found)
    assert [c["id"] for c in found["changes"]] == [NEW, OLD], "what main did is no change of ours"
    assert git("status", "--porcelain") == ""


def test_a_conflict_in_knowledge_falls_back_to_the_branch_and_says_so(work: Desk, git: Git) -> None:
    work.plant(LOGS, "Log as JSON lines.", scope={"paths": ["src/**"]})
    commit(git, "Mine")
    git("checkout", "-q", "main")
    work.plant(LOGS, "Log as text, always.", scope={"paths": ["src/**"]})
    commit(git, "Theirs")
    git("checkout", "-q", "work")
    found = review(work, code=1)
    assert found["judged"] == "branch" and "KN116" in codes(found)
    assert "judged on the branch alone" in found["notes"][0]
    assert [c["id"] for c in found["changes"]] == [LOGS]


def test_a_conflict_in_code_alone_does_not(work: Desk, git: Git) -> None:
    page = work.root / "src/web/page.py"
    page.write_text("title = 2\n")
    work.plant(NEW, "Store sessions in Postgres.", recorded="2026-11-01")
    commit(git, "Mine")
    git("checkout", "-q", "main")
    page.write_text("title = 3\n")
    commit(git, "Theirs")
    git("checkout", "-q", "work")
    found = review(work, "--fail-on", "error")
    assert found["judged"] == "merge" and "none of it knowledge" in found["notes"][0]
    assert [c["id"] for c in found["changes"]] == [NEW]


def test_a_git_that_cannot_merge_so_is_told(
    work: Desk, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.plant(NEW, "Store sessions in Postgres.", recorded="2026-11-01")
    commit(git, "Mine")
    git("checkout", "-q", "main")
    git("commit", "-q", "--allow-empty", "-m", "Theirs")
    git("checkout", "-q", "work")
    monkeypatch.setattr("kn.adapters.git.trees.merge_trees", lambda *_: ("", []))
    found = review(work, "--fail-on", "error")
    assert found["judged"] == "branch" and "this git cannot merge" in found["notes"][0]
    assert [c["id"] for c in found["changes"]] == [NEW]


def test_a_bare_repository_is_reviewed_too(work: Desk, git: Git, tmp_path: Path) -> None:
    work.plant(NEW, "Store sessions in Postgres.", recorded="2026-11-01")
    commit(git, "Mine")
    bare = tmp_path / "bare.git"
    git("clone", "-q", "--bare", str(work.root), str(bare))
    found = review(Desk(bare), "main...work", "--fail-on", "error")
    assert [c["id"] for c in found["changes"]] == [NEW]
    assert [c["id"] for c in Desk(bare).ok("diff", "main...work", "--json").json["changes"]] == [
        NEW
    ]
    ran = Desk(bare)("review", "--staged")
    assert ran.code == 2 and "bare" in ran.err and ran.out == ""


def test_decisions_of_commits_are_told_until_an_item_has_them(work: Desk, git: Git) -> None:
    (work.root / "src/web/page.py").write_text("title = 2\n")
    quote = "Gotcha: The proxy drops headers longer than 8 KB."
    commit(git, f"Change the title\n\n{quote}")
    found = review(work)
    assert [c["statement"] for c in found["unrecorded"]] == [
        "The proxy drops headers longer than 8 KB."
    ]
    work.plant("got-00000009", "Headers over 8 KB are dropped.", recorded="2026-11-20",
               evidence=[{"commit": git("rev-parse", "HEAD"), "quote": quote}])  # fmt: skip
    commit(git, "Record it")
    assert review(work)["unrecorded"] == []
    git("checkout", "-q", "-B", "empty", "main")
    git("commit", "-q", "--allow-empty", "-m", f"Tell\n\n{quote}")
    assert [f["path"] for f in review(work)["findings"]] == [".knowledge/config.yaml"]


def test_what_agents_are_told_is_shown_before_and_after(work: Desk, git: Git) -> None:
    work.plant(NEW, "Store sessions in Postgres.", supersedes=[OLD], recorded="2026-11-01")
    work.plant(LOGS, "Log as JSON lines.", scope={"paths": ["src/**"]}, status="proposed")
    commit(git, "Decide")
    found = review(work, code=1)
    told = {t["id"]: (bool(t["before"]), bool(t["after"])) for t in found["context"]}
    assert told == {NEW: (False, True), OLD: (True, False), LOGS: (True, False)}
    assert found["tokens"] < 0
    assert "agents are told 1 thing more, 2 things less" in work("review").out


def test_the_base_may_have_no_knowledge_yet(repo: Path, git: Git) -> None:
    desk = Desk(repo)
    git("checkout", "-q", "-b", "work")
    desk.ok("init", "--no-hooks")
    desk.plant(BUCKET, "Use a leaky bucket.", recorded="2026-11-01")
    commit(git, "Begin")
    found = review(desk, "main...work", "--fail-on", "error")
    assert "the base has no knowledge" in found["notes"][0]
    assert [c["id"] for c in found["changes"]] == [BUCKET]


def test_without_knowledge_on_either_side_there_is_nothing_to_review(repo: Path, git: Git) -> None:
    git("commit", "-q", "--allow-empty", "-m", "x")
    assert Desk(repo)("review", "main...main").code == 2


def test_before_the_first_commit_without_knowledge_kn_says_so_without_an_id(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "-b", "main", str(tmp_path / "new")], check=True)
    ran = Desk(tmp_path / "new")("review", "--staged")
    assert ran.code == 2 and ran.err.startswith("Error: What is staged has no knowledge, nor has")
    assert "kn init" in ran.err


def test_in_a_bare_repository_nothing_is_staged(work: Desk, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(work.root), str(bare)], check=True)
    ran = Desk(bare)("review", "--staged")
    assert (ran.code, ran.out) == (2, "") and "bare" in ran.err


def test_the_first_commit_of_all_can_be_reviewed_staged(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "-b", "main", str(tmp_path / "new")], check=True)
    desk = Desk(tmp_path / "new")
    desk.ok("init", "--no-hooks")
    desk.plant(BUCKET, "Use a leaky bucket.", recorded="2026-11-24")
    subprocess.run(["git", "add", "-A"], cwd=desk.root, check=True)
    assert [c["id"] for c in review(desk, "--staged", "--fail-on", "error")["changes"]] == [BUCKET]


def test_staging_is_read_and_left_alone(work: Desk, git: Git) -> None:
    work.plant(NEW, "Store sessions in Postgres.", recorded="2026-11-01")
    git("add", "-A")
    index = (work.root / ".git/index").read_bytes()
    (work.root / ".git/index.lock").write_text("")  # as in a hook of `git commit -a`
    work.ok("review", "--staged", "--fail-on", "error")
    assert (work.root / ".git/index").read_bytes() == index
    (work.root / ".git/index.lock").unlink()


def test_a_staged_conflict_is_the_users_to_settle(work: Desk, git: Git) -> None:
    work.plant(LOGS, "Log as JSON lines.", scope={"paths": ["src/**"]})
    commit(git, "Mine")
    git("checkout", "-q", "main")
    work.plant(LOGS, "Log as text, always.", scope={"paths": ["src/**"]})
    commit(git, "Theirs")
    subprocess.run(["git", "merge", "-q", "work"], cwd=work.root, capture_output=True, check=False)
    ran = work("review", "--staged")
    assert ran.code == 2 and "conflict" in ran.err


def test_a_shallow_clone_is_told_what_it_lacks(work: Desk, git: Git, tmp_path: Path) -> None:
    (work.root / "README").write_text("x\n")
    commit(git, "x")
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", "--no-single-branch", f"file://{work.root}",
         str(tmp_path / "shallow")], check=True, capture_output=True,
    )  # fmt: skip
    ran = Desk(tmp_path / "shallow")("review", "origin/main...origin/work")
    assert ran.code == 2 and "fetch-depth: 0" in ran.err
    base = git("rev-parse", "main~1")
    ran = Desk(tmp_path / "shallow")("review", f"{base}...HEAD")
    assert ran.code == 2 and "shallow clone" in ran.err and "fetch-depth: 0" in ran.err


@pytest.mark.parametrize("words", [("nowhere",), ("main...nowhere",), ("--staged", "main"),
                                   ("--write", "x"), ("--write", "json=no/such/folder"),
                                   ("--write", "json=."), ("--write", "pdf=x"),
                                   ("a", "b", "c")])  # fmt: skip
def test_what_is_not_there_is_the_users_to_put_right(work: Desk, words: tuple[str, ...]) -> None:
    ran = work("review", *words)
    assert ran.code == 2 and "Error" in ran.err


def test_several_forms_are_written_by_one_run(work: Desk, git: Git, tmp_path: Path) -> None:
    (work.root / "src/gateway/limits.py").write_text("limiter = TokenBucket(20)\n")
    commit(git, "Change limits")
    names = ("json", "markdown", "sarif", "gitlab", "github", "text", "summary")
    targets = [word for name in names for word in ("--write", f"{name}={tmp_path / name}")]
    work("review", *targets)
    read = {name: (tmp_path / name).read_text("utf-8") for name in names}
    assert json.loads(read["json"])["format"] == 1
    results = json.loads(read["sarif"])["runs"][0]["results"]
    assert "KN111" in [r["ruleId"] for r in results]
    assert "KN111" in [f["check_name"] for f in json.loads(read["gitlab"])]
    assert "::warning file=src/gateway/limits.py,line=1" in read["github"]
    assert read["markdown"].startswith("<!-- kn:review -->\n")
    assert "token bucket" in read["text"] and "token bucket" in read["summary"]


@pytest.mark.slow
def test_sarif_is_valid(work: Desk, git: Git, tmp_path: Path) -> None:
    (work.root / "src/gateway/limits.py").write_text("limiter = TokenBucket(20)\n")
    commit(git, "Change limits")
    work("review", "--write", f"sarif={tmp_path / 'a.sarif'}")
    done = subprocess.run(
        [foreign_tool("sarif-multitool-linux"), "validate", str(tmp_path / "a.sarif")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
