"""Lines of a log -> records, past anything that is torn, spliced or filled with NUL.

A killed agent leaves half a line, and the next record on the same one; a crashed machine leaves
NULs (claude-code#81843: 30 such lines in 23 of 10,949 files). Whatever can be read is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kn.core.sessions.turns import Heading

Record = dict[str, Any]

TOO_LONG = b"\0\n"
"""Stands for a line that was too long to hold: counted as skipped, read as nothing."""

_RECORD = re.compile(
    r'\{\s*"(?:type|parentUuid|timestamp|id|sessionId|uuid|message|isSidechain|\$set|\$rewindTo)"\s*:'
)
"""How the records of the known agents begin."""
_PASSES = 16
"""How often a torn line may be gone through in search of what is whole in it, so that a hostile one
costs no more than a long one; a guess: records are nested four deep."""
_DEEP = 10_000
"""Characters that an attempt counts for which ended in too deep a nesting; a guess."""


def read_records(
    lines: Iterable[bytes], log: Heading, wanted: Callable[[bytes], bool] | None = None
) -> Iterator[Record]:
    """The JSON objects of a log, in order.

    A line that is no object, or not wholly one, counts in `log.skipped`, once; records inside it
    are found all the same. A last line without its newline that cannot be read yet is being
    written right now: it does not count.

    Args:
        lines: Each with its newline; only the last may lack it.
        log: Counts what was skipped.
        wanted: Tells from a line's bytes whether it is worth decoding; all are without it.
    """
    for line in lines:
        if wanted is not None and not wanted(line):
            continue
        value = parse_object(line)
        if value is not None:
            yield value
            continue
        text = line.decode("utf-8", "replace").replace("\0", "").strip()
        found = list(_resume(text))
        if found or line.endswith(b"\n"):
            log.skipped += bool(found) or bool(line.strip())
        yield from found


def parse_object(line: bytes) -> Record | None:
    """The JSON object that the line is, or None. Bytes that are no UTF-8 become U+FFFD."""
    try:
        value = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _resume(text: str) -> Iterator[Record]:
    """The whole records in a line that is not one: after a torn one, or glued together."""
    at, left = 0, _PASSES * len(text)
    while left > 0 and (start := _RECORD.search(text, at)) is not None:
        at = start.end()
        try:
            value, end = _DECODER.raw_decode(text, start.start())
        except json.JSONDecodeError as error:
            left -= max(error.pos - start.start(), 1)
            continue
        except (ValueError, RecursionError):
            left -= _DEEP
            continue
        left -= end - start.start()
        # Where another text follows it was a part of the torn record, not one of its own.
        if end == len(text) or _RECORD.match(text, end):
            yield value
            at = end


_DECODER = json.JSONDecoder()


def text_at(record: Record, *path: str) -> str:
    """The text at a path of keys; empty when anything on the way is missing or of another shape."""
    value: object = record
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def dict_at(record: Record, *path: str) -> Record:
    """The object at a path of keys; empty when there is none."""
    value: object = record
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def dicts_in(value: object) -> list[Record]:
    """The objects of a list; nothing when it is none."""
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []
