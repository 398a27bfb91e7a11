"""Completion, tried in real shells: a tab is typed, and what the shell shows is read."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.conftest import Git
from tests.desk import SOURCE, Desk

from kn.cli.completion import answer_words
from kn.cli.tab import answer_plainly

needs = {
    name: pytest.mark.skipif(shutil.which(name) is None, reason=f"{name} is not installed")
    for name in ("bash", "zsh", "fish")
}


@pytest.fixture
def stocked(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Items, a kind of the team's own, and kn as a program on the PATH."""
    desk.plant("dec-7k3m9qzt", "Limits: use a leaky bucket, always.",
               scope={"tags": ["rate-limiting", "gateway"]})  # fmt: skip
    desk.plant("dec-8aaaaaaa", "Cache in memory.", status="retired")
    got = desk.plant("got-00000001", "The clock jumps.", scope={"tags": ["gateway"]})
    got.write_text(got.read_text("utf-8").replace("The", "The\u202e"), "utf-8")
    (desk.root / ".knowledge/kinds/runbook.yaml").write_text(
        "kind: runbook\nprefix: run\nfolder: runbooks\ndoc: 'It''s what to do.'\nfields: {}\n"
    )
    (desk.root / "sources").mkdir()
    (desk.root / "sources/limits.py").write_text("")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("kn", "git-kn"):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kn "$@"\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(desk.root)
    return desk


def _words(*typed: str) -> list[str]:
    return [line.split("\t")[1] for line in answer_words(list(typed))]


def test_commands_options_ids_kinds_and_tags_are_offered(stocked: Desk) -> None:
    assert _words("sea") == ["search"]
    assert _words("add", "") == [
        "decision", "convention", "gotcha", "incident", "owner", "fact", "runbook",
    ]  # fmt: skip
    assert "--supersedes" in _words("add", "decision", "--s")
    assert _words("show", "") == ["dec-7k3m9qzt", "got-00000001", "dec-8aaaaaaa"]
    assert _words("show", "7k3") == ["dec-7k3m9qzt"]
    assert _words("retire", "dec-") == ["dec-7k3m9qzt"], "what is retired is not offered"
    assert _words("add", "fact", "--amends", "g") == ["got-00000001"]
    assert _words("list", "--tag", "") == ["gateway", "rate-limiting"]
    assert _words("list", "--tag", "=", "ra") == ["rate-limiting"]
    assert _words("check", "--explain", "kn0")[0].startswith("KN0")
    assert _words("init", "--editor", "") == ["vscode"]
    assert answer_words(["why", "sou"]) == ["file\tsou\t"]
    assert answer_words(["context", "--file", ""]) == ["file\t\t"]


def test_help_says_what_a_word_stands_for_and_hides_nothing(stocked: Desk) -> None:
    shown = dict(line.split("\t")[1:] for line in answer_words(["show", ""]))

    assert shown["dec-7k3m9qzt"] == "Limits: use a leaky bucket, always."
    assert shown["dec-8aaaaaaa"] == "(no longer current) Cache in memory."
    assert shown["got-00000001"] == "The\\u{202E} clock jumps."
    assert answer_words(["add", "run"]) == ["plain\trunbook\tIt's what to do."]
    assert "plain\tgateway\t2 items" in answer_words(["list", "--tag", ""])


