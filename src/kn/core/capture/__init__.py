"""What is worth keeping in a commit message, by rules that need no model.

Trailers are taken at their word; of the prose only what has the marks of a decision, a trap or an
incident. The default is to propose nothing: a person has to read every false one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kn.core.candidate import Candidate, normalized
from kn.core.capture.noise import is_revert, is_routine
from kn.core.capture.prose import told_in
from kn.core.capture.scope import scope_of
from kn.core.capture.trailers import stated_in
from kn.core.commit import parse_message

__all__ = ["candidates_in"]


def candidates_in(
    message: str, *, commit: str, paths: Sequence[str] = (), session: str = ""
) -> list[Candidate]:
    """Propose what a commit's message says that is worth keeping; mostly that is nothing.

    Trailers first, then prose, in the order of the message, no two with the same key. Every quote
    is verbatim text of the message. `paths` are the files that the commit changed: they become the
    scope. Reverts propose nothing at all; merges, releases and dependency bumps only trailers.
    Reads 64 Ki characters of the message, in linear time, and never raises.
    """
    parsed = parse_message(message)
    if is_revert(parsed):
        return []
    found = stated_in(parsed)
    if not is_routine(parsed):
        found += told_in(parsed, stated=bool(found))
    scope = scope_of(paths) if found else None
    unique: dict[str, Candidate] = {}
    for candidate in found:
        if not normalized(candidate.statement):
            continue
        evidence = tuple(
            replace(piece, commit=commit, session=session) for piece in candidate.evidence
        )
        candidate = replace(candidate, evidence=evidence, scope=scope or candidate.scope)
        unique.setdefault(candidate.key, candidate)
    return list(unique.values())
