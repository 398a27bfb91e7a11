"""The tasks of VS Code, run as it runs them: the program and its arguments, no shell between."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.desk import Desk, Ran

TYPED = {
    "${relativeFile}": "src/[id].py",
    "${workspaceFolder}": ".",
    "${input:kn-task}": '--count "the limits" of the bucket $(touch broken)',
    "${input:kn-because}": "Bursts overran; 'quoted' `x`",
    "${selectedText}": "- Use a leaky bucket\n    for limits.",
}


def _run(desk: Desk, label: str) -> Ran:
    document = json.loads((desk.root / ".vscode/tasks.json").read_text("utf-8"))
    task = next(t for t in document["tasks"] if t["label"] == label)
    words = []
    for word in task["args"]:
        for name, value in TYPED.items():
            word = word.replace(name, value)
        assert "${" not in word
        words.append(word)
    return desk(*words)


@pytest.fixture
def wired(desk: Desk) -> Desk:
    desk.ok("init", "--no-hooks", "--editor", "vscode")
    (desk.root / "src").mkdir()
    (desk.root / "src/[id].py").write_text("x = 1\n")
    return desk


def test_what_was_selected_becomes_a_decision_that_applies_to_the_file(wired: Desk) -> None:
    done = _run(wired, "kn: add decision from the selection")

    assert done.code == 0, done.err
    (path,) = (wired.root / ".knowledge/decisions").glob("*.yaml")
    item = wired.ok("show", path.stem[-8:], "--json").json["items"][0]
    assert item["statement"] == "- Use a leaky bucket for limits."
    assert item["because"] == TYPED["${input:kn-because}"]
    assert not (wired.root / "broken").exists()


def test_contexts_are_given_for_a_file_and_for_a_task(wired: Desk) -> None:
    wired.add("decision", "Limits are counted in a leaky bucket.", "--path", "src/**")

    assert "leaky bucket" in _run(wired, "kn: context for this file").out
    assert "leaky bucket" in _run(wired, "kn: context for a task").out
    assert not (wired.root / "broken").exists()


def test_the_problem_matcher_reads_every_line_of_a_check(wired: Desk) -> None:
    bad = wired.plant("dec-00000001", "Use it.", severity="high")
    wired.plant("dec-00000002", "Use it too.", supersedes=["dec-0000000z"])
    document = json.loads((wired.root / ".vscode/tasks.json").read_text("utf-8"))
    task = next(t for t in document["tasks"] if t["label"] == "kn: check")
    pattern = task["problemMatcher"]["pattern"]

    ran = _run(wired, "kn: check")

    assert ran.code == 1
    found = [re.search(pattern["regexp"], line) for line in ran.out.splitlines()]
    assert found and all(found)
    first = next(f for f in found if f and f[pattern["file"]].endswith(bad.name))
    assert (wired.root / first[pattern["file"]]).is_file(), "relative to the workspace's folder"
    assert first[pattern["line"]] == "6"
    assert first[pattern["severity"]] == "warning"
    assert "error" in [f[pattern["severity"]] for f in found if f]
    message = first[pattern["message"]]
    assert "severity" in message and message == message.strip()
    assert first[pattern["code"]].startswith("KN")


def test_init_says_what_it_will_do_to_the_editor(desk: Desk) -> None:
    before = sorted(Path(desk.root).rglob("*"))
    ran = desk.ok("init", "--no-hooks", "--editor", "vscode", "--dry-run")

    assert "write .vscode/tasks.json" in ran.out
    assert sorted(Path(desk.root).rglob("*")) == before
    assert desk("init", "--editor", "emacs").code == 2
