"""Rules over how a statement is worded."""

from __future__ import annotations

import re
from collections.abc import Iterator

STATEMENT_WORDS = 36
"""Words of a statement from which it is too long: about 40 tokens of English prose."""

_END = re.compile(r"(?:[.!?][)\"'`*”»]{0,3}(?=\s+[^\sa-z\d])|[。！？](?=.)|;(?=\s+[A-ZÄÖÜÀ-ÞА-Я]))")
_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|cf|vs|viz|approx|incl|resp|no|nr|fig|vol|ver|Inc|Ltd|Co|Corp|St|Dr|Mr"
    r"|Mrs|Ms|Prof|z\.\s?B|bzw|ca|ggf|usw|evtl|vgl|u\.\s?a|d\.\s?h|p\.\s?ex|т\.\s?е|т\.\s?д|тыс)"
    r"|\b[^\W\d_]|\d)\.$"
)
_FACT = 5
"""Words of a sentence from which it can be a fact of its own; a guess."""


def judge_wording(statement: str) -> Iterator[tuple[str, str]]:
    """What is wrong with the wording: code and message."""
    words = len(statement.split())
    if words > STATEMENT_WORDS:
        yield "KN020", f"has {words} words; say it in one short sentence"
    facts = [s for s in _sentences(statement) if _weight(s) >= _FACT]
    if len(facts) > 1:
        message = f"has {len(facts)} sentences; one item says one thing"
        yield "KN021", f"{message}, the reason goes into `because`"


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for found in _END.finditer(text):
        cut = _ABBREVIATED.search(text, max(start, found.start() - 8), found.start() + 1)
        if cut or text.count("`", start, found.start()) % 2:
            continue
        if text.count("(", start, found.start()) > text.count(")", start, found.end()):
            continue
        yield text[start : found.end()].strip()
        start = found.end()
    yield text[start:].strip()


def _weight(sentence: str) -> int:
    """Words; of a script that sets no blanks, three characters count as one."""
    wide = len(re.findall(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff]", sentence))
    return len(sentence.split()) + wide // 3
