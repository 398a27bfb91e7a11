"""What a record says about its own standing, in the dozen ways in which people write it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kn.core.adr.wording import plain
from kn.core.model import Status

_MEANINGS: dict[Status, str] = {
    "superseded": "superseded superceded superseeded replaced obsoleted",
    "retired": (
        "rejected declined deprecated withdrawn abandoned cancelled canceled retired discarded "
        "obsolete reverted removed dropped archived refused denied invalid void killed expired"
    ),
    "proposed": (
        "proposed proposal draft drafted drafting wip pending rfc idea exploratory experimental "
        "discussion discussing stub todo open unresolved undecided deferred postponed suggested "
        "tentative review requested"
    ),
    "accepted": (
        "accepted accept implemented approved adopted decided agreed active done final finalised "
        "finalized complete completed live current merged shipped landed stable ratified enacted "
        "effective realized realised amended valid resolved in-force"
    ),
}
_WORDS = {word: status for status, words in _MEANINGS.items() for word in words.split()}

_PHRASES: tuple[tuple[str, Status], ...] = (
    ("not accepted until", "proposed"),
    ("not accepted yet", "proposed"),
    ("not accepted", "retired"),
    ("not adopted", "retired"),
    ("not approved", "retired"),
    ("no longer", "retired"),
    ("rolled back", "retired"),
    ("turned down", "retired"),
    ("won't", "retired"),
    ("not implemented", "proposed"),
    ("not yet", "proposed"),
    ("in progress", "proposed"),
    ("in review", "proposed"),
    ("under review", "proposed"),
    ("in discussion", "proposed"),
    ("under discussion", "proposed"),
    ("for discussion", "proposed"),
    ("work in progress", "proposed"),
    ("last call", "proposed"),
    ("on hold", "proposed"),
    ("to be decided", "proposed"),
    ("request for comment", "proposed"),
    ("in use", "accepted"),
    ("in effect", "accepted"),
    ("in force", "accepted"),
)
_LEAD = re.compile(r"^[\W_]*(?:(?:status|fully|now)\b[\W_]*)*", re.IGNORECASE)
_PART = re.compile(r"(?P<lead>(?:partial(?:ly)?|partly|mostly|largely)[\W_]+)", re.IGNORECASE)
_IN_PART = re.compile(r"(?P<lead>)super[sc]eded\W+(?:in part|partially|partly)\b", re.IGNORECASE)
_ARROW = re.compile(r"\s*(?:->|→|⇒|=>|➔)\s*")
_SENTENCE = re.compile(r"(?<=[.;])\s+|\s[—–]\s|\n")
_DATED = re.compile(r"\b\d{4}-\d{2}|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_BOX = re.compile(r"^\s*[-*+]?\s*\[(?P<mark>[ xX✓✔])\]\s*")
_CHOICES = re.compile(r"[|/]")


@dataclass(frozen=True, slots=True)
class Standing:
    """The status that a record's own words give it; `known` is false when no word of them was
    understood.

    `whole` is the text as written; `reason` is what follows the word of a rejected or withdrawn
    record.
    """

    status: Status
    known: bool
    whole: str
    reason: str = ""


def standing(texts: Sequence[str]) -> Standing:
    """Read the paragraphs of a status field or section.

    A later "Superseded" or "Rejected" at the start of a sentence outweighs the first word; between
    accepted and proposed the first one counts. No status, or one nobody can read, is `accepted`:
    people who keep no status mean what they wrote to hold.
    """
    chosen = _checked(texts)
    whole = " ".join(plain(text) for text in chosen if plain(text))[:400]
    found: list[tuple[Status, str]] = []
    for text in chosen:
        if len(_named(text)) > 2 and len(_CHOICES.findall(text)) > 1:
            continue  # a template's list of what one may write
        for sentence in _SENTENCE.split(_latest(plain(text)))[:8]:
            if status := _first_word(sentence):
                found.append((status, sentence))
    for decisive in ("superseded", "retired"):
        for status, sentence in found:
            if status == decisive:
                reason = _reason(whole, sentence) if decisive == "retired" else ""
                return Standing(status, True, whole, reason)
    if len(found) > 1 and all(_DATED.search(text) for text in chosen):
        found.reverse()  # a history of the status: the last line is what holds
    return Standing(found[0][0] if found else "accepted", bool(found), whole)


def _latest(text: str) -> str:
    """Of "Proposed → Accepted", what follows the arrow; but "Superseded → ADR-9" is one
    statement."""
    last = _ARROW.split(text)[-1]
    return last if _first_word(last) else text


def _checked(texts: Sequence[str]) -> list[str]:
    """Of a list with check boxes, the checked lines."""
    boxes = [(match, text) for text in texts if (match := _BOX.match(text))]
    if not boxes:
        return list(texts)
    return [text[match.end() :] for match, text in boxes if match["mark"] != " "]


def _named(text: str) -> set[Status]:
    return {_WORDS[word] for word in re.findall(r"[a-z]+", text.casefold()[:300]) if word in _WORDS}


def _first_word(sentence: str) -> Status | None:
    text = _LEAD.sub("", sentence.casefold())
    for phrase, meant in _PHRASES:
        if text.startswith(phrase):
            return meant
    part = _PART.match(text) or _IN_PART.match(text)
    word = re.match(r"[a-z]+(?:-[a-z]+)?", text[part.end("lead") :] if part else text)
    status = _WORDS.get(word[0]) if word else None
    if status is None or not part:
        return status
    # "Partially superseded": the rest of it holds.
    return "proposed" if status == "proposed" else "accepted"


def _reason(whole: str, sentence: str) -> str:
    at = whole.find(sentence)
    rest = whole[at + len(sentence) :] if at >= 0 else ""
    said = re.sub(r"^[\W_]*[A-Za-z]+", "", sentence, count=1)
    text = f"{said}{rest}".strip(" .;:—–-*_`,")
    if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
        text = text[1:-1]
    return text[:200]
