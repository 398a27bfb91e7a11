"""Readers of other tools' notes: each passage becomes a candidate, or is left with a reason."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kn.adapters.tokens import count
from kn.core.candidate import Candidate
from kn.core.importing import FORMATS, Reading, Source, imports_in, read_notes, surroundings
from kn.core.importing.passages import passages_of, verbatim
from kn.flows.transfer.sources import match_glob

FILES = ["src/gateway/limits.py", "src/db/pool.py", "Makefile", "docs/a.md", "web/app.ts"]
AROUND = surroundings(count, match_glob, FILES)
MULCH = Path(__file__).parent.parent / "fixtures/transfer/mulch"


def read(form: str, text: str, name: str = "NOTES.md", folder: str = "") -> Reading:
    return read_notes(form, [Source(name, text, folder)], AROUND)


def only(reading: Reading) -> Candidate:
    (proposal,) = reading.proposals
    return proposal.candidate


def why(reading: Reading) -> list[str]:
    assert not reading.proposals
    return [s.because for s in reading.skipped]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("- Never log request bodies.", "convention"),
        ("- Use tabs in Makefiles.", "convention"),
        ("We chose Postgres over MySQL because of JSONB.", "decision"),
        ("- VACUUM inside a transaction fails silently.", "gotcha"),
        ("- The orders API answers at most 50 requests a second.", "fact"),
        ("**Gotcha:** the cache is shared by all tenants.", "gotcha"),
        ("- Decision: events go through the outbox table.", "decision"),
    ],
)
def test_a_rule_has_the_kind_that_its_words_say(line: str, kind: str) -> None:
    assert only(read("claude-md", line)).kind == kind


def test_what_stands_under_a_heading_is_of_its_kind() -> None:
    reading = read("claude-md", "## Known pitfalls\n\n- The cache is shared by all tenants.\n")

    assert only(reading).kind == "gotcha"


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("You are a senior engineer who must be careful.", "speaks to the assistant"),
        ("This file provides guidance to Claude Code.", "speaks to the assistant"),
        ("## Next steps\n\n- Always finish the login page first.", "changes from day to day"),
        ("## Structure\n\n- `src/gateway/` - the gateway of it all", "describes a command"),
        ("The sky over the harbour was grey.", "no rule"),
        ("- [ ] Always write more tests", "a task"),
        ("- [Guide](docs/guide.md)", "only a link"),
        ("| never | always |\n|---|---|", "a table"),
        ("```\nnever do this\n```", "code"),
        ("<!-- never do this -->", "a comment"),
        ("- Always deploy\u202e yadnom no", "hidden characters"),
        ("<!-- BEGIN kn v1 -->\n- Never do this thing.\n<!-- END kn -->", "that kn keeps"),
        ("<!-- mulch:start -->\n- Never do this.\n<!-- mulch:end -->", "that mulch keeps"),
        ("<!-- BEGIN BEADS INTEGRATION -->\n- Never.\n<!-- END BEADS INTEGRATION -->",
         "that beads keeps"),
        ("- Tabs", "too short"),
        ("Read @docs/a.md before you must change it.", "points to"),
    ],
)  # fmt: skip
def test_what_is_no_knowledge_of_the_code_is_left_with_the_reason(text: str, because: str) -> None:
    (said,) = why(read("claude-md", text))

    assert because in said


def test_a_trap_keeps_the_sentence_that_says_what_to_do() -> None:
    reading = read(
        "claude-md",
        "## Gotchas\n\n- The sandbox returns 500 on amounts ending in 13. Use other amounts in "
        "tests.\n",
    )
    (found,) = (p.candidate for p in reading.proposals)

    assert (found.kind, found.statement) == (
        "gotcha", "The sandbox returns 500 on amounts ending in 13.",
    )  # fmt: skip
    assert found.own == {"instead": "Use other amounts in tests"}


def test_a_list_of_commands_gives_only_its_rules() -> None:
    reading = read(
        "claude-md",
        "## Commands\n\n- Run a single test: `go test ./pay -run Name`\n- Build: `make`\n"
        "- Run `make generate` after changing a .proto file.\n"
        "- `pnpm dev` – run the dev server\n- `pnpm x`: never run it on main.\n",
    )
    said = [p.candidate.statement for p in reading.proposals]

    assert said == [
        "Run `make generate` after changing a .proto file.", "`pnpm x`: never run it on main.",
    ]  # fmt: skip


@pytest.mark.parametrize(("heading", "lasts"), [
    ("Sessions", True), ("Session storage", True), ("Session notes", False),
    ("Last session", False), ("Current session", False),
])  # fmt: skip
def test_sessions_of_a_product_are_no_diary(heading: str, lasts: bool) -> None:
    reading = read("claude-md", f"## {heading}\n\n- Sessions must be stored in Redis.\n")

    assert bool(reading.proposals) == lasts


def test_the_reason_the_rejected_option_and_the_files_are_taken_apart() -> None:
    found = only(read(
        "claude-md",
        "- **HTTP**: use `httpx` instead of `requests` in `src/gateway/`, because it times out.",
    ))  # fmt: skip

    assert found.statement == "HTTP: use `httpx` instead of `requests` in `src/gateway/`."
    assert found.because == "It times out."
    assert [r.option for r in found.rejected] == ["requests"]
    assert found.scope.paths == ("src/gateway/**",)
    assert found.evidence[0].document == "NOTES.md"
    assert found.evidence[0].quote.startswith("**HTTP**: use")


@pytest.mark.parametrize(
    "text",
    ["Never " + "do this and that thing, " * 30, "Never ever " + "x" * 600,
     "Never ever " + "日本語" * 80, "Never `" + "a_b" * 100 + "` at all"],
)  # fmt: skip
@pytest.mark.parametrize("form", ["claude-md", "changelog", "basic-memory", "mulch"])
def test_a_long_rule_is_cut_to_forty_tokens_and_kept_whole_in_the_details(
    text: str, form: str
) -> None:
    told = {
        "claude-md": f"- {text}", "changelog": f"## 1.0.0\n\n- **Breaking:** {text}",
        "basic-memory": f"- [rule] {text}",
        "mulch": json.dumps({"id": "mx-1", "type": "convention", "content": text}),
    }  # fmt: skip
    found = only(read(form, told[form]))

    assert 5 < count(found.statement) <= 40
    assert text.strip() in found.details


def test_nested_bullets_and_code_stay_with_their_rule() -> None:
    found = only(read(
        "claude-md", "- Never mock the pool.\n  - It hides leaks.\n  ```py\n  Pool()\n  ```\n"
    ))  # fmt: skip

    assert "It hides leaks." in found.details
    assert "Pool()" in found.details


def test_bullets_below_an_introduction_carry_it() -> None:
    reading = read("claude-md", "## Rules\n\n- For tests:\n  - one assert a test\n")

    assert only(reading).statement == "For tests: one assert a test."


def test_a_file_in_a_folder_speaks_of_that_folder() -> None:
    found = read("agents-md", "- Never block the loop.", "src/db/AGENTS.md", "src/db")

    assert only(found).scope.paths == ("src/db/**",)


def test_a_path_of_special_characters_stands_for_itself_alone() -> None:
    around = surroundings(count, match_glob, ["we*rd/limits.py", "weird/other.py"])
    scope = around.scope_of("Never raise the rates in limits.py.")
    assert scope.paths == (r"we\*rd/limits.py",)


def test_a_rule_file_is_for_its_globs() -> None:
    text = (
        "---\ndescription: x\nglobs: web/**/*.ts, *.tsx\nalwaysApply: false\n---\n- Never use any."
    )

    found = read("cursor-rules", text, ".cursor/rules/ts.mdc")

    assert only(found).scope.paths == ("web/**/*.ts", "*.tsx")
    assert found.proposals[0].line == 6


@pytest.mark.parametrize(
    ("front", "paths"),
    [
        ("globs: **/*.{ts,tsx}, src/**", ("**/*.ts", "**/*.tsx", "src/**")),
        ('globs: ["src/{a,b}/**", "lib/*.py"]', ("src/a/**", "src/b/**", "lib/*.py")),
        ('paths:\n  - "src/{a,b}/**"\n  - lib/**', ("src/a/**", "src/b/**", "lib/**")),
        ('applyTo: "{**/*,*}.py"', ("**/*.py", "*.py")),
        ("globs: src/{x}/*.py, src/[ab], {", ("src/{x}/*.py", "src/[ab]", "{")),
        ("globs: " + "{a,b}" * 12, ()),
    ],
)
def test_braces_of_a_rule_file_s_globs_are_opened(front: str, paths: tuple[str, ...]) -> None:
    """A scope's globs are git's, which have none."""
    text = f"---\n{front}\n---\n- Never use any.\n"
    found = only(read("cursor-rules", text, ".cursor/rules/ts.mdc")).scope.paths
    assert found == paths if paths else len(found) <= 10


def test_a_decision_takes_its_rationale_and_alternatives_along() -> None:
    found = only(read(
        "memory-bank",
        "## Key decisions\n\n### 1. Queue\n- **Decision**: Use NATS for events\n"
        "- **Rationale**: Kafka needs a team of its own\n- **Alternatives**: Kafka; RabbitMQ\n"
        "- **Trade-offs**: no replay\n",
        "memory-bank/systemPatterns.md",
    ))  # fmt: skip

    assert (found.kind, found.statement) == ("decision", "Use NATS for events.")
    assert found.because == "Kafka needs a team of its own."
    assert [r.option for r in found.rejected] == ["Kafka", "RabbitMQ"]
    assert "no replay" in found.details


def test_a_rule_inside_a_paragraph_is_found_with_its_sentence_as_quote() -> None:
    text = (
        "## Naming\n\nThe lookup splits `a_b` on the first underscore. Table names must not "
        "contain `_` at all. It is fast.\n"
    )

    found = only(read("claude-md", text))

    assert found.statement == "Table names must not contain `_` at all."
    assert found.evidence[0].quote == "Table names must not contain `_` at all."


@pytest.mark.parametrize(
    "text",
    ["## Patterns\n\n**Benefits:**\n- Clean separation of all the concerns\n",
     "## Caching patterns\n\n- Permission status caching\n",
     "## Usage\n\n- `-delete <x>` - Removes code. **Never touches the table.**\n"],
)  # fmt: skip
def test_praise_keywords_and_descriptions_are_no_rules(text: str) -> None:
    assert why(read("memory-bank", text))


def test_imports_are_found_outside_of_code_only() -> None:
    text = (
        "See @docs/a.md and @README.md.\n`@docs/no.md` ask @anna\n```\n@docs/no.md\n```\n@~/me.md"
    )

    assert imports_in(text) == [(1, "docs/a.md"), (1, "README.md"), (6, "~/me.md")]


def test_a_memory_bank_gives_what_lasts() -> None:
    text = "## System patterns\n\n- The gateway talks to the core over gRPC.\n"

    assert only(read("memory-bank", text, "memory-bank/systemPatterns.md")).kind == "convention"
    assert "day to day" in why(read("memory-bank", text, "memory-bank/activeContext.md"))[0]
    assert "day to day" in why(read("memory-bank", text, "memory-bank/progress.md"))[0]


CODEOWNERS = """# everything
*           @core
/src/db/    @org/db dba@example.com   # inline
/src/gateway/ @old
# who limits
/src/gateway/ @org/gateway
/docs/
*.rs        @rust
!x @no
"""


def test_codeowners_gives_the_owners_whose_rule_decides() -> None:
    reading = read("codeowners", CODEOWNERS, ".github/CODEOWNERS")

    found = {p.line: (p.candidate.own["who"], p.candidate.scope.paths) for p in reading.proposals}
    assert found == {
        2: ("@core", ()),
        3: ("@org/db, dba@example.com", ("/src/db/",)),
        6: ("@org/gateway", ("/src/gateway/",)),
    }
    assert {s.line: s.because[:14] for s in reading.skipped} == {
        4: "no file is lef", 7: "it says that n", 8: "no file is lef", 9: "no rule that C"
    }  # fmt: skip
    assert reading.proposals[2].candidate.details == "who limits"


def test_rules_of_gitlab_s_sections_hold_beside_each_other() -> None:
    text = "[Code] @dev\n*\n^[Database][2]\n/src/db/ @dba\n"

    found = [p.candidate.own["who"] for p in read("codeowners", text).proposals]

    assert found == ["@dev", "@dba"]


POSTMORTEM = """# Postmortem: payments down

