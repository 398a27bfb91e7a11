"""Which commits say nothing worth keeping, whatever words they use."""

from __future__ import annotations

import re

from kn.core.commit import Message

_REVERT = re.compile(r"revert\b", re.IGNORECASE)
_REVERTS = re.compile(r"^This reverts commit [0-9a-f]{7,64}", re.MULTILINE)
_MERGE = re.compile(
    r"merge (?:(?:remote-tracking )?branch|pull request|tag|commit|remote|\S+ (?:in)?to )\b",
    re.IGNORECASE,
)
_DEPENDENCIES = re.compile(
    r"[a-z]{2,12}\(deps(?:-dev)?\)|(?:[a-z]{2,12}(?:\([^)]{0,40}\))?!?:\s*)?"
    r"(?:bump|upgrade|update)s?\s.{0,120}"
    r"(?:\bfrom\b.{0,60}\bto\b|\bto v?\d|\bdependenc|\block ?file)",
    re.IGNORECASE,
)
_RELEASE = re.compile(
    r"(?:[a-z]{2,12}(?:\(release\))!?:|(?:chore|build|ci)(?:\([^)]{0,40}\))?:\s*"
    r"(?:release|publish|version|bump)\b|(?:release|version|prepare release|bump version)\b"
    r"|v?\d+\.\d+(?:\.\d+)?\S{0,20}\s*(?:\(#\d+\))?$)",
    re.IGNORECASE,
)


def is_revert(message: Message) -> bool:
    """Say whether the commit takes another one back; what it quotes holds no longer."""
    return bool(_REVERT.match(message.subject) or _REVERTS.search(message.body))


def is_routine(message: Message) -> bool:
    """Say whether the commit is a merge, a release or a bump of dependencies.

    Their prose repeats what other commits or other projects' release notes say.
    """
    return any(kind.match(message.subject) for kind in (_MERGE, _DEPENDENCIES, _RELEASE))
