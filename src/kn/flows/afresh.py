"""Opening the knowledge anew for every call, in a process that serves an agent for hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from kn.flows.knowledge import Knowledge, open_knowledge
from kn.flows.redaction import forget_secrets
from kn.flows.views.kept import forget_uncommitted


def open_afresh(start: Path, environment: Mapping[str, str]) -> Knowledge:
    """The knowledge as it is on the disk now, as an agent may see it.

    Nothing of an earlier call is taken over: branches change and files are edited between two of
    them. Whoever asks is an agent, whatever the environment says (DESIGN §4).

    Raises:
        KnError: As for `open_knowledge`.
    """
    forget_uncommitted()
    forget_secrets()
    return replace(open_knowledge(start, environment), in_agent=True)
