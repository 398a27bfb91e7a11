"""The search index: which item versions hold which terms, and how strongly.

Derived, private to one clone, disposable at any time. Two verbs, *sync versions* and *search
a view*; no Whoosh type passes this door, and reading imports no Whoosh module to speak of.

`search_view` is what most callers want: it answers right whatever state the index is in.
"""

from kn.adapters.index.memory import MemoryIndex
from kn.adapters.index.store import Index, IndexLost, Postings, Terms, WhooshIndex
from kn.adapters.index.view import FEW, search_view

__all__ = [
    "FEW",
    "Index",
    "IndexLost",
    "MemoryIndex",
    "Postings",
    "Terms",
    "WhooshIndex",
    "search_view",
]
