"""Findings as SARIF 2.1.0, for code scanning and its viewers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from kn.core.check import RULES, Finding, Rule
from kn.core.report.fingerprint import with_fingerprints
from kn.core.report.lines import tame

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def to_sarif(findings: Iterable[Finding], version: str) -> dict[str, Any]:
    """One run of kn.

    Args:
        findings: In the order in which they are to be shown.
        version: kn's own.
    """
    marked = list(with_fingerprints(findings))
    used = sorted({finding.code for finding, _ in marked})
    driver = {
        "name": "kn",
        "version": version,
        "rules": [_rule(RULES[code]) for code in used],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, mark, used.index(finding.code)) for finding, mark in marked],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, Any]:
    title = f"{rule.title[:1].upper()}{rule.title[1:]}."
    return {
        "id": rule.code,
        "shortDescription": {"text": title},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why} `kn check --explain {rule.code}` says more."},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(finding: Finding, fingerprint: str, index: int) -> dict[str, Any]:
    place = {
        "artifactLocation": {
            "uri": quote(finding.path, safe="/", errors="surrogatepass"),
            "uriBaseId": "%SRCROOT%",
        },
        "region": {"startLine": finding.line, "startColumn": finding.col},
    }
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": tame(finding.message)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"knFinding/v1": fingerprint},
    }
