"""The redactor of this user and this clone, on the only way from a log to rules and files."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from kn.adapters.ownsecrets import own_secrets
from kn.core.redact import Redactor
from kn.flows.knowledge import Knowledge


def make_redact(knowledge: Knowledge, environment: Mapping[str, str]) -> Callable[[str], str]:
    """A function that takes the secrets out of a text: known forms, and the user's own values.

    Args:
        knowledge: The repository, whose `.env` files hold secrets of the user too.
        environment: The process's own; says where home is.
    """
    home = Path(environment.get("HOME") or os.devnull)
    redactor = Redactor(own_secrets(environment, home, knowledge.repo.top))

    def redact(text: str) -> str:
        return redactor.redact(text).text

    return redact
