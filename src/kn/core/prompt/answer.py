"""A model's answer, believed only where its words can be found in what it read."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kn.core.candidate import Candidate, normalized
from kn.core.capture.scope import scope_of
from kn.core.capture.wording import as_sentence, one_line, shortened
from kn.core.hidden import show_hidden
from kn.core.model import Rejected, Scope
from kn.core.prompt.parts import Part, Passage
from kn.core.schema import Schema

_MOST = 20
"""Candidates that are read of one answer: a model that gives more has not chosen. A guess."""

_QUOTE_LEAST, _QUOTE_MOST = 12, 1_000
"""Characters of a quote: a word or two stand in every text, and a page proves no sentence. Guesses.
"""

_BY_PERSON, _BY_AGENT = 0.6, 0.45
"""Confidence by who said the quote; guesses, to be measured once there are labelled sessions."""

_STATEMENT_FOUND, _OPTION_FOUND = 1 / 3, 1 / 2
"""Share of the long words that must stand in the text, in one form or another; guesses."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FENCED = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL)
_GLOB = re.compile(r"[*?\[]")


class BadAnswer(ValueError):
    """An answer that is not of the form that was asked for; says what is wrong."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate, and the number of the settled statement that it corrects, or 0."""

    candidate: Candidate
    replaces: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer is worth: proposals with found quotes, and why the others were dropped."""

    proposals: tuple[Proposal, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Reason -> count: `quote not found`, `statement not in the text`, `not of the form`."""


def read_answer(text: str, part: Part, *, schema: Schema, extractor: str) -> Answer:
    """Read what a model answered about a part.

    Each quote must stand in one passage, white space aside, and is kept as the passage has it.
    Options, paths and statements of which the text knows nothing are dropped.

    Raises:
        BadAnswer: The answer is no JSON object with `candidates`.
    """
    given = _load(text)
    dropped: Counter[str] = Counter()
    found: dict[str, Proposal] = {}
    for data in given[:_MOST]:
        outcome = _proposal(data, part, schema, extractor)
        if isinstance(outcome, str):
            dropped[outcome] += 1
        else:
            found.setdefault(outcome.candidate.key, outcome)
    if len(given) > _MOST:
        dropped["too many"] = len(given) - _MOST
    return Answer(tuple(found.values()), dict(dropped))


def _load(text: str) -> list[Any]:
    fenced = _FENCED.search(text)
    inner = text[text.find("{") : text.rfind("}") + 1]
    problem = "it is empty" if not text.strip() else "it is not JSON"
    for piece in (text, fenced[1] if fenced else "", inner):
        try:
            data = json.loads(piece)
        except (ValueError, RecursionError):
            continue
        candidates = data.get("candidates") if isinstance(data, dict) else data
        if isinstance(candidates, list):
            return candidates
        problem = "it has no list `candidates`"
    raise BadAnswer(problem)


def _proposal(data: Any, part: Part, schema: Schema, extractor: str) -> Proposal | str:
    """The proposal, or why there is none."""
    if not isinstance(data, dict):
        return "not of the form"
    kind, said = _text(data.get("kind")), _line(data.get("statement"))
    if kind not in schema.kinds or not normalized(said):
        return "not of the form"
    found = _find_quote(_text(data.get("quote")), part.passages)
    if found is None:
        return "quote not found"
    passage, quote = found
    known = _words_of(part)
    if not _is_known(said, known, _STATEMENT_FOUND):
        return "statement not in the text"
    statement = shortened(said)
    candidate = Candidate(
        kind=kind,
        statement=as_sentence(statement),
        because=as_sentence(_line(data.get("because"))),
        rejected=_rejected(data.get("rejected"), known),
        scope=_scope(data, part, passage),
        evidence=(replace(passage.source, quote=quote),),
        details="" if statement == said else said,
        own=_own(data.get("more"), kind, schema),
        confidence=_BY_AGENT if passage.speaker == "assistant" else _BY_PERSON,
        extractor=extractor,
    )
    number = data.get("replaces")
    return Proposal(candidate, number if type(number) is int else 0)  # True is no number


def _find_quote(quote: str, passages: Sequence[Passage]) -> tuple[Passage, str] | None:
    """The passage that has the quote, and its own spelling; people's passages first."""
    words = quote.strip().strip("\"'“”„«»").split()
    if len(normalized(quote)) < _QUOTE_LEAST or len(quote) > _QUOTE_MOST:
        return None
    pattern = re.compile(r"\s+".join(map(re.escape, words)))
    for passage in sorted(passages, key=lambda p: p.speaker == "assistant"):
        if hit := pattern.search(passage.text):
            return passage, hit[0]
    return None


def _rejected(data: Any, known: frozenset[str]) -> tuple[Rejected, ...]:
    options = [
        Rejected(_line(one.get("option")).rstrip("."), _line(one.get("because")).rstrip("."))
        for one in (data if isinstance(data, list) else ())
        if isinstance(one, dict)
    ]
    return tuple(
        one
        for one in options
        if normalized(one.option) and _is_known(one.option, known, _OPTION_FOUND)
    )


def _scope(data: Mapping[str, Any], part: Part, passage: Passage) -> Scope:
    """Paths that the part names; else, for a commit, those that it changed."""
    named = {path for one in part.passages for path in one.paths}
    texts = "\n".join(one.text for one in part.passages)
    paths = []
    for glob in _lines(data.get("paths")):
        fixed = _GLOB.split(glob)[0].rstrip("/")
        inside = fixed and not fixed.startswith("/") and ".." not in fixed.split("/")
        if inside and (fixed in texts or any(p.startswith(fixed) for p in named)):
            paths.append(glob)
    tags = [tag.casefold().replace(" ", "-") for tag in _lines(data.get("tags"))][:3]
    if not paths and passage.source.commit:
        paths = list(scope_of(passage.paths).paths)
    return Scope(tuple(dict.fromkeys(paths)), tuple(dict.fromkeys(tags)))


def _own(data: Any, kind: str, schema: Schema) -> dict[str, str]:
    """The fields of the kind alone, those that the table would take."""
    fields = {
        f.name: f
        for f in schema.fields_of(kind)
        if (f.kinds or f in schema.kinds[kind].own) and f.shape != "rejected"
    }
    own: dict[str, list[str]] = {}
    for one in data if isinstance(data, list) else ():
        name = _text(one.get("field")) if isinstance(one, dict) else ""
        text = _line(one.get("text")) if name in fields else ""
        if not text:
            continue
        about = fields[name]
        wrong_choice = about.choices and text not in about.choices
        if not wrong_choice and not (about.shape == "date" and not _DATE.fullmatch(text)):
            own.setdefault(about.name, []).append(text)
    return {name: ", ".join(texts) for name, texts in own.items()}


def _words_of(part: Part) -> frozenset[str]:
    texts = [text for one in part.passages for text in (one.text, *one.paths)]
    return frozenset(_stems("\n".join(texts)))


def _is_known(text: str, known: frozenset[str], share: float) -> bool:
    stems = _stems(text)
    return not stems or sum(s in known for s in stems) >= share * len(stems)


def _stems(text: str) -> list[str]:
    """The first four letters of every word that long: enough to see through endings."""
    return [word[:4] for word in re.findall(r"\w{4,}", text.casefold())]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _line(value: Any) -> str:
    return show_hidden(one_line(_text(value)))[:_QUOTE_MOST]


def _lines(value: Any) -> list[str]:
    found = [_line(one) for one in (value if isinstance(value, list) else ())]
    return [one for one in found if one]
