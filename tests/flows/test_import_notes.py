"""`kn import` of other tools' notes: through the inbox, nothing twice, nothing from outside."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.conftest import Git
from tests.desk import Desk

MULCH = Path(__file__).parent.parent / "fixtures/transfer/mulch"
RULES = """# Rules

- Never log request bodies, because they hold card numbers.
- Use `httpx` instead of `requests`.

The sky is blue.
"""


def write(desk: Desk, path: str, text: str) -> Path:
    file = desk.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def statements(ran: object) -> list[str]:
    return sorted(c["statement"] for c in ran.json["candidates"])  # type: ignore[attr-defined]


def test_candidates_carry_where_they_come_from_and_come_once(desk: Desk) -> None:
    write(desk, "CLAUDE.md", RULES)

    would = desk.ok("import", "claude-md", "--dry-run", "--json")
    waiting = desk.ok("inbox", "list", "--json").json["candidates"]
    first = desk.ok("import", "claude-md", "--json")
    again = desk.ok("import", "claude-md", "--json")

    assert statements(would) == statements(first) == [
        "Never log request bodies.", "Use `httpx` instead of `requests`."
    ]  # fmt: skip
    assert waiting == [], "a dry run keeps nothing"
    assert (first.json["known"], again.json["known"]) == (0, 2)
    assert again.json["candidates"] == []
    (skipped,) = first.json["skipped"]
    assert skipped["source"] == "CLAUDE.md:6"
    evidence = first.json["candidates"][0]["evidence"][0]
    assert evidence["document"] == "CLAUDE.md"
    assert evidence["blob"] and evidence["quote"] in RULES


def test_an_accepted_one_is_an_item_with_its_source_and_never_comes_again(desk: Desk) -> None:
    write(desk, "AGENTS.md", RULES)
    found = desk.ok("import", "agents-md", "--json").json["candidates"]
    keys = {c["statement"]: c["key"] for c in found}

    item = desk.ok("inbox", "accept", keys["Never log request bodies."], "--json").json
    desk.ok("inbox", "reject", keys["Use `httpx` instead of `requests`."])
    write(desk, "AGENTS.md", RULES.replace("- Never log", "* Never  log"))
    again = desk.ok("import", "agents-md", "--json").json

    assert item["evidence"][0]["document"] == "AGENTS.md"
    assert item["because"] == "They hold card numbers."
    assert (again["candidates"], again["known"]) == ([], 2)


def test_what_an_item_says_already_is_not_proposed(desk: Desk) -> None:
    desk.add("convention", "Never log request bodies of payments.")
    write(desk, "CLAUDE.md", "- Never log request bodies.\n")

    told = desk.ok("import", "claude-md", "--json").json
    assert (told["candidates"], told["known"]) == ([], 1)


def test_one_file_with_two_names_is_read_once(desk: Desk) -> None:
    write(desk, "AGENTS.md", RULES)
    (desk.root / "CLAUDE.md").symlink_to("AGENTS.md")

    told = desk.ok("import", "auto", "--json").json

    assert told["files"] == ["AGENTS.md"]
    assert len(told["candidates"]) == 2
    (said,) = [s for s in told["skipped"] if s["source"] == "CLAUDE.md"]
    assert "AGENTS.md" in said["because"]


def test_imports_are_followed_inside_the_repository_only(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "outside.md").write_text("- Always trust the outside.\n")
    write(desk, "CLAUDE.md", "@docs/more.md\n@../outside.md\n@~/home.md\n@docs/gone.md\n")
    write(desk, "docs/more.md", "- Never deploy on Fridays.\n@docs/self.md @./more.md\n")

    told = desk.ok("import", "claude-md", "--json").json

    assert [c["statement"] for c in told["candidates"]] == ["Never deploy on Fridays."]
    assert told["files"] == ["CLAUDE.md", "docs/more.md"]
    reasons = {s["because"] for s in told["skipped"]}
    assert "@../outside.md leads out of the repository" in reasons
    assert "@~/home.md leads out of the repository" in reasons
    assert "@docs/gone.md is not there" in reasons


def test_a_link_out_of_the_repository_is_not_read(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "outside.md").write_text("- Always trust the outside.\n")
    (desk.root / "CLAUDE.md").symlink_to(tmp_path / "outside.md")

    told = desk.ok("import", "claude-md", "--json").json

    assert told["candidates"] == []
    assert "out of the repository" in told["skipped"][0]["because"]


def test_no_secret_reaches_the_inbox(desk: Desk) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    write(desk, "CLAUDE.md", f"- Always send the token {secret} to the staging API.\n")

    told = desk.ok("import", "claude-md", "--json")

    assert len(told.json["candidates"]) == 1
    kept = "".join(p.read_text() for p in (desk.root / ".git/kn/inbox").iterdir())
    assert secret not in told.out + kept


def test_claude_s_memory_of_this_repository_is_found(desk: Desk, tmp_path: Path) -> None:
    name = "".join(c if c.isalnum() else "-" for c in str(desk.root.resolve()))
    folder = tmp_path / "home/.claude/projects" / name / "memory"
    folder.mkdir(parents=True)
    (folder / "MEMORY.md").write_text("- [DB](db.md) — tests\n- Never mock the clock.\n")
    (folder / "db.md").write_text(
        "---\nname: db\ntype: feedback\n---\nTests hit a real database.\n"
    )

    told = desk.ok("import", "claude-memory", "--json")

    assert statements(told) == ["Never mock the clock.", "Tests hit a real database."]


def test_mulch_s_supersession_reaches_inbox_and_items(desk: Desk) -> None:
    """What Mulch replaced leaves the inbox; what was accepted of it is superseded on accepting."""
    folder = desk.root / ".mulch/expertise"
    shutil.copytree(MULCH, folder)
    gateway = folder / "gateway.jsonl"
    whole = gateway.read_text().splitlines(keepends=True)
    old = "Use a token bucket for rate limiting."
    leaky = "Use a leaky bucket for rate limiting at the gateway."
    gateway.write_text("".join(x for x in whole if '"supersedes"' not in x))
    before = desk.ok("import", "mulch", "--json").json["candidates"]
    key = next(c["key"] for c in before if c["statement"] == old)
    item = desk.ok("inbox", "accept", key, "--json").json

    gateway.write_text("".join(whole))
    after = desk.ok("import", "mulch", "--json").json
    (new,) = after["candidates"]
    accepted = desk.ok("inbox", "accept", new["key"], "--json").json

    assert new["statement"] == leaky
    assert accepted["supersedes"] == [item["id"]]
    assert desk.ok("list", "--json").ids == [accepted["id"]]


def test_a_replaced_record_leaves_the_inbox(desk: Desk) -> None:
    folder = desk.root / ".mulch/expertise"
    shutil.copytree(MULCH, folder)
    gateway = folder / "gateway.jsonl"
    whole = gateway.read_text()
    gateway.write_text("".join(x for x in whole.splitlines(True) if '"supersedes"' not in x))
    desk.ok("import", "mulch")
    gateway.write_text(whole)
    desk.ok("import", "mulch")

    waiting = {c["statement"] for c in desk.ok("inbox", "list", "--json").json["candidates"]}
    assert "Use a leaky bucket for rate limiting at the gateway." in waiting
    assert "Use a token bucket for rate limiting." not in waiting


def test_an_incident_is_accepted_with_its_follow_ups(desk: Desk) -> None:
    text = "# Outage\n\n## Impact\n\nAll of it.\n\n## Root cause\n\nA leak of sockets.\n\n## Action items\n\n- Alert, within a minute\n- Test\n"  # noqa: E501
    write(desk, "postmortems/2026-03-01-outage.md", text)

    (found,) = desk.ok("import", "postmortem", "--json").json["candidates"]
    item = desk.ok("inbox", "accept", found["key"], "--json").json

    assert item["kind"] == "incident"
    assert (item["on"], item["cause"]) == ("2026-03-01", "A leak of sockets.")
    assert item["follow_ups"] == ["Alert, within a minute", "Test"]


def test_auto_finds_what_is_there_and_says_so_when_nothing_is(desk: Desk, git: Git) -> None:
    nothing = desk("import", "auto")
    write(desk, ".github/CODEOWNERS", "* @core\n")
    write(desk, "src/db/AGENTS.md", "- Never block the loop.\n")
    told = desk.ok("import", "auto", "--json").json

    assert nothing.code == 2 and "no notes" in nothing.err
    one = desk("import", "changelog")
    assert one.code == 2 and "is here: breaking changes of a changelog." in one.err
    assert told["files"] == ["src/db/AGENTS.md", ".github/CODEOWNERS"]
    assert told["candidates"][0]["scope"] == {"paths": ["src/db/**"]}


def test_the_report_counts_everything(desk: Desk) -> None:
    write(desk, "CLAUDE.md", RULES)

    out = desk.ok("import", "claude-md").out

    assert "Read 1: 2 new candidates, 0 known already, 1 skipped." in out
    assert "skipped CLAUDE.md:6: no rule, decision, trap or limit in it" in out
    assert 'from CLAUDE.md: "Never log request bodies' in out
