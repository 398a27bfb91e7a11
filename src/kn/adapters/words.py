"""Stemming, by Whoosh's own Porter stemmer: the module alone, which is light to import."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache


@cache
def load_stemmer() -> Callable[[str], str]:
    """A function, always the same one, from a lower-case word to its stem.

    What is no plain ASCII word stays as it is.
    """
    from whoosh.lang.porter import stem as porter

    @lru_cache(maxsize=65_536)
    def stem(word: str) -> str:
        return str(porter(word)) if len(word) > 2 and word.isascii() and word.isalpha() else word

    return stem
