"""Context -> what a hook prints for its agent, and not a key more, which Codex would punish."""

from __future__ import annotations

import json

from kn.core.agents.hosts import Host


def write_answer(host: Host, event: str, context: str) -> str:
    """The JSON that hands context over; empty when there is none, or the event takes none."""
    wired = host.wired(event)
    if not context or wired is None:
        return ""
    if host.answer == "specific":
        said = {"hookEventName": wired.name, "additionalContext": context}
        return json.dumps({"hookSpecificOutput": said})
    return json.dumps({host.answer: context})
