"""`kn agent install` and `uninstall`: beside what is there, and back to the byte."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.conftest import Git
from tests.desk import Desk

from kn.core.agents.hosts import HOSTS

Tree = dict[str, tuple[bytes, int, str]]
"""Path -> content, mode, and what a link leads to."""


def tree(root: Path) -> Tree:
    """Every file and folder below `root`, with its bytes and mode; kn's own memory apart."""
    found: Tree = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if name.startswith(".git/"):
            continue
        if path.is_symlink():
            found[name] = (b"", 0, str(path.readlink()))
        elif path.is_file():
            found[name] = (path.read_bytes(), path.stat().st_mode, "")
        else:
            found[name] = (b"", 0, "")
    return found


@pytest.mark.parametrize("scope", ["--project", "--user"])
@pytest.mark.parametrize("mcp", ["--mcp", "--no-mcp"])
@pytest.mark.parametrize("name", [*HOSTS, "all"])
def test_every_byte_and_folder_comes_back(
    desk: Desk, tmp_path: Path, name: str, mcp: str, scope: str
) -> None:
    home = tmp_path / "home"
    before = tree(desk.root), tree(home)
    desk.ok("agent", "install", name, mcp, scope)
    assert (tree(desk.root), tree(home)) != before
    assert (tree(home) == before[1]) is (scope == "--project"), "one scope is not the other"
    again = desk.ok("agent", "install", name, mcp, scope)
    assert "It is wired already." in again.out
    for one in HOSTS if name == "all" else [name]:
        status = desk.ok("agent", "status", one, "--json").json["agents"][0]
        assert status["wired"] and status["let_in"]
    desk.ok("agent", "uninstall", name)
    assert (tree(desk.root), tree(home)) == before
    assert not any((desk.root / ".git/kn/agents/wired").iterdir())
    assert "It is not wired." in desk.ok("agent", "uninstall", name).out


THEIRS = {
    ".claude/settings.json": '{"permissions": {"allow": ["Bash(ls:*)"]},\n "hooks": {}}',
    ".mcp.json": '{\n    "mcpServers": {\n        "other": {"command": "x"}\n    }\n}\n',
    ".codex/hooks.json": '{"hooks": {"SessionStart": [{"hooks": [{"command": "date"}]}]}}\n',

    ".codex/config.toml": 'model = "x" # no newline at the end',
    ".gemini/settings.json": "// mine\r\n{\r\n\t\"ui\": {},\r\n}\r\n",
    ".cursor/hooks.json": '{"version": 1, "hooks": {"stop": [{"command": "x"}]}}',
    ".cursor/mcp.json": "{}",
    "opencode.json": '{"$schema": "https://opencode.ai/config.json"}',
    ".opencode/plugins/mine.js": "export const Mine = async () => ({})\n",
    ".github/hooks/mine.json": '{"version": 1, "hooks": {}}',
}  # fmt: skip


@pytest.fixture
def furnished(desk: Desk) -> Desk:
    """A repository whose agents have settings of their own, one of them for its owner's eyes."""
    for name, text in THEIRS.items():
        path = desk.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    (desk.root / ".claude/settings.json").chmod(0o600)
    return desk


def test_what_people_have_is_merged_into_and_comes_back(furnished: Desk) -> None:
    before = tree(furnished.root)
    furnished.ok("agent", "install", "all", "--mcp")
    after = tree(furnished.root)
    for name, text in THEIRS.items():
        said, mode, _ = after[name]
        assert mode == before[name][1], name
        if name.endswith(("mine.js", "mine.json")):
            assert said == text.encode(), "files of others are no place of ours"
        else:
            assert said != text.encode(), name
    assert b"other" in after[".mcp.json"][0]
    assert b"date" in after[".codex/hooks.json"][0]
    furnished.ok("agent", "uninstall", "all")
    assert tree(furnished.root) == before


def test_edits_made_meanwhile_stay(furnished: Desk) -> None:
    furnished.ok("agent", "install", "claude", "--no-mcp")
    path = furnished.root / ".claude/settings.json"
    path.write_text(path.read_text().replace('"allow"', '"deny"'))
    furnished.ok("agent", "uninstall", "claude")
    assert path.read_text() == THEIRS[".claude/settings.json"].replace('"allow"', '"deny"')


