"""What a scan yields, and the marker that stands for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

UNJUDGED = "unjudged"
"""The kind of text that was dropped because it could not be judged within the bounds."""

KINDS = (
    "own-value", "private-key", "aws-key", "github-token", "gitlab-token", "slack-token",
    "stripe-key", "google-key", "openai-key", "anthropic-key", "registry-token", "mail-key",
    "azure-key", "jwt", "chat-token", "shop-key", "cloud-token", "service-token", "password-hash",
    "url-password", "authorization", "password", "secret", "random", UNJUDGED,
)  # fmt: skip
"""Every kind, the most telling first: where two findings meet, the earlier name wins."""

_RANK = {kind: place for place, kind in enumerate(KINDS)}
MARKER = re.compile(rf"\[redacted:(?:{'|'.join(KINDS)}):[0-9a-f]{{4}}\]")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A secret at `text[start:end]`; `kind` is one of `KINDS`."""

    start: int
    end: int
    kind: str


def marker(kind: str, value: str, salt: bytes) -> str:
    """The text that stands for a secret: the same for the same value and salt.

    Four hex digits let a reader see that two places held the same secret, and are far too few to
    guess it by; the salt keeps them from being compared between clones.
    """
    raw = value.encode("utf-8", "surrogatepass")
    tag = blake2b(raw, key=salt[:64], digest_size=2).hexdigest()
    return f"[redacted:{kind}:{tag}]"


def merge_findings(found: Iterable[Finding], text: str) -> list[Finding]:
    """The findings in order, overlapping ones as one, those inside a marker left out."""
    markers = [m.span() for m in MARKER.finditer(text)] if "[redacted:" in text else []
    merged: list[Finding] = []
    at = 0
    for one in sorted(found):
        while at < len(markers) and markers[at][1] <= one.start:
            at += 1
        if at < len(markers) and markers[at][0] <= one.start and one.end <= markers[at][1]:
            continue
        if merged and one.start < merged[-1].end:
            last = merged[-1]
            kind = min(last.kind, one.kind, key=_RANK.__getitem__)
            merged[-1] = Finding(last.start, max(last.end, one.end), kind)
        else:
            merged.append(one)
    return merged
