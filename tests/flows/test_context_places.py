"""A context wherever a repository may stand: no commit, no branch, no work tree, two of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.conftest import Git
from tests.desk import Desk

BUCKET = "Use a leaky bucket for rate limiting at the gateway."
ASK = ("context", "rate limiting gateway")
JSON_KEYS = {"format", "task", "budget", "spent", "tokenizer", "view", "branch", "items", "files",
             "omitted", "text"}  # fmt: skip
ITEM_KEYS = {"id", "kind", "statement", "status", "score", "tokens", "path", "document", "evidence",
             "amended_by", "superseded_by", "trust", "needs_verification", "why"}  # fmt: skip


@pytest.fixture
def stocked(desk: Desk, git: Git) -> Desk:
    desk.plant("dec-00000001", BUCKET, scope={"paths": ["src/gateway/**"], "tags": ["limits"]})
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    return desk


def test_the_json_has_the_agreed_shape(stocked: Desk) -> None:
    answer = stocked.ok(*ASK, "--file", "src/gateway/a.py", "--json").json
    assert set(answer) >= JSON_KEYS
    assert (answer["format"], answer["tokenizer"]) == (1, "cl100k_base")
    assert (answer["view"], answer["branch"], answer["budget"]) == ("worktree", "main", 500)
    (item,) = answer["items"]
    assert set(item) >= ITEM_KEYS
    assert (item["trust"], item["status"]) == ("reviewed", "accepted")
    assert any(w.startswith("words") for w in item["why"])
    assert any(w.startswith("scope") for w in item["why"])
    assert {"count", "because", "unreviewed"} <= set(answer["omitted"])
    assert answer["text"] == stocked.ok(*ASK, "--file", "src/gateway/a.py").out


def test_uncommitted_edits_are_seen_at_once_and_marked(stocked: Desk, git: Git) -> None:
    stocked.plant("dec-00000001", "Use a token bucket for rate limiting at the gateway.")
    said = stocked.ok(*ASK).out
    assert "[dec-00000001] (uncommitted) Use a token bucket" in said and "leaky" not in said
    git("stash", "-q")
    assert BUCKET in stocked.ok(*ASK).out


def test_windows_line_ends_are_no_edit(stocked: Desk, git: Git) -> None:
    path = stocked.root / ".knowledge/decisions/item-00000001.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert f"[dec-00000001] {BUCKET}" in stocked.ok(*ASK).out


def test_a_detached_head_has_a_context(stocked: Desk, git: Git) -> None:
    git("checkout", "-q", "--detach")
    answer = stocked.ok(*ASK, "--json").json
    assert (answer["branch"], [i["id"] for i in answer["items"]]) == ("", ["dec-00000001"])
    git("commit", "-q", "--allow-empty", "-m", "On no branch")
    assert BUCKET in stocked.ok("context").out or "No knowledge" in stocked.ok("context").out


def test_a_repository_without_a_commit_has_a_context(tmp_path: Path, kn: object) -> None:
    root = tmp_path / "empty"
    root.mkdir()
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)
    empty = Desk(root)
    empty.ok("init", "--no-hooks")
    assert "No knowledge here applies" in empty.ok(*ASK).out
    item = empty.add("decision", BUCKET)
    assert f"[{item}] (uncommitted)" in empty.ok(*ASK).out
    assert item not in empty.ok(*ASK, CLAUDECODE="1").out
    assert empty.ok("check").code == 0
    assert "in no commit yet" in empty.ok("log", item).err
    assert empty("context", "x", "--at", "HEAD").code == 2


def test_a_shallow_clone_has_a_context_and_a_history(
    stocked: Desk, git: Git, tmp_path: Path
) -> None:
    stocked.ok("retire", "dec-00000001", "--because", "gone")
    stocked.plant("dec-00000002", "Rate limiting is done by the mesh.")
    git("add", "-A")
    git("commit", "-q", "-m", "More")
    git("clone", "-q", "--depth", "1", f"file://{stocked.root}", str(tmp_path / "shallow"))
    shallow = Desk(tmp_path / "shallow")
    assert shallow.ok(*ASK, "--json").ids == ["dec-00000002"]
    assert "More" in shallow.ok("log", "dec-00000002").out
    subprocess.run(["git", "checkout", "-q", "-b", "work"], cwd=shallow.root, check=True)
    assert shallow.ok("context").code == 0
    assert shallow.ok("extract", "--since-last").code == 0


def test_a_bare_repository_answers_for_a_revision_alone(
    stocked: Desk, git: Git, tmp_path: Path
) -> None:
    git("clone", "-q", "--bare", str(stocked.root), str(tmp_path / "bare.git"))
    bare = Desk(tmp_path / "bare.git")
    assert BUCKET in bare.ok(*ASK, "--at", "main").out
    assert bare.ok("search", "leaky", "--at", "main").code == 0
    assert bare.ok("list", "--at", "main").out
    assert bare.ok("check", "--at", "main").code == 0
    for words in (ASK, ("list",), ("add", "fact", "It is."), ("check",)):
        ran = bare(*words)
        assert ran.code == 2 and "bare" in ran.err, (words, ran)


def test_an_embedded_bare_repository_is_not_taken_for_ours(stocked: Desk, git: Git) -> None:
    """A cloned repository must not choose where kn's state and settings are (hazards, fact 8)."""
    trap = stocked.root / "trap"
    git("clone", "-q", "--bare", str(stocked.root), str(trap))
    ran = stocked(*ASK, cwd=trap)
    assert not (trap / "kn").exists()
    assert ran.code == 2 or BUCKET in ran.out


