"""Building ahead: after HEAD has moved, or items were written, the next context finds all ready."""

from __future__ import annotations

import os
import time
from pathlib import Path

from kn.adapters.lock import locked
from kn.adapters.snapshot import RACY_NS
from kn.errors import KnError
from kn.flows.agents.gate import is_let_in
from kn.flows.context import build_context
from kn.flows.knowledge import open_knowledge
from kn.flows.serving.values import Asked


def build_ahead() -> None:
    """Make the view ready, and the branch's context without a task; nothing is said or asked.

    What was written just now is not kept, so it waits a moment first. Where another process is at
    it already this one has nothing to do.
    """
    time.sleep(2 * RACY_NS / 1e9)
    started_ns = time.time_ns()
    try:
        knowledge = open_knowledge(Path.cwd(), os.environ)
        if not is_let_in(str(knowledge.repo.common_dir)):
            return
        with locked(knowledge.state / "ahead.lock", 0):
            built = build_context(knowledge, Asked())
            built.keep(["context"], built.context.text, started_ns)
    except KnError:
        return
