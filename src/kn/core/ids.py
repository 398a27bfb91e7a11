"""Ids, slugs and file names of items, and the ids that git gives to contents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from kn.core.schema import Kind
from kn.errors import UnknownItem

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in lower case: nothing that reads as something else, no accidental words."""


def make_id(kind: Kind, entropy: bytes) -> str:
    """An id from 5 random bytes (40 bits: for 1,000 items a clash has odds of 5 in 10 million).

    >>> from kn.core.schema import BUILT_IN
    >>> make_id(BUILT_IN[0], bytes(5))
    'dec-00000000'
    """
    number = int.from_bytes(entropy[:5], "big")
    return f"{kind.prefix}-" + "".join(ALPHABET[number >> 5 * i & 31] for i in range(7, -1, -1))


def blob_id(content: bytes, *, algorithm: str = "sha1") -> str:
    """The id that git gives to a file's content; a repository says by which algorithm.

    >>> blob_id(b"")
    'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'
    """
    whole = b"blob %d\0" % len(content) + content
    if algorithm == "sha1":
        return sha1_of(whole)
    import hashlib

    return hashlib.new(algorithm, whole).hexdigest()


def sha1_of(content: bytes) -> str:
    """A digest of what nobody attacks."""
    try:
        from _sha1 import sha1  # type: ignore[import-not-found] # hashlib loads OpenSSL: 2 ms
    except ImportError:
        from hashlib import sha1
    return str(sha1(content, usedforsecurity=False).hexdigest())


def slugify(statement: str, *, most: int = 40) -> str:
    """A courtesy for people who look at the folder; it means nothing to kn.

    >>> slugify("Use a leaky bucket for rate limiting at the API gateway.")
    'leaky-bucket-for-rate-limiting-at-the'
    """
    folded = unicodedata.normalize("NFKD", statement).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", folded)
    while len(words) > 3 and words[0] in _EMPTY:
        words = words[1:]
    slug = ""
    for word in words:
        if len(slug) + len(word) + 1 > most:
            break
        slug += f"-{word}" if slug else word
    return slug or "item"


_EMPTY = frozenset("we use the a an do not always never".split())


def file_name(item_id: str, statement: str) -> str:
    """The name of an item's file: slug, then the random part of its id."""
    return f"{slugify(statement)}-{item_id.rpartition('-')[2]}.yaml"


def resolve_id(given: str, known: Iterable[str]) -> str:
    """The one known id that `given` names: whole, a prefix, or a prefix of its random part.

    Raises:
        UnknownItem: None does, or several do; they are listed, as git does.
    """
    text = given.strip().lower()
    ids = list(known)
    if text in ids:
        return text
    matches = sorted({i for i in ids if i.startswith(text) or _tail(i).startswith(text)})
    if not text or not matches:
        raise UnknownItem(f"No item has an id like {given!r}.", hint="`kn list` shows the ids.")
    if len(matches) > 1:
        shown = "\n".join(f"  {m}" for m in matches[:10])
        more = f"\n  and {len(matches) - 10} more" if len(matches) > 10 else ""
        raise UnknownItem(f"{given!r} is ambiguous; it could be:\n{shown}{more}")
    return matches[0]


def _tail(item_id: str) -> str:
    return item_id.rpartition("-")[2]


def shorten_ids(ids: Sequence[str], *, least: int = 4) -> dict[str, str]:
    """The shortest unambiguous form of each id, with its prefix: `dec-7k3m`."""
    short = {}
    ordered = sorted(set(ids))
    for at, item_id in enumerate(ordered):
        near = [ordered[i] for i in (at - 1, at + 1) if 0 <= i < len(ordered)]
        head = item_id.rpartition("-")[0]
        length = len(head) + 1 + least
        while length < len(item_id) and any(n.startswith(item_id[:length]) for n in near):
            length += 1
        short[item_id] = item_id[:length]
    return short
