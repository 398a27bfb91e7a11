"""Importing Whoosh without what kn has no use for."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def lean_imports() -> Iterator[None]:
    """Give Whoosh stand-ins for two modules while the block imports it: 16 ms less.

    `cached_property` (drags in asyncio) is functools' own; of `urllib.request` Whoosh takes a
    name that it never calls here. Both are gone again after the block, so that others get
    the real ones.
    """
    own = ModuleType("cached_property")
    own.cached_property = functools.cached_property  # type: ignore[attr-defined]
    request = ModuleType("urllib.request")
    request.urlretrieve = None  # type: ignore[attr-defined]
    placed = [m for m in (own, request) if sys.modules.setdefault(m.__name__, m) is m]
    try:
        yield
    finally:
        for module in placed:
            del sys.modules[module.__name__]
