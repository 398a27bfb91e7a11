"""Rejected options that a change seems to bring back: rather none too few than one too many.

An option is found where all its telling words stand together, in a line that was added, in the
item's scope, not after a "not" or "instead of"; and nowhere in the code before. Who calls it too
often is not listened to any more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from kn.core.context.analysis import Stem, split_terms
from kn.core.review.code import CodeChange, is_made, is_manifest, is_prose
from kn.core.review.sheet import Sheet

MOST_WORDS = 5
"""Telling words of an option; what has more is a sentence, whose words meet by accident."""
MOST_SENTENCE = 30
"""Words of a sentence that says what a commit does; a longer one tells a story (a guess)."""
MOST_LINE = 400
"""Characters of a line that are looked at; what is longer is data as a rule (a guess)."""
NEAR = 6
"""Words that may stand between the telling ones of an option, beyond their own number."""

_GENERIC = frozenset(
    "use using used uses keep stay remain option alternative approach solution current existing "
    "new custom own simple simply single separate different based system service implementation "
    "support add adding make making create build building write writing do doing nothing status "
    "quo none everything always never only plain other another same way kind type one two every "
    "all each thing stuff general generic manual manually default standard full fully partial "
    "direct directly explicit implicit global local external internal common shared dedicated "
    "central centralized per without instead via through plus like such etc e.g i.e of with for "
    "code file files data api app application project repo repository team user users change "
    "work library tool tools framework component module feature function class method version "
    "better best more less good bad big small large fast slow hand".split()
)
"""Words that say nothing of which option it is."""
_NEVER = re.compile(
    r"(?i)\b(?:not|no|never|none|nor|neither|without|instead of|rather than|avoid\w*|reject\w*|"
    r"unlike|versus|vs|ban(?:s|ned)?|forbid\w*|refus\w*|against|disallow\w*|cannot|can't|don't|"
    r"doesn't|won't|isn't|wasn't|ruled out|turned down|get rid|no longer)\b"
)
_CONTRAST = re.compile(
    r"(?i)\b(?:instead of|rather than|in place of|as opposed to|and not|but not)\b|, not\b"
)
"""What follows it in a statement is what was not chosen."""
_GONE = re.compile(
    r"(?i)\b(?:remov\w*|drop\w*|replac\w*|deprecat\w*|delet\w*|moved? (?:off|away)|over)\b"
)
_TAKES = re.compile(r"(?i)\b(?:with|by|to|into|onto|in favou?r of)\s+(?:an?\s+|the\s+)?$")
"""Right before an option: "replace X with it"."""
_TAKEN_UP = re.compile(
    r"(?i)\b(?:use[sd]?|using|switch\w*|mov(?:e[ds]?|ing)|migrat\w*|adopt\w*|introduc\w*|add(?:s|ed|ing)?|"
    r"implement\w*|back to|br(?:ing|ings|inging|ought) back|restor\w*|with|via|based on|by|now|"
    r"replac\w*|port(?:s|ed|ing)?|go(?:es|ing)?)\b"
)
_COMMENT = re.compile(r"^\s*(?:#(?!include|define|import)|//|/\*|\*|--|<!--|;|%|\"\"\"|''')")
_GOES_ON = re.compile(r"[\w,][ \t]*$")
_END = re.compile(r"[(:;,]| - | – | — |\bbecause\b|\bsince\b|\bas it\b")
_LETTER = re.compile(r"(?i)^(?:option|alternative|choice|variant)\s*[a-z0-9]{0,2}\s*[:.)-]\s*")


Word = tuple[frozenset[str], ...]
"""A telling word: any of these sets of terms stands for it (`rabbitmq`, or `rabbit` and `mq`)."""


@dataclass(frozen=True, slots=True)
class Option:
    """What was rejected, as its telling words."""

    sheet: Sheet
    text: str
    because: str
    words: tuple[Word, ...]


class Return(NamedTuple):
    """A rejected option that seems to come back, and where."""

    option: Option
    path: str
    """Empty when a commit's message says it."""
    line: int
    text: str
    commit: str = ""
    near: str = ""
    """Where a report puts what a message says: a file of the change that the option is about."""


