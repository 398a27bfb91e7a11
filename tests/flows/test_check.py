"""`kn check` on real repositories: what it looks at, what it puts right, and how it says it."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Any

import pytest
from tests.conftest import Git
from tests.desk import Desk

from kn.adapters import store
from kn.core.check import RULES
from kn.core.check.digest import digest_item
from kn.core.report import FORMATS
from kn.flows.check import check_tree, tree_at, work_tree
from kn.flows.knowledge import open_knowledge

A, B, C = "dec-0000000a", "dec-0000000b", "dec-0000000c"
LEAKY = "Use a leaky bucket for rate limiting."
OTHER = "Invoices are never changed."


def _codes(desk: Desk, *words: str) -> list[tuple[str, str]]:
    found = desk("check", "--json", *words).json["findings"]
    return [(f["code"], f["path"].rpartition("/")[2]) for f in found]


def _commit(git: Git, message: str = "Change") -> str:
    git("add", "-A")
    git("commit", "-q", "-m", message)
    return git("rev-parse", "HEAD")


def test_work_tree_index_and_revision_are_three_things(desk: Desk, git: Git) -> None:
    path = desk.plant(A, LEAKY, relates=["dec-zzzzzzz1"])
    first = _commit(git)
    path.write_text(path.read_text().replace("zzzzzzz1", "zzzzzzz2"))
    git("add", "-A")
    path.write_text(path.read_text().replace("zzzzzzz2", "zzzzzzz3"))

    def named(*words: str) -> str:
        (found,) = desk("check", "--json", *words).json["findings"]
        return str(found["message"].split()[1].rstrip(","))

    assert named() == "dec-zzzzzzz3"
    assert named("--staged") == "dec-zzzzzzz2"
    assert named("--at", "HEAD") == named("--at", first[:9]) == "dec-zzzzzzz1"
    assert desk("check", "--staged", "--at", "HEAD").code == 2
    assert desk("check", "--fix", "--staged").code == 2


def test_a_tree_that_no_commit_has_is_judged_by_a_trusted_configuration(
    desk: Desk, git: Git
) -> None:
    base = git("rev-parse", "HEAD")
    desk.plant(A, LEAKY, relates=["dec-zzzzzzzz"])
    (desk.root / ".knowledge/config.yaml").write_text("format: 1\nllm:\n  url: https://x.example\n")
    git("add", "-A")
    tree = git("write-tree")

    trusted = open_knowledge(desk.root, os.environ, at=base)
    found = check_tree(trusted, tree_at(trusted, tree))

    assert [(f.code, f.path) for f in found] == [
        ("KN060", ".knowledge/config.yaml"),
        ("KN010", ".knowledge/decisions/item-0000000a.yaml"),
    ]


def test_a_configuration_that_disarms_nothing_is_a_finding_like_others(desk: Desk) -> None:
    desk.plant(A, LEAKY, relates=["dec-zzzzzzzz"])
    config = desk.root / ".knowledge/config.yaml"
    config.write_text(config.read_text() + "model: https://x.example\n")
    (desk.root / ".knowledge/kinds").mkdir(exist_ok=True)
    (desk.root / ".knowledge/kinds/risk.yaml").write_text("kind: risk\n")

    found = {code for code, _ in _codes(desk)}

    assert found == {"KN060", "KN061", "KN010"}
    assert desk("list").code == 2, "every other command refuses to work with it"
    assert desk("check").code == 1


def test_what_is_no_plain_file_is_found_on_the_disk_and_in_git(desk: Desk, git: Git) -> None:
    folder = desk.root / ".knowledge"
    (folder / "decisions").mkdir(exist_ok=True)
    (folder / "decisions/link-0000000b.yaml").symlink_to("/etc/passwd")
    (folder / "elsewhere").symlink_to("/etc")
    desk.plant(A, LEAKY).chmod(0o755)
    inner = folder / "facts/inner"
    inner.mkdir(parents=True)
    git("init", "-q", cwd=inner)
    git("commit", "-q", "--allow-empty", "-m", "x", cwd=inner)
    known = {("KN006", "link-0000000b.yaml"), ("KN006", "elsewhere"),
             ("KN007", "item-0000000a.yaml"), ("KN006", "inner")}  # fmt: skip

    pipe = folder / "facts/pipe.yaml"
    os.mkfifo(pipe)
    assert set(_codes(desk)) == known | {("KN006", "pipe.yaml")}
    pipe.unlink()
    git("-c", "advice.addEmbeddedRepo=false", "add", "-A")
    assert set(_codes(desk, "--staged")) == known


def test_a_merge_that_is_not_settled_is_found(desk: Desk, git: Git) -> None:
    path = desk.plant(A, LEAKY)
    _commit(git)
    git("checkout", "-q", "-b", "other")
    path.write_text(path.read_text().replace("leaky", "tight"))
    _commit(git)
    git("checkout", "-q", "main")
    path.write_text(path.read_text().replace("leaky", "loose"))
    _commit(git)
    (desk.root / ".git/info").mkdir(exist_ok=True)
    (desk.root / ".git/info/attributes").write_text("*.yaml -merge\n")
    with pytest.raises(Exception, match="exit status 1"):
        git("merge", "-q", "other")

    assert ("KN008", path.name) in _codes(desk)
    assert ("KN008", path.name) in _codes(desk, "--staged")


def test_an_item_in_conflict_is_not_called_lost(desk: Desk, git: Git) -> None:
    path = desk.plant(A, LEAKY)
    _commit(git)
    for branch, word in (("other", "tight"), ("main", "loose")):
        git("checkout", "-q", *(["-b"] if branch == "other" else []), branch)
        path.write_text(path.read_text().replace("leaky", word))
        _commit(git)
    with pytest.raises(Exception, match="exit status 1"):
        git("merge", "-q", "other")
    assert "<<<<<<<" in path.read_text()
    assert {code for code, _ in _codes(desk)} == {"KN008"}
    git("commit", "-q", "-a", "-m", "With its markers")
    for words in ((), ("--staged",), ("--at", "HEAD")):
        assert {code for code, _ in _codes(desk, *words)} == {"KN008"}, words


def _two_sides(desk: Desk, git: Git) -> tuple[str, str]:
    """`main` changes the reason and `other` retires the item, and both are committed."""
    path = desk.plant(A, LEAKY, because="one")
    base = path.read_text()
    _commit(git)
    git("checkout", "-q", "-b", "other")
    over = base.replace("accepted", "superseded") + f"superseded_by: [{B}]\n"
    path.write_text(over)
    desk.plant(B, OTHER, supersedes=[A])
    _commit(git)
    git("checkout", "-q", "main")
    path.write_text(base.replace("because: one", "because: two"))
    _commit(git)
    return path.read_text(), over.replace("because: one", "because: two")


@pytest.mark.parametrize("committed", [False, True])
def test_what_a_merge_lost_is_found_while_it_is_made_and_at_the_tip(
    desk: Desk, git: Git, committed: bool
) -> None:
    ours, both = _two_sides(desk, git)
    path = desk.root / ".knowledge/decisions/item-0000000a.yaml"
    git("merge", "-q", "-s", "ours", "--no-commit", "--no-ff", "other")
    desk.plant(B, OTHER, supersedes=[A])
    assert path.read_text() == ours
    places: list[tuple[str, ...]] = [(), ("--staged",)]
    git("add", "-A")
    if committed:
        git("commit", "-q", "-m", "Merge")
        places.append(("--at", "HEAD"))

    for words in places:
        found = [f for f in desk("check", "--json", *words).json["findings"]
                 if f["code"] == "KN016"]  # fmt: skip
        assert [(f["id"], f["message"].split()[0]) for f in found] == [
            (A, "status"), (A, "superseded_by")
        ]  # fmt: skip

    path.write_text(both)
    if committed:
        git("commit", "-q", "-a", "-m", "What was lost")
    git("add", "-A")
    assert ("KN016", path.name) not in _codes(desk) + _codes(desk, "--staged")


def test_fix_stamps_moves_and_calms_and_touches_nothing_else(desk: Desk, git: Git) -> None:
    old = desk.plant(A, LEAKY)
    old.write_text("# why it matters\n" + old.read_text())
    desk.plant(B, OTHER, supersedes=[A])
    stray = desk.plant(C, "Mails go out at night.", relates=["dec-zzzzzzzz"])
    wrong = stray.parent.parent / "facts/mails.yaml"
    wrong.parent.mkdir(exist_ok=True)
    stray.rename(wrong)
    runs = desk.plant("fac-0000000d", "It is.")
    runs.chmod(0o755)
    _commit(git)

    ran = desk("check", "--fix", "--json")

    assert ran.err.splitlines() == [
        "kn: took the permission to execute from .knowledge/facts/item-0000000d.yaml",
        "kn: stamped .knowledge/decisions/item-0000000a.yaml: superseded by dec-0000000b",
        "kn: moved .knowledge/facts/mails.yaml to .knowledge/decisions/mails-0000000c.yaml",
    ]
    assert [f["code"] for f in ran.json["findings"]] == ["KN010"]
    text = old.read_text()
    assert text.startswith("# why it matters\n")
    assert "status: superseded\n" in text and f"superseded_by: [{B}]\n" in text
    assert LEAKY in text
    assert (
        not wrong.exists()
        and "mails go" in (stray.parent / "mails-0000000c.yaml").read_text().lower()
    )
    assert not runs.stat().st_mode & 0o111
    assert git("diff", "--cached", "--name-only") == "", "nothing is staged"
    again = desk("check", "--fix")
    assert again.err == "kn: 1 error; `kn check --explain KN010` says more.\n"
    assert again.code == 1


def test_what_is_only_announced_to_git_is_not_staged(desk: Desk, git: Git) -> None:
    desk.plant(A, LEAKY)
    git("add", "-A")
    desk.plant(B, OTHER)
    git("add", "--intent-to-add", ".")
    assert (desk.root / ".knowledge/decisions/item-0000000b.yaml").exists()
    assert _codes(desk, "--staged") == []
    changes = desk.ok("diff", "--staged", "--json").json
    assert [c["id"] for c in changes["changes"]] == [A] and changes["unreadable"] == {}
    (desk.root / ".knowledge/decisions/empty-0000000c.yaml").write_text("")
    git("add", ".knowledge/decisions/empty-0000000c.yaml")
    assert _codes(desk, "--staged") == [("KN001", "empty-0000000c.yaml")]


def test_fix_puts_right_all_that_is_wrong_with_one_file(desk: Desk) -> None:
    path = desk.plant(A, LEAKY)
    desk.plant(B, OTHER, supersedes=[A])
    wrong = path.parent.parent / "facts/x.yaml"
    wrong.parent.mkdir(exist_ok=True)
    path.rename(wrong)
    wrong.chmod(0o755)

    ran = desk("check", "--fix", "--json")

    assert (ran.code, ran.json["findings"]) == (0, []), ran.err
    made = path.with_name("x-0000000a.yaml")
    assert "status: superseded" in made.read_text() and not made.stat().st_mode & 0o111
    assert not wrong.exists()


def test_fix_writes_over_nothing(desk: Desk) -> None:
    path = desk.plant(A, LEAKY)
    taken = path.with_name("x-0000000a.yaml")
    taken.write_text("somebody's\n")
    path.rename(path.with_name("x.yaml"))

    ran = desk("check", "--fix")

    assert "there is a .knowledge/decisions/x-0000000a.yaml already" in ran.err
    assert taken.read_text() == "somebody's\n"
    assert path.with_name("x.yaml").exists()


def test_fix_leaves_an_id_that_two_files_have(desk: Desk) -> None:
    path = desk.plant(A, LEAKY)
    copy = path.parent.parent / "facts/copy.yaml"
    copy.parent.mkdir(exist_ok=True)
    copy.write_bytes(path.read_bytes())

    assert desk("check", "--fix", "--json").err == ""
    assert copy.exists()


def test_what_was_found_is_counted_for_people_and_a_fix_is_offered_where_there_is_one(
    desk: Desk,
) -> None:
    desk.plant(A, LEAKY, scope={"paths": ["gone/**", "lost/**"]})
    desk.plant(B, OTHER, supersedes=[A])
    desk.plant(C, "word " * 40)

    assert desk("check").err == (
        "kn: 2 warnings; `kn check --explain KN013` says more; `kn check --fix` can put 1 right.\n"
    )
    assert "--fix" not in desk("check", "--at", "HEAD").err + desk("check", "--fix").err


def _count_reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    read: list[int] = []

    def counted(raw: bytes, *rest: Any) -> Any:
        read.append(len(raw))
        return digest_item(raw, *rest)

    monkeypatch.setattr("kn.flows.check.digests.digest_item", counted)
    return read


def test_a_file_that_did_not_change_is_not_judged_again(
    desk: Desk, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = _count_reads(monkeypatch)
    path = desk.plant(A, "Use it. " * 20, relates=["dec-zzzzzzzz"])
    desk.plant(B, OTHER)
    first = _codes(desk)
    assert len(read) == 2
    assert _codes(desk) == first and len(read) == 2
    _commit(git)
    assert _codes(desk, "--at", "HEAD") == first == _codes(desk, "--staged")
    assert len(read) == 2, "what a commit holds was judged when it was in the work tree"
    path.write_text(path.read_text() + "because: so\n")
    assert _codes(desk) == first and len(read) == 3
    kept = desk.root / ".git/kn/check"
    kept.write_bytes(kept.read_bytes()[:-3])
    assert _codes(desk) == first and len(read) == 5, "damaged: judged anew"
    kept.unlink()
    assert _codes(desk) == first and len(read) == 7


def test_what_could_not_be_read_is_an_error_and_is_not_remembered(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.plant(A, LEAKY)
    knowledge = open_knowledge(desk.root, os.environ)
    tree = work_tree(knowledge)
    torn = replace(tree, read=lambda wanted: {})

    assert "KN001" in {f.code for f in check_tree(knowledge, torn)}
    assert check_tree(knowledge, tree) == []


def test_what_is_kept_does_not_grow_without_end(desk: Desk) -> None:
    path = desk.plant(A, LEAKY)
    raw = path.read_bytes()
    knowledge = open_knowledge(desk.root, os.environ)
    tree = work_tree(knowledge)
    for number in range(15):
        items = {f".knowledge/decisions/{n}.yaml": f"{number}-{n}" for n in range(100)}
        made = replace(tree, items=items, read=lambda wanted: dict.fromkeys(wanted, raw))
        check_tree(knowledge, made)

    kept = store.load(desk.root / ".git/kn/check")
    assert kept is not None and 100 <= len(kept[1]) <= 1400


def test_what_counts_as_secret_belongs_to_the_memory(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.plant(A, LEAKY, because="Ask for plum-Orchard-77-lantern.")
    assert _codes(desk) == []
    own = {"DEPLOY_PASSWORD": "plum-Orchard-77-lantern"}
    found = desk("check", "--json", **own).json["findings"]
    assert [f["code"] for f in found] == ["KN040"]
    assert "lantern" not in desk("check", **own).out
    assert b"lantern" not in (desk.root / ".git/kn/check").read_bytes()
    assert _codes(desk) == []


def test_a_new_kind_is_judged_by_its_own_fields(desk: Desk) -> None:
    folder = desk.root / ".knowledge"
    (folder / "risks").mkdir()
    (folder / "risks/x-0000000e.yaml").write_text(
        "id: ris-0000000e\nkind: risk\nstatement: It may.\nodds: low\nstatus: accepted\n"
        "recorded: 2026-01-05\n"
    )
    assert _codes(desk) == [("KN015", "x-0000000e.yaml")]
    (folder / "kinds").mkdir(exist_ok=True)
    (folder / "kinds/risk.yaml").write_text(
        "kind: risk\nprefix: ris\nfolder: risks\ndoc: What may go wrong.\nfields: {odds: line}\n"
    )
    assert _codes(desk) == []


@pytest.mark.parametrize("code", RULES)
def test_every_rule_is_explained(desk: Desk, code: str) -> None:
    said = desk.ok("check", "--explain", code.lower()).out
    rule = RULES[code]
    assert said.startswith(f"{code} ({rule.severity}): {rule.title}\n\n{rule.why}\n")
    assert ("--fix" in said) == bool(rule.fix)


def test_strict_asks_for_warnings_too(desk: Desk) -> None:
    desk.plant(A, LEAKY, scope={"paths": ["gone/**"]})
    assert desk("check").code == 0
    assert desk("check", "--strict").code == 1
    (desk.root / "gone").mkdir()
    (desk.root / "gone/x").touch()
    assert desk("check", "--strict").code == 0, "a file that is not staged yet is there"


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_is_what_it_says_and_steers_nothing(desk: Desk, form: str) -> None:
    evil = "x\u202e<!--\n::error::owned\n##[add-mask]z\n\n```</details>"
    desk.plant(A, LEAKY, relates=["dec-zzzzzzzz"], details=evil, document="no\x85.md")
    ran = desk("check", "--format", form)
    assert ran.code == 1
    assert "##[" not in ran.out and "\u202e" not in ran.out and "\x85" not in ran.out
    if form in ("json", "sarif", "gitlab"):
        assert json.loads(ran.out)
    else:
        assert not any(line.startswith("::error::") for line in ran.out.splitlines())
    nothing = desk("check", "--format", form, "src")
    assert nothing.code == 2, "there is no src to check"


@pytest.mark.parametrize("form", FORMATS)
def test_no_findings_are_told_to_programs_as_an_empty_answer(desk: Desk, form: str) -> None:
    ran = desk.ok("check", "--format", form)
    if form in ("lines", "github"):
        assert (ran.out, ran.err) == ("", "kn: no findings.\n")
    else:
        answer = json.loads(ran.out)
        empty = answer if form == "gitlab" else answer.get("findings", answer.get("runs"))
        assert empty == [] or empty[0]["results"] == []


def test_scopes_are_read_as_gitignore_reads_them(desk: Desk, git: Git) -> None:
    for path in ("src/a/b.py", "src/a/deep/c.py", "lib/[x].txt", "docs/ä ö.md", "top.cfg"):
        whole = desk.root / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.write_text("x\n")
    git("add", "-A")
    alive = ["src/**", "src/a", "src/a/", "/src", "b.py", "*.py", "**/c.py", "src/*/b.py",
             "src/**/c.py", "a/", "deep", "lib/\\[x\\].txt", "docs/ä ö.md", "docs/*.md", "/top.cfg",
             "to?.cfg", "src/a/[a-c].py"]  # fmt: skip
    dead = ["src/b/**", "/b.py", "a/b.py", "*.go", "src/*.py", "lib/[x].txt", "SRC/**", "deep.py",
            "src/a/[d-f].py"]  # fmt: skip
    for glob in (*alive, *dead):
        ignored = git("-c", "core.excludesFile=/dev/null", "ls-files", "-c", "-i", "-x", glob)
        assert bool(ignored) == (glob in alive), glob
    desk.plant(A, LEAKY, scope={"paths": [*alive, *dead]})

    found = desk("check", "--json").json["findings"]

    said = [f["message"].split("'")[1] for f in found]
    assert sorted(said) == sorted(dead)
    lines = (desk.root / ".knowledge/decisions/item-0000000a.yaml").read_text().split("\n")
    assert all(glob in lines[f["line"] - 1] for glob, f in zip(said, found, strict=True))
