"""What a finding is known by, from one commit to the next."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from kn.core.check import Finding


def with_fingerprints(findings: Iterable[Finding]) -> Iterator[tuple[Finding, str]]:
    """Each finding with 64 hex digits that no other of them has.

    They depend on the rule, the item (by its id, so that a file may be renamed) and the message,
    not on the line; the same said twice of one item is numbered in order.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        known_by = (finding.code, finding.id or finding.path, finding.message)
        seen[known_by] += 1
        whole = "\0".join((*known_by, str(seen[known_by])))
        yield finding, hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()
