"""Strings that were drawn by chance and stand alone, in base64 or letters and digits."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Callable, Iterator

from kn.core.redact.finding import UNJUDGED, Finding
from kn.core.redact.judge import is_digest, is_random, is_wordy

SHORTEST = 20
"""Characters; below this a drawn string and a name cannot be told apart."""
_LONGEST = 16_384
"""A run longer than this is dropped unread: no sentence that is worth keeping contains one."""

_RUN = re.compile(
    r"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{60,76}+\r?\n[ \t]{0,8})*[A-Za-z0-9+/_-]{16,}+={0,2}"
)
_PUBLIC_BLOCK = re.compile(
    r"-----BEGIN (?![A-Z ]*PRIVATE)([A-Z0-9 ]{3,40})-----"
    r"[A-Za-z0-9+/=\s\\:,.-]{0,65536}?-----END \1-----"
)
_HARMLESS_BEFORE = re.compile(
    r"(?i)(?:sha-?\d{1,3}[-:=]|\bmd5[-:=]|\bh1:|integrity\W{1,4}(?:sha\d+-)?|;base64,"
    r"|ssh-\w+ |ecdsa-[\w-]+ |/nix/store/|://\S{0,200}[/.]|[?&](?:v|id|list|q|hash|ref)="
    r"|(?:signature|encrypted_content|etag|\bid|_id|uuid|hash|digest|checksum|fingerprint|nonce"
    r"|cursor|commit)[\"']?\s?[:=]\s?[\"']?)\Z"
)
_HARMLESS = re.compile(
    r"(?:toolu|msg|call|req|resp|run|item|rs|fc|evt|chatcmpl|thread|step|file|asst|task|gen|ses|prt"
    r"|ws|cs|pi|cus|prod|price|sub|ch|in)_?(?:bdrk_|vrtx_)?[-_]\w+"  # ids of agents and of shops
    r"|AAAA[BCE][A-Za-z0-9+/]+=*|MII\S+"  # public keys, certificates
    r"|(?:iVBORw0KGgo|/9j/|R0lGOD|JVBERi|UEsDB|H4sI|AGFzbQ|d09G|AAEAAA|PHN2Zy)\S+"  # media
    r"|[A-Za-z0-9+/]{0,3}sha\d{3}-\S+|Qm[1-9A-HJ-NP-Za-km-z]{44}\Z"
)


def random_runs(text: str, spend: Callable[[], None]) -> Iterator[Finding]:
    """Runs of 20 characters and more that no one wrote, hashes and public things left alone.

    Left alone are hex digests, UUIDs, words put together, paths and addresses, integrity hashes,
    images, certificates, public keys, and the ids that agents' logs are full of.
    """
    public = [m.span() for m in _PUBLIC_BLOCK.finditer(text)] if "-----BEGIN" in text else []
    for match in _RUN.finditer(text):
        start, end = match.span()
        if end - start > _LONGEST:
            yield Finding(start, end, UNJUDGED)
            continue
        if end - start < SHORTEST:
            continue
        value = match[0].strip("-_/")
        head = value[:256]
        if sum(map(str.isdigit, head)) < 2 or head.islower() or head.isupper():
            continue
        spend()
        if any(first <= start < last for first, last in public):
            continue
        if _is_drawn(value) and not _leave_alone(text, start, value):
            yield Finding(start, end, "random")


def _leave_alone(text: str, start: int, value: str) -> bool:
    return bool(
        (text[start] == "/" and "/" in value)
        or is_digest(value)
        or is_wordy(value)
        or _HARMLESS.match(value)
        or _HARMLESS_BEFORE.search(text[max(0, start - 220) : start])
    )


def _is_drawn(value: str) -> bool:
    head = value[:256]
    if not any(map(str.isupper, head)) or not any(map(str.islower, head)) or not is_random(head):
        return False
    pieces = re.split(r"[/_+-]", head.rstrip("="))
    longest = max(pieces, key=len)
    return len(longest) >= 12 and is_random(longest) if len(longest) >= 16 else len(pieces) <= 6


def encoded_texts(text: str) -> Iterator[tuple[int, int, str]]:
    """Every run of base64 that is text when decoded: where it stands, and what it says."""
    for match in _RUN.finditer(text):
        if not SHORTEST <= len(match[0]) <= _LONGEST:
            continue
        run = "".join(match[0].split()).rstrip("=").translate(_URL_SAFE)
        try:
            raw = b64decode(run + "=" * (-len(run) % 4))
            decoded = raw.replace(b"\0", b"").decode("utf-8")
        except (Error, UnicodeDecodeError):
            continue
        if decoded.isprintable() or not _CONTROL.search(decoded):
            yield match.start(), match.end(), decoded


_URL_SAFE = str.maketrans("-_", "+/")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