Date: 2026-03-01
Severity: SEV1

## Summary

The gateway sent bursts to the payment API, which blocked us for two hours.

## Impact

12% of checkouts failed.

## Root Causes

The token bucket in `src/gateway/limits.py` allowed bursts.

## Resolution

Leaky bucket deployed.

## Action Items

| Action item | Owner |
|---|---|
| Alert on 429, within a minute | anna |

## Lessons Learned

### What went wrong

- Nobody watched 429s.
"""


def test_a_postmortem_is_one_incident() -> None:
    found = only(read("postmortem", POSTMORTEM, "postmortems/2026-03-01-payments.md"))

    assert found.kind == "incident"
    assert found.statement.startswith("The gateway sent bursts to the payment API")
    assert found.own == {
        "on": "2026-03-01", "severity": "critical", "impact": "12% of checkouts failed.",
        "cause": "The token bucket in `src/gateway/limits.py` allowed bursts.",
        "fix": "Leaky bucket deployed.", "follow_ups": "Alert on 429, within a minute\n",
    }  # fmt: skip
    assert found.scope.paths == ("src/gateway/limits.py",)
    assert "Nobody watched 429s" in found.details


@pytest.mark.parametrize("table", [
    "| Action | Owner |\n|---|---|\n| Alert on 429 | anna |\n| Test \\| retry | bob |\n",
    "| # | Owner | Action Item |\n|:-:|:--|--:|\n| 1 | anna | Alert on 429 |\n"
    "| 2 | bob | Test \\| retry |\n",
    "| Measure | Type |\n| --- | --- |\n| Alert on 429 | detect |\n| Test \\| retry | prevent |\n",
])  # fmt: skip
def test_follow_ups_are_the_column_that_tells_them(table: str) -> None:
    text = re.sub(r"\| Action item [^#]+", lambda _: f"{table}\n", POSTMORTEM)
    found = only(read("postmortem", text, "postmortems/2026-03-01-payments.md"))

    assert found.own["follow_ups"].splitlines() == ["Alert on 429", "Test | retry"]


def test_a_text_without_cause_and_impact_is_no_postmortem() -> None:
    assert "no postmortem" in why(read("postmortem", "# Notes\n\nAll fine.\n", "incidents/x.md"))[0]


CHANGELOG = """# Changelog