def read_options(sheets: Iterable[Sheet], stem: Stem) -> list[Option]:
    """The rejected options that can be told from anything else."""
    found = []
    for sheet in sheets:
        # "A leaky bucket instead of a token bucket" chooses no token bucket.
        chosen = frozenset(split_terms(_CONTRAST.split(sheet.statement)[0], stem))
        for text, because in sheet.rejected:
            words = telling_words(text, stem, chosen)
            if words:
                found.append(Option(sheet, text, because, words))
    return found


def telling_words(
    option: str, stem: Stem, chosen: frozenset[str] = frozenset()
) -> tuple[Word, ...]:
    """The words of an option that say which one it is; none when nothing does.

    Args:
        option: As the item has it; what follows a comma or a bracket explains it.
        stem: The stemmer.
        chosen: The terms of what was chosen instead: what stands there too tells nothing alone.

    >>> [sorted(w[0]) for w in telling_words("Use a token bucket (allows bursts)", lambda w: w)]
    [['token'], ['bucket']]
    """
    head = _LETTER.sub("", option.strip())
    if cut := _END.search(head):
        head = head[: cut.start()] or head
    generic = _generic(stem)
    written = re.findall(r"[^\W_]+(?:[-_.][^\W_]+)*", head)
    telling = []
    for place, word in enumerate(written):
        forms = _forms(word, stem)
        if forms and not any(form <= generic for form in forms) and not word.isdigit():
            # A word in backticks is the code's own, and is named in every second sentence.
            name = (bool(place) and word[:1].isupper()) or _is_name(word)
            telling.append((word, forms, name and f"`{word}`" not in head))
    fresh = [row for row in telling if not any(form <= chosen for form in row[1])]
    named = [forms for _, forms, name in fresh if name]
    if named:  # a name says which option it is; what stands around it says what for
        return tuple(named[:MOST_WORDS])
    if not fresh or len(telling) > MOST_WORDS:
        return ()
    if len(telling) == 1:
        articles = ("a", "an", "the", "use", "using")
        alone = sum(w.lower() not in articles for w in written) == 1 and head == option.strip()
        compound = len(telling[0][1][-1]) > 1
        return (telling[0][1],) if alone or compound else ()
    return tuple(forms for _, forms, _ in telling)


def _is_name(word: str) -> bool:
    """Whether a word is written as names are: `RabbitMQ`, `FTS5`, `SQS`."""
    return bool(re.search(r"[a-z][A-Z]|[A-Z]{2}|[A-Za-z]\d", word))


def _forms(word: str, stem: Stem) -> Word:
    """A word as it may be written: in one, and in its parts."""
    terms = list(split_terms(word, stem))
    if not terms:
        return ()  # an article and the like
    joined = re.sub(r"\W|_", "", word).lower()
    whole = frozenset({stem(joined)})
    parts = frozenset(t for t in terms if t != stem(joined) and len(t) < len(joined))
    forms = [whole] if any(t in whole for t in terms) or not parts else []
    return tuple([*forms, parts] if parts else forms)


_generic_of: dict[Stem, frozenset[str]] = {}


def _generic(stem: Stem) -> frozenset[str]:
    if stem not in _generic_of:
        _generic_of[stem] = frozenset(map(stem, _GENERIC)) | _GENERIC
    return _generic_of[stem]


def find_returning(
    options: Sequence[Option], changes: Sequence[CodeChange], stem: Stem
) -> list[Return]:
    """Where added lines hold an option; the first such line of a file for each option."""
    by_term: dict[str, list[Option]] = {}
    for option in options:
        for form in option.words[0]:
            by_term.setdefault(min(form), []).append(option)
    found: dict[tuple[str, str, str], Return] = {}
    for change in changes:
        if is_made(change.path) or is_prose(change.path):
            continue
        gone = {_squeezed(text) for _, text in change.removed}
        previous: tuple[int, str] = (-9, "")
        for line, text in change.added:
            if _squeezed(text) in gone:
                continue
            if len(text) > MOST_LINE:  # what stands at its end, or far to the right, hides nothing
                text = " ".join(text.split())[:MOST_LINE]
            above = previous[1] if previous[0] == line - 1 else ""
            previous = (line, text)
            for option in _held(text, above, by_term, stem):
                key = (option.sheet.id, option.text, change.path)
                if key not in found and _in_scope(option, change.path):
                    found[key] = Return(option, change.path, line, text.strip())
    return list(found.values())


