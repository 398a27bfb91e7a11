"""`kn import adr`: records come in once, follow their files, and keep what somebody edited."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.conftest import Git, Kn
from tests.desk import Desk

RECORD = """# 1. Use Postgres

Date: 2024-01-01

## Status

{status}

## Context

We need a database that keeps its promises.

## Decision

We will use Postgres.
"""


def _write(repo: Path, status: str) -> Path:
    path = repo / "docs/adr/0001-use-postgres.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(RECORD.format(status=status), "utf-8")
    return path


def _import(kn: Kn, *words: str) -> dict[str, object]:
    done = kn("import", "adr", "docs/adr", "--json", *words)
    assert done.returncode == 0, done.stderr
    told: dict[str, object] = json.loads(done.stdout)
    return told


def _item(repo: Path) -> Path:
    (path,) = (repo / ".knowledge/decisions").glob("*.yaml")
    return path


@pytest.mark.parametrize("committed", [True, False])
def test_the_item_follows_its_record(desk: Desk, git: Git, kn: Kn, committed: bool) -> None:
    _write(desk.root, "Accepted")
    first = _import(kn)
    before = _item(desk.root).read_text("utf-8")
    again = _import(kn)
    if committed:
        git("add", "-A")
        git("commit", "-q", "-m", "Know")

    _write(desk.root, "Deprecated")
    followed = _import(kn)

    after = _item(desk.root).read_text("utf-8")
    counts = [[len(t[k]) for k in ("imported", "updated", "unchanged")]  # type: ignore[arg-type]
              for t in (first, again, followed)]  # fmt: skip
    assert counts == [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert ("status: accepted" in before, "status: retired" in after) == (True, True)
    assert "We will use Postgres" in after or "Use Postgres" in after


def test_words_that_somebody_edited_stay(desk: Desk, git: Git, kn: Kn) -> None:
    path = _write(desk.root, "Accepted")
    _import(kn)
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    item = _item(desk.root)
    statement = next(x for x in item.read_text("utf-8").splitlines() if x.startswith("statement:"))
    item.write_text(
        item.read_text("utf-8").replace(statement, "statement: Use Postgres 17, and nothing else."),
        "utf-8",
    )
    path.write_text(path.read_text("utf-8").replace("use Postgres.", "use MySQL."), "utf-8")
    path.write_text(path.read_text("utf-8").replace("1. Use Postgres", "1. Use MySQL"), "utf-8")

    told = kn("import", "adr", "docs/adr")

    assert "Use Postgres 17, and nothing else." in item.read_text("utf-8")
    assert "edited in the item since: statement" in told.stdout + told.stderr


def test_a_dry_run_writes_nothing(desk: Desk, kn: Kn) -> None:
    _write(desk.root, "Proposed")

    told = _import(kn, "--dry-run")

    assert len(told["imported"]) == 1  # type: ignore[arg-type]
    assert not list((desk.root / ".knowledge").rglob("dec-*")) + list(
        (desk.root / ".knowledge/decisions").glob("*.yaml")
    )


def test_a_proposed_record_that_was_accepted_since_waits_no_more(desk: Desk, kn: Kn) -> None:
    _write(desk.root, "Proposed")
    first = kn("import", "adr", "docs/adr")

    _write(desk.root, "Accepted")
    second = kn("import", "adr", "docs/adr")

    assert "proposed" in first.stdout + first.stderr
    assert "proposed" not in second.stdout + second.stderr
    assert "status: accepted" in _item(desk.root).read_text("utf-8")


def test_a_record_from_outside_with_windows_line_ends_is_a_readable_item(
    desk: Desk, tmp_path: Path
) -> None:
    folder = tmp_path / "adr"
    folder.mkdir()
    text = RECORD.format(status="Accepted").replace("\n", "\r\n") + "\x07"
    (folder / "0001-use-postgres.md").write_bytes(text.encode())

    desk.ok("import", "adr", str(folder))

    (item,) = desk.ok("list", "--json").json["items"]
    assert item["details"] == RECORD.format(status="Accepted").strip()


@pytest.mark.parametrize("edited", [False, True])
def test_a_renamed_record_stays_the_same_item(desk: Desk, git: Git, kn: Kn, edited: bool) -> None:
    path = _write(desk.root, "Accepted")
    _import(kn)
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    item = desk.ok("list", "--json").ids
    new = path.with_name("0007-use-postgres-for-all.md")
    path.rename(new)
    if edited:
        new.write_text(new.read_text("utf-8").replace("Accepted", "Deprecated"), "utf-8")

    told = _import(kn)
    again = _import(kn)

    (after,) = desk.ok("list", "--all", "--json").json["items"]
    assert [after["id"]] == item
    assert after["document"] == "docs/adr/0007-use-postgres-for-all.md"
    assert after["evidence"][0]["document"] == after["document"]
    assert after["status"] == ("retired" if edited else "accepted")
    assert [len(told[k]) for k in ("imported", "updated", "skipped")] == [0, 1, 0]  # type: ignore[arg-type]
    assert [len(again[k]) for k in ("imported", "updated", "skipped")] == [0, 0, 0]  # type: ignore[arg-type]


@pytest.mark.parametrize("edited", [False, True])
def test_a_renamed_folder_of_records_makes_no_second_items(
    desk: Desk, git: Git, edited: bool
) -> None:
    path = _write(desk.root, "Accepted")
    desk.ok("import", "adr", "docs/adr")
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    item = desk.ok("list", "--json").ids
    git("mv", "docs/adr", "docs/decisions")
    new = desk.root / "docs/decisions" / path.name
    if edited:
        new.write_text(new.read_text("utf-8").replace("its promises", "promises"), "utf-8")

    told = desk.ok("import", "adr", "docs/decisions", "--json").json

    (after,) = desk.ok("list", "--all", "--json").json["items"]
    assert [after["id"]] == item and after["document"] == f"docs/decisions/{path.name}"
    assert [len(told[k]) for k in ("imported", "updated", "skipped")] == [0, 1, 0]


def test_another_folder_s_record_of_the_same_title_is_another_one(desk: Desk, git: Git) -> None:
    path = _write(desk.root, "Accepted")
    desk.ok("import", "adr", "docs/adr")
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    other = desk.root / "services/pay/adr/0004-use-postgres.md"
    other.parent.mkdir(parents=True)
    other.write_text(path.read_text("utf-8").replace("# 1.", "# 4.").replace("database", "store"))
    path.unlink()

    told = desk.ok("import", "adr", "services/pay/adr", "--json").json

    assert [len(told[k]) for k in ("imported", "updated", "skipped")] == [1, 0, 0]


def test_two_records_that_could_be_the_renamed_one_are_neither(
    desk: Desk, git: Git, kn: Kn
) -> None:
    path = _write(desk.root, "Accepted")
    _import(kn)
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    text = path.read_text("utf-8").replace("# 1. ", "# ")
    path.unlink()
    for name in ("use-postgres-a.md", "use-postgres-b.md"):
        path.with_name(name).write_text(text, "utf-8")

    told = _import(kn)

    assert len(told["imported"]) == 2  # type: ignore[arg-type]
    assert "file is gone" in json.dumps(told["skipped"])


def test_a_deleted_record_is_said_and_its_item_stays(desk: Desk, git: Git, kn: Kn) -> None:
    path = _write(desk.root, "Accepted")
    _import(kn)
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    (item,) = desk.ok("list", "--json").ids
    path.unlink()

    told = _import(kn)
    kept = desk.ok("list", "--json").ids
    desk.ok("retire", item, "--because", "The record went.")
    after = _import(kn)

    assert told["skipped"] == [{
        "source": "docs/adr/0001-use-postgres.md",
        "because": f"its file is gone; {item} stays until it is retired",
    }]  # fmt: skip
    assert kept == [item]
    assert after["skipped"] == []