def test_a_revision_is_read_without_a_checkout(stocked: Desk, git: Git) -> None:
    git("checkout", "-q", "-b", "other")
    stocked.plant("dec-00000001", "Use a token bucket for rate limiting at the gateway.")
    git("commit", "-q", "-a", "-m", "Other")
    git("tag", "-a", "v1", "-m", "v1")
    git("checkout", "-q", "main")
    before = git("status", "--porcelain")
    for name in ("other", "v1", git("rev-parse", "other")):
        answer = stocked.ok(*ASK, "--at", name, "--json").json
        assert (answer["view"], "token bucket" in answer["text"]) == (name, True)
    assert BUCKET in stocked.ok(*ASK, "--at", "other~1").out
    assert git("status", "--porcelain") == before == ""


def test_a_linked_work_tree_has_its_own_view_and_the_same_state(
    stocked: Desk, git: Git, tmp_path: Path
) -> None:
    side = Desk(tmp_path / "side")
    git("worktree", "add", "-q", "-b", "side", str(side.root))
    side.plant("dec-00000001", "Use a token bucket for rate limiting at the gateway.")
    assert "token bucket" in side.ok(*ASK).out
    assert BUCKET in stocked.ok(*ASK).out
    mine = side.add("fact", "Rate limiting in the side tree.")
    git("add", "-A", cwd=side.root)
    git("commit", "-q", "-m", "Side", cwd=side.root)
    assert side.ok("show", mine, "--json").json["items"][0]["trust"] == "local"
    git("merge", "-q", "side")
    assert stocked.ok("show", mine, "--json").json["items"][0]["trust"] == "reviewed"
    assert not (side.root / ".git/kn").exists()


def test_a_submodule_has_its_own_knowledge(stocked: Desk, git: Git, tmp_path: Path) -> None:
    outer = Desk(tmp_path / "outer")
    git("init", "-q", "-b", "main", str(outer.root))
    git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(stocked.root), "inner",
        cwd=outer.root)  # fmt: skip
    git("commit", "-q", "-m", "Take it", cwd=outer.root)
    outer.ok("init", "--no-hooks")
    outer.add("fact", "Rate limiting of the outer one.")
    inner = Desk(outer.root / "inner")
    assert inner.ok(*ASK, "--json").ids == ["dec-00000001"]
    assert "outer one" in outer.ok(*ASK).out and BUCKET not in outer.ok(*ASK).out
    assert inner.add("fact", "Inner.") and (outer.root / ".git/modules/inner/kn").is_dir()


