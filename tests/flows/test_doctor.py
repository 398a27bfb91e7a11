"""`kn doctor`: each wire is cut once, and the doctor says which, and what mends it."""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Git
from tests.desk import Desk

from kn.adapters.lock import locked
from kn.core.jsonschema import schema_files
from kn.core.schema import extend_schema
from kn.flows.doctor import programs as programs_check
from kn.flows.doctor import table


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the PATH with this kn in it, and no other kn there."""
    folder = tmp_path / "programs"
    folder.mkdir()
    program = folder / "kn"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kn "$@"\n')
    program.chmod(0o755)
    others = [p for p in os.environ["PATH"].split(os.pathsep) if not (Path(p) / "kn").exists()]
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder), *others]))
    return folder


@pytest.fixture(scope="module")
def _kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sound") / "repo"


@pytest.fixture
def sound(desk: Desk, git: Git, programs: Path, _kept: Path) -> Desk:
    """All of it wired; made once, and copied."""
    if not _kept.exists():
        desk.ok("init", "--editor", "vscode")
        desk.plant("dec-00000001", "Use a leaky bucket.")
        git("add", "-A")
        git("commit", "-q", "-m", "Know")
        shutil.copytree(desk.root, _kept, symlinks=True)
    shutil.rmtree(desk.root)
    shutil.copytree(_kept, desk.root, symlinks=True)
    os.chdir(desk.root)
    return desk


def _checks(desk: Desk, code: int | None = None) -> dict[str, dict[str, str]]:
    ran = desk("doctor", "--json")
    assert code is None or ran.code == code, ran.out + ran.err
    worst: dict[str, dict[str, str]] = {}
    order = ["ok", "warn", "fail"]
    for check in ran.json["checks"]:
        known = worst.get(check["name"])
        if known is None or order.index(check["state"]) > order.index(known["state"]):
            worst[check["name"]] = check
    return worst


def test_where_all_is_wired_all_is_ok(sound: Desk) -> None:
    checks = _checks(sound, code=0)

    assert {c["state"] for c in checks.values()} == {"ok"}, checks
    assert set(checks) == {
        "kn", "git", "data", "extras", "repository", "knowledge", "items", "schema", "clone",
        "hooks", "merge driver", "trusted branch", "own folder", "inbox", "locks",
        "temporary files", "sessions", "agents", "editors",
    }  # fmt: skip
    extras = checks["extras"]["said"]
    for name, distribution in programs_check.EXTRAS.items():
        there = importlib.util.find_spec(distribution) is not None
        assert f"kn[{name}]" + (f": {distribution} " if there else " is not") in extras
    shown = sound.ok("doctor")
    assert "ok    merge driver     configured" in shown.out
    assert "->" not in shown.out and "\x1b" not in shown.out


def _remove(name: str) -> Callable[[Desk, Git], None]:
    return lambda desk, git: (desk.root / name).unlink()


def _write(name: str, text: str) -> Callable[[Desk, Git], None]:
    def write(desk: Desk, git: Git) -> None:
        path = desk.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    return write


def _config(*words: str) -> Callable[[Desk, Git], Any]:
    return lambda desk, git: git("config", *words)


def _old(name: str) -> Callable[[Desk, Git], None]:
    def write(desk: Desk, git: Git) -> None:
        path = desk.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("half")
        then = time.time() - 7200
        os.utime(path, (then, then))

    return write


def _forget_attributes(desk: Desk, git: Git) -> None:
    git("rm", "-q", ".knowledge/.gitattributes")


def _rename_branch(desk: Desk, git: Git) -> None:
    git("branch", "-m", "trunk")


POST_MERGE = ".git/hooks/post-merge"
CUT: list[tuple[str, Callable[[Desk, Git], Any], str, str, str, str]] = [
    ("a hook is gone", _remove(".git/hooks/post-commit"), "hooks", "fail", "post-commit",
     "kn init"),
    ("a hook was replaced", _write(".git/hooks/post-merge", "#!/bin/sh\n"), "hooks", "fail",
     "post-merge", "kn init"),
    ("a hook is not executable", lambda desk, git: (desk.root / POST_MERGE).chmod(0o644), "hooks",
     "fail", "post-merge", "chmod +x "),
    ("hooks were led elsewhere", _config("core.hooksPath", "/nowhere"), "hooks", "warn",
     "(outside)", "add this line"),
    ("an agent's settings are broken", _write(".claude/settings.json", "{,"), "agents", "warn",
     ".claude/settings.json: unreadable", "by hand"),
    ("the settings are an older kn's", _config("merge.kn.driver", "kn old"), "clone", "warn",
     "out of date", "kn init"),
    ("the attributes are gone", _forget_attributes, "merge driver", "fail",
     "no attribute", "*.yaml merge=kn"),
    ("a schema is an older kn's", _write(".knowledge/schema/decision.json", "{}"), "schema", "warn",
     "decision.json", "kn doctor --fix"),
    ("a schema is missing", _remove(".knowledge/schema/fact.json"), "schema", "warn", "fact.json",
     "kn doctor --fix"),
    ("the configuration is gone", _remove(".knowledge/config.yaml"), "knowledge", "fail",
     "There is no .knowledge/config.yaml", "kn init"),
    ("a newer kn's folder", _write(".knowledge/config.yaml", "format: 9\n"), "knowledge", "fail",
     "format 9", "newer kn"),
    ("a setting is the user's alone", _write(".knowledge/config.yaml", "format: 1\nmodel: x\n"),
     "knowledge", "fail", "user's alone", "file that is named"),
    ("a setting is no number", _config("kn.context.budget", "many"), "knowledge", "fail",
     "context.budget", "match"),
    ("an item is broken", _write(".knowledge/facts/x-0000000a.yaml", "id: [\n"), "items", "fail",
     "x-0000000a.yaml:", "kn check"),
    ("no branch is trusted", _rename_branch, "trusted branch", "warn", "No branch",
     "kn.trust.ref"),
    ("the trusted branch is gone", _config("kn.trust.ref", "gone"), "trusted branch", "fail",
     "gone", "git config kn.trust.ref"),
    ("a file was left half-written", _old(".knowledge/facts/.tmp-1-ab-x.yaml"), "temporary files",
     "warn", ".tmp-1-ab-x.yaml", "kn doctor --fix"),
    ("a merge was killed", _old(".merge_file_a1b2.kn"), "temporary files", "warn",
     ".merge_file_a1b2.kn", "kn doctor --fix"),
    ("git died over its settings", _old(".git/config.lock"), "locks", "fail", "config.lock",
     "move that file away"),
    ("a candidate is broken", _write(".git/kn/inbox/0123456789ab.json", "{"), "inbox", "warn",
     "0123456789ab", "Look"),
    ("the last hook failed", _write(".git/kn/log", "2026-05-18T10:00:00 post-commit: OSError: x\n"),
     "hook log", "warn", "OSError", "kn extract"),
    ("a task of the editor is gone", _write(".vscode/tasks.json", "{}"), "editors", "warn",
     "a part", "kn init --editor vscode"),
    ("the editor's settings are broken", _write(".vscode/settings.json", "{\n1}"), "editors",
     "warn", "Line 2", "by hand"),
]  # fmt: skip


@pytest.mark.parametrize(("cut", "name", "state", "said", "mend"), [c[1:] for c in CUT],
                         ids=[c[0] for c in CUT])  # fmt: skip
def test_a_cut_wire_is_named_with_what_mends_it(
    sound: Desk, git: Git, cut: Callable[[Desk, Git], Any], name: str, state: str, said: str,
    mend: str,
) -> None:  # fmt: skip
    cut(sound, git)
    check = _checks(sound, code=1 if state == "fail" else 0)[name]

    assert check["state"] == state
    assert said in check["said"] and mend in check["mend"]
    if check["mend"].startswith("kn ") and name not in ("items", "hook log"):
        sound.ok(*shlex.split(check["mend"])[1:])
        assert _checks(sound)[name]["state"] == "ok", "and that does mend it"


def test_a_clone_in_which_nobody_ran_init_is_told_apart(
    sound: Desk, git: Git, tmp_path: Path
) -> None:
    git("clone", "-q", str(sound.root), str(tmp_path / "clone"))
    clone = Desk(tmp_path / "clone")
    checks = _checks(clone, code=0)

    assert checks["clone"]["state"] == "warn" and checks["clone"]["mend"] == "kn init"
    assert "hooks" not in checks and "merge driver" not in checks

    clone.ok("init", "--no-hooks")
    checks = _checks(clone, code=0)
    assert checks["clone"]["state"] == checks["merge driver"]["state"] == "ok"
    assert "left alone" in checks["hooks"]["said"]


def test_a_folder_of_another_tool_is_said(desk: Desk, git: Git, programs: Path) -> None:
    shutil.rmtree(desk.root / ".knowledge")
    (desk.root / ".knowledge").mkdir()
    (desk.root / ".knowledge/graph.json").write_text("{}")
    checks = _checks(desk, code=1)

    assert "another tool's" in checks["clone"]["said"]
    assert "--dir NAME" in checks["clone"]["mend"]
    assert checks["knowledge"]["state"] == "fail"


def test_a_linked_work_tree_is_looked_at_like_the_first(
    sound: Desk, git: Git, tmp_path: Path
) -> None:
    git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "other")
    checks = _checks(Desk(tmp_path / "linked"), code=0)

    assert {c["state"] for c in checks.values()} == {"ok"}, checks


def test_settings_of_git_that_cannot_be_read_come_with_advice(sound: Desk) -> None:
    config = sound.root / ".git/config"
    config.write_bytes(config.read_bytes() + b"[kn\n")
    check = _checks(sound, code=1)["repository"]
    assert "bad config line" in check["said"] and "Look" in check["mend"]


def test_outside_of_a_repository_the_programs_are_looked_at_all_the_same(
    tmp_path: Path, programs: Path
) -> None:
    (tmp_path / "nowhere").mkdir()
    desk = Desk(tmp_path / "nowhere")
    checks = _checks(desk, code=1)

    assert checks["git"]["state"] == checks["data"]["state"] == "ok"
    assert checks["repository"]["state"] == "fail"
    assert "not inside a git repository" in checks["repository"]["said"]
    assert set(checks) == {"kn", "git", "data", "extras", "repository"}


def test_the_kn_that_hooks_find_is_looked_at(
    sound: Desk, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (programs / "kn").write_text("#!/bin/sh\necho kn 0.0.1\n")
    assert "says 'kn 0.0.1'" in _checks(sound, code=0)["kn"]["said"]
    (programs / "kn").write_text("#!/bin/sh\necho broken >&2\nexit 9\n")
    assert "broken" in _checks(sound)["kn"]["said"]
    (programs / "kn").unlink()
    assert "not on the PATH" in _checks(sound)["kn"]["said"]


def test_hooks_outside_of_the_repository_are_for_a_person_to_change(
    desk: Desk, git: Git, programs: Path, tmp_path: Path
) -> None:
    (tmp_path / "shared").mkdir()
    git("config", "core.hooksPath", str(tmp_path / "shared"))
    desk.ok("init")
    check = _checks(desk, code=0)["hooks"]
    assert check["state"] == "warn" and "kn hook EVENT" in check["mend"]

    for event in ("post-commit", "post-merge", "post-rewrite"):
        (tmp_path / "shared" / event).write_text(f"#!/bin/sh\nkn hook {event}\n")
    assert "by hand" in _checks(desk)["hooks"]["said"]


def test_a_file_that_is_being_written_is_nobodys_litter(sound: Desk) -> None:
    ours = sound.root / f".git/kn/.tmp-{os.getpid():x}-00-x"
    ours.write_text("")
    dead = sound.root / ".knowledge/decisions/.tmp-7ffffff0-00-x"
    dead.write_text("")
    theirs = sound.root / ".knowledge/decisions/notes.txt"
    theirs.write_text("")

    ran = sound.ok("doctor", "--fix", "--json")

    assert ran.json["mended"] == [f"removed {dead}"]
    assert ours.exists() and theirs.exists() and not dead.exists()


def test_a_kn_at_work_is_seen_and_not_disturbed(sound: Desk) -> None:
    with locked(sound.root / ".git/kn/write", 0):
        check = _checks(sound, code=0)["locks"]
    assert check["state"] == "warn" and "write" in check["said"]


def test_a_folder_of_kns_own_that_is_not_private_is_refused(sound: Desk) -> None:
    (sound.root / ".git/kn").chmod(0o777)
    assert _checks(sound, code=1)["own folder"]["state"] == "fail"


def test_a_check_that_breaks_is_a_failed_one_and_the_others_go_on(
    sound: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(site: object) -> list[Any]:
        raise ZeroDivisionError("odd")

    rows = [(n, w, broken if n == "inbox" else c) for n, w, c in table.CHECKS]
    monkeypatch.setattr(table, "CHECKS", tuple(rows))
    checks = _checks(sound, code=1)

    assert (
        checks["inbox"]["state"] == "fail" and "ZeroDivisionError: odd" in checks["inbox"]["said"]
    )
    assert checks["editors"]["state"] == "ok"


def test_no_advice_is_a_command_that_destroys(sound: Desk, git: Git) -> None:
    for _, cut, *_ in CUT:
        cut(sound, git)
    ran = sound("doctor", "--json")
    advice = " ".join(c["mend"] for c in ran.json["checks"])
    assert not any(word in advice for word in ("rm ", "reset", "--hard", "clean", "--force"))


def test_this_projects_own_schema_is_this_kns() -> None:
    """It was not for a while, and nothing said so."""
    root = Path(__file__).resolve().parents[2] / ".knowledge"
    kinds = {p.name: p.read_bytes() for p in (root / "kinds").glob("*.yaml")}
    schema, _ = extend_schema(kinds)
    for name, raw in schema_files(schema).items():
        assert (root / "schema" / name).read_bytes() == raw, "`kn doctor --fix` renews it"


def test_an_agent_that_was_wired_in_part_is_named(sound: Desk) -> None:
    assert _checks(sound)["agents"]["state"] == "ok", "none is wired, which is no fault"
    sound.ok("agent", "install", "claude", "--no-mcp")
    assert _checks(sound)["agents"]["said"] == "Claude Code: wired, not called yet"
    path = sound.root / ".claude/settings.json"
    path.write_text(path.read_text().replace('"PreToolUse"', '"PostToolUse"'))
    check = _checks(sound)["agents"]
    assert (check["state"], check["said"]) == ("warn", "Claude Code: partly wired")
    sound.ok(*shlex.split(check["mend"])[1:], "--no-mcp")
    assert _checks(sound)["agents"]["state"] == "ok"
