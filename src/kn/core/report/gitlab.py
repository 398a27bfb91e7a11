"""Findings as GitLab's Code Quality report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kn.core.check import Finding
from kn.core.report.fingerprint import with_fingerprints
from kn.core.report.lines import tame

_SEVERITIES = {"error": "critical", "warning": "minor", "info": "info"}


def to_gitlab(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """The array that a job leaves as `artifacts:reports:codequality`."""
    return [
        {
            "description": f"{tame(finding.message)} [{finding.code}]",
            "check_name": finding.code,
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[finding.severity],
            "location": {"path": tame(finding.path), "lines": {"begin": finding.line}},
        }
        for finding, fingerprint in with_fingerprints(findings)
    ]
