"""Options that an agent puts before the user, and what it means to take one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kn.core.capture.wording import as_sentence, one_line, shortened
from kn.core.model import Rejected
from kn.core.talk.choice import LASTING, Choice, parse_choice
from kn.core.talk.claim import Claim
from kn.core.talk.text import terms_of

_PURPOSE = re.compile(r"\b(?:for|in|as)\s+(?:the|our|this|an?)?\s*[\w -]{3,50}?(?=\?|,|$)", re.I)
_WHICH = re.compile(
    r"\b(?:which|what)\s+(?P<noun>[\w-]+(?:\s[\w-]+){0,3}?)\s+(?:should|do|would|shall|did|to)\b",
    re.I,
)
_HOW = re.compile(
    r"\bhow (?:should|do|would|shall) (?:we|I|you want (?:me|us) to) (?:handle|do|manage"
    r"|implement|approach"
    r"|deal with|solve)\s+(?P<noun>[\w-]+(?:\s[\w-]+){0,4})\s*\?",
    re.IGNORECASE,
)
_EITHER = re.compile(
    r"(?:(?:use|go with|prefer|choose|pick|want|between|either|:|—|–"
    r"|,)\s+)?(?P<one>[^,:;?—–]{2,50}?),?"
    r"\s+or\s+(?P<other>[^,:;?—–]{2,50}?)(?P<purpose>\s+(?:for|as|in|to)\s[^?,]{3,60})?\s*\?",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"^\s{0,6}(?:[-*]\s+)?(?:\*\*)?(?:option\s+)?(?P<mark>\d"
    r"|[A-D])(?:\*\*)?[.):](?:\*\*)?\s+(?P<what>\S[^\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
_NAME_END = re.compile(r"\*\*:?\s|:\s|\s[—–-]+\s|\s\(|[.;,]\s|[.;]$|\s+(?=because\b|since\b)")
_FRAME = re.compile(
    r"(?:(?:.*\b)?(?:want me to|me to|us to|should (?:I|we)|shall (?:I|we)|do (?:I|we)"
    r"|prefer to|better to)\s+)?"
    r"(?P<frame>(?:put|store|keep|write|save|move|send|load|read|expose|run|build|deploy|host|serve"
    r"|implement|model|represent|encode|pass|handle|do)\s.*\b(?:into|in|with|to|as|on|from|via"
    r"|through|by))"
    r"\s+(?P<one>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_DONE = re.compile(
    r"(?:return|raise|throw|log|emit|write|call|wrap|poll|push|pull|drop|ignore|skip|reject|accept"
    r"|allow|block|add|create|define|inherit|compose)\s",
    re.IGNORECASE,
)
"""An option that begins so is a thing to do, not to use."""
_LEAD = re.compile(
    r"^(?:.*\b(?:use|go with|prefer|choose|pick|want|between|either)\s+)?(?:an?\s|the\s)?",
    re.I | re.S,
)


@dataclass(frozen=True, slots=True)
class Options:
    """Options that a question puts up."""

    names: tuple[str, ...]
    marks: tuple[str, ...]
    """Number or letter of each: `1` or `A`."""
    lines: tuple[str, ...]
    """Where each stands, verbatim."""
    frame: str
    """What is to be done with the one that is taken, as `put the config into`, or nothing."""
    purpose: str
    """What for, as `for the job queue`, or nothing."""


def options_in(text: str, sentences: list[str]) -> Options | None:
    """The options that the end of an agent's message puts to the user, or None."""
    question = next((one_line(s) for s in reversed(sentences) if s.rstrip().endswith("?")), "")
    if not question:
        return None
    purpose = _purpose_of(question)
    listed = list(_LISTED.finditer(text))
    marks = tuple(m["mark"].upper() for m in listed)
    if 2 <= len(listed) <= 6 and len(set(marks)) == len(marks):
        names = tuple(_name_of(m["what"]) for m in listed)
        return Options(names, marks, tuple(m["what"].strip() for m in listed), "", purpose)
    either = _EITHER.search(question)
    if either is None:
        return None
    framed = _FRAME.match(either["one"].strip())
    if framed is not None:
        one, other = framed["one"], either["other"].strip()
    else:
        one, other = (_LEAD.sub("", either[part].strip()) for part in ("one", "other"))
    if not one or not other or not (terms_of(one) and terms_of(other)):
        return None
    line = next(s for s in reversed(sentences) if s.rstrip().endswith("?"))
    return Options(
        (one, other),
        ("1", "2"),
        (line, line),
        framed["frame"] if framed else "",
        (either["purpose"] or purpose).strip(),
    )


def _purpose_of(question: str) -> str:
    if found := _WHICH.search(question):
        noun = found["noun"]
        if not re.match(r"(?:one|option|way|approach|of|do|would|should)\b", noun, re.IGNORECASE):
            return f"as the {noun}"
    if found := _HOW.search(question):
        return f"for {found['noun']}"
    purpose = _PURPOSE.search(question)
    return purpose[0].strip() if purpose else ""


def _name_of(what: str) -> str:
    what = what.strip()
    end = _NAME_END.search(what, 2)
    return re.sub(r"^(?:an?|the)\s", "", (what[: end.start()] if end else what).strip(" *_`.:"))


def chosen(options: Options, place: int, because: str, quote: str) -> Claim:
    """The claim of a user who picked one of the options."""
    name = options.names[place]
    lasting = LASTING.match(name) or _DONE.match(name) or parse_choice(name) or options.frame
    text = f"{options.frame} {name}".strip() if lasting else f"use {name}"
    others = [n for at, n in enumerate(options.names) if at != place]
    if options.purpose and not lasting:
        text = f"{text} {options.purpose}"
    elif not lasting and len(others) == 1:
        text = f"{text} instead of {others[0]}"
    return Claim(
        "decision",
        as_sentence(shortened(text)),
        quote,
        as_sentence(because),
        [Rejected(other) for other in others],
        choice=parse_choice(text) or Choice(name, options.purpose),
        by_user=True,
    )
