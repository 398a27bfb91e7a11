"""Whom to ask: CODEOWNERS as GitHub documents it."""

from __future__ import annotations

import pytest

from kn.core.review.owners import owners_of, read_codeowners

# The example of GitHub's own documentation, "About code owners".
EXAMPLE = """\
# This is a comment.
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/*  docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
"""


@pytest.mark.parametrize(("path", "owners"), [
    ("README", ["@global-owner1", "@global-owner2"]),
    ("src/deep/a.js", ["@js-owner"]),
    ("a.go", ["docs@example.com"]),
    ("x/a.txt", ["@octo-org/octocats"]),
    ("docs/deep/a.md", ["@doctocat"]),
    ("lib/docs/a.md", ["@global-owner1", "@global-owner2"]),
    ("scripts/a.sh", ["@doctocat", "@octocat"]),
    ("deep/er/logs", ["@octocat"]),
    ("deep/er/logs/x", ["@octocat"]),
    ("lib/apps/x.py", ["@octocat"]),
    ("apps/x.py", ["@octocat"]),
    ("apps/github", []),
    ("apps/github/x.py", []),
])  # fmt: skip
def test_the_last_rule_that_matches_counts(path: str, owners: list[str]) -> None:
    assert list(owners_of(path, read_codeowners(EXAMPLE))) == owners


@pytest.mark.parametrize(("pattern", "path", "matches"), [
    ("docs/*", "docs/a.md", True),
    ("docs/*", "docs/deep/a.md", False),
    ("docs/**", "docs/deep/a.md", True),
    ("/*", "a", True),
    ("/*", "a/b", False),
    ("a?c", "abc", True),
    ("a?c", "a/c", False),
    ("src/**/test", "src/test", True),
    ("src/**/test", "src/x/y/test/z", True),
    ("Docs/", "docs/a", False),
    ("!x", "x", False),
    ("a\\ b/", "a b/c", True),
])  # fmt: skip
def test_patterns_are_githubs(pattern: str, path: str, matches: bool) -> None:
    assert bool(owners_of(path, read_codeowners(f"{pattern} @x"))) == matches


def test_sections_of_gitlab_and_odd_lines_are_passed_over() -> None:
    assert read_codeowners("\ufeff[Section] @x\n^[Optional]\n\n# c\n*.py @y") == [("*.py", ("@y",))]
