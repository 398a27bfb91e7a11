"""`kn export madr` and `json`: what came in as a record goes out as that record."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.conftest import Git
from tests.core.test_madr import MADR_2, MADR_4, NYGARD
from tests.desk import Desk

LAST = (
    "---\nstatus: accepted\ndate: 2024-05-06\n---\n# Use a leaky bucket\r\n\n<!-- why -->\n\n"
    "## Context and Problem Statement\n\nBursts, see [the plan](../plan.md#bursts) and "
    "[Markdown](0002-markdown.md).\n\n## Considered Options\n\n* Leaky bucket\n* Token bucket\n\n"
    '## Decision Outcome\n\nChosen option: "Leaky bucket", because bursts hurt. Supersedes '
    "[ADR 4](0004-front.md).\n\n### Consequences\n\n* Good, because calm\n\n\n"
    "## Pros and Cons of the Options\n\n### Token bucket\n\n* Bad, because bursts\n\ttail"
)
RECORDS = {
    "0002-markdown.md": MADR_2,
    "0003-nygard.md": NYGARD,
    "0004-front.md": MADR_4.replace('"proposed"', "superseded by ADR-0005"),
    "0005-leaky.md": LAST,
}


@pytest.fixture
def records(desk: Desk, git: Git) -> Desk:
    folder = desk.root / "docs/adr"
    folder.mkdir(parents=True)
    (desk.root / "docs/plan.md").write_text("# Plan\n")
    for name, text in RECORDS.items():
        (folder / name).write_bytes(text.encode())
    desk.ok("import", "adr", "docs/adr")
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    return desk


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.glob("*.md"))}


WANTED = {name: text.encode() for name, text in RECORDS.items()}


def test_records_come_back_to_the_byte(records: Desk, tmp_path: Path) -> None:
    records.ok("export", "madr", str(tmp_path / "out"))
    in_place = records.ok("export", "madr", "docs/adr", "--json").json

    assert contents(tmp_path / "out") == WANTED
    assert (in_place["written"], len(in_place["unchanged"])) == ([], 4)


@pytest.mark.parametrize("kept", ["in git", "in the details"])
def test_records_come_back_when_their_files_are_gone(
    desk: Desk, git: Git, tmp_path: Path, kept: str
) -> None:
    folder = desk.root / "adr" if kept == "in git" else tmp_path / "adr"
    folder.mkdir()
    for name, text in RECORDS.items():
        (folder / name).write_bytes(text.encode())
    if kept == "in git":
        git("add", "-A")
        git("commit", "-q", "-m", "Records")
    desk.ok("import", "adr", str(folder))
    shutil.rmtree(folder)

    desk.ok("export", "madr", str(tmp_path / "out"))

    found = contents(tmp_path / "out")
    if kept == "in the details":  # only line ends and the blanks around the text are lost
        found = {n: raw.strip() for n, raw in found.items()}
        assert found == {n: raw.replace(b"\r", b"").strip() for n, raw in WANTED.items()}
    else:
        assert found == WANTED


def test_a_committed_record_of_crlf_comes_back_when_its_folder_was_deleted(
    desk: Desk, git: Git, tmp_path: Path
) -> None:
    folder = desk.root / "adr"
    folder.mkdir()
    wanted = {name: raw.replace(b"\n", b"\r\n") for name, raw in WANTED.items()}
    for name, raw in wanted.items():
        (folder / name).write_bytes(raw)
    git("add", "-A")
    git("commit", "-q", "-m", "Records")
    desk.ok("import", "adr", "adr")
    git("rm", "-rq", "adr")
    git("add", "-A")
    git("commit", "-q", "-m", "Only items")

    desk.ok("export", "madr", str(tmp_path / "out"))

    assert contents(tmp_path / "out") == wanted


def test_a_record_that_is_a_link_out_of_the_repository_comes_from_git(
    records: Desk, tmp_path: Path
) -> None:
    outside = tmp_path / "private.md"
    outside.write_text(LAST.replace("leaky", "private"))
    for name in ("0003-nygard.md", "0005-leaky.md"):
        (records.root / "docs/adr" / name).unlink()
    (records.root / "docs/adr/0005-leaky.md").symlink_to(outside)
    (records.root / "docs/adr/0003-nygard.md").symlink_to("/dev/null")

    records.ok("export", "madr", str(tmp_path / "out"))

    assert contents(tmp_path / "out") == WANTED


def test_links_follow_a_record_to_its_new_place(records: Desk) -> None:
    records.ok("export", "madr", "site/a/b")

    moved = (records.root / "site/a/b/0005-leaky.md").read_text()
    assert "(../../../docs/plan.md#bursts)" in moved
    assert "(0002-markdown.md)" in moved, "records keep their links among each other"


def test_a_status_that_changed_in_kn_is_written_and_nothing_else(records: Desk) -> None:
    rows = records.ok("list", "decision", "--json").json["items"]
    ids = {i["document"].rpartition("/")[2]: i["id"] for i in rows}
    records.ok("retire", ids["0003-nygard.md"], "--because", "We left.")
    newer = records.add(
        "decision",
        "Use AsciiDoc.",
        "--supersedes",
        ids["0002-markdown.md"],
        "--because",
        "It has includes.",
        "--rejected",
        "Markdown: too small",
    )

    done = records.ok("export", "madr", "docs/adr", "--json").json

    assert sorted(done["written"]) == ["0002-markdown.md", "0003-nygard.md", "0006-use-asciidoc.md"]
    after = contents(records.root / "docs/adr")
    assert after["0002-markdown.md"] == WANTED["0002-markdown.md"].replace(
        b"Status: accepted", b"Status: superseded by [Use AsciiDoc](0006-use-asciidoc.md)"
    )
    assert after["0003-nygard.md"] == WANTED["0003-nygard.md"].replace(b"Accepted", b"deprecated")
    assert after["0005-leaky.md"] == WANTED["0005-leaky.md"]
    made = after["0006-use-asciidoc.md"].decode()
    assert f"kn-item: {newer}" in made
    assert 'Chosen option: "Use AsciiDoc", because it has includes.' in made
    assert "* Supersedes [Use Markdown](0002-markdown.md)" in made

    again = records.ok("export", "madr", "docs/adr", "--json").json
    told = records.ok("import", "adr", "docs/adr", "--json").json
    assert again["written"] == []
    assert told["imported"] == [], "what kn made of an item is that item"
    assert [s["source"] for s in told["skipped"] if newer in s["because"]] == [
        "docs/adr/0006-use-asciidoc.md"
    ]


def test_a_file_that_is_somebody_s_is_not_written_over(records: Desk, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "0005-leaky.md").write_text("mine\n")

    refused = records("export", "madr", str(out))
    dry = records("export", "madr", str(out), "--replace", "--dry-run")
    untouched = contents(out)
    records.ok("export", "madr", str(out), "--replace")

    assert refused.code == 2 and "0005-leaky.md" in refused.err
    assert dry.code == 0 and untouched == {"0005-leaky.md": b"mine\n"}
    assert contents(out) == WANTED


def test_words_edited_in_the_item_are_said(records: Desk, tmp_path: Path) -> None:
    path = next((records.root / ".knowledge/decisions").glob("*leaky*"))
    path.write_text(path.read_text().replace("statement: ", "statement: Always "))

    done = records.ok("export", "madr", str(tmp_path / "out"), "--json").json

    assert [e["fields"] for e in done["edited"]] == ["statement"]


def test_every_item_is_in_the_json_with_how_it_stands(records: Desk) -> None:
    records.add("convention", "Logs are JSON.")

    told = records.ok("export", "json").json

    assert told["format"] == 1
    assert sorted(i["kind"] for i in told["items"]) == ["convention"] + 4 * ["decision"]
    standing = {i.get("document", "")[-12:]: i["standing"] for i in told["items"]}
    assert standing["004-front.md"] == "superseded"
    assert records("export", "json", "x").code == 2
    assert records("export", "madr").code == 2
