"""What a record says about its relation to other records: "Superseded by ADR-9", "amends 0007"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from kn.core.adr.refs import Ref, refs
from kn.core.adr.wording import plain

Relation = Literal["supersedes", "superseded_by", "amends", "amended_by"]


@dataclass(frozen=True, slots=True)
class Mention:
    """One statement of a record about another one, which is not looked up yet.

    `href` is a link's target, `number` a record's number without leading zeros; either may be
    empty.
    `firm` is false for what stands in running text, which gives way to what a header says.
    """

    relation: Relation
    href: str
    number: str
    label: str
    quote: str
    firm: bool = True


_VERB = re.compile(
    r"""\b(?:
      (?P<passive>super[sc]eded|replaced|obsoleted|deprecated|amended|revised|modified|updated)
        (?P<how>[-,\s*_](?:[^.;()\[\]]{0,60}?[\s*_])?)?
        (?:by|in\s+favou?r\s+of)\b
    | (?P<active>super[sc]edes?|replaces|obsoletes|amends|revises|modifies|updates|deprecates)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_WHICH = re.compile(r"\b(?:which|that|who)\s(?:\w{1,12}\s)?\Z")
"""Before a verb: it speaks of the record named last, and so ends nothing ("by 71, which replaces
x, and 74")."""
_DECLARED = re.compile(
    r"^\s(?:is|are)\s(?:(?:now|hereby|therefore|thereby"
    r"|fully)\s)?super[sc]eded(?:\sby\sthis\s\w+)?\s?[.;]",
    re.IGNORECASE,
)
_WHOLE = ("superse", "superce", "replace", "obsolet", "depreca")
_BOUNDARY = re.compile(r"[.;:()—–|>,]|\s-\s|--")
_SENTENCE_END = re.compile(r"[.!?][)*_\"'`]{0,3}\s+(?=[A-Z*`\[(\"'])")
_PARENTHESES = re.compile(r"\([^()]{0,600}\)")
_THIS = re.compile(
    r"\b(?:this|the\s+present)\s+(?:adr|decision|record|document|proposal|design|rfc|one)\b"
    r"|^\W*(?:we|it|this|hereby)\b",
    re.IGNORECASE,
)
_OBJECT_THIS = re.compile(
    r"\s+this\s+(?:adr|decision|record|document|one)\b(?P<part>['’]s)?", re.IGNORECASE
)
_EMPTY_SUBJECT = frozenset(
    "is was has have been now be being this the adr decision record document it and fully also "
    "later "
    "since which hereby therefore entirely completely status".split()
)
_WHOLE_GAP = frozenset(
    "adr adrs decision record the previous earlier old older and in full fully entirely completely "
    "both "
    "our of by former number no".split()
)
_TO_BE = frozenset("is was are were has have been now which".split())
_DENIED = re.compile(
    r"(?:\b(?:not|never|must|should|could|would|may|might|if|unless|until|nor|will|can|without"
    r"|eventually)"
    r"|\brather\s+than|\bto\s+be|\binstead\s+of)\b[^.;:]{0,30}$",
    re.IGNORECASE,
)
_OTHER_MATTER = re.compile(
    r"\b(?:build(?:s|ing)?|extend(?:s|ed)?|depends?|see|refines?|relate[sd]?|implements"
    r"|complements?|"
    r"unaffected|unchanged|remains?|stands?|retains?|fulfil\w*|keeps?|none|nothing|n/a|per|unlike"
    r"|neither|nor|not|"
    r"follow\w*|precedent|deferred|introduced|companion|requires?|adopts?)\b|^[\s:*_]*[—–-]+\s*$",
    re.IGNORECASE,
)
_IN_PART = re.compile(
    r"\b(?:partial(?:ly)?|partly|in\s+part|parts?\s+of|portions?|some\s+of|aspects?)\b",
    re.IGNORECASE,
)
_PART_AFTER = re.compile(
    r"[*_`]{0,3}(?:['’]s\b|\s?(?:§|\(?(?:partial|partly|in\s+part)|point\b|section\b|only\b|for\b"
    r"|clause\b))",
    re.IGNORECASE,
)
_WHOLE_AFTER = re.compile(
    r"\s?[(—–,]\s?(?:in\s+full|whole|entirely|completely|fully)\b", re.IGNORECASE
)
_CONNECTED = re.compile(r"[,/&;+]|\band\b|^\s*$", re.IGNORECASE)
_AND = re.compile(r"\W*(?:and|&)?\W*", re.IGNORECASE)
_BY = re.compile(r"\bby\b", re.IGNORECASE)
_PARAGRAPH = 3000
"""Characters of a paragraph that are looked at (a guess); bounds the work, which is in its
square."""
_MOST_GAP = 90
"""Characters between the verb and the first record that it names (a guess)."""


def mentions(
    text: str, *, own: str = "", keyed: bool = False, firm: bool = True, anyone: bool = False
) -> list[Mention]:
    """The relations that one paragraph of the record with the number `own` states.

    With `keyed` the paragraph is a field (`supersedes: 7`), where a bare number is a record too.
    Without `firm` it is running text: the subject has to be this record in so many words. With
    `anyone` the subject does not matter.
    """
    text = text[:_PARAGRAPH]
    named = refs(text, keyed=keyed)
    if not named:
        return []
    found: list[tuple[Relation, Ref]] = []
    verbs = [
        v for v in _VERB.finditer(text) if not (v["active"] and _WHICH.search(text, 0, v.start()))
    ]
    for at, verb in enumerate(verbs):
        end = verbs[at + 1].start() if at + 1 < len(verbs) else len(text)
        found += _of_verb(text, verb, end, named, own, firm, anyone)
    if not firm:
        found += [("supersedes", r) for r in named if _DECLARED.match(text[r.end : r.end + 80])]
    quote = plain(text)[:200]
    return [
        Mention(relation, ref.href, ref.number, ref.label, quote, firm)
        for relation, ref in found
        if not own or ref.number != own
    ]


def _of_verb(
    text: str, verb: re.Match[str], end: int, named: list[Ref], own: str, firm: bool, anyone: bool
) -> list[tuple[Relation, Ref]]:
    if any(ref.start <= verb.start() < ref.end for ref in named):
        return []
    before = _sentence_before(text, verb.start())
    if _DENIED.search(before):
        return []
    subject = None if anyone else _subject(text, verb, named, firm)
    if subject and subject.number != own:
        return _turned(text, verb, subject)
    if not firm and not anyone and not subject and not _about_this(before, verb, text, named):
        return []
    found: list[tuple[Relation, Ref]] = []
    shared = ""
    for ref, gap in _objects(text, verb, end, named):
        # "the core half of 4 and 39": what is said before the first holds for the second too.
        shared = gap if _qualified(gap) or not _AND.fullmatch(gap) else shared
        found.append((_relation(verb, before, shared, text[ref.end : ref.end + 40]), ref))
    return found


def _qualified(gap: str) -> bool:
    return any(w not in _WHOLE_GAP for w in re.findall(r"[\w§]+", plain(gap).casefold()))


def _sentence_before(text: str, at: int) -> str:
    before = text[max(0, at - 300) : at]
    last = 0
    for match in _SENTENCE_END.finditer(before):
        last = match.end()
    return before[last:]


def _subject(text: str, verb: re.Match[str], named: list[Ref], firm: bool) -> Ref | None:
    """The record that the verb speaks of, when it is named right before it: "ADR-9 was superseded
    by"."""
    before = [ref for ref in named if ref.end <= verb.start()]
    if not before:
        return None
    gap = _PARENTHESES.sub("", text[before[-1].end : verb.start()])
    words = gap.strip(" *_:—–-").casefold().split()
    if len(gap) > 40 or re.search(r"[,;.)|]", gap) or not _TO_BE.issuperset(words):
        return None
    # In a header a dash starts another statement: "Superseded by 5 — amended by 7".
    return before[-1] if words or verb["active"] or (not firm and gap.strip()) else None


def _turned(text: str, verb: re.Match[str], subject: Ref) -> list[tuple[Relation, Ref]]:
    """ "ADR-9 supersedes this decision" says that this record is superseded by ADR-9."""
    this = _OBJECT_THIS.match(text, verb.end()) if verb["active"] else None
    if not this:
        return []
    whole = verb["active"].casefold().startswith(_WHOLE) and not this["part"]
    return [("superseded_by" if whole else "amended_by", subject)]


def _about_this(before: str, verb: re.Match[str], text: str, named: list[Ref]) -> bool:
    if _THIS.search(before):
        return True
    start = verb.start() - len(before)
    return (
        bool(verb["active"])
        and verb["active"].casefold().startswith(("superse", "superce"))
        and not any(start <= ref.start < verb.start() for ref in named)
        and len(before) < 200
    )


def _objects(text: str, verb: re.Match[str], end: int, named: list[Ref]) -> list[tuple[Ref, str]]:
    """The records that the verb governs, each with the words between it and what stands before
    it."""
    found: list[tuple[Ref, str]] = []
    at = verb.end()
    for ref in named:
        if not verb.end() <= ref.start < end:
            continue
        gap = _PARENTHESES.sub(" ", text[at : ref.start])
        if found and gap.count("(") > gap.count(")"):
            continue  # a remark about the record before: "[9] (extends ADR-3)"
        if len(gap) > _MOST_GAP or _SENTENCE_END.search(gap) or _OTHER_MATTER.search(gap):
            break
        if found and (not _CONNECTED.search(gap) or _BY.search(gap)):
            break
        found.append((ref, gap))
        at = ref.end
    return found


def _relation(verb: re.Match[str], before: str, gap: str, after: str) -> Relation:
    word = (verb["passive"] or verb["active"]).casefold()
    if verb["passive"]:
        clause = _BOUNDARY.split(before)[-1]
        subject = [
            w for w in re.findall(r"[\w§`]+", plain(clause).casefold()) if w not in _EMPTY_SUBJECT
        ]
        part = bool(subject) or bool(_IN_PART.search(f"{clause} {verb['how'] or ''}"))
        part = (
            part or "addition" in (verb["how"] or "") or bool(re.match(r"\s?\(?in\s+part\b", after))
        )
        return "amended_by" if part or not word.startswith(_WHOLE) else "superseded_by"
    if not word.startswith(_WHOLE):
        return "amends"
    clause = _BOUNDARY.split(before)[-1]
    part = (
        _qualified(gap)
        or bool(_IN_PART.search(f"{clause} {gap}"))
        or bool(_PART_AFTER.match(after))
    )
    return "amends" if part and not _WHOLE_AFTER.match(after) else "supersedes"