Always be kind.

## [Unreleased]

### Changed

- **Breaking:** `open` needs a path, because the default hid errors.
- Faster start.

## [2.0.0] - 2026-01-02

### BREAKING CHANGES

- The config moved from INI to TOML.

## [1.9.0] - 2025-12-01 [YANKED]

- **Breaking:** gone again.
"""


def test_breaking_changes_are_decisions_and_the_rest_is_counted() -> None:
    reading = read("changelog", CHANGELOG, "CHANGELOG.md")

    said = [(p.candidate.statement, p.candidate.because) for p in reading.proposals]
    assert said == [
        ("`open` needs a path.", "The default hid errors."),
        ("The config moved from INI to TOML.", ""),
    ]
    assert "Since 2.0.0 (2026-01-02)" in reading.proposals[1].candidate.details
    assert [s.because for s in reading.skipped] == [
        "stands under no version", "no breaking change", "its version was yanked"
    ]  # fmt: skip


def test_observations_of_basic_memory_keep_their_type() -> None:
    text = (
        "---\ntitle: Gateway\ntype: note\ntags: [api]\n---\n# Gateway\n\nSome prose.\n\n"
        "- [decision] Limit with a leaky bucket #limits (bursts hurt the payment API)\n"
        "- [idea] Try a wheel of timers\n- implements [[Rate limiting]]\n"
    )
    reading = read("basic-memory", text)

    found = only(reading)
    assert (found.kind, found.statement) == ("decision", "Limit with a leaky bucket.")
    assert found.because == "Bursts hurt the payment API."
    assert found.scope.tags == ("limits", "api")
    assert [s.because.split(":")[0] for s in reading.skipped] == [
        "no observation", "not settled", "a relation between notes"
    ]  # fmt: skip


def test_claude_s_memory_gives_feedback_and_nothing_about_people() -> None:
    rule = "---\nname: db\ndescription: tests\ntype: feedback\n---\nTests hit a real database.\n\n**Why:** mocks hid a broken migration.\n"  # noqa: E501
    person = "---\nname: me\ntype: user\n---\nAnna always likes short answers.\n"

    found = only(read("claude-memory", rule, "feedback_db.md"))

    assert (found.kind, found.statement) == ("convention", "Tests hit a real database.")
    assert found.because == "Mocks hid a broken migration."
    assert why(read("claude-memory", person)) == ["about a person, not about the code"]
    assert read("claude-memory", "# Memory\n- [DB](feedback_db.md) — tests always\n") == Reading()


def test_mulch_s_own_records_are_mapped_and_the_superseded_one_is_not_proposed() -> None:
    sources = [Source(f".mulch/expertise/{p.name}", p.read_text()) for p in MULCH.glob("*.jsonl")]
    reading = read_notes("mulch", sources, AROUND)

    found = {p.candidate.statement: p.candidate for p in reading.proposals}
    leaky = found["Use a leaky bucket for rate limiting at the gateway."]
    assert leaky.kind == "decision"
    assert leaky.because.startswith("Bursts of a token bucket overran")
    assert leaky.scope.tags == ("gateway", "rate-limiting")
    assert "Replaces: Use a token bucket for rate limiting" in leaky.details
    assert [p.replaces for p in reading.proposals if p.replaces] == [
        ("Use a token bucket for rate limiting",)
    ]
    vacuum = found["VACUUM inside a transaction fails on SQLite."]
    assert vacuum.own == {"instead": "Run VACUUM on a connection in autocommit mode."}
    assert vacuum.scope.paths == ("src/db/pool.py",)
    kinds = sorted(p.candidate.kind for p in reading.proposals)
    assert kinds == ["convention", "convention", "convention", "decision", "fact", "gotcha"]
    assert sorted(s.because for s in reading.skipped) == [
        "its status is draft", "superseded by mx-7467b7"
    ]  # fmt: skip


def test_a_line_of_mulch_that_cannot_be_read_is_said() -> None:
    text = '{"id":"mx-1","type":"convention","content":"Old words here.","recorded_at":"2026-01-01"}\n{\n[]\n{"id":"mx-1","type":"convention","content":"New words here.","recorded_at":"2026-02-01"}\n'  # noqa: E501
    reading = read("mulch", text, ".mulch/expertise/x.jsonl")

    assert only(reading).statement == "New words here."
    assert [s.because for s in reading.skipped] == [
        "an older version of mx-1", "no JSON", "no record"
    ]  # fmt: skip


NOTES = st.lists(
    st.sampled_from([
        "- Never do it, because", "# Rules", "## Gotchas", "  - nested", "```", "~~~", "| a | b |",
        "<!-- BEGIN kn v1 -->", "<!-- END kn -->", "<!--", "-->", "1. Run it", "- [ ] x", "---",
        "word " * 60, '<a name="x"></a>',
        "## 2.0.0 BREAKING CHANGES", "x" * 300, "", "* @org/x", "[Sec] @a",
        "**Breaking:** all of it", "@a/b.md",
        "- [decision] we do it #x (y)", '{"id":"a","content":"b c d","type":"failure"}', "## [1.0]",
        "\t- deep", "> quoted must", "é" * 50, "日本語" * 40, "Status: x", "## Impact", "## Cause",
    ]) | st.text(max_size=40),
    max_size=14,
).map("\n".join)  # fmt: skip


@given(st.sampled_from([f.name for f in FORMATS]), NOTES)
def test_whatever_is_read_a_statement_fits_and_its_quote_is_verbatim(name: str, text: str) -> None:
    for proposal in read(name, text).proposals:
        one = proposal.candidate
        assert count(one.statement) <= 40
        assert one.statement.strip() == one.statement != ""
        assert one.evidence[0].document == "NOTES.md"
        assert re.fullmatch(r"[0-9a-f]{12}", one.key)
        assert one.extractor.startswith("import:")


@given(NOTES)
def test_every_line_that_says_something_is_part_of_a_passage(text: str) -> None:
    if any(mark in text for mark in ("<!--", "BEGIN", "\r", "\x0b", "\x0c", "\x85", "\u2028")):
        return
    whole = " ".join(verbatim(p) for p in passages_of(text))
    headings = {h for p in passages_of(text) for h in p.headings}
    for line in text.replace("\ufeff", "").split("\n"):
        for word in re.findall(r"[A-Za-z]{4,}", line):
            shown = word in whole or any(word in h for h in headings)
            assert shown or line.lstrip().startswith("#") or line.strip().startswith("**")
