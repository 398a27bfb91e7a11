"""Exact cl100k_base counts, from the table that travels with kn; never from the network.

Counts are made when an item is indexed; serving adds up stored integers and loads none of this.
A count is the sum of what the pieces hold into which the pre-tokenizer cuts a text. Plain pieces
are cut here, by the same expression, and each is counted once a process.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from kn.adapters.ranks import Ranks
from kn.errors import KnError

if TYPE_CHECKING:
    from tiktoken import Encoding

TOKENIZER = "cl100k_base"
"""What the counts are counts of; shown wherever a count is."""

_TABLE = Path(__file__).parent.parent / "_tokens" / f"{TOKENIZER}.tiktoken"
_SHA256 = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"
_INDEX = _TABLE.with_suffix(".index")
_CRC, _INDEX_CRC = 0xB99E2E8D, 0x41E3984E
"""CRC-32 of both, where a few texts are counted: it takes a quarter of the time. A test makes the
index anew."""

# Copied from tiktoken_ext/openai_public.py of tiktoken 0.14.0: `get_encoding` would download.
_PIECES = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)

# The same for texts in which the letters, the digits and the blanks are ASCII's.
_PLAIN = re.compile("[\x00-\x7f‘’“”–—…]*")
_PLAIN_PIECES = re.compile(
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\nA-Za-z0-9]?+[A-Za-z]++|[0-9]{1,3}+| ?[^\sA-Za-z0-9]++[\r\n]*+"
    r"|\s++\Z|\s*[\r\n]|\s+(?!\S)|\s",
    re.ASCII,
)
_LONG_PIECE = 64
"""Bytes; merging takes the square of them."""
_FEW = 500
"""So many pieces are counted without tiktoken, in about its time to start; a guess."""

_LONGEST = 32_768
"""Characters that are encoded at once; a guess. One letter repeated costs 5 ms at this length,
16 ms at 100 kB and 1.9 s at 1 MB."""

# Where `_PIECES` begins a new piece whatever stands around: no piece holds a line end and then
# something visible, and none goes on from a letter over a blank.
_SEAM = r"\n(?=\S)|[A-Za-z](?= [A-Za-z])"


def count(text: str) -> int:
    """Count the cl100k tokens of `text`, which is always taken as plain text.

    `<|endoftext|>` and its like are ordinary characters here. The count is exact, unless
    32,768 characters follow one another without a line or word boundary (no prose, no code
    does that): each such stretch is counted in parts and may come out a few tokens too high.

    Raises:
        KnError: kn's own table is missing or damaged.
    """
    if len(text) > _LONGEST:
        return sum(map(count, _parts(text, _LONGEST)))
    if text.isascii() or _PLAIN.fullmatch(text):
        body = text[:-1] if text[-1:] == "\n" else text
        if "  " in body or not body.isprintable():
            return _count_pieces(text)
        # No piece goes on over a blank, and these are the only ones.
        return sum(map(_count_word, text.replace(" ", "\0 ").split("\0")))
    return len(_encoding().encode_ordinary(text))


def expect_many() -> None:
    """Build the encoder now: for more than a few texts that is quicker than to do without it."""
    _encoding()


def _count_pieces(text: str) -> int:
    return sum(map(_count_piece, _PLAIN_PIECES.findall(text)))


_count_word = lru_cache(maxsize=65_536)(_count_pieces)


@lru_cache(maxsize=65_536)
def _count_piece(piece: str) -> int:
    raw = piece.encode("utf-8")
    few = not _encoding.cache_info().currsize and _count_piece.cache_info().misses <= _FEW
    if few and len(raw) <= _LONG_PIECE:
        return _ranks().count(raw)
    return len(_encoding().encode_ordinary(piece))


def _parts(text: str, longest: int) -> Iterator[str]:
    """Cut `text` at seams, as late as possible; anywhere, where `longest` characters have none."""
    start = 0
    while len(text) - start > longest:
        end = start + longest
        for seam in re.compile(_SEAM).finditer(text, start, end + 2):
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

    table = _read(_TABLE, lambda raw: sha256(raw).hexdigest() == _SHA256)
    # A rank is the number of its line; tiktoken's own loader takes 60 ms, this 25.
    ranks = {a2b_base64(token): rank for rank, token in enumerate(table.split()[::2])}
    return Encoding(TOKENIZER, pat_str=_PIECES, mergeable_ranks=ranks, special_tokens={})


@cache
def _ranks() -> Ranks:
    from zlib import crc32

    return Ranks(
        _read(_TABLE, lambda raw: crc32(raw) == _CRC),
        _read(_INDEX, lambda raw: crc32(raw) == _INDEX_CRC),
    )


def _read(path: Path, is_sound: Callable[[bytes], bool]) -> bytes:
    try:
        raw = path.read_bytes()
    except OSError:
        raw = b""
    if not is_sound(raw):
        raise KnError(f"kn's token table {path} is damaged.", hint="Install kn again.")
    return raw
