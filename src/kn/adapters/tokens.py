"""Exact cl100k_base counts, from the table that travels with kn; never from the network.

Counts are made when an item is indexed; serving adds up stored integers and loads none of this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kn.errors import KnError

if TYPE_CHECKING:
    from tiktoken import Encoding

TOKENIZER = "cl100k_base"
"""What the counts are counts of; shown wherever a count is."""

_TABLE = Path(__file__).parent.parent / "_tokens" / f"{TOKENIZER}.tiktoken"
_SHA256 = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"

# Copied from tiktoken_ext/openai_public.py of tiktoken 0.14.0: `get_encoding` would download.
_PIECES = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)

_LONGEST = 32_768
"""Characters that are encoded at once; a guess. One letter repeated costs 5 ms at this length,
16 ms at 100 kB and 1.9 s at 1 MB."""

# Where `_PIECES` begins a new piece whatever stands around: no piece holds a line end and then
# something visible, and none goes on from a letter over a blank.
_SEAM = re.compile(r"\n(?=\S)|[A-Za-z](?= [A-Za-z])")


def count(text: str) -> int:
    """Count the cl100k tokens of `text`, which is always taken as plain text.

    `<|endoftext|>` and its like are ordinary characters here. The count is exact, unless
    32,768 characters follow one another without a line or word boundary (no prose, no code
    does that): each such stretch is counted in parts and may come out a few tokens too high.

    Raises:
        KnError: kn's own table is missing or damaged.
    """
    if len(text) <= _LONGEST:
        return len(_encoding().encode_ordinary(text))
    encode = _encoding().encode_ordinary
    return sum(len(encode(part)) for part in _parts(text, _LONGEST))


def _parts(text: str, longest: int) -> Iterator[str]:
    """Cut `text` at seams, as late as possible; anywhere, where `longest` characters have none."""
    start = 0
    while len(text) - start > longest:
        end = start + longest
        for seam in _SEAM.finditer(text, start, end + 2):
            if seam.end() <= start + longest:
                end = seam.end()
        yield text[start:end]
        start = end
    yield text[start:]


@cache
def _encoding() -> Encoding:
    from binascii import a2b_base64
    from hashlib import sha256

    from tiktoken import Encoding  # 15 ms

    try:
        table = _TABLE.read_bytes()
    except OSError:
        table = b""
    if sha256(table).hexdigest() != _SHA256:
        raise KnError(f"kn's token table {_TABLE} is damaged.", hint="Install kn again.")
    # A rank is the number of its line; tiktoken's own loader takes 60 ms, this 25.
    ranks = {a2b_base64(token): rank for rank, token in enumerate(table.split()[::2])}
    return Encoding(TOKENIZER, pat_str=_PIECES, mergeable_ranks=ranks, special_tokens={})
