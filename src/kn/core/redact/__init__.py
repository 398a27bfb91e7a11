"""Secrets out of text, before any rule, model, index, file or log sees it (promise 6).

>>> Redactor().redact("export DB_PASSWORD=" + "Tr0ub4dor" + "&3").text
'export DB_PASSWORD=[redacted:password:…]'
"""

from kn.core.redact.finding import KINDS, Finding
from kn.core.redact.redactor import Redacted, Redactor

__all__ = ["KINDS", "Finding", "Redacted", "Redactor"]
