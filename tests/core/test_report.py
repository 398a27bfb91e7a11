"""Findings in other tools' forms: whole, within limits, and with nothing in them that acts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rig.tools import foreign_tool

from kn.core.check import RULES, Finding
from kn.core.report import to_github, to_gitlab, to_json, to_lines, to_sarif

HOSTILE = (
    "x\n::error file=a::owned\r\n##[add-mask]a\x1b[31m\u202eb\U000e0041 100% a:b,c </details> `x`"
)

texts = st.text(max_size=60)
findings = st.builds(
    Finding,
    st.sampled_from(sorted(RULES)),
    texts.map(lambda t: f".knowledge/{t}.yaml"),
    st.integers(1, 9999),
    texts,
    texts,
    st.integers(1, 500),
)


def _many(code: str, count: int) -> list[Finding]:
    return [Finding(code, "k/x.yaml", n + 1, f"said {n}", "dec-0000000a") for n in range(count)]


def test_a_line_is_what_editors_take_apart() -> None:
    (line,) = to_lines([Finding("KN012", "k/x.yaml", 7, "said: so", "dec-0000000a", 3)])

    assert line == "k/x.yaml:7:3: warning: said: so [KN012]"
    matcher = r"^(.+?):(\d+):(\d+): (error|warning|info): (.*?) \[(KN\d+)\]$"
    found = re.match(matcher, line)
    assert found is not None
    assert found.groups() == ("k/x.yaml", "7", "3", "warning", "said: so", "KN012")


@given(st.lists(findings, max_size=30))
def test_no_form_holds_what_could_act_on_a_terminal_or_a_runner(some: list[Finding]) -> None:
    lines = to_lines(some)
    commands = to_github(some)

    assert len(lines) == len(some)
    for line in lines + commands:
        assert not re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e]", line)
        assert "##[" not in line
    assert all(re.match(r"::(error|warning|notice) file=|kn: \+", c) for c in commands)


def test_a_hostile_message_stays_one_annotation() -> None:
    (line,) = to_github([Finding("KN001", "k/a,b:c%\n.yaml", 3, HOSTILE)])

    head, message = line.removeprefix("::error ").split("::", 1)
    assert dict(p.split("=", 1) for p in head.split(",")) == {
        "file": "k/a%2Cb%3Ac%25%0A.yaml", "line": "3", "col": "1",
        "title": "KN001%3A " + RULES["KN001"].title,
    }  # fmt: skip
    assert message.startswith("x%0A::error file=a::owned%0A## [add-mask]a\\u{1B}[31m\\u{202E}b")
    assert "100%25 a:b,c" in message


def test_github_is_told_the_worst_first_ten_of_a_kind_and_how_many_more() -> None:
    lines = to_github([*_many("KN020", 12), *_many("KN001", 11), *_many("KN012", 1)])

    kinds = [line.split(" ")[0] for line in lines]
    assert kinds == ["::error"] * 10 + ["::warning"] * 10 + ["kn:"]
    assert lines[-1] == "kn: +4 more not shown here (1 error, 3 warnings)"
    assert to_github(_many("KN001", 10))[-1].startswith("::error")
    assert to_github([]) == []


def test_json_is_what_others_rely_on() -> None:
    found = Finding("KN012", "k/x.yaml", 7, "said", "dec-0000000a", 3)

    assert to_json([found]) == {"format": 1, "findings": [{
        "code": "KN012", "severity": "warning", "path": "k/x.yaml", "line": 7, "col": 3,
        "message": "said", "id": "dec-0000000a",
    }]}  # fmt: skip


def _prints(report: list[dict[str, Any]]) -> list[str]:
    return [entry["fingerprint"] for entry in report]


@given(st.lists(findings, max_size=30))
def test_fingerprints_are_unique_and_do_not_depend_on_lines(some: list[Finding]) -> None:
    prints = _prints(to_gitlab([*some, *some]))
    assert len(set(prints)) == 2 * len(some)

    moved = [Finding(f.code, f.path, f.line + 40, f.message, f.id, f.col + 2) for f in some]
    assert _prints(to_gitlab(moved)) == _prints(to_gitlab(some))


def test_a_fingerprint_outlives_a_rename_and_tells_items_apart() -> None:
    one = Finding("KN012", "k/x.yaml", 7, "said", "dec-0000000a")

    def mark(finding: Finding) -> str:
        return _prints(to_gitlab([finding]))[0]

    assert mark(one) == mark(Finding("KN012", "k/y.yaml", 7, "said", "dec-0000000a"))
    assert mark(one) != mark(Finding("KN012", "k/x.yaml", 7, "said", "dec-0000000b"))
    assert mark(one) != mark(Finding("KN013", "k/x.yaml", 7, "said", "dec-0000000a"))


def test_gitlab_gets_what_it_demands() -> None:
    (entry,) = to_gitlab([Finding("KN001", "k/x.yaml", 7, "said", "dec-0000000a", 3)])

    assert entry.pop("fingerprint")
    assert entry == {
        "description": "said [KN001]", "check_name": "KN001", "severity": "critical",
        "location": {"path": "k/x.yaml", "lines": {"begin": 7}},
    }  # fmt: skip


def test_sarif_names_tool_rules_places_and_fingerprints() -> None:
    log = to_sarif([Finding("KN012", "k/ä b.yaml", 7, "said", "dec-0000000a", 3)], "1.2.3")

    (run,) = log["runs"]
    assert run["tool"]["driver"]["version"] == "1.2.3"
    assert [r["id"] for r in run["tool"]["driver"]["rules"]] == ["KN012"]
    (result,) = run["results"]
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("KN012", 0, "warning")
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "k/%C3%A4%20b.yaml"
    assert place["region"] == {"startLine": 7, "startColumn": 3}
    assert result["partialFingerprints"]


def _every_rule() -> list[Finding]:
    return [
        Finding(code, f".knowledge/decisions/{n} ü%-0000000a.yaml", n + 1, HOSTILE, "dec-0000000a")
        for n, code in enumerate(RULES)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("found", [[], _every_rule()], ids=["nothing", "every rule"])
def test_microsofts_validator_accepts_the_sarif(found: list[Finding], tmp_path: Path) -> None:
    name = foreign_tool("sarif-multitool-linux")
    log = tmp_path / "kn.sarif"
    log.write_text(json.dumps(to_sarif(found, "1.2.3")), "utf-8")
    said = tmp_path / "said.sarif"

    done = subprocess.run(
        [name, "validate", str(log), "--output", str(said), "--log", "ForceOverwrite"],
        capture_output=True, text=True, check=False,
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads(said.read_text("utf-8-sig"))["runs"][0].get("results") or []
    no_home_page = "Warning_ProvideToolnformationUri"  # their spelling; kn has none yet
    assert [m for r in results if (m := r["message"])["id"] != no_home_page] == []


@pytest.mark.slow
def test_sarif_tools_reads_the_sarif(tmp_path: Path) -> None:
    name = foreign_tool("sarif")
    log = tmp_path / "kn.sarif"
    found = _every_rule()
    log.write_text(json.dumps(to_sarif(found, "1.2.3")), "utf-8")

    done = subprocess.run([name, "summary", str(log)], capture_output=True, text=True, check=True)

    errors = sum(f.severity == "error" for f in found)
    assert f"error: {errors}" in done.stdout, done.stdout + sys.version
