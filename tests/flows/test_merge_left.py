"""`kn merge`: what a real `git merge` has left, settled by name or by one key each."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.conftest import Git
from tests.desk import Desk
from tests.rig.terminal import Terminal

ITEM = ".knowledge/decisions/item-00000001.yaml"
BASE = "Use a token bucket."


@pytest.fixture
def driven(desk: Desk, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A repository with an item, in which git calls this kn to merge."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "kn").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kn "$@"\n')
    (programs / "kn").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    (desk.root / ITEM).parent.mkdir(exist_ok=True)
    (desk.root / ITEM).write_text(
        f"id: dec-00000001\nkind: decision\nstatement: {BASE}\nbecause: It is simple.\n"
        "scope:\n  tags: [a]\nstatus: accepted\nrecorded: 2026-01-05\n"
    )
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    return desk


def merge(desk: Desk, git: Git, ours: dict[str, str], theirs: dict[str, str]) -> None:
    """Merge two edits of the item; git leaves a conflict."""
    path = desk.root / ITEM
    text = path.read_text()
    for branch, edits in (("topic", theirs), ("main", ours)):
        git("switch", "-q", *(("-c",) if branch == "topic" else ()), branch)
        changed = text
        for old, new in edits.items():
            assert old in changed
            changed = changed.replace(old, new)
        path.write_text(changed)
        git("commit", "-q", "-a", "-m", f"Edit on {branch}")
    with pytest.raises(Exception, match="merge"):
        git("merge", "topic")


@pytest.fixture
def torn(driven: Desk, git: Git) -> Desk:
    """The reason and the status are in conflict; the tags were joined."""
    merge(
        driven, git, {"simple": "cheap", "[a]": "[a, b]", "accepted": "retired"},
        {"simple": "quick", "[a]": "[a, c]", "accepted": "proposed"},
    )  # fmt: skip
    return driven


@pytest.fixture
def forked(driven: Desk, git: Git) -> Desk:
    for n, said in ((2, "Use a leaky bucket."), (3, "Let the proxy limit.")):
        driven.plant(f"dec-0000000{n}", said, supersedes=["dec-00000001"])
    git("add", "-A")
    git("commit", "-q", "-m", "Merge")
    return driven


def test_what_is_left_is_listed_by_field(torn: Desk) -> None:
    listed = torn("merge")
    assert listed.code == 1
    assert listed.out == (
        f"{ITEM}: dec-00000001: in conflict: because, status\n"
        "  ours   | because: It is cheap.\n  theirs | because: It is quick.\n"
        "  ours   | status: retired\n  theirs | status: proposed\n"
    )
    (conflict,) = torn("merge", "--json").json["conflicts"]
    assert (conflict["id"], conflict["path"]) == ("dec-00000001", ITEM)
    assert conflict["fields"][0] == {
        "name": "because", "ours": "because: It is cheap.\n", "theirs": "because: It is quick.\n",
        "both": "",
    }  # fmt: skip


@pytest.mark.parametrize(("side", "reason", "status"), [
    ("ours", "cheap", "retired"), ("theirs", "quick", "proposed"),
])  # fmt: skip
def test_one_side_is_taken_by_name_and_nothing_is_staged(
    torn: Desk, git: Git, side: str, reason: str, status: str
) -> None:
    done = torn.ok("merge", "0000", "--take", side)
    assert f"yours to stage: git add {ITEM}" in done.err
    text = (torn.root / ITEM).read_text()
    assert f"because: It is {reason}.\n" in text and f"status: {status}\n" in text
    assert "tags: [a, b, c]" in text and "<<<" not in text
    assert git("status", "--porcelain") == f"UU {ITEM}"
    assert torn.ok("merge", "--json").json["to_add"] == [ITEM]
    git("add", ITEM)
    assert "nothing is left" in torn.ok("merge").err


def test_one_field_is_taken_and_the_rest_is_left(torn: Desk) -> None:
    done = torn("merge", ITEM, "--take", "theirs", "--field", "because")
    assert (done.code, done.out) == (1, f"{ITEM}: dec-00000001: in conflict: status\n")
    text = (torn.root / ITEM).read_text()
    assert "because: It is quick.\n" in text
    assert "<<<<<<< ours\nstatus: retired\n=======\nstatus: proposed\n>>>>>>> theirs\n" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("dec-00000001",), "Say --take ours, theirs or both"),
        (("dec-00000001", "--stands"), "Say --take ours, theirs or both"),
        (("dec-00000001", "--take", "both"), "can't be joined"),
        (("dec-00000001", "--take", "ours", "--field", "details"), "not in conflict"),
        (("dec-0009", "--take", "ours"), "Nothing of 'dec-0009' is in conflict"),
        (("--take", "ours"), "need an ID"),
        (("dec-00000001", "--relate", "--stands"), "Give one of"),
    ],
)
def test_what_does_not_fit_changes_nothing(torn: Desk, words: tuple[str, ...], said: str) -> None:
    before = (torn.root / ITEM).read_bytes()
    done = torn("merge", *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert (torn.root / ITEM).read_bytes() == before


def test_in_a_rebase_it_is_said_whose_the_sides_are(torn: Desk, git: Git) -> None:
    assert "rebase" not in torn("merge").err and torn("merge", "--json").json["rebasing"] is False
    git("merge", "--abort")
    with pytest.raises(Exception, match="rebase"):
        git("rebase", "topic")
    listed = torn("merge")
    assert "  ours   | because: It is quick." in listed.out
    assert "`ours` is what you rebase onto" in listed.err
    assert torn("merge", "--json").json["rebasing"] is True


def test_lists_that_the_line_merge_left_are_joined(driven: Desk, git: Git) -> None:
    git("config", "--remove-section", "merge.kn")
    merge(driven, git, {"[a]": "[a, b]"}, {"[a]": "[c]"})
    assert "<<<<<<< HEAD" in (driven.root / ITEM).read_text()
    listed = driven("merge", "--json").json["conflicts"][0]
    assert (listed["ours"], listed["theirs"]) == ("HEAD", "topic")
    driven.ok("merge", "dec-00000001", "--take", "both")
    assert "  tags: [a, b, c]\n" in (driven.root / ITEM).read_text()


def test_a_side_that_is_no_item_is_refused_and_the_other_taken(driven: Desk, git: Git) -> None:
    merge(driven, git, {BASE: "[no"}, {BASE: "Use a queue."})
    before = (driven.root / ITEM).read_bytes()
    assert "the file as a whole" in driven("merge").out
    assert driven("merge", ITEM, "--take", "ours").code == 2
    assert (driven.root / ITEM).read_bytes() == before
    driven.ok("merge", ITEM, "--take", "theirs")
    assert "statement: Use a queue.\n" in (driven.root / ITEM).read_text()


def test_an_item_that_one_side_deleted_is_left_to_git(driven: Desk, git: Git) -> None:
    git("switch", "-q", "-c", "topic")
    git("rm", "-q", ITEM)
    git("commit", "-q", "-m", "Delete")
    git("switch", "-q", "main")
    (driven.root / ITEM).write_text((driven.root / ITEM).read_text().replace("simple", "cheap"))
    git("commit", "-q", "-a", "-m", "Edit")
    with pytest.raises(Exception, match="merge"):
        git("merge", "topic")
    done = driven("merge")
    assert (done.code, done.out) == (1, f"{ITEM}: deleted by theirs, changed by the other side\n")
    assert f"`git rm {ITEM}` deletes it, `git add {ITEM}` keeps it" in done.err
    assert driven("merge", "--json").json["deleted"] == [{"path": ITEM, "by": "theirs"}]


def test_of_a_fork_one_stands(forked: Desk) -> None:
    assert forked("merge").out == (
        "fork: dec-00000002 and dec-00000003 replace dec-00000001, and nothing links them\n"
        "  dec-00000002  Use a leaky bucket.\n  dec-00000003  Let the proxy limit.\n"
    )
    assert forked("merge", "dec-00000003").code == 2
    forked.ok("merge", "dec-00000003", "--stands")
    assert forked.ok("list", "--json").ids == ["dec-00000003"]
    shown = forked.ok("show", "dec-00000002", "dec-00000003", "--json").json["items"]
    assert [i["status"] for i in shown] == ["superseded", "accepted"]
    assert "KN012" not in forked("check").out


def test_of_a_fork_both_hold(forked: Desk) -> None:
    forked.plant("dec-00000004", "Let the mesh limit.", supersedes=["dec-00000001"])
    forked.ok("merge", "dec-00000002", "--relate")
    assert forked.ok("list", "--json").ids == [f"dec-0000000{n}" for n in (2, 3, 4)]
    assert "KN012" not in forked("check").out
    assert "nothing is left" in forked.ok("merge").err


def test_an_agent_is_asked_nothing(torn: Desk) -> None:
    before = (torn.root / ITEM).read_bytes()
    terminal = Terminal(torn, "merge", CLAUDECODE="1")
    assert terminal.end() == 1
    assert "[o]urs" not in terminal.said
    assert (torn.root / ITEM).read_bytes() == before


def test_each_field_takes_one_key(torn: Desk) -> None:
    terminal = Terminal(torn, "merge", COLUMNS="80")
    terminal.wait_for("[q]uit")
    assert "because (1 of 2)" in terminal.said
    assert "because: It is cheap.                  | because: It is quick." in terminal.said
    terminal.press("x")
    terminal.wait_for("[q]uit")
    terminal.press("t")
    terminal.wait_for("status: proposed")
    terminal.press("o")
    assert terminal.end() == 0
    text = (torn.root / ITEM).read_text()
    assert "because: It is quick.\n" in text and "status: retired\n" in text


def test_what_was_decided_before_stopping_is_kept(torn: Desk) -> None:
    terminal = Terminal(torn, "merge")
    terminal.wait_for("[q]uit")
    terminal.press("t")
    terminal.wait_for("status: proposed")
    terminal.press("q")
    assert terminal.end() == 1
    text = (torn.root / ITEM).read_text()
    assert "because: It is quick.\n" in text and text.count("<<<<<<<") == 1


def test_a_field_is_worded_in_the_editor(torn: Desk, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    terminal = Terminal(torn, "merge", KN_EDITOR=_editor(tmp_path, seen))
    terminal.wait_for("[q]uit")
    terminal.press("e")
    terminal.wait_for("status: proposed")
    terminal.press("s")
    assert terminal.end() == 1
    assert "because: It is both.\n" in (torn.root / ITEM).read_text()
    assert "It is cheap." in seen.read_text() and "It is quick." in seen.read_text()
    assert not list((torn.root / ".git/kn/drafts").iterdir())


def test_a_text_that_cannot_be_used_is_kept_and_opened_again(torn: Desk, tmp_path: Path) -> None:
    editor, count = tmp_path / "editor", tmp_path / "count"
    editor.write_text(
        f"""#!/bin/sh
