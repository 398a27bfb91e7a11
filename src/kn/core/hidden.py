"""Characters that a reader does not see, and text that could pose as something else.

The classes are exhaustive by Unicode category, not by example: four known scanners looked for
zero-width characters and missed the tag block (hazards 4.3).
"""

from __future__ import annotations

import re
import unicodedata

_FILLERS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    "\U00013441\U00013442\U00016fe4\U0001d159"
)
"""Letters and marks that draw nothing, though their category says otherwise."""
_JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")
"""Joiners and the text/emoji choice: they shape honest text, and nothing is lost without them."""
_POSING = re.compile(r"<(?=[/!?|a-zA-Z])")
_FENCE = re.compile(r"(`{3,}|~{3,})")


def is_hidden(char: str) -> bool:
    """Whether a character is invisible or steers the text around it.

    Covers format (bidi, zero-width, tags), control, private-use, surrogate and unassigned
    characters, line and paragraph separators, variation selectors, and fillers. Tab and newline
    are not hidden.
    """
    if " " <= char <= "~" or char in "\t\n":
        return False
    category = unicodedata.category(char)
    if category in ("Cf", "Cc", "Co", "Cs", "Cn", "Zl", "Zp"):
        return True
    code = ord(char)
    return char in _FILLERS or 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF


def show_hidden(text: str) -> str:
    """The text with every hidden character made visible as `\\u{E0041}`; joiners are left out.

    >>> show_hidden("a\\u202eb")
    'a\\\\u{202E}b'
    """
    if text.isascii() and text.isprintable():
        return text
    shown = []
    for char in text:
        if char in _JOINERS:
            continue
        shown.append(f"\\u{{{ord(char):X}}}" if is_hidden(char) else char)
    return "".join(shown)


def quote_data(text: str) -> str:
    """One line of text that can close no fence, open no tag and start no block.

    What an item says is data: whoever reads the context must be able to tell it from what kn
    says. Newlines and odd spaces become blanks, `<` before a name or a slash becomes `‹`, and a
    run of three backticks becomes quotes.
    """
    return quote_line(" ".join(show_hidden(text.replace("\n", " ")).split()))


def quote_line(line: str) -> str:
    """The same of one line whose blanks matter, as YAML's do.

    >>> quote_line("  a: </system>")
    '  a: ‹/system>'
    """
    return _FENCE.sub("'''", _POSING.sub("‹", show_hidden(line)))
