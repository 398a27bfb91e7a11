"""A candidate: an extracted proposal, with quoted evidence, that nobody has accepted yet."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kn.core.model import Evidence, Rejected, Scope


@dataclass(frozen=True, slots=True)
class Candidate:
    """What an extractor proposes; the field names are those of the item it may become."""

    kind: str
    statement: str
    because: str = ""
    rejected: tuple[Rejected, ...] = ()
    scope: Scope = field(default_factory=Scope)
    evidence: tuple[Evidence, ...] = ()
    details: str = ""
    own: Mapping[str, str] = field(default_factory=dict)
    """Fields of the kind alone: `instead` of a gotcha, `cause` of an incident."""
    confidence: float = 0.5
    """0.0 to 1.0: how often a proposal like this one is worth keeping, as measured."""
    extractor: str = ""
    """Which rule or model made it, as `trailer` or `rules:instead-of`."""

    @property
    def key(self) -> str:
        """Twelve hex digits that stay the same however often history is rewritten.

        A piece of knowledge is known by its kind and its normalised quote (DESIGN, settled
        points), so that an amended, rebased or cherry-picked commit proposes nothing twice. It is
        the commit's quote where there is one, else that of the first source: evidence that joins
        later changes nothing.
        """
        quoted = [e for e in self.evidence if e.quote]
        first = next((e for e in quoted if e.commit), quoted[0] if quoted else Evidence())
        same = [e for e in quoted if e.commit] or [e for e in quoted if e.session == first.session]
        quotes = sorted(normalized(e.quote) for e in same)
        text = "\n".join([self.kind, *(quotes or [normalized(self.statement)])])
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]

    def to_json(self) -> dict[str, Any]:
        """The shape of `kn extract --json` (format 1)."""
        return {
            "kind": self.kind,
            "statement": self.statement,
            "because": self.because,
            "rejected": [{"option": r.option, "because": r.because} for r in self.rejected],
            "scope": self.scope.to_json(),
            "evidence": [e.to_json() for e in self.evidence],
            "details": self.details,
            "instead": self.own.get("instead", ""),
            **{name: text for name, text in self.own.items() if name != "instead"},
            "confidence": self.confidence,
            "extractor": self.extractor,
            "key": self.key,
        }


def normalized(text: str) -> str:
    """A quote without what re-wrapping, case and punctuation change.

    >>> normalized("Use  a leaky\\nbucket.")
    'use a leaky bucket'
    """
    return " ".join(re.findall(r"\w+", text.casefold()))
