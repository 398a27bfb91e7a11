"""Whether a value looks like a secret: by its letters, and by what it stands for."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from math import log2

_PAIRS = frozenset(
    "th he in er an re nd at on nt ha es st en ed to it ou ea hi is or ti as te et ng of al de se "
    "le sa si ar ve ra ld ur me ne li ri ro ic co io ll ma el la ta us ce ch om ec pr no ho ss ee "
    "ge il ot ut be ac tr di un fo em po ca lo so ai ow ad wh ct mo ly nc pe ie id rs oo im rt ns "
    "ul ol ig ir ni am sh ay ev os su do wi tt ke op ag na up ry ty up ex ap pa ab ob bl ck rd ef "
    "vi if mp ib ub bu ui ue sp sc sk fi fa ff fe ba bo ga go gi gr pl cl cr br dr qu ks ts ds ls "
    "ls ys my by ey oy ud ug um ud da du ev av ov iv ip ep au ow aw ew ok ak ek ik".split()
)
"""Pairs of letters that are common in English words and in identifiers; 24 % of all pairs.

In words 8 of 10 pairs are among them, in random letters 1 in 4.
"""

_HEAD = 96
"""Characters that are looked at: enough to tell drawn from written."""

_STANDS_FOR = frozenset(
    "none null nil undefined true false yes no on off empty blank unset missing required optional "
    "hidden masked secure str string text bytes int integer number bool boolean any object char "
    "varchar buffer void unknown never sensitive confidential encrypted plain plaintext random "
    "generated valid env environment vault file stdin prompt basic bearer digest oauth oauth2 jwt "
    "abc xyz foo bar baz foobar test testing postgres mysql guest n/a na tbd".split()
)
"""Words that describe a value or are everybody's; nobody's secret."""

_SAMPLE = re.compile(
    r"""(?ix)
      (?:your|my|the|some|insert|enter|put|add|replace|change|type|use|set)
      [\s_.-]?(?:me|own|new|this|it|here)?(?:[\s_-].*)?
      (?:pass(?:word|wd|phrase)?|pwd|secret|token|key|value|here|it|me|this|string|text|in)?
    | .{0,40}
      (?:change[\s_-]?(?:me|this|it)|replace[\s_-]?(?:me|this|with)|placeholder|example|redacted
        |dummy|todo|fixme|your[\s_-]|[\s_-]here\b|<[a-z][\w\s-]{2,30}>|\.\.\.|…|\*{3}|x{4,}|•{3}|1234567890|0{8})
      .*
    | (?:test|fake|mock|sample|demo|default|foo|bar|baz|user|db|admin|root|secret|client|access|api
        |auth|wrong|invalid|bad|old|new|strong|super)?
      [\s_-]?(?:pass(?:word|wd|phrase|code)?|pwd|pw|secret|token|key|credentials?)
    | (.)\1*
    """
)
_REFERENCE = re.compile(
    r"""(?ix)
      \$[{(].* | \{\{.* | \{[A-Za-z_][\w.]*\}? | [(\[<{].*[)\]>}] | <%.*   # ${X} $(x) {{x}} <x>
    | \$[A-Za-z_]\w* | %\w+%? | @\w+@ | [&*!][A-Za-z_]+ | \$\d             # $X %X% @x@ &x $1
    | (?:process\.env|os\.(?:environ|getenv)|env|System\.getenv|getenv|secrets?|vars?|config
        |settings|self|this|args|opts|options|params|request|req|data|local|ctx|input|props|vault
        |ssm|arn:aws|op:|file:|ref|process|module)[.:\[(/].*
    | (?:[A-Za-z_]\w*(?:::|->|\.|\?\.))*+[A-Za-z_]\w{2,}[(\[][\w\s.,'"=:+()\[\]/{}$<>-]*  # call(
    | (?:https?|file|s3|gs|ssh|git|mailto)://[^:@]*                         # a plain address
    | [\w.-]+@[\w-]+(?:\.[\w-]+)+                                           # a mail address
    | v?\d+(?:[.,:/-]\d+)*[a-z%]{0,3}                                       # number, date, span
    | (?:u?int|float|bytes|sha|md|base|utf|oauth|aes|rsa|ed|hs|rs|es|http|str|char|varchar|cl|gpt
        |ipv)[-_]?\d+\w{0,6}                                                # sha256, utf-8
    """
)
_PATH = re.compile(r"(?:\.{0,2}|~|[A-Za-z]:)[/\\][\w.@~/\\ :-]*")
_HEX = re.compile(r"(?:0x)?[0-9a-fA-F]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NAMELIKE = re.compile(r"[A-Za-z0-9._/:-]+[,;]?")
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SPECIAL = re.compile(r"[^\w\s./:,;()\[\]{}<>|\\\"'`-]")


def is_placeholder(value: str) -> bool:
    """Whether a value only stands where a secret would: a sample, a reference, a type, a number."""
    value = value.strip()
    short = value[:120]
    return (
        short.lower() in _STANDS_FOR
        or not any(map(str.isalnum, short))
        or bool(_SAMPLE.fullmatch(short) or _REFERENCE.fullmatch(short))
        or bool(_PATH.fullmatch(short) and not is_random(short))
    )


def is_digest(value: str) -> bool:
    """Whether a value is a number in hex, such as a commit or a hash, or a UUID."""
    return bool(_HEX.fullmatch(value) or _UUID.fullmatch(value))


def is_wordy(value: str) -> bool:
    """Whether a value is made of words: `some-slug`, `testCase12`, `path/to.thing`.

    Letter pairs decide; a value with too few letters to tell is wordy only without digits between.
    """
    head = value[:_HEAD]
    if not _NAMELIKE.fullmatch(head):
        return False
    words = [piece for piece in _PIECES.findall(head) if piece.isalpha()]
    digits = sum(c.isdigit() for c in head)
    if (
        digits
        and len(head) < 12
        and not (digits <= 2 and len(head) > 9 and head[-digits:].isdigit())
    ):
        return False
    return sum(map(len, words)) > 2.6 * len(words) and _common_pairs(head) > 0.5


def is_random(value: str) -> bool:
    """Whether characters were drawn, not written: many of them, mixed, and no words in them.

    Asks for 16 characters, digits, and letters that change case in the midst of things or carry no
    common pairs. Thresholds are guesses, tuned on generated keys against the identifiers in public
    commit messages and session logs; `benchmarks/redact.py` is where to argue for others.
    """
    size = len(value)
    if size < 16:
        return False
    head = value[:_HEAD]
    counts = Counter(head)
    digits = sum(n for char, n in counts.items() if char.isdigit())
    lower, upper = any(map(str.islower, counts)), any(map(str.isupper, counts))
    if not digits or not (lower or upper):
        return False
    entropy = -sum(n / len(head) * log2(n / len(head)) for n in counts.values())
    if entropy < 0.78 * log2(min(len(head), 48)):
        return False
    if lower and upper and digits >= 2:
        return _common_pairs(head) < 0.5 and _case_changes(head) > 0.22
    return _common_pairs(head) < 0.42 and digits >= len(head) // 8


def is_strong_word(value: str) -> bool:
    """Whether one word on its own, in prose, can only be a password: three classes of characters.

    `Tr0ub4dor&3` is; `2nd`, `foo-bar`, `v1.2` and `don't` are not.
    """
    classes = (
        any(c.islower() for c in value),
        any(c.isupper() for c in value),
        any(c.isdigit() for c in value),
        bool(_SPECIAL.search(value)),
    )
    return len(value) >= 6 and (
        sum(classes) >= 3 or (len(value) >= 7 and classes[2] and classes[0] and not is_wordy(value))
    )


def has_special(value: str) -> bool:
    """Whether a value holds a character that names, paths and sentences do not."""
    return bool(_SPECIAL.search(value))


def _common_pairs(value: str) -> float:
    folded = value[:_HEAD].lower()
    pairs = [a + b for a, b in pairwise(folded) if a.isalpha() and b.isalpha()]
    if len(pairs) < 4:
        return 1.0 if len(value) < 8 else 0.0
    return sum(pair in _PAIRS for pair in pairs) / len(pairs)


def _case_changes(value: str) -> float:
    pairs = [(a, b) for a, b in pairwise(value) if a.isalnum() and b.isalnum()]
    if not pairs:
        return 0.0
    return sum(_class(a) != _class(b) for a, b in pairs) / len(pairs)


def _class(char: str) -> int:
    return 0 if char.islower() else 1 if char.isupper() else 2