@pytest.mark.parametrize(
    ("glob", "yes", "no"),
    [
        ("src/gateway/**", "src/gateway/a/b.py", "src/other/a.py"),
        ("*.sql", "db/deep/x.sql", "db/x.py"),
        ("/setup.py", "setup.py", "lib/setup.py"),
        ("docs/", "docs/a/b.md", "src/docs.py"),
        ("src/*.py", "src/a.py", "src/deep/a.py"),
        ("Größe/[a-c]?.py", "Größe/b1.py", "Größe/d1.py"),
    ],
)
def test_a_scope_decides_by_gitignore_rules(desk: Desk, glob: str, yes: str, no: str) -> None:
    item = desk.add("convention", "Do it like this here.", "--path", glob)
    assert item in desk.ok("context", "--file", yes).out
    assert item not in desk.ok("context", "--file", no).out
    assert [i["id"] for i in desk.ok("why", yes, "--json").json["items"]] == [item]
    assert desk.ok("why", no, "--json").json["items"] == []


def test_a_file_is_named_from_where_the_user_stands(stocked: Desk) -> None:
    inner = stocked.root / "src" / "gateway"
    inner.mkdir(parents=True)
    (stocked.root / "link").symlink_to(inner)
    ways = [
        (inner, "a.py"),
        (inner.parent, str(inner / "a.py")),
        (stocked.root, "./src/../src/gateway/a.py"),
        (stocked.root / "link", "a.py"),
    ]
    for where, name in ways:
        assert BUCKET in stocked("context", "--file", name, cwd=where).out, (where, name)


def test_without_a_task_the_branch_says_what_it_is_about(stocked: Desk, git: Git) -> None:
    stocked.plant("fac-00000002", "Invoices are immutable once they are sent.")
    stocked.plant("fac-00000003", "Emails are sent at night.")
    git("add", "-A")
    git("commit", "-q", "-m", "More")
    git("checkout", "-q", "-b", "immutable-invoices")
    (stocked.root / "src/gateway").mkdir(parents=True)
    (stocked.root / "src/gateway/limits.py").write_text("x = 1\n")
    git("add", "-A")
    git("commit", "-q", "-m", "Sent invoices are immutable")
    served = stocked.ok("context", "--json").ids
    assert {"fac-00000002", "dec-00000001"} <= set(served), "by words, and by the changed file"
    assert "fac-00000003" not in served[:2]


@pytest.mark.parametrize("budget", [0, 1, 16, 17, 18, 30, 40, 60, 100, 500])
@pytest.mark.parametrize("form", ["markdown", "xml"])
def test_the_budget_holds_to_the_token(desk: Desk, budget: int, form: str) -> None:
    from kn.adapters.tokens import count

    for number in range(8):
        desk.plant(f"dec-0000000{number}", f"Rate limiting rule {number} holds at the gateway.",
                   because="It was measured to be better, twice.")  # fmt: skip
    ran = desk.ok(*ASK, "--budget", str(budget), "--format", form)
    assert count(ran.out) <= budget
    assert ran.out or "too small" in ran.err
    answer = desk.ok(*ASK, "--budget", str(budget), "--format", form, "--json").json
    assert answer["spent"] == count(answer["text"]) <= budget
    served = [i["id"] for i in answer["items"]]
    assert all(f"[{i}]" in answer["text"] for i in served)
    if answer["text"]:
        assert answer["omitted"]["count"] == 8 - len(served)


def test_more_budget_never_serves_worse(desk: Desk) -> None:
    for number in range(9):
        statement = f"Rate limiting {number} {number}{number} " + "gateway rule " * (number % 4 + 1)
        desk.plant(f"dec-0000000{number}", statement)
    whole = desk.ok(*ASK, "--budget", "100000", "--json").ids
    before = 0
    for budget in range(0, 400, 25):
        served = desk.ok(*ASK, "--budget", str(budget), "--json").ids
        assert served == whole[: len(served)] and len(served) >= before
        before = len(served)
    assert len(whole) == 9


