"""Secrets out of text, before any rule, model, index, file or log sees it (promise 6).

`Redactor` is the only way; `own_values` picks from a user's settings what to give it as exact.
"""

from kn.core.redact.finding import KINDS, Finding
from kn.core.redact.own import own_values
from kn.core.redact.redactor import Redacted, Redactor

__all__ = ["KINDS", "Finding", "Redacted", "Redactor", "own_values"]
