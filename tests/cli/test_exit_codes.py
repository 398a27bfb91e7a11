"""What kn says to a shell: exit codes, and errors that a person can put right."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.conftest import Git, Kn
from tests.desk import Desk

A = "dec-00000001"
BAD: dict[str, tuple[str, ...]] = {
    "no such command": ("frobnicate",),
    "no such option": ("list", "--frobnicate"),
    "a kind that is not there": ("add", "opinion", "We like it."),
    "list of a kind that is not there": ("list", "opinions"),
    "no argument": ("show",),
    "an id that is not there": ("show", "dec-zzzzzzzz"),
    "an empty id": ("show", ""),
    "an id that is a pattern": ("show", "dec-*"),
    "an option that looks like an id": ("show", "--", "-rf"),
    "edit of nothing": ("edit", "dec-zzzzzzzz"),
    "retire of nothing": ("retire", "dec-zzzzzzzz", "--because", "x"),
    "retire without a reason": ("retire", A),
    "retire with an empty reason": ("retire", A, "--because", "  "),
    "verify against nothing": ("verify", A, "--anchor", "no/such/file"),
    "verify against a folder": ("verify", A, "--anchor", ".knowledge"),
    "verify against the outside": ("verify", A, "--anchor", "/etc/passwd"),
    "log of nothing": ("log", "dec-zzzzzzzz"),
    "a revision that is not there": ("context", "x", "--at", "no-such-branch"),
    "a revision that is an option": ("context", "x", "--at", "--output=/tmp/x"),
    "list at nothing": ("list", "--at", "no-such-branch"),
    "check at nothing": ("check", "--at", "no-such-branch"),
    "check of a rule that is not there": ("check", "--explain", "KN999"),
    "check of a path that is not there": ("check", "no/such/item.yaml"),
    "a budget below nothing": ("context", "x", "--budget", "-1"),
    "a budget that is no number": ("context", "x", "--budget", "many"),
    "bytes below nothing": ("context", "x", "--max-bytes", "-1"),
    "a format that is not there": ("context", "x", "--format", "html"),
    "a file outside": ("context", "--file", "../outside.py"),
    "why of the outside": ("why", "/etc/passwd"),
    "search of no words": ("search",),
    "a limit below nothing": ("search", "x", "--limit", "-3"),
    "extract of nothing": ("extract", "--commit", "no-such-commit"),
    "a range that is none": ("extract", "--range", "HEAD"),
    "a range with three dots": ("extract", "--range", "HEAD...HEAD"),
    "a range of nothing": ("extract", "--range", "nope..HEAD"),
    "extract of two things": ("extract", "--commit", "HEAD", "--range", "HEAD..HEAD"),
    "a candidate that is not there": ("inbox", "accept", "ffffffffffff"),
    "rejecting what is not there": ("inbox", "reject", "ffffffffffff"),
    "showing what is not there": ("inbox", "show", "ffffffffffff"),
    "supersedes nothing": ("add", "decision", "Use it.", "--supersedes", "dec-zzzzzzzz"),
    "amends nothing": ("add", "decision", "Use it.", "--amends", "zzzzzzzz"),
    "a field of another kind": ("add", "decision", "Use it.", "--severity", "high"),
    "a severity that is not there": ("add", "incident", "It broke.", "--severity", "awful"),
    "a day that is none": ("add", "incident", "It broke.", "--on", "yesterday"),
    "a day that never was": ("add", "fact", "It is.", "--valid-until", "2026-02-30"),
    "a scope that leads out": ("add", "fact", "It is.", "--path", "../../etc/**"),
    "control characters": ("add", "fact", "It is \x1b[31mred\x1b[0m."),
    "a statement of blanks": ("add", "fact", "   "),
    "a statement that is a book": ("add", "fact", "word " * 400),
    "YAML that is none": ("add", "fact", "-"),
    "an editor in a pipe": ("merge-driver",),
    "textconv of nothing": ("textconv", "no/such/file"),
    "textconv of a folder": ("textconv", ".knowledge"),
    "diff of nothing": ("diff", "no-such-branch"),
    "diff of a file": ("diff", "HEAD:README.md"),
    "diff of three": ("diff", "a", "b", "c"),
    "review of nothing": ("review", "no-such-branch"),
    "review of an option": ("review", "--", "--output=/tmp/x"),
    "review in a form that is not there": ("review", "--format", "html"),
    "merge of nothing": ("merge", "dec-zzzzzzzz"),
    "a side of nothing": ("merge", "--take", "ours"),
    "import of a format that is not there": ("import", "wiki"),
    "import of nothing": ("import", "adr", "no/such/folder"),
    "import from nothing": ("import", "codeowners", "../no/such/file"),
    "export of a format that is not there": ("export", "html"),
    "export to no folder": ("export", "madr"),
    "export below a file": ("export", "madr", ".knowledge/config.yaml/below"),
    "export out of the system": ("export", "madr", "/proc/no/such"),
    "an agent that is not there": ("agent", "install", "hal9000"),
    "a hook that is not there": ("agent", "hook", "claude", "nightly"),
    "a shell that is not there": ("completion", "cmd"),
    "tasks that are not there": ("eval", "no/such/tasks.yaml"),
    "an editor that is not there": ("init", "--editor", "ed"),
    "bytes that are no text": ("add", "fact", os.fsdecode(b"caf\xe9")),
    "an id that is no text": ("show", os.fsdecode(b"\xff\xfe")),
}
GIVEN = {"YAML that is none": "{{{"}


@pytest.fixture
def stocked(desk: Desk) -> Desk:
    desk.plant(A, "Use a leaky bucket.")
    return desk


@pytest.mark.parametrize("case", BAD)
def test_a_bad_invocation_is_the_users_to_put_right(stocked: Desk, case: str) -> None:
    before = _bytes_of(stocked.root)
    ran = stocked(*BAD[case], given=GIVEN.get(case, ""))
    assert ran.code == 2, (ran.code, ran.out, ran.err)
    assert ran.out == ""
    assert "Traceback" not in ran.err and "bug" not in ran.err
    assert re.search(r"^(Error|Usage|kn): ", ran.err, re.M), ran.err
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", ran.err)
    assert _bytes_of(stocked.root) == before, "nothing was written"


def _bytes_of(root: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in (root / ".knowledge").rglob("*") if p.is_file()}


@pytest.mark.parametrize(
    "words",
    [(), ("--help",), ("-h",), ("--version",), ("add", "--help"), ("inbox", "--help")],
    ids=" ".join,
)
def test_help_and_version_are_results(desk: Desk, words: tuple[str, ...]) -> None:
    ran = desk(*words)
    assert (ran.code, "kn" in ran.out.lower() + ran.err.lower()) == (0 if words else ran.code, True)
    assert ran.code in (0, 2)


def test_nothing_found_is_1_and_something_found_is_0(stocked: Desk) -> None:
    assert stocked("search", "leaky").code == 0
    missed = stocked("search", "zebra")
    assert (missed.code, missed.out) == (1, "")
    assert stocked("search", "zebra", "--json").json == {"format": 1, "items": []}
    assert stocked("search", "zebra", "--json").code == 1
    assert stocked("check").code == 0
    stocked.plant("dec-00000002", "Use it.", supersedes=["dec-zzzzzzzz"])
    assert stocked("check").code == 1


@pytest.mark.parametrize(
    "words", [("list",), ("context", "x"), ("add", "fact", "It is."), ("check",), ("inbox", "list")]
)
def test_outside_of_a_repository_and_without_init_kn_says_what_to_do(
    tmp_path: Path, repo: Path, words: tuple[str, ...]
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    ran = Desk(outside)(*words)
    assert ran.code == 2 and "git repository" in ran.err and "Hint:" in ran.err
    bare_of_us = Desk(repo)(*words)
    assert bare_of_us.code == 2 and "kn init" in bare_of_us.err
    assert not (repo / ".knowledge").exists()


def test_the_exit_codes_reach_the_shell(stocked: Desk, kn: Kn) -> None:
    assert kn("list").returncode == 0
    assert kn("search", "zebra", check=False).returncode == 1
    assert kn("show", "zzzzzzzz", check=False).returncode == 2


def test_a_bug_is_3_and_keeps_its_traceback_for_who_asks(
    stocked: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    import kn.flows.items

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("out of cheese \x1b[31m")

    monkeypatch.setattr(kn.flows.items, "list_items", broken)
    ran = stocked("list")
    assert ran.code == 3
    assert "RuntimeError: out of cheese" in ran.err and "KN_DEBUG=1" in ran.err
    assert "Traceback" not in ran.err and "\x1b" not in ran.err
    with pytest.raises(RuntimeError):
        stocked("list", KN_DEBUG="1")


def test_an_interrupt_is_130(stocked: Desk) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "kn", "add", "decision", "-"],
        cwd=stocked.root, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(0.5)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=10)
    assert (running.returncode, "Traceback" in said) == (130, False), said


@pytest.mark.parametrize("words", [("list", "--all"), ("context", "bucket"), ("show", A)])
def test_a_reader_that_has_enough_is_no_error(stocked: Desk, words: tuple[str, ...]) -> None:
    for _ in range(2):  # the second context is repeated without click
        pipe, end = os.pipe()
        os.close(pipe)
        with os.fdopen(end, "wb") as gone:
            done = subprocess.run(
                [sys.executable, "-m", "kn", *words], cwd=stocked.root, stdout=gone,
                stderr=subprocess.PIPE, text=True, check=False,
            )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        time.sleep(0.06)


def test_a_day_that_is_no_day_is_said(stocked: Desk) -> None:
    for words in (("context", "x"), ("inbox", "list"), ("add", "fact", "It is.")):
        ran = stocked(*words, KN_TODAY="tomorrow")
        assert ran.code == 2 and "KN_TODAY" in ran.err, (words, ran)


def test_a_folder_that_is_gone_is_said(stocked: Desk, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    done = subprocess.run(
        ["/bin/sh", "-c", f'rmdir "{gone}"; exec "{sys.executable}" -m kn list'],
        cwd=gone, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2 and "Error:" in done.stderr, done


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_of_another_encoding_gets_escapes(stocked: Desk, kn: Kn, encoding: str) -> None:
    stocked.plant("fac-00000003", "Größe “x” – 漢字 …")
    done = subprocess.run(
        [sys.executable, "-m", "kn", "list"], cwd=stocked.root, capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert b"fac-0000" in done.stdout


def test_json_is_the_only_thing_on_stdout(stocked: Desk) -> None:
    stocked.plant("dec-00000009", "x", name="broken").write_text("id: [")
    for words in (("list",), ("search", "leaky"), ("context", "leaky"), ("why", "a.py")):
        ran = stocked(*words, "--json")
        assert json.loads(ran.out)["format"] == 1
        assert "could not be read" in ran.err


def test_messages_hold_no_whole_destructive_command(git: Git) -> None:
    source = Path(__file__).parents[2] / "src"
    danger = re.compile(
        r"\brm -|reset --hard|checkout --|push -f|--force|branch -D|clean -f|stash "
    )
    found = [
        f"{path.name}:{number}"
        for path in source.rglob("*.py")
        for number, line in enumerate(path.read_text("utf-8").split("\n"), 1)
        if danger.search(line) and ("hint" in line or "KnError" in line or "say(" in line)
    ]
    assert not found


def test_a_file_that_is_not_there_is_no_traceback_in_a_diff(desk: Desk, kn: Kn) -> None:
    ran = kn("textconv", "no/such/file", check=False)
    assert ran.returncode == 2 and ran.stderr.startswith("Usage:"), ran.stderr


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_what_the_disk_refuses_is_no_bug_of_ours(
    stocked: Desk, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), "a/file")

    monkeypatch.setattr("kn.flows.knowledge.git.probe", refuse)
    ran = stocked("list")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"Error: a/file: {os.strerror(number)}.\n"
