"""Private keys in their files' forms: PEM, OpenSSH, PGP, PuTTY, JWK."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from kn.core.redact.finding import Finding

_LONGEST = 32_768
"""Characters of the longest key that is looked for; RSA of 16,384 bits has 12,700."""

_BEGIN = re.compile(r"-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}")
_END = re.compile(r"-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}")
_MATERIAL = re.compile(r"[A-Za-z0-9+/=]{16}")
_CUT_OFF = re.compile(
    r"(?:[\s\\]{0,8}(?:Proc-Type|DEK-Info|Comment|Version)[^\n\\]{0,80})*+"
    r"(?:[\s\\rn\"',+>|]{0,16}+[A-Za-z0-9+/=]{12,})*+"
)
_PUTTY = re.compile(r"Private-Lines: ?\d{1,4}\s{1,4}[A-Za-z0-9+/=\s]{16,32768}+")
_PUTTY_MAC = re.compile(r"Private-(?:MAC|Hash): ?[0-9a-f]{32,64}")
_JWK = re.compile(r"\"(?:d|p|q|dp|dq|qi|k)\"\s{0,4}:\s{0,4}\"([A-Za-z0-9_-]{20,2048}+)")


def private_keys(text: str) -> Iterator[Finding]:
    """Every private key, from its first line to its last, or as far as one that is cut off goes.

    A header without key material behind it is a mention, as in this sentence's own documentation,
    and no finding.
    """
    if "PRIVATE KEY" in text:
        yield from _armoured(text)
    if "Private-" in text:
        for pattern in (_PUTTY, _PUTTY_MAC):
            for match in pattern.finditer(text):
                yield Finding(match.start(), match.end(), "private-key")
    if '"kty"' in text:
        for match in _JWK.finditer(text):
            yield Finding(match.start(1), match.end(1), "private-key")


def _armoured(text: str) -> Iterator[Finding]:
    ends = [match.end() for match in _END.finditer(text)]
    done = 0
    for begin in _BEGIN.finditer(text):
        if begin.start() < done:
            continue
        at = bisect_left(ends, begin.end())
        if at < len(ends) and ends[at] - begin.start() <= _LONGEST:
            done = ends[at]
        else:
            cut = _CUT_OFF.match(text, begin.end(), begin.end() + _LONGEST)
            done = cut.end() if cut else begin.end()
        if _MATERIAL.search(text, begin.end(), done):
            yield Finding(begin.start(), done, "private-key")