def test_options_of_a_hook_outlive_another_install(desk: Desk) -> None:
    """As `docs/agents.md` has them set; Codex trusts a hook by its text."""
    desk.ok("agent", "install", "all", "--no-mcp")
    before = {}
    for name in (".claude/settings.json", ".codex/hooks.json", ".gemini/settings.json",
                 ".github/hooks/kn.json"):  # fmt: skip
        path = desk.root / name
        path.write_text(path.read_text().replace(" prompt ", " prompt --budget 900 "))
        before[name] = path.read_text()
        assert before[name].count("--budget 900") == 1
    path = desk.root / ".claude/settings.json"
    path.write_text(path.read_text().replace("NotebookEdit", "OfAnOlderKn"))
    for _ in range(2):
        desk.ok("agent", "install", "all", "--no-mcp")
        assert {n: (desk.root / n).read_text() for n in before} == before
    desk.ok("agent", "uninstall", "all")
    assert not any((desk.root / name).exists() for name in before)


@pytest.mark.parametrize("text", ["[1]", "7", '{"hooks": [1]}'])
def test_settings_of_another_form_are_refused_and_left(desk: Desk, text: str) -> None:
    path = desk.root / ".claude/settings.json"
    path.parent.mkdir()
    path.write_text(text)
    assert desk("agent", "install", "claude", "--no-mcp").code == 2
    assert desk("agent", "uninstall", "claude").code == 0
    assert path.read_text() == text


def test_a_colleague_takes_out_what_another_has_committed(desk: Desk, git: Git) -> None:
    """The notes of the one who put it there lie in another clone."""
    before = tree(desk.root)
    desk.ok("agent", "install", "all", "--mcp")
    for mark in (desk.root / ".git/kn/agents/wired").iterdir():
        mark.unlink()
    git("config", "--unset", "kn.initialized")
    status = desk.ok("agent", "status", "all", "--json").json["agents"]
    assert all(a["wired"] and not a["let_in"] for a in status)
    desk.ok("agent", "uninstall", "all")
    assert tree(desk.root) == before


def test_installing_what_is_committed_lets_kn_in(desk: Desk) -> None:
    desk.ok("agent", "install", "claude", "--no-mcp")
    marks = desk.root / ".git/kn/agents/wired"
    (marks / "claude.json").unlink()
    before = tree(desk.root)
    desk.ok("agent", "install", "claude", "--no-mcp")
    assert tree(desk.root) == before and (marks / "claude.json").exists()


def test_a_dry_run_changes_nothing_and_says_what_would(desk: Desk) -> None:
    before = tree(desk.root)
    said = desk.ok("agent", "install", "codex", "--dry-run", "--json", "--mcp").json
    assert [s for s in said["steps"] if "hooks.json" in s] and not said["done"]
    assert any("/hooks" in n for n in said["notes"]), "Codex runs no hook that nobody trusts"
    assert tree(desk.root) == before and not (desk.root / ".git/kn/agents").exists()


def test_the_users_settings_call_this_kn_and_a_projects_name_no_machine(
    desk: Desk, tmp_path: Path
) -> None:
    desk.ok("agent", "install", "claude", "--no-mcp")
    desk.ok("agent", "install", "claude", "--user", "--no-mcp")
    shared = (desk.root / ".claude/settings.json").read_text()
    assert str(tmp_path) not in shared and "/" not in shared.replace("2>/dev/null", "")
    own = json.loads((tmp_path / "home/.claude/settings.json").read_text())
    command = own["hooks"]["SessionStart"][0]["hooks"][0]["command"]
    program = command.split(" agent hook ")[0].strip("'")
    assert program == "kn" or (Path(program).is_absolute() and os.access(program, os.X_OK))


def test_settings_behind_a_link_are_written_where_they_are(desk: Desk, tmp_path: Path) -> None:
    """Many people keep their dot files in a repository of their own."""
    home, kept = tmp_path / "home", tmp_path / "dotfiles"
    kept.mkdir()
    (home / ".claude").mkdir()
    (kept / "settings.json").write_text('{"model": "opus"}\n')
    (home / ".claude/settings.json").symlink_to(kept / "settings.json")
    before = tree(home), tree(kept)
    desk.ok("agent", "install", "claude", "--user", "--no-mcp")
    assert (home / ".claude/settings.json").is_symlink()
    assert "kn agent hook" in (kept / "settings.json").read_text().replace("/kn", "kn")
    desk.ok("agent", "uninstall", "claude")
    assert (tree(home), tree(kept)) == before


