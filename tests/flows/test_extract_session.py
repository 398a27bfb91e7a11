"""`kn extract --session`: from a log to the inbox, redacted, once, and as it stood last."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.desk import Desk
from tests.talklog import SESSION, write_log

from kn.adapters import tokens

LOGS = Path(__file__).parent.parent / "fixtures" / "sessions"
DECIDED = (
    "U: Which rate limiter should the gateway use?",
    "A: Decision: use a token bucket for rate limiting, because it is the simplest.",
    "U: ok",
)
CORRECTED = (*DECIDED, "A: Done.", "U: Bursts overran payments. Use a leaky bucket instead.")
LEAKY = "Use a leaky bucket for rate limiting."
TOKEN = "Use a token bucket for rate limiting."


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def waiting(desk: Desk) -> list[dict[str, Any]]:
    return list(desk.ok("inbox", "list", "--json").json["candidates"])


def statements(desk: Desk) -> list[str]:
    return sorted(str(c["statement"]) for c in waiting(desk))


@pytest.mark.parametrize("name", sorted(p.name for p in LOGS.iterdir()))
def test_the_logs_of_real_agents_give_the_decision_and_the_correction(
    desk: Desk, name: str
) -> None:
    found = desk.ok("extract", "--session", str(LOGS / name), "--dry-run", "--json").json
    by_kind = {c["kind"]: c for c in found["candidates"]}
    assert "KN-RIG-CONTEXT" not in json.dumps(found)
    assert "retries go through the queue" not in json.dumps(found)
    if "sidechain" in name:
        assert by_kind == {}
        return
    decision = by_kind.pop("decision")
    assert decision["statement"] == "Use a leaky bucket for rate limiting at the API gateway."
    assert decision["because"] == "token-bucket bursts overran the payment API."
    assert decision["rejected"] == [{"option": "token bucket", "because": "it allows bursts"}]
    corrected = "never read the limits at import" in (LOGS / name).read_text("utf-8")
    assert [c["statement"] for c in by_kind.values()] == [
        "Never read the limits at import: always call limits.load() first."
    ] * corrected


def test_a_session_by_path_and_by_id_is_the_same_and_known_the_second_time(
    desk: Desk, home: Path, tmp_path: Path
) -> None:
    path = write_log(home, desk.root, *DECIDED)
    other = path.rename(tmp_path / "copied.log")
    first = desk.ok("extract", "--session", str(other), "--json").json
    assert (first["read"], len(first["candidates"]), first["skipped"]) == (3, 1, 0)
    write_log(home, desk.root, *DECIDED)
    second = desk.ok("extract", "--session", SESSION, "--json").json
    assert (second["candidates"], second["skipped"]) == ([], 1)
    assert len(waiting(desk)) == 1


def test_the_evidence_has_the_session_and_its_size_in_tokens(desk: Desk, home: Path) -> None:
    write_log(home, desk.root, *DECIDED, "T: " + "built " * 500)
    desk.ok("extract", "--session", SESSION)
    (candidate,) = waiting(desk)
    size = sum(tokens.count(line[3:].strip()) for line in (*DECIDED, "T: " + "built " * 500))
    assert candidate["evidence"] == [
        {"session": f"claude:{SESSION}", "quote": DECIDED[1][3:], "source_tokens": size}
    ]


def test_a_dry_run_only_shows(desk: Desk, home: Path) -> None:
    write_log(home, desk.root, *DECIDED)
    shown = desk.ok("extract", "--session", SESSION, "--dry-run")
    assert TOKEN in shown.out
    assert "3 turns read, 1 candidate" in shown.err
    assert waiting(desk) == []


def test_what_the_session_corrected_replaces_what_it_proposed_before(
    desk: Desk, home: Path
) -> None:
    write_log(home, desk.root, *DECIDED)
    desk.ok("extract", "--session", SESSION)
    assert statements(desk) == [TOKEN]
    write_log(home, desk.root, *CORRECTED)
    desk.ok("extract", "--session", SESSION)
    assert statements(desk) == [LEAKY]
    (candidate,) = waiting(desk)
    assert candidate["rejected"] == [
        {"option": "token bucket", "because": "Bursts overran payments"}
    ]


def test_a_log_that_was_cut_takes_nothing_back(desk: Desk, home: Path) -> None:
    write_log(home, desk.root, *DECIDED)
    desk.ok("extract", "--session", SESSION)
    write_log(home, desk.root, "U: hello")
    desk.ok("extract", "--session", SESSION)
    assert statements(desk) == [TOKEN]


def test_another_session_takes_nothing_back(desk: Desk, home: Path) -> None:
    write_log(home, desk.root, *DECIDED)
    desk.ok("extract", "--session", SESSION)
    other = SESSION.replace("fd04", "fd05")
    write_log(home, desk.root, *CORRECTED, session=other)
    desk.ok("extract", "--session", other)
    assert statements(desk) == [LEAKY, TOKEN]


def test_what_was_rejected_does_not_come_back(desk: Desk, home: Path) -> None:
    write_log(home, desk.root, *DECIDED)
    desk.ok("extract", "--session", SESSION)
    desk.ok("inbox", "reject", str(waiting(desk)[0]["key"]))
    write_log(home, desk.root, *DECIDED, "A: Anything else?", "U: thanks")
    assert desk.ok("extract", "--session", SESSION, "--json").json["candidates"] == []
    assert waiting(desk) == []


def test_no_secret_of_a_log_reaches_the_inbox_or_what_is_printed(desk: Desk, home: Path) -> None:
    token = "ghp_" + "a1B2" * 9
    own = "correct-horse-battery"
    write_log(
        home, desk.root,
        f"U: always sign in with {token} on staging, because the other account is locked",
        f"U: from now on use {own} for the ledger, not the old password, because it expired",
        "U: never sleep in tests, poll with wait_until instead",
    )  # fmt: skip
    shown = desk.ok("extract", "--session", SESSION, "--json", LEDGER_PASSWORD=own)
    kept = "".join(
        p.read_text("utf-8", "replace") for p in (desk.root / ".git/kn").rglob("*") if p.is_file()
    )
    for text in (shown.out, shown.err, kept):
        assert token not in text and own not in text
    assert statements(desk) == ["Never sleep in tests, poll with wait_until instead."]


def test_a_file_that_is_no_log_and_an_unknown_id_are_the_users_to_put_right(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("Decision: use X for Y\n")
    for named in (str(tmp_path / "notes.txt"), "no-such-session"):
        ran = desk("extract", "--session", named)
        assert ran.code == 2 and "Traceback" not in ran.err
    assert desk("extract", "--session", "x", "--commit", "HEAD").code == 2


class TestToldTwice:
    """The same knowledge from a commit and from the session behind it is one candidate."""

    MESSAGE = "Limit at the gateway\n\nDecision: Use a leaky bucket for rate limiting\n"

    def commit(self, desk: Desk, message: str) -> None:
        subprocess.run(
            ["git", "commit", "-q", "--allow-empty", "-m", message], cwd=desk.root, check=True
        )
        desk.ok("extract", "--commit", "HEAD")

    @pytest.mark.parametrize("first", ["commit", "session"])
    def test_whichever_came_first(self, desk: Desk, home: Path, first: str) -> None:
        write_log(home, desk.root, *CORRECTED)
        if first == "commit":
            self.commit(desk, self.MESSAGE)
            desk.ok("extract", "--session", SESSION)
        else:
            desk.ok("extract", "--session", SESSION)
            self.commit(desk, self.MESSAGE)
        (candidate,) = waiting(desk)
        told = candidate["evidence"]
        assert [set(e) - {"quote"} for e in told] == [{"commit"}, {"session", "source_tokens"}]
        assert candidate["rejected"] == [
            {"option": "token bucket", "because": "Bursts overran payments"}
        ]
        assert desk.ok("extract", "--session", SESSION, "--json").json["candidates"] == []
        desk.ok("extract", "--commit", "HEAD")
        assert len(waiting(desk)) == 1

    def test_rejected_once_it_comes_back_from_neither(self, desk: Desk, home: Path) -> None:
        write_log(home, desk.root, *CORRECTED)
        self.commit(desk, self.MESSAGE)
        desk.ok("extract", "--session", SESSION)
        desk.ok("inbox", "reject", str(waiting(desk)[0]["key"]))
        desk.ok("extract", "--session", SESSION)
        desk.ok("extract", "--commit", "HEAD")
        assert waiting(desk) == []

    def test_accepted_it_has_both_as_its_evidence(self, desk: Desk, home: Path) -> None:
        write_log(home, desk.root, *CORRECTED)
        self.commit(desk, self.MESSAGE)
        desk.ok("extract", "--session", SESSION)
        item = desk.ok("inbox", "accept", str(waiting(desk)[0]["key"]), "--json").json
        assert [sorted(e) for e in item["evidence"]] == [
            ["commit", "quote"],
            ["quote", "session", "source_tokens"],
        ]
        desk.ok("extract", "--session", SESSION)
        desk.ok("extract", "--commit", "HEAD")
        assert waiting(desk) == []

    def test_what_is_only_alike_stays_two(self, desk: Desk, home: Path) -> None:
        write_log(home, desk.root, *CORRECTED)
        self.commit(desk, "x\n\nDecision: Never use a leaky bucket for rate limiting\n")
        desk.ok("extract", "--session", SESSION)
        assert len(waiting(desk)) == 2


def test_an_agent_that_says_again_what_an_item_says_proposes_nothing(
    desk: Desk, home: Path
) -> None:
    desk.add("decision", "Use a leaky bucket for rate limiting at the API gateway.")
    write_log(
        home, desk.root,
        "A: Decision: use a leaky bucket for rate limiting.",
        "U: yes",
        "A: Decision: use a trie for the search box.",
    )  # fmt: skip
    desk.ok("extract", "--session", SESSION)
    assert statements(desk) == ["Use a trie for the search box."]