@pytest.mark.parametrize("words", [
    ["show", ""], ["show", "dec-7k3m9qzt", "got"], ["edit", "7k"], ["log", "de"], ["retire", ""],
    ["verify", "got-"], ["verify", "dec-7k3m9qzt", ""], ["edit", "dec-7k3m9qzt", ""],
    ["show", "-"], ["show", "--at", "m"], ["list", ""], ["sho"], [""], ["retire", "zzz"],
])  # fmt: skip
def test_the_quick_answer_is_the_same_as_the_long_one(
    stocked: Desk, words: list[str], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    quick = answer_plainly(["complete", "--", *words])
    out = capfdbinary.readouterr().out

    assert quick == (words[0] in ("show", "edit", "log", "retire", "verify") and words[1:] not in (
        ["dec-7k3m9qzt", ""], ["-"], ["--at", "m"],
    ))  # fmt: skip
    if quick:
        assert out.decode("utf-8").splitlines() == answer_words(words)


def test_candidates_are_offered_by_key(stocked: Desk, git: Git) -> None:
    git("commit", "-q", "--allow-empty", "-m", "Limit\n\nDecision: Use a leaky bucket for limits")
    stocked.ok("extract", "--commit", "HEAD")
    (key,) = [c["key"] for c in stocked.ok("inbox", "list", "--json").json["candidates"]]

    assert _words("inbox", "accept", key[:2]) == [key]


def test_nothing_is_written_raised_or_said_wherever_a_tab_is_typed(
    stocked: Desk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def files() -> list[tuple[str, int]]:
        return [(str(p), p.lstat().st_mtime_ns) for p in sorted(stocked.root.rglob("*"))]

    before = files()
    odd = ["", "-", "--", "nonsense", "'", '"', "add", "\udcff", "show", "list", "--tag", "inbox"]
    for one in odd:
        for two in ("", "-", "dec-", "\udcff", "'x"):
            answer_words([one, two])
    answer_words([])
    assert files() == before

    (tmp_path / "foreign").write_text("id: fac-0000000b\nkind: fact\nstatement: Not ours.\n")
    (stocked.root / ".knowledge/facts").mkdir()
    (stocked.root / ".knowledge/facts/x-0000000a.yaml").mkdir()
    (stocked.root / ".knowledge/facts/y-0000000b.yaml").symlink_to(tmp_path / "foreign")
    (stocked.root / ".knowledge/facts/z-0000000c.yaml").write_bytes(b"\xff\xfeid: \x00")
    assert len(_words("show", "")) == 3
    monkeypatch.chdir(tmp_path)
    assert _words("show", "") == []
    assert capsys.readouterr() == ("", "")


def test_another_folder_of_knowledge_is_found(repo: Path, kn: object) -> None:
    desk = Desk(repo)
    desk.ok("init", "--no-hooks", "--dir", "docs/knowledge")
    desk.add("fact", "Invoices are kept ten years.", "--tag", "tax")
    (repo / "src").mkdir()
    os.chdir(repo / "src")

    assert _words("list", "--tag", "") == ["tax"]


class Shell:
    """A shell at a terminal."""

    def __init__(self, words: list[str], root: Path) -> None:
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(
            words, stdin=slave, stdout=slave, stderr=slave, cwd=root, start_new_session=True,
            env={**os.environ, "TERM": "dumb", "PS1": "% ", "INPUTRC": os.devnull},
        )  # fmt: skip
        os.close(slave)
        self._seen = ""

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def until(self, pattern: str, seconds: float = 30) -> str:
        """Read until the pattern has been shown; the text since the last call."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self._seen):
            left = end - time.monotonic()
            assert left > 0, f"{pattern!r} was not shown: {self._seen!r}"
            if select.select([self._master], [], [], left)[0]:
                self._seen += os.read(self._master, 4096).decode("utf-8", "replace")
        seen, self._seen = self._seen, ""
        return seen

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)


CASES = [
    ("kn sea\t", r"kn search "),
    ("kn add dec\t", r"kn add decision "),
    ("kn show dec-7\t", r"kn show dec-7k3m9qzt "),
    ("kn list --tag rat\t", r"kn list --tag rate-limiting "),
    ("kn add fact --sup\t", r"kn add fact --supersedes "),
    ("kn why sour\tli\t", r"kn why sources/limits\.py "),
]


@needs["bash"]
def test_bash_completes_at_a_terminal(stocked: Desk) -> None:
    shell = Shell(["bash", "--norc", "-i"], stocked.root)
    try:
        shell.type('bind "set bell-style none"; eval "$(kn completion bash)"; echo rea""dy\n')
        shell.until("ready\r\n")
        for typed, shown in CASES:
            shell.type(typed)
            shell.until(shown)
            shell.type("\x15")
        shell.type("kn show \t\t")
        listed = shell.until(r"got-00000001")
        assert "dec-7k3m9qzt" in listed
    finally:
        shell.close()


HOSTILE = "zz$(touch gone) `touch gone` a b"
SHELLS = {
    "bash": ("--norc -i", 'eval "$(kn completion bash)"'),
    "zsh": ("-f -i", 'autoload -Uz compinit; compinit -u -D; eval "$(kn completion zsh)"'),
}
"""fish escapes what it inserts by itself, and has no line editor without a real terminal."""


@pytest.mark.parametrize("name", [pytest.param(n, marks=needs[n]) for n in SHELLS])
def test_a_completed_tag_is_one_word_and_runs_nothing(stocked: Desk, name: str) -> None:
    stocked.plant("fac-00000009", "A tag is anybody's text.", scope={"tags": [HOSTILE]})
    said = stocked.root / "said"
    (stocked.root / "tell").write_text(
        f"#!{sys.executable}\nimport sys\nopen('said', 'w').write(repr(sys.argv[1:]))\n"
    )
    (stocked.root / "tell").chmod(0o755)
    options, load = SHELLS[name]
    shell = Shell([name, *options.split()], stocked.root)
    try:
        shell.type(f'{load}; echo rea""dy\n')
        shell.until("ready\r\n")
        shell.type("kn list --tag z\t")
        shell.until(r"a\\? b")
        shell.type("\x01./tell \x05\n")  # to the line's start, and to its end
        end = time.monotonic() + 20
        while not (said.exists() and said.read_text()):
            assert time.monotonic() < end, "the line was not run"
            time.sleep(0.02)
    finally:
        shell.close()
    assert said.read_text() == repr(["kn", "list", "--tag", HOSTILE])
    assert not (stocked.root / "gone").exists()


@needs["bash"]
def test_bash_leaves_out_what_an_open_quote_would_not_hold(stocked: Desk) -> None:
    stocked.plant("fac-00000009", "A tag is anybody's text.", scope={"tags": [HOSTILE, "zz top"]})
    script = (
        'eval "$(kn completion bash)"\n'
        "for open in \\' '\"'; do COMP_WORDS=(kn list --tag ${open}z); COMP_CWORD=3; _kn\n"
        'printf "%s\\n" "${COMPREPLY[@]}"; done\n'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "zz top\nzz top\n"


@needs["bash"]
def test_bash_completes_git_kn_through_gits_own_completion(stocked: Desk) -> None:
    """git's completion calls `_git_kn`; where that lies differs, so here the test calls it."""
    script = (
        'eval "$(kn completion bash)"\n'
        "COMP_WORDS=(git -C . kn show dec-7); COMP_CWORD=5; __git_cmd_idx=3; _git_kn\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
        "COMP_WORDS=(git kn sea); COMP_CWORD=2; unset __git_cmd_idx; _git_kn\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["dec-7k3m9qzt", "search"]


GIT_COMPLETION = Path("/usr/share/bash-completion/completions/git")


@needs["bash"]
@pytest.mark.skipif(not GIT_COMPLETION.exists(), reason="git's completion lies elsewhere")
def test_bash_completes_git_kn_at_a_terminal(stocked: Desk) -> None:
    shell = Shell(["bash", "--norc", "-i"], stocked.root)
    try:
        shell.type(f'. {GIT_COMPLETION}; eval "$(kn completion bash)"; echo rea""dy\n')
        shell.until("ready\r\n")
        shell.type("git kn show dec-7\t")
        shell.until(r"git kn show dec-7k3m9qzt ")
        shell.type("\x15git -C . kn list --tag rat\t")
        shell.until(r"--tag rate-limiting ")
    finally:
        shell.close()


@needs["zsh"]
def test_zsh_completes_at_a_terminal(stocked: Desk) -> None:
    shell = Shell(["zsh", "-f", "-i"], stocked.root)
    try:
        shell.type(
            'PS1="% "; autoload -Uz compinit; compinit -u -D; eval "$(kn completion zsh)"; '
            'tell() { print -r -- "<$BUFFER>"; BUFFER= }; zle -N tell; bindkey "^X" tell; '
            'echo rea""dy\n'
        )
        shell.until("ready\r\n")
        for typed, shown in [*CASES, ("git kn sho\tdec-7\t", "git kn show dec-7k3m9qzt ")]:
            shell.type(typed + "\x18")
            assert re.search(f"<{shown}>", shell.until(r"<.*>\s"))
        shell.type("kn show \t")
        assert "Limits: use a leaky bucket" in shell.until(r"dec-8aaaaaaa")
    finally:
        shell.close()


@needs["fish"]
def test_fish_completes_with_what_each_word_stands_for(stocked: Desk) -> None:
    asked = ["kn sea", "kn add dec", "kn show ", "kn list --tag rat", "kn why sources/",
             "git kn sea", "git -C . kn show dec-7"]  # fmt: skip
    script = "kn completion fish | source\n" + "".join(
        f"echo '> {one}'; complete -C '{one}'\n" for one in asked
    )
    done = subprocess.run(
        ["fish", "--no-config", "-c", script], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": os.environ.get("PYTHONPATH", SOURCE)},
    )  # fmt: skip
    found = {
        part.split("\n")[0]: part.strip("\n").split("\n")[1:]
        for part in done.stdout.split("> ")
        if part
    }
    assert found["kn sea"] == ["search\tFind items by words."]
    assert found["kn add dec"] == ["decision\tA choice between options, and its reason."]
    assert found["kn show "][0] == "dec-7k3m9qzt\tLimits: use a leaky bucket, always."
    assert found["kn list --tag rat"] == ["rate-limiting\t1 item"]
    assert found["kn why sources/"] == ["sources/limits.py"]
    assert found["git kn sea"] == ["search\tFind items by words."]
    assert found["git -C . kn show dec-7"][0].startswith("dec-7k3m9qzt\t")
