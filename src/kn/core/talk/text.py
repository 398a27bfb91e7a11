"""What a person or an agent wrote in a turn, without what they only show: code, logs, quotations.

Sentences are verbatim pieces of the turn, as a candidate's quote has to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kn.core.context.analysis import split_terms

_FENCE = re.compile(r"\s{0,8}(?:```|~~~)")
_SHOWN = re.compile(
    r"\s*(?:[>|]|\$ |#{1,6}\s|</?[A-Za-z][\w-]*[^<>]*>\s*$|diff --git |@@ |[+-]{3} |-{3,}\s*$"
    r"|Traceback \(most recent|File \"|at \S+ ?\(|\S*(?:Error|Exception|Warning):\s"
    r"|(?:\[?\d{4}-\d\d-\d\d[T ]|\[?\d\d:\d\d:\d\d)|\[?(?:INFO|DEBUG|WARN(?:ING)?|ERROR|FATAL)\b"
    r"|[MADRCU?]{1,2} {1,2}\S+$)|(?: {4}|\t)"
)
"""Lines of Markdown's and of programs' output, which nobody wrote as a sentence."""
_BULLET = re.compile(r"\s{0,12}(?:[-*•+]|\(?\d{1,2}[.)])\s+(?=\S)")
_STOP = re.compile(r"(?:[.!?]+[)\"'*]{0,3}|;)(?=\s)")
_ABBREVIATED = re.compile(r"(?:\b(?:e\.g|i\.e|etc|cf|vs|viz|approx|incl|resp|no)|\b[A-Z])\.$", re.I)
_WRAPPED = 60
"""A line that is shorter ends where its author ended it (as in `kn.core.commit`)."""
_PASTED = 3_000
"""Characters of a user's message past which its middle was pasted, not typed (a guess)."""
_LONGEST = 600
"""Characters of a sentence; past this it is a list or a dump (a guess)."""

_ITEM = re.compile(r"\b[a-z]{2,8}-(?=[a-z]{0,7}\d)[0-9a-hjkmnp-tv-z]{8}\b")
"""The id of an item (`kn.core.ids`)."""
_POINTS = re.compile(
    r"\b(?:it|its|they|them|their)\b"
    r"|\b(?:this|that|these|those)\b(?=[\s]*[,.;:!?)]|\s*$|\s+(?:is|was|are|were|will|would|should"
    r"|can|could|does|doesn't|has|one|ones|way|thing|things|stuff|time|file|files|function|test"
    r"|tests|change|line|button|page|error|bug|case|idea|approach|option|part|bit|step|works?)\b)"
    r"|\b(?:here|above|below|the (?:same|other|latter|former|first|second|last) (?:one|way"
    r"|option))\b",
    re.IGNORECASE,
)
_NEAR_WORDS = 4
"""A pronoun after this many words of its own sentence points at one of them (a guess)."""
_PATH = re.compile(r"(?<![\w/.:@-])(?:[\w.*-]+/)+(?:[\w*-]+(?:\.\w{1,8})?)?(?![\w/:-])")


def sentences_of(text: str, *, typed: bool = False) -> list[str]:
    """The sentences of a turn in order; of what a user pasted into theirs, nothing.

    Where an agent names an item it says again what the item says.

    Args:
        text: The turn's text.
        typed: Whether a person typed it, so that a long middle must be pasted.
    """
    if text[:1] == text[-1:] == '"' and text.count('"') == 2:
        text = text[1:-1]  # as OpenCode keeps what was given on its command line
    paragraphs = list(_paragraphs(text))
    if typed and sum(map(len, paragraphs)) > _PASTED:
        paragraphs = [paragraphs[0], paragraphs[-1]] if len(paragraphs) > 1 else []
    found = [s for paragraph in paragraphs for s in _sentences(paragraph)]
    return found if typed else [s for s in found if not _ITEM.search(s)]


def terms_of(text: str) -> frozenset[str]:
    """The words that carry a text, each cut to a crude stem, numbers left out."""
    return frozenset(t for t in split_terms(text, _stem) if not t.isdigit())


def stands_alone(statement: str) -> bool:
    """Whether a statement says something to somebody who has not read the conversation.

    >>> stands_alone("Always run it with the race detector.")
    False
    >>> stands_alone("Never import the app at module level, it starts the server.")
    True
    """
    for found in _POINTS.finditer(statement):
        near = found[0].lower() in ("it", "its", "they", "them", "their")
        if not near or len(statement[: found.start()].split()) < _NEAR_WORDS:
            return False
    return len(statement.split()) >= 3 and len(terms_of(statement)) >= 2


def named_paths(text: str) -> tuple[str, ...]:
    """The paths of the repository that a text names, as far as they look like that; three at most.

    >>> named_paths("Never edit src/gen/*.py by hand, see https://a.b/c and and/or.")
    ('src/gen/*.py',)
    """
    found = [m[0] for m in _PATH.finditer(text)]
    kept = [p for p in found if "." in p.rpartition("/")[2] or "*" in p or p.endswith("/")]
    return tuple(dict.fromkeys(f"{p}**" if p.endswith("/") else p for p in kept))[:3]


def _paragraphs(text: str) -> Iterator[str]:
    """Runs of prose lines, each verbatim; an entry of a list is a run of its own."""
    start = end = -1
    fenced = False
    at = 0
    before = ""
    for line in text.splitlines(keepends=True):
        bare = line.strip()
        if _FENCE.match(line):
            fenced = not fenced
            bare = ""
        bullet = _BULLET.match(line)
        shown = fenced or not bare or (bullet is None and _SHOWN.match(line))
        if start >= 0 and (shown or bullet or len(before) < _WRAPPED or before[-1] in ".!?:;"):
            yield text[start:end].strip()
            start = -1
        if not shown:
            if start < 0:
                start = at + (bullet.end() if bullet else 0)
            end = at + len(line)
            before = bare
        at += len(line)
    if start >= 0:
        yield text[start:end].strip()


def _sentences(paragraph: str) -> Iterator[str]:
    start = 0
    for found in _STOP.finditer(paragraph):
        short = _ABBREVIATED.search(paragraph, max(start, found.start() - 8), found.end())
        if short or paragraph.count("`", start, found.start()) % 2:
            continue
        yield from _kept(paragraph[start : found.end()])
        start = found.end()
    yield from _kept(paragraph[start:])


def _kept(text: str) -> Iterator[str]:
    text = text.strip().rstrip(";").rstrip()
    if 0 < len(text) <= _LONGEST:
        yield text


def _stem(word: str) -> str:
    for ending in ("ings", "ing", "ers", "er", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] in "ey" else word
