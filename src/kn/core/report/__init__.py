"""Findings as others read them: lines, JSON, GitHub annotations, SARIF, GitLab Code Quality.

Whatever an item says stays data: nothing in a finding steers a terminal or poses as a command.
"""

from kn.core.report.github import to_github
from kn.core.report.gitlab import to_gitlab
from kn.core.report.lines import to_json, to_lines
from kn.core.report.sarif import to_sarif

FORMATS = ("lines", "json", "github", "sarif", "gitlab")

__all__ = ["FORMATS", "to_github", "to_gitlab", "to_json", "to_lines", "to_sarif"]
