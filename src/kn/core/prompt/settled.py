"""What was settled last, over all the parts of one reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kn.core.candidate import Candidate, normalized
from kn.core.model import Rejected
from kn.core.prompt.answer import Proposal

_KEEPS_REJECTED = ("decision", "convention")


def settle(
    found: Sequence[Candidate], proposals: Sequence[Proposal], *, shown: Sequence[Candidate]
) -> list[Candidate]:
    """What holds after a further part was read.

    A proposal that corrects an earlier candidate takes its place and keeps it as a rejected option;
    one that says again what is there already adds nothing.

    Args:
        found: What held before.
        proposals: What the part gave.
        shown: The candidates that the question numbered, from 1.
    """
    now = list(found)
    for proposal in proposals:
        candidate = proposal.candidate
        keys = {one.key for one in now}
        said = {normalized(one.statement) for one in now}
        if candidate.key in keys or normalized(candidate.statement) in said:
            continue
        if 0 < proposal.replaces <= len(shown):
            old = shown[proposal.replaces - 1]
            now = [one for one in now if one.key != old.key]
            if candidate.kind in _KEEPS_REJECTED and not candidate.rejected:
                candidate = replace(candidate, rejected=(Rejected(old.statement.rstrip(".")),))
        now.append(candidate)
    return now
