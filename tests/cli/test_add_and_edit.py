"""Recording and changing items from the command line: flags, YAML, editors, ids, comments."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Git
from tests.desk import Desk

from kn.core.schema import BUILT_IN

BUCKET = "Use a leaky bucket for rate limiting at the gateway."


def _editor(tmp_path: Path, script: str) -> str:
    """An editor that does to its file, `$1`, what the script says."""
    program = tmp_path / "editor"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(program)


def _items(desk: Desk) -> list[Path]:
    folders = [desk.root / ".knowledge" / k.folder for k in BUILT_IN]
    return sorted(p for folder in folders if folder.is_dir() for p in folder.iterdir())


def _drafts(desk: Desk) -> list[Path]:
    folder = desk.root / ".git/kn/drafts"
    return list(folder.iterdir()) if folder.is_dir() else []


KINDS: dict[str, tuple[list[str], dict[str, Any]]] = {
    "decision": (
        ["--because", "Bursts overran it.", "--rejected", "token bucket: allows bursts",
         "--rejected", "nothing"],
        {"because": "Bursts overran it.",
         "rejected": [{"option": "token bucket", "because": "allows bursts"},
                      {"option": "nothing"}]},
    ),
    "convention": (["--rejected", "tabs | taste"],
                   {"rejected": [{"option": "tabs", "because": "taste"}]}),
    "gotcha": (["--instead", "Use the pool."], {"instead": "Use the pool."}),
    "incident": (
        ["--on", "2026-05-01", "--severity", "high", "--impact", "Payments.", "--cause", "A loop.",
         "--fix", "A limit.", "--follow-ups", "Alert", "--follow-ups", "Test"],
        {"on": "2026-05-01", "severity": "high", "impact": "Payments.", "cause": "A loop.",
         "fix": "A limit.", "follow_ups": ["Alert", "Test"]},
    ),
    "owner": (["--who", "Ann", "--who", "@team/gate", "--expertise", "limits"],
              {"who": ["Ann", "@team/gate"], "expertise": ["limits"]}),
    "fact": (
        ["--path", "src/**", "--tag", "a", "--tag", "b", "--details", "Long:\n\n  more",
         "--document", "docs/x.md", "--valid-until", "2027-01-01", "--review-after", "2026-12-01",
         "--deciders", "Ann"],
        {"scope": {"paths": ["src/**"], "tags": ["a", "b"]}, "details": "Long:\n\n  more",
         "document": "docs/x.md", "valid_until": "2027-01-01", "review_after": "2026-12-01",
         "deciders": ["Ann"]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_recorded_by_flags(desk: Desk, kind: str) -> None:
    flags, expected = KINDS[kind]
    item = desk.ok("add", kind, "It is so.", *flags, "--json", KN_TODAY="2026-06-01").json
    path = desk.root / item["path"]
    shown = desk.ok("show", item["id"], "--json").json["items"][0]
    for one in (item, shown):
        assert one["statement"] == "It is so."
        assert (one["kind"], one["status"], one["recorded"]) == (kind, "accepted", "2026-06-01")
        assert {n: one[n] for n in expected} == expected
    assert path.name == f"it-is-so-{item['id'][4:]}.yaml"
    found = {f["code"] for f in desk.ok("check", "--json").json["findings"]}
    missing = {"KN032", "KN033"} if kind == "fact" else set()  # neither src/ nor docs/ is there
    assert found == missing


def test_it_prints_the_path_and_the_id(desk: Desk) -> None:
    path, item, rest = desk.ok("add", "fact", "It is so.").out.split("\n")
    assert (desk.root / path).is_file() and path.endswith(f"{item[4:]}.yaml") and rest == ""


def test_yaml_comes_from_standard_input_and_flags_win(desk: Desk) -> None:
    given = "statement: From YAML.\nbecause: In the file.\nscope:\n  tags: [x]\n"
    item = desk.add("fact", "-", "--because", "On the line.", given=given)
    shown = desk.ok("show", item, "--json").json["items"][0]
    assert (shown["statement"], shown["because"]) == ("From YAML.", "On the line.")
    assert shown["scope"] == {"tags": ["x"]}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("statement: x\nbecuase: y\n", "becuase: unknown field 'becuase'; did you mean because?"),
        ("because: y\n", "statement: is missing"),
        ("statement: x\nstatement: y\n", "statement"),
        ("- x\n", "expected"),
        ("statement: [x]\n", "statement: expected a text"),
        ("statement: x\nscope: src\nsupersedes: dec-00000001\n", "scope: expected a mapping"),
    ],
)
def test_yaml_that_cannot_be_used_is_said_whole_and_nothing_is_written(
    desk: Desk, given: str, said: str
) -> None:
    ran = desk("add", "fact", "-", given=given)
    assert ran.code == 2 and said in ran.err
    assert _items(desk) == []


def test_a_proposal_is_marked_and_not_served(desk: Desk) -> None:
    item = desk.add("decision", BUCKET, "--proposed")
    assert "[proposed" in desk.ok("list").out
    assert item not in desk.ok("context", "leaky bucket").out


def test_superseding_stamps_the_older_one_and_keeps_its_comments(desk: Desk, git: Git) -> None:
    path = desk.plant("dec-00000001", BUCKET)
    path.write_text("# Mind the bursts.\n" + path.read_text() + "# The end.\n")
    ran = desk.ok("add", "decision", "Let the mesh limit rates.", "--supersedes", "0000")
    newer = ran.out.split("\n")[1]
    text = path.read_text()
    assert text.startswith("# Mind the bursts.\n") and "# The end." in text
    assert "status: superseded" in text and f"superseded_by: [{newer}]" in text
    assert "marked as superseded: .knowledge/decisions/item-00000001.yaml" in ran.err
    assert desk.ok("show", newer, "--json").json["items"][0]["supersedes"] == ["dec-00000001"]
    assert desk.ok("check").err == "kn: no findings.\n"


def test_an_older_file_that_cannot_be_stamped_is_superseded_all_the_same(desk: Desk) -> None:
    path = desk.plant("dec-00000001", BUCKET)
    path.write_text(f"{{id: dec-00000001, kind: decision, statement: {BUCKET}, status: accepted,\n"
                    " recorded: 2026-01-05} # keep me\n")  # fmt: skip
    before = path.read_bytes()
    ran = desk.ok("add", "decision", "Let the mesh limit rates.", "--supersedes", "dec-00000001")
    newer = ran.out.split("\n")[1]
    assert path.read_bytes() == before
    assert ".knowledge/decisions/item-00000001.yaml" in ran.err and "comments" in ran.err
    assert desk.ok("context", "rates bucket", "--json").ids == [newer]
    assert [f["code"] for f in desk.ok("check", "--json").json["findings"]] == ["KN013"]


def test_a_proposal_stamps_nothing(desk: Desk) -> None:
    path = desk.plant("dec-00000001", BUCKET)
    before = path.read_bytes()
    desk.add("decision", "Let the mesh do it.", "--supersedes", "dec-00000001", "--proposed")
    assert path.read_bytes() == before


def test_amending_leaves_the_older_one_as_it_is(desk: Desk) -> None:
    path = desk.plant("dec-00000001", BUCKET)
    before = path.read_bytes()
    newer = desk.add("decision", "The bucket leaks fifty.", "--amends", "dec-00000001")
    assert path.read_bytes() == before
    assert desk.ok("show", newer, "--json").json["items"][0]["amends"] == ["dec-00000001"]


def test_a_near_duplicate_is_said_and_written_all_the_same(desk: Desk) -> None:
    first = desk.add("decision", BUCKET)
    ran = desk.ok("add", "decision", "Use the leaky bucket for gateway rate limiting.")
    assert f"looks like {first}: {BUCKET}" in ran.err
    assert len(_items(desk)) == 2
    other = desk.ok("add", "decision", "Invoices are immutable.")
    assert other.err == ""
    newer = desk.ok(
        "add", "decision", "Use a leaky bucket for gateway rates.", "--supersedes", first
    )
    assert f"looks like {first}" not in newer.err, "what it replaces is no duplicate"


def test_shortened_ids_work_and_ambiguous_ones_list_what_they_could_be(desk: Desk) -> None:
    desk.plant("dec-7k3m0001", "One.")
    desk.plant("dec-7k3n0002", "Two.")
    desk.plant("fac-7k3m0003", "Three.")
    for given in ("dec-7k3m0001", "dec-7k3m", "7k3m0001", "DEC-7K3M"):
        assert desk.ok("show", given, "--json").ids == ["dec-7k3m0001"]
    for given in ("7k3", "dec-", "7k3m"):
        ran = desk("show", given)
        assert ran.code == 2 and "ambiguous" in ran.err and "dec-7k3m0001" in ran.err
    listed = desk.ok("list").out
    for line in listed.splitlines():
        assert desk.ok("show", line.split()[0]).code == 0, "what list prints names one item"


def test_the_editor_opens_with_the_fields_of_the_kind(desk: Desk, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    editor = _editor(
        tmp_path, f'cp "$1" {seen}; sed -i "s/^statement: *$/statement: Edited./" "$1"'
    )
    item = desk.add("incident", "--severity", "low", KN_EDITOR=editor)
    template = seen.read_text()
    for field in ("statement:", "severity: low", "# cause:", "# fix:", "# scope:"):
        assert field in template
    assert "rejected" not in template and "superseded_by" not in template
    shown = desk.ok("show", item, "--json").json["items"][0]
    assert (shown["statement"], shown["severity"]) == ("Edited.", "low")
    assert _drafts(desk) == []


@pytest.mark.parametrize("variable", ["KN_EDITOR", "GIT_EDITOR", "EDITOR"])
@pytest.mark.parametrize("kind", [k.name for k in BUILT_IN])
def test_an_unchanged_template_aborts(desk: Desk, kind: str, variable: str) -> None:
    more: dict[str, Any] = {variable: "true", "TERM": "xterm"}
    ran = desk("add", kind, **more)
    assert (ran.code, ran.out) == (2, "") and "Aborted" in ran.err
    assert _items(desk) == [] and _drafts(desk) == []


def test_an_emptied_template_aborts(desk: Desk, tmp_path: Path) -> None:
    ran = desk("add", "decision", KN_EDITOR=_editor(tmp_path, 'echo "because: x" > "$1"'))
    assert ran.code == 2 and "no statement" in ran.err
    assert _items(desk) == [] and _drafts(desk) == []


@pytest.mark.parametrize(
    "script",
    ['printf "statement: x\\nstatus: maybe\\n" > "$1"', 'printf "statement: [\\n" > "$1"',
     'printf "statement: x\\nsupersedes: [dec-zzzzzzzz]\\n" > "$1"',
     'printf "statement: x\\n\\000" > "$1"', 'printf "\\377\\376" > "$1"'],
)  # fmt: skip
def test_a_text_that_cannot_be_used_is_kept(desk: Desk, tmp_path: Path, script: str) -> None:
    ran = desk("add", "decision", KN_EDITOR=_editor(tmp_path, script))
    (draft,) = _drafts(desk)
    assert ran.code == 2 and str(draft) in ran.err
    assert draft.stat().st_size > 0 and _items(desk) == []


def test_a_text_with_a_secret_is_kept_without_it(desk: Desk, tmp_path: Path) -> None:
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"
    script = f'printf "statement: Deploy with {token}.\\nbecause: long thought\\n" > "$1"'

    ran = desk("add", "decision", KN_EDITOR=_editor(tmp_path, script))

    (draft,) = _drafts(desk)
    kept = draft.read_text()
    assert ran.code == 2 and str(draft) in ran.err and "secret" in ran.err
    assert "long thought" in kept and token not in kept and _items(desk) == []


def test_an_editor_that_fails_writes_nothing(desk: Desk) -> None:
    ran = desk("add", "decision", KN_EDITOR="false")
    assert ran.code == 2 and "editor" in ran.err and _items(desk) == [] and _drafts(desk) == []
    ran = desk("add", "decision", KN_EDITOR="/no/such/editor")
    assert ran.code == 2 and _items(desk) == []


def test_with_edit_a_statement_opens_the_editor_too(desk: Desk, tmp_path: Path) -> None:
    editor = _editor(tmp_path, 'echo "because: Added in the editor." >> "$1"')
    item = desk.add("decision", BUCKET, "--edit", KN_EDITOR=editor)
    shown = desk.ok("show", item, "--json").json["items"][0]
    assert (shown["statement"], shown["because"]) == (BUCKET, "Added in the editor.")


def test_an_agent_gets_no_editor(desk: Desk) -> None:
    desk.plant("dec-00000001", BUCKET)
    for words in (("add", "decision"), ("edit", "dec-00000001")):
        ran = desk(*words, CLAUDECODE="1", KN_EDITOR="true")
        assert ran.code == 2 and "agent" in ran.err and "Hint:" in ran.err


def test_edit_changes_the_file_as_its_author_wrote_it(desk: Desk, tmp_path: Path) -> None:
    path = desk.plant("dec-00000001", BUCKET)
    path.write_text("# why\n" + path.read_text().replace("status: accepted", "status:   accepted"))
    editor = _editor(tmp_path, 'sed -i "s/leaky/tight/" "$1"')
    ran = desk.ok("edit", "0000", KN_EDITOR=editor)
    assert ran.out == ".knowledge/decisions/item-00000001.yaml\n"
    text = path.read_text()
    assert "tight bucket" in text and "# why" in text and "status:   accepted" in text
    assert desk.ok("edit", "0000", KN_EDITOR="true").err == "kn: nothing changed.\n"


def test_edit_from_standard_input_keeps_comments(desk: Desk) -> None:
    path = desk.plant("dec-00000001", BUCKET)
    path.write_text("# why\n" + path.read_text())
    desk.ok("edit", "0000", "-", given=path.read_text().replace("leaky", "tight"))
    assert "tight" in path.read_text() and "# why" in path.read_text()


@pytest.mark.parametrize(
    "change",
    ["s/dec-00000001/dec-00000002/", "s/^kind: .*/kind: fact/", "s/^status: .*/status: x/",
     "s/^statement: .*//", "1i\\ ]["],
)  # fmt: skip
def test_a_bad_edit_keeps_the_item_and_the_text(desk: Desk, tmp_path: Path, change: str) -> None:
    path = desk.plant("dec-00000001", BUCKET)
    before = path.read_bytes()
    ran = desk("edit", "0000", KN_EDITOR=_editor(tmp_path, f"sed -i '{change}' \"$1\""))
    (draft,) = _drafts(desk)
    assert ran.code == 2 and str(draft) in ran.err and path.read_bytes() == before


def test_an_edit_does_not_overwrite_what_somebody_else_wrote_meanwhile(
    desk: Desk, tmp_path: Path
) -> None:
    path = desk.plant("dec-00000001", BUCKET)
    script = f'sed -i "s/leaky/mine/" "$1"; sed -i "s/leaky/theirs/" {path}'
    ran = desk("edit", "0000", KN_EDITOR=_editor(tmp_path, script))
    assert ran.code == 2 and "meanwhile" in ran.err
    assert "theirs" in path.read_text() and "mine" in _drafts(desk)[0].read_text()
    ran = desk("edit", "0000", KN_EDITOR=_editor(tmp_path, f'echo >> "$1"; rm {path}'))
    assert ran.code == 2 and "gone" in ran.err


def test_retire_and_verify_change_their_fields_alone(desk: Desk, git: Git) -> None:
    (desk.root / "limits.py").write_text("x\n")
    path = desk.plant("dec-00000001", BUCKET, scope={"paths": ["limits.py", "src/**"]})
    before = path.read_text().splitlines()
    item = desk.ok("verify", "0000", "--json", KN_TODAY="2026-06-01").json
    assert item["verified"]["on"] == "2026-06-01"
    assert list(item["verified"]["anchors"]) == ["limits.py"]
    assert len(item["verified"]["anchors"]["limits.py"]) == 12
    assert git("hash-object", "limits.py").startswith(item["verified"]["anchors"]["limits.py"])
    assert set(before) <= set(path.read_text().splitlines())
    item = desk.ok("retire", "0000", "--because", "The gateway is gone.", "--json").json
    assert (item["status"], item["retired_because"]) == ("retired", "The gateway is gone.")
    assert desk("search", "leaky").code == 1
    assert desk.ok("search", "leaky", "--all", "--json").json["items"][0]["standing"] == "retired"


def test_comments_that_would_be_lost_are_not_lost_silently(desk: Desk) -> None:
    path = desk.plant("dec-00000001", BUCKET)
    text = path.read_text().replace("status: accepted", "status: accepted # for now")
    path.write_text(text)
    ran = desk("retire", "0000", "--because", "gone")
    assert "# for now" in path.read_text() or (ran.code == 2 and "--rewrite" in ran.err)
    desk.ok("retire", "0000", "--because", "gone", "--rewrite")
    assert "status: retired" in path.read_text()


def test_an_item_written_by_a_newer_kn_keeps_its_unknown_fields(desk: Desk) -> None:
    path = desk.plant("dec-00000001", BUCKET)
    path.write_text(path.read_text() + "mood: good\nparts:\n  - a: 1\n")
    desk.ok("retire", "0000", "--because", "gone")
    assert "mood: good\nparts:\n  - a: 1\n" in path.read_text()
    assert {f["code"] for f in desk.ok("check", "--json").json["findings"]} == {"KN002"}


def test_a_teams_own_kind_is_a_kind(desk: Desk) -> None:
    (desk.root / ".knowledge/kinds/runbook.yaml").write_text(
        "kind: runbook\nprefix: run\nfolder: runbooks\ndoc: What to do when it burns.\n"
        "fields:\n  steps: {shape: lines, doc: In order.}\n"
    )
    item = desk.add("runbook", "-", given="statement: Restart it.\nsteps: [stop, start]\n")
    assert item.startswith("run-")
    assert desk.ok("list", "runbook", "--json").json["items"][0]["steps"] == ["stop", "start"]
    assert item in desk.ok("context", "restart").out


def test_a_full_disk_is_said_and_nothing_is_half_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "write", full)
    ran = desk("add", "decision", BUCKET)
    assert ran.code == 2 and "No space left" in ran.err, ran
    assert _items(desk) == []


def test_an_add_that_is_tried_again_makes_no_twin(desk: Desk) -> None:
    """Killed after its item was whole and before its answer: the retry finds it, and ends it."""
    old = desk.add("decision", "Use a token bucket.")
    words = ("decision", "Use a leaky bucket.", "--because", "bursts", "--supersedes", old)
    first = desk.add(*words)
    (stamped,) = (desk.root / ".knowledge/decisions").glob(f"*{old[4:]}.yaml")
    lines = stamped.read_text().replace("superseded\n", "accepted\n").splitlines(keepends=True)
    stamped.write_text("".join(row for row in lines if not row.startswith("superseded_by")))

    again = desk.ok("add", *words)

    assert again.out.split("\n")[1] == first
    assert f"{first} was recorded already" in again.err
    assert f"superseded_by: [{first}]" in stamped.read_text(), "the missing stamp is set"
    assert desk.ok("list", "--json").ids == [first]
    assert desk.ok("add", *words, "--json").json["id"] == first


def test_a_second_item_that_says_and_supersedes_the_same_for_another_reason_is_refused(
    desk: Desk,
) -> None:
    old = desk.add("decision", "Use a token bucket.")
    first = desk.add("decision", "Use a leaky bucket.", "--supersedes", old)
    again = desk("add", "decision", "Use a leaky  bucket.", "--supersedes", old, "--because", "x")
    assert (again.code, again.out) == (2, "")
    assert f"{first} says the same and supersedes the same already" in again.err
    assert desk.ok("list", "--json").ids == [first]


def test_other_words_or_another_older_item_are_an_item_of_their_own(desk: Desk) -> None:
    one, two = desk.add("decision", "Use tokens."), desk.add("decision", "Use queues.")
    first = desk.add("decision", "Use a leaky bucket.", "--supersedes", one)
    second = desk.add("decision", "Use a leaky bucket.", "--supersedes", two)
    third = desk.add("decision", "Use a leaky bucket.")
    assert len({first, second, third}) == 3