def test_max_bytes_holds(stocked: Desk) -> None:
    for most in (0, 50, 120, 200, 5000):
        assert len(stocked.ok(*ASK, "--max-bytes", str(most)).out.encode()) <= most


def test_an_unreadable_item_is_loud(stocked: Desk) -> None:
    path = stocked.plant("dec-00000002", "x")
    path.write_text("id: dec-00000002\nkind: decision\nstatemen: Use it.\nstatus: acepted\n")
    ran = stocked.ok(*ASK)
    assert BUCKET in ran.out and "1 unreadable: run `kn check`." in ran.out
    where = ".knowledge/decisions/item-00000002.yaml"
    assert f"{where}:4: status: 'acepted' is not one of" in ran.err
    assert "did you mean accepted?" in ran.err and "statement: is missing" in ran.err
    assert "recorded: is missing" in ran.err
    checked = stocked("check")
    assert checked.code == 1 and f"{where}:4:1: error: status:" in checked.out
    assert where in stocked.ok(*ASK, "--json").json["omitted"]["unreadable"]
    shown = stocked("show", "dec-00000002")
    assert shown.code == 2 and where in shown.err


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\xff\xfe", b"\x00" * 100, b"[" * 30_000, b"a: &a [*a]\n", b"!!python/object:os.x {}",
        b"- a\n- b\n", b"id: dec-00000002\n" * 3, b"<<: {a: 1}\n", b"id: 1\n---\nid: 2\n",
        b"x" * 2_000_000, b"statement: \xe2\x80\xae\n", b"\r\n\r\n", b"kind: [decision]\n",
    ],
    ids=range(14),
)  # fmt: skip
def test_no_file_can_take_kn_down(stocked: Desk, raw: bytes) -> None:
    (stocked.root / ".knowledge/decisions/bad-00000002.yaml").write_bytes(raw)
    for words in (ASK, ("list",), ("search", "leaky"), ("why", "src/gateway/a.py")):
        ran = stocked.ok(*words)
        assert "dec-0000" in ran.out and "bad-00000002.yaml" in ran.err
    assert stocked("check").code == 1


def test_links_in_place_of_items_and_folders_are_not_followed(
    stocked: Desk, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    secret = stocked.plant("fac-00000009", "Rate limiting secret.").rename(
        outside / "s-00000009.yaml"
    )
    (stocked.root / ".knowledge/decisions/link-00000009.yaml").symlink_to(secret)
    (stocked.root / ".knowledge/facts").rmdir()
    (stocked.root / ".knowledge/facts").symlink_to(outside)
    assert "secret" not in stocked.ok(*ASK).out
    ran = stocked("add", "fact", "It is.")
    assert ran.code == 2 and "symbolic link" in ran.err
    assert [p.name for p in outside.iterdir()] == ["s-00000009.yaml"]
    stocked.plant("dec-00000003", "Rate limiting by document.", document="../outside/s.md")
    assert stocked.ok(*ASK).code == 0


def test_bytes_that_are_too_few_are_named(desk: Desk) -> None:
    desk.add("fact", "The gateway answers in JSON.")
    ran = desk("context", "gateway", "--max-bytes", "1")
    assert "a budget of 500 tokens within 1 bytes is too small" in ran.err


def test_the_only_item_is_found_by_a_task_that_shares_two_of_its_words(desk: Desk) -> None:
    desk.add("decision", "Use a leaky bucket for rate limits.", "--because", "Bursts overran it.")
    assert "leaky bucket" in desk.ok("context", "add rate limiting to the API gateway").out
    assert "leaky bucket" in desk.ok("search", "rate limiting gateway").out
    assert "leaky bucket" not in desk.ok("context", "fix the layout of the login page").out
