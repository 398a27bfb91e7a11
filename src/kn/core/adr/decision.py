"""A record's decision in one sentence, with a reason and the options that were not taken."""

from __future__ import annotations

import re
from itertools import islice

from kn.core.adr.alternatives import fitting, rejected_of
from kn.core.adr.document import Document
from kn.core.adr.passages import Passage, decisive, gains, reasons, situation
from kn.core.adr.wording import cost, cut, sentences
from kn.core.model import Rejected

_STATEMENT = 34
"""Tokens of a statement; DESIGN allows about 40, and the budget of a context holds more short
ones."""
_TITLE = 18
_REASON = 18
_OPTIONS = 12
"""Tokens kept free for the rejected options of a record that has some."""
_ALL = 52
"""Tokens of statement, reason and options together; id and scope bring the compact form to about
60."""

_CHOSEN = re.compile(
    r"(?:we\s+)?(?:chose|chosen|choose|selected|picked|decided)\s*(?:option|alternative|solution"
    r"|approach)?s?\s*:?\s*"
    r"[\"“'‘*]{0,3}(?P<option>[^\"”*]{2,200}?)[\"”'’*]{0,3}\s*[,.;:—–-]{0,2}\s*\bbecause\b"
    r"\s*(?P<because>[^.]{3,400})",
    re.IGNORECASE,
)
_CHOSEN_ALONE = re.compile(
    r"chosen\s+(?:option|alternative|solution)s?\s*:\s*[\"“]?(?P<option>[^\"”]{2,200})",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(
    r"^(?:(?:therefore|thus|so|hence|consequently|accordingly|overall|finally|as a result|for now"
    r"|for this reason|"
    r"given (?:this|that|the above)|with (?:this|that) in mind|based on (?:this|that|the above)"
    r"|(?:the|our) (?:decision|proposal) is(?: that)?)[, :]\s*)?"
    r"(?:(?:we|the team|i)(?:['’]ve)?\s+(?:have |had |also |therefore )?(?:decided|agreed|chose"
    r"|chosen|propose|proposed|opted|are going|plan|intend|want|will)"
    r"(?:\s+to|\s+that(?:\s+we(?:\s+will)?)?)?\s+|we['’]ll\s+|(?:it (?:is|was|has been) (?:decided"
    r"|agreed|proposed) (?:to|that(?: we(?: will)?)?)\s+)"
    r"|we should\s+|we shall\s+|we must\s+|this adr proposes(?: to)?\s+|the (?:decision"
    r"|proposal) is to\s+)?",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"(?:,?\s+\(?because\s+(?:of\s+)?|,?\s+since\s+(?!v?\d)|,\s+as\s+(?=it|this|they|we|that|the)"
    r"|,?\s+so\s+that\s+|,\s+so\s+(?=we|the|it|that)"
    r"|,?\s+in\s+order\s+to\s+|\s+(?=to\s+(?:avoid|prevent|reduce|allow|ensure|keep|make|enable"
    r"|minimi[sz]e|improve|support)\s))",
    re.IGNORECASE,
)
_NEED = re.compile(
    r"\b(?:need|needs|problems?|cannot|can't|could not|unable|slow|expensive|hard|difficult|risk"
    r"|lack|lacks|missing|"
    r"fails?|failed|failing|breaks?|broken|leak\w*|too|insecure|complex\w*|confus\w*|errors?|bugs?"
    r"|inconsisten\w*|"
    r"duplicat\w*|requires?|must|not|no)\b",
    re.IGNORECASE,
)
_DECIDES = re.compile(
    r"\b(?:we will|we'll|we decided|we have decided|decided|decide|adopt|adopts?|use|uses|will be"
    r"|shall|must|introduce|replace|"
    r"implement|add|move|create|switch|store|keep|becomes?|remove|migrate|propose[sd]?|never|only"
    r"|every|each|is|are)\b",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"^(?:there (?:is|are|were|was)|we (?:considered|have considered|looked|discussed|evaluated"
    r"|investigated|tried)|currently|"
    r"today|at the (?:time|moment)|in the past|historically|previously|note|.{0,80}\b(?:unchanged"
    r"|stays as it is)\b|after |when (?:we|i)|if )\b|\?$",
    re.IGNORECASE,
)
_STOP = frozenset(
    "a an the of to in on at by for with and or but as is are be via from into use using used our "
    "we it its this that "
    "than not no new adr when how what per vs over under between within without through all any "
    "each".split()
)


def decision_of(document: Document, title: str) -> tuple[str, str, tuple[Rejected, ...]]:
    """(statement, because, rejected), together about 50 tokens.

    The statement carries the title's words: a task finds a decision by them, and a first sentence
    such as "We go with option 2" has none. Where the decision cannot be found it is the title
    alone.
    """
    sentence, because, option = _decided(document)
    statement = _stated(title, sentence)
    options = rejected_of(document, option or sentence or title)
    room = _ALL - cost(statement)
    most = min(_REASON, room - (_OPTIONS if options else 0))
    reason = _fitted([because, *_reasons(document)], most)
    return statement, reason, fitting(options, room - cost(reason))


def _fitted(reasons: list[str], most: int) -> str:
    """The first reason that fits whole; else the beginning of one, if it says most of it."""
    cleaned = [text for r in reasons if len(text := _OPENING.sub("", r).strip(" .,;:")) > 12]
    if most < 6 or not cleaned:
        return ""
    for text in cleaned:
        if cost(text) <= most:
            return _sentence_case(text)
    for text in cleaned:
        short = cut(text, most)
        if len(short) * 2 > len(text) and not _OPEN_END.search(short):
            return _sentence_case(short)
    return ""


_OPENING = re.compile(
    r"^(?:however|but|and|also|moreover|furthermore|in addition|currently|today|so|thus"
    r"|that)\b,?\s+",
    re.IGNORECASE,
)
_OPEN_END = re.compile(
    r"^(?:by|when|while|in|if|as|for|to|after|given|with)\b[^,]*$", re.IGNORECASE
)
"""A beginning such as "By switching the task manager" says nothing without its end."""


def _decided(document: Document) -> tuple[str, str, str]:
    """(what was decided, why if the same words tell it, the name of the chosen option)."""
    seen = list(islice(decisive(document), 12))
    for passage in seen:
        text = f"{passage.text} {' '.join(passage.items[:1])}"
        if match := _CHOSEN.search(text[:1500]):
            return match["option"].strip(), match["because"].strip(), match["option"].strip()
        if match := _CHOSEN_ALONE.search(text[:600]):
            option = next(iter(sentences(match["option"].strip())), "")
            return option, "", option
    for passage in seen:
        if sentence := _best(passage):
            sentence, because = _parted(_imperative(sentence))
            return sentence, because, ""
    return "", "", ""


def _best(passage: Passage) -> str:
    """The first sentence that decides something, among the first four of a paragraph."""
    found = [s for s in islice(sentences(passage.text[:3000]), 4) if len(s) > 8]
    strong = [s for s in found if not _WEAK.search(s) and _DECIDES.search(s)]
    chosen = next(iter(strong), "") or next((s for s in found if not _WEAK.search(s)), "")
    if not chosen and not passage.items:
        return ""
    if passage.items and (not chosen or chosen.rstrip().endswith(":")):
        heads = [_head(item) for item in passage.items[:4]]
        lead = chosen.rstrip(" :") if len(chosen) > 12 and not _EMPTY_LEAD.search(chosen) else ""
        return (f"{lead}: " if lead else "") + "; ".join(h for h in heads if h)
    return chosen


_EMPTY_LEAD = re.compile(
    r"\b(?:following|as follows|these|below|decided to|we will|steps?|points)\W*$", re.IGNORECASE
)


def _head(item: str) -> str:
    first = next(iter(sentences(item)), item).strip(" .;:")
    head, colon, _ = first.partition(": ")
    return head if colon and len(head) > 12 else first


def _imperative(sentence: str) -> str:
    """ "We will use X" as "Use X": the same promise for fewer tokens."""
    rest = _LEAD_IN.sub("", sentence, count=1)
    if rest == sentence or not rest:
        return sentence
    rest = re.sub(r"^not\s+", "Do not ", rest, flags=re.IGNORECASE)
    return rest[:1].upper() + rest[1:]


def _parted(sentence: str) -> tuple[str, str]:
    """A sentence without its reason, and the reason; both only where enough is left of either."""
    match = _WHY.search(sentence, 24)
    if not match or len(sentence) - match.end() < 12:
        return sentence, ""
    return sentence[: match.start()].rstrip(" ,("), sentence[match.end() :].strip(" ).")


def _stated(title: str, sentence: str) -> str:
    sentence = sentence.strip(" .;:,")
    if not sentence:
        return _full_stop(cut(title, _STATEMENT))
    wanted = _content_words(title)
    missing = wanted - _content_words(cut(sentence, _STATEMENT))
    if len(missing) * 4 <= len(wanted):
        return _full_stop(_sentence_case(cut(sentence, _STATEMENT)))
    head = cut(title, _TITLE)
    room = _STATEMENT - cost(head) - 1
    new = _content_words(sentence) - wanted
    if room < 8 or len(new) < 2:
        return _full_stop(cut(title, _STATEMENT))
    return _full_stop(f"{head}: {cut(_lower_first(sentence), room)}")


def _content_words(text: str) -> set[str]:
    words = re.findall(r"[A-Za-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text))
    return {_stem(w.casefold()) for w in words if w.casefold() not in _STOP and len(w) > 1}


def _stem(word: str) -> str:
    for end in ("ations", "ation", "ings", "ing", "ies", "ied", "es", "ed", "s", "e", "y"):
        if word.endswith(end) and len(word) - len(end) >= 3:
            return word[: -len(end)]
    return word


def _lower_first(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if first.isalpha() and first[1:].islower() else text


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def _full_stop(text: str) -> str:
    text = text.rstrip(" ,;:—–-")
    return text if text.endswith((".", "!", "?")) else text + "."


def _reasons(document: Document) -> list[str]:
    """Sentences that may tell why, the likeliest first."""
    found: list[str] = []
    for passage in islice(reasons(document), 3):
        for text in (*islice(sentences(passage.text[:2000]), 2), *passage.items[:2]):
            if not text.endswith((":", "?")) and not _WEAK.search(text):
                found += [_parted(text)[1], text]
    for passage in islice(situation(document), 5):
        for text in islice(sentences(passage.text[:2000]), 4):
            if _NEED.search(text) and not text.endswith((":", "?")):
                found += [text, _parted(text)[1]]
    for passage in islice(gains(document), 1):
        found += [next(iter(sentences(passage.text)), "").rstrip(":"), *passage.items[:2]]
    return [text for text in found if text]