def test_a_link_out_of_the_repository_is_refused(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (desk.root / ".claude").symlink_to(tmp_path / "elsewhere")
    refused = desk("agent", "install", "claude", "--no-mcp")
    assert refused.code == 2 and "outside this repository" in refused.err
    assert not list((tmp_path / "elsewhere").iterdir())


def test_broken_settings_are_named_and_left(desk: Desk) -> None:
    path = desk.root / ".claude/settings.json"
    path.parent.mkdir()
    path.write_text('{\n  "a": 1,\n  oops\n}\n')
    refused = desk("agent", "install", "claude", "--no-mcp")
    assert refused.code == 2
    assert str(path) in refused.err and "Line 3" in refused.err
    assert path.read_text() == '{\n  "a": 1,\n  oops\n}\n'


def test_toml_that_cannot_be_added_to_is_named_with_the_way_around_it(desk: Desk) -> None:
    path = desk.root / ".codex/config.toml"
    path.parent.mkdir()
    path.write_text('mcp_servers = { other = { command = "y" } }\n')
    refused = desk("agent", "install", "codex", "--mcp")
    assert refused.code == 2
    assert str(path) in refused.err and "--no-mcp" in refused.err
    desk.ok("agent", "install", "codex", "--no-mcp")
    assert (desk.root / ".codex/hooks.json").is_file()


def test_a_kn_that_agents_would_not_find_is_said_before_it_is_wired(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a virtual environment that is not active where the agent is started."""
    said = "not on the PATH"
    others = [p for p in os.environ["PATH"].split(os.pathsep) if not (Path(p) / "kn").exists()]
    monkeypatch.setenv("PATH", os.pathsep.join(others))
    assert said in desk.ok("agent", "install", "claude", "--no-mcp", "--dry-run").err
    assert said not in desk.ok("agent", "install", "claude", "--user", "--no-mcp").err
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/kn").write_text("#!/bin/sh\n")
    (tmp_path / "bin/kn").chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "bin"), *others]))
    assert said not in desk.ok("agent", "install", "claude", "--no-mcp").err


def test_an_edited_plugin_stays(desk: Desk) -> None:
    desk.ok("agent", "install", "opencode", "--no-mcp")
    path = desk.root / ".opencode/plugins/kn.js"
    path.write_text(path.read_text() + "// mine\n")
    assert desk("agent", "install", "opencode", "--no-mcp").code == 2
    assert "it stays" in desk.ok("agent", "uninstall", "opencode").err
    assert path.exists()


def test_a_codex_server_of_our_name_is_theirs(desk: Desk) -> None:
    path = desk.root / ".codex/config.toml"
    path.parent.mkdir()
    path.write_text('[mcp_servers.kn]\ncommand = "other"\n')
    desk.ok("agent", "install", "codex", "--mcp")
    assert path.read_text() == '[mcp_servers.kn]\ncommand = "other"\n'


def test_status_without_wiring_is_a_no(desk: Desk) -> None:
    assert desk("agent", "status", "gemini").code == 1
    assert desk("agent", "status").code == 0


def test_kn_uninstall_says_what_agents_still_hold(desk: Desk) -> None:
    assert "wired" not in desk.ok("uninstall", "--dry-run").err
    desk.ok("agent", "install", "gemini", "--no-mcp")
    said = desk.ok("uninstall", "--dry-run").err
    assert "Still wired into gemini: run `kn agent uninstall all` before this." in said


def test_user_settings_need_no_repository(desk: Desk, tmp_path: Path) -> None:
    assert desk("agent", "install", "claude", cwd=tmp_path).code == 2
    assert desk("agent", "install", "claude", "--user", "--no-mcp", cwd=tmp_path).code == 0
    assert desk("agent", "uninstall", "claude", cwd=tmp_path).code == 0
    assert list((tmp_path / "home").iterdir()) == []