echo x >> {count}
case $(wc -l < {count}) in
  1) echo "because: It: is both." > "$1" ;;
  2) grep -q "It: is both" "$1" && echo "because: [1, 2]" > "$1" ;;
  3) grep -q "1, 2" "$1" && echo "because: It is both." > "$1" ;;
esac
"""
    )
    editor.chmod(0o755)
    terminal = Terminal(torn, "merge", KN_EDITOR=str(editor))
    for key in ("e", "e", "e"):
        terminal.wait_for("[q]uit")
        terminal.press(key)
    terminal.wait_for("status: proposed")
    terminal.press("o")
    assert terminal.end() == 0
    assert terminal.said.count("Your text is kept in") == 2
    assert "because: It is both.\n" in (torn.root / ITEM).read_text()
    assert not list((torn.root / ".git/kn/drafts").iterdir())


def _editor(folder: Path, seen: Path) -> str:
    script = folder / "editor"
    script.write_text(f'#!/bin/sh\ncp "$1" {seen}\necho "because: It is both." > "$1"\n')
    script.chmod(0o755)
    return str(script)


def test_a_fork_takes_one_key(forked: Desk) -> None:
    terminal = Terminal(forked, "merge")
    terminal.wait_for("[1/2] that one stands, [b]oth hold, [s]kip [q]uit")
    terminal.press("1")
    assert terminal.end() == 0
    assert forked.ok("list", "--json").ids == ["dec-00000002"]
