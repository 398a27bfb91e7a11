"""Text that poses as something else: as instructions to an agent, as markup, as noise.

All but the tokens of models and tools are advice to a reviewer: prose about agents may trip a
rule, and prose that is clever enough will pass (hazards 4.5).
"""

from __future__ import annotations

import base64
import itertools
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from kn.core.check.phrases import HIDING, INSTRUCTIONS, LEAVING, ROLES, TOKENS


class Pose(NamedTuple):
    """A stretch of text that looks like what it should not be."""

    start: int
    length: int
    code: str
    said: str


_SHORT = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/]{18,}={0,2}(?![A-Za-z0-9+/=_-])")
_HEX = re.compile(
    r"(?<![0-9a-fA-F])[0-9a-fA-F]{130,}(?![0-9a-fA-F])|(?:\\x[0-9a-fA-F]{2}){12,}"
    r"|(?:%[0-9a-fA-F]{2}){10,}|(?:&#x?[0-9a-fA-F]{1,6};){8,}"
)
_DIGEST = re.compile(r"sha(?:1|256|384|512)[-:= ]*$")
_WORD = re.compile(r"[^\W\d_]{2,60}")
_LOOKALIKES = frozenset("аеорсухіјѕԁһԛԝѵАВЕКМНОРСТХІЈЅԌԚԜοΑΒΕΖΗΙΚΜΝΟΡΤΥΧհոսօ")

_FLAGS = re.IGNORECASE | re.MULTILINE
_TOLD = "reads like an instruction to an agent"
_LEFT = "runs foreign code, or sends out what should stay"


MOST = 100
"""Finds of one pattern in a text that are told; a guess: nobody reads more."""


class _Sign(NamedTuple):
    """One pattern, the words without which it cannot match, and what it stands for."""

    code: str
    words: tuple[str, ...]
    pattern: re.Pattern[str]
    said: str


def find_posing(text: str) -> Iterator[Pose]:
    """Every stretch that poses as something else, in order of the rules."""
    lower = text.lower()
    here = {word for word in _words() if word in lower}
    for sign in _signs():
        if not here.isdisjoint(sign.words):
            for found in islice(sign.pattern.finditer(text), MOST):
                if sign.code != "KN055" or not _in_code(text, found.start()):
                    quoted = " ".join(found[0].split())[:60]
                    said = f"{sign.said}: {quoted!r}"
                    yield Pose(found.start(), found.end() - found.start(), sign.code, said)
    yield from _find_blobs(text)
    if not text.isascii():
        yield from _find_lookalikes(text)


@lru_cache(maxsize=1)
def _signs() -> tuple[_Sign, ...]:
    """Compiled when first asked for: it takes milliseconds that no other command needs."""
    written = (
        ("KN052", "<|[", TOKENS, "a token of models or tools"),
        *(("KN053", words, pattern, _TOLD) for words, pattern in INSTRUCTIONS),
        ("KN053", "human|assistant|system", ROLES, "poses as a turn of a talk"),
        *(("KN054", words, pattern, _LEFT) for words, pattern in LEAVING),
        *(("KN055", words, pattern, said) for words, pattern, said in HIDING),
    )
    return tuple(
        _Sign(code, tuple(words.split("|")), re.compile(pattern, _FLAGS), said)
        for code, words, pattern, said in written
    )


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    return frozenset(word for sign in _signs() for word in sign.words)


def _in_code(text: str, at: int) -> bool:
    """Whether it stands between backticks, where every reader sees it."""
    return text.count("`", text.rfind("\n", 0, at) + 1, at) % 2 == 1


def _find_blobs(text: str) -> Iterator[Pose]:
    if max(map(len, text.split()), default=0) < 20:
        return
    for found in islice(_SHORT.finditer(text), 20 * MOST):
        blob = found[0]
        long = len(blob) > 40 and _is_encoded(blob) and not _in_address(text, found.start())
        if long or _says_something(blob):
            yield Pose(found.start(), len(blob), "KN056", _say_blob(blob))
    for found in islice(_HEX.finditer(text), MOST):
        yield Pose(found.start(), len(found[0]), "KN056", _say_blob(found[0]))


def _says_something(blob: str) -> bool:
    """Whether it is words in base64; a name or a path by chance decodes to no text."""
    try:
        words = base64.b64decode(blob, validate=True).decode("ascii")
    except ValueError:
        return False
    return words.isprintable() and " " in words and words.replace(" ", "").isalnum()


def _say_blob(blob: str) -> str:
    return f"{len(blob)} characters that nobody can read: {blob[:24]!r}…"


def _is_encoded(blob: str) -> bool:
    """Whether it is base64 and no path, long name, number or hash in hex."""
    if re.fullmatch("[0-9a-fA-F]+", blob):
        return False
    sorts = (str.islower, str.isupper, str.isdigit)
    if not all(sum(map(sort, blob)) * 20 >= len(blob) for sort in sorts):
        return False
    longest = max(map(len, re.split(r"[/+]", blob)))
    changes = sum(a.islower() != b.islower() for a, b in itertools.pairwise(blob))
    return longest >= 20 and changes * 4 >= len(blob)


def _in_address(text: str, at: int) -> bool:
    head = text[max(0, at - 200) : at]
    word = head.rpartition(" ")[2].rpartition("\n")[2]
    return "://" in word or _DIGEST.search(head) is not None


def _find_lookalikes(text: str) -> Iterator[Pose]:
    """Words that pass for Latin and are not: every letter that is not Latin looks like one."""
    for found in _WORD.finditer(text):
        word = found[0]
        if not word.isascii():
            foreign = [char for char in word if not char.isascii()]
            latin = len(word) - len(foreign)
            if latin and all(char in _LOOKALIKES for char in foreign):
                shown = " ".join(f"U+{ord(char):04X}" for char in dict.fromkeys(foreign))
                said = f"{word!r} mixes alphabets that look alike ({shown})"
                yield Pose(found.start(), len(word), "KN057", said)