def find_in_messages(
    options: Sequence[Option], messages: Iterable[tuple[str, str]], stem: Stem
) -> list[Return]:
    """The same in what commits say of themselves: commit and a sentence of its message."""
    found: dict[tuple[str, str], Return] = {}
    for commit, sentence in messages:
        if len(sentence.split()) > MOST_SENTENCE:
            continue
        for option in options:
            if (option.sheet.id, option.text) in found:
                continue
            where = _meeting(sentence, option.words, stem)
            if where is None or _is_denied(sentence, where):
                continue
            # A sentence that takes an option up says so right before it.
            if _TAKEN_UP.search(sentence[max(0, where - 40) : where]):
                found[option.sheet.id, option.text] = Return(option, "", 1, sentence, commit)
    return list(found.values())


def _held(
    text: str, above: str, by_term: Mapping[str, Sequence[Option]], stem: Stem
) -> Iterator[Option]:
    """The options that a line takes up, by itself or together with the added line above it."""
    terms = set(split_terms(text, stem))
    wide = terms | set(split_terms(above, stem)) if above else terms
    for option in {id(o): o for term in wide for o in by_term.get(term, ())}.values():
        alone = _holds(terms, option.words)
        joined = len(option.words) > 1 and _holds(wide, option.words) and not alone
        if not alone and not (joined and any(_holds(terms, (w,)) for w in option.words)):
            continue
        whole = f"{above} {text}" if above else text
        where = _meeting(text if alone else whole, option.words, stem)
        if where is None:
            continue
        # `if not limiter:` above code denies nothing; a sentence that goes on does.
        if alone and not (_COMMENT.match(text) or _GOES_ON.search(above)):
            whole = text
        if _is_denied(whole, where + (len(whole) - len(text)) * alone):
            continue
        # One word in a comment is too little: it may be said of anything.
        if len(option.words) > 1 or not _COMMENT.match(text):
            yield option


def states(text: str, option: Option, stem: Stem) -> bool:
    """Whether a statement takes an option for its own: it names it, and not to refuse it."""
    where = _meeting(text, option.words, stem)
    return where is not None and not _is_denied(text, where)


def _holds(terms: Set[str], words: Iterable[Word]) -> bool:
    return all(any(form <= terms for form in word) for word in words)


def _meeting(text: str, words: Sequence[Word], stem: Stem) -> int | None:
    """Where in the text all words stand closest together; None when they do nowhere."""
    needed = {t for word in words for form in word for t in form}
    seen: list[tuple[int, int, set[str]]] = []
    for place, match in enumerate(re.finditer(r"[^\W_]+(?:[_.-][^\W_]+)*", text)):
        if here := needed & set(split_terms(match[0], stem)):
            seen.append((place, match.start(), here))
    best: tuple[int, int] | None = None
    for first, (place, start, _) in enumerate(seen):
        held: set[str] = set()
        for at, _, here in seen[first:]:
            if at - place > len(words) + NEAR:
                break
            held |= here
            if _holds(held, words):
                if best is None or at - place < best[0]:
                    best = (at - place, start)
                break
    return best[1] if best else None


def _is_denied(text: str, where: int) -> bool:
    """Whether the words before say that the option is not taken."""
    before = re.split(r"[.;!?]\s", text[max(0, where - 60) : where])[-1]
    if _NEVER.search(before):
        return True
    return bool(_GONE.search(before)) and not _TAKES.search(before)


def _in_scope(option: Option, path: str) -> bool:
    return not option.sheet.scopes or bool(option.sheet.covers(path)) or is_manifest(path)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def is_news(found: Return, before: Callable[[str], Iterable[tuple[str, str]]], stem: Stem) -> bool:
    """Whether the code before did not hold the option already, where the item applies.

    Args:
        found: What `find_returning` found.
        before: A word -> path and text of the lines of the code before that hold it.
        stem: The stemmer.
    """
    forms = [min(word, key=len) for word in found.option.words]
    rarest = max((max(form, key=len) for form in forms), key=len)
    for path, text in before(rarest):
        if is_made(path) or is_prose(path) or not _in_scope(found.option, path):
            continue
        where = _meeting(text, found.option.words, stem)
        if where is not None and not _is_denied(text, where) and not _COMMENT.match(text):
            return False
    return True
