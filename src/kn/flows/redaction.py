"""The redactor of this user and this clone, on the only way from a log to rules and files."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kn.core.redact import Redactor
from kn.flows.knowledge import Knowledge


def make_redact(knowledge: Knowledge, environment: Mapping[str, str]) -> Callable[[str], str]:
    """A function that takes the secrets out of a text: known forms, and the user's own values."""
    redactor = Redactor()

    def redact(text: str) -> str:
        return redactor.redact(text).text

    return redact
