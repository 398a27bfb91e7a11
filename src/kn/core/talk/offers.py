"""What an agent puts before the user: decisions put down as such, proposals, options to pick from.

The labels are read in the user's messages too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kn.core.capture.wording import as_sentence, one_line, shortened
from kn.core.model import Rejected
from kn.core.talk.choice import Choice, other_option, parse_choice
from kn.core.talk.claim import Claim
from kn.core.talk.reason import split_why
from kn.core.talk.text import terms_of

_LABEL = re.compile(
    r"(?:[*_`]{0,3})(?P<label>decision|decided|convention|rule|directive|constraint|gotcha|rejected"
    r"|ruled[- ]out|alternatives? (?:considered|rejected)|because|reason|rationale)"
    r"(?:[*_`]{0,3})\s?:(?:[*_`]{0,3})\s+(?P<what>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_KINDS = {"decision": "decision", "decided": "decision", "convention": "convention",
          "rule": "convention", "directive": "convention", "constraint": "fact",
          "gotcha": "gotcha"}  # fmt: skip
_REASONS = ("because", "reason", "rationale")
_PROPOSED = re.compile(
    r"(?:(?:so|then|therefore|overall|given that|in short)[,:]?\s+)?"
    r"(?:(?:I|we)(?:'d| would)? (?:strongly )?(?:suggest|recommend|propose|advise|prefer|favou?r)"
    r"|my (?:suggestion|recommendation|proposal|preference)(?: is|:| would be)"
    r"|(?:I|we) (?:think|believe) we should|(?:I|we)(?:'d| would| could| should|'ll| will)"
    r"|let's|how about|what about|shall (?:I|we)|should (?:I|we)|may I)\s+"
    r"(?:that we |we |you |to |just |simply |rather )*(?P<what>.+)",
    re.IGNORECASE | re.DOTALL,
)
_NAMES = re.compile(
    r"(?:\S+ ){0,3}(?:I|we)(?:'d| would)? (?:strongly )?(?:suggest|recommend|propose|prefer"
    r"|favou?r)\s",
    re.IGNORECASE,
)
"""After these stands what is to be taken itself: `I recommend gRPC over REST`."""
_GERUNDS = {
    "using": "use", "storing": "store", "keeping": "keep", "putting": "put", "moving": "move",
    "making": "make", "splitting": "split", "caching": "cache", "switching": "switch",
    "going": "go", "sticking": "stick", "leaving": "leave", "treating": "treat", "having": "have",
    "generating": "generate", "validating": "validate", "pinning": "pin", "hashing": "hash",
}  # fmt: skip
_LASTING = re.compile(
    r"(?:store|keep|put|move|make|split|cache|leave|treat|generate|validate|pin|hash|encode|model"
    r"|derive|read|send|route|retry|queue|lock|shard|index|sign|encrypt|expose|represent|limit)\s",
    re.IGNORECASE,
)
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


def labelled(sentences: list[str]) -> list[Claim]:
    """The claims that labels put down: `Decision: …`, with the `Rejected: …` that follow."""
    found: list[Claim] = []
    for sentence in sentences:
        match = _LABEL.match(sentence)
        if match is None:
            continue
        label, what = match["label"].lower(), one_line(match["what"]).strip(" *_")
        last = next((c for c in reversed(found) if c.kind == "decision"), None)
        if label in _KINDS:
            found.append(_stated(_KINDS[label], what, sentence))
        elif label in _REASONS:
            if found and not found[-1].because:
                found[-1].because = as_sentence(what)
        elif last is not None:
            last.reject(*_option_and_reason(what))
    return found


def _stated(kind: str, what: str, quote: str) -> Claim:
    said, because = split_why(what)
    statement = shortened(said)
    choice = parse_choice(what)
    other = other_option(what) if kind in ("decision", "convention") else ""
    return Claim(
        kind,
        as_sentence(statement),
        quote,
        as_sentence(because),
        [Rejected(other, because.rstrip("."))] if other else [],
        "" if statement == said else what,
        choice,
    )


def _option_and_reason(what: str) -> tuple[str, str]:
    """Both parts of `token bucket, it allows bursts` or `token bucket | allows bursts`.

    >>> _option_and_reason("token bucket, it allows bursts.")
    ('token bucket', 'it allows bursts')
    """
    what = what.rstrip(" .")
    option, because = split_why(what)
    if not because:
        parts = re.split(r"\s+[|—–]\s+|\s+-{1,2}\s+|:\s+|\s\((?=[^)]+\)$)|;\s+", what, maxsplit=1)
        if len(parts) == 1:
            parts = what.split(", ", 1)
            if len(parts[0].split()) > 5 or len(parts[-1].split()) < 2:
                parts = [what]
        option, because = (*parts, "")[:2]
    return option.strip(" .,"), because.strip(" .)")


def proposed(sentences: list[str]) -> list[Claim]:
    """The choices that an agent proposes; they count for nothing until the user confirms them.

    One that says neither why, nor over what, nor what for is about the next step of the work.
    """
    found: list[Claim] = []
    for place, sentence in enumerate(sentences):
        match = _PROPOSED.match(one_line(sentence))
        if match is None or (sentence.endswith("?") and " or " in sentence):
            continue
        what = _imperative(match["what"].rstrip(" ?.!"))
        choice = parse_choice(what)
        if choice is None and _NAMES.match(one_line(sentence)):
            choice = parse_choice(f"use {what}")
            choice = choice if choice is not None and choice.over else None
        said, because = split_why(what)
        if not because:
            because = _reason_after(sentences, place)
        if choice is None and not (_LASTING.match(what) and (because or other_option(what))):
            continue
        if choice is not None and not (because or choice.over or choice.purpose):
            continue
        other = other_option(what)
        found.append(
            Claim(
                "decision",
                choice.statement if choice else as_sentence(shortened(said)),
                sentence,
                as_sentence(because),
                [Rejected(other, because.rstrip("."))] if other else [],
                choice=choice,
                stated=False,
            )
        )
    return found


def _imperative(what: str) -> str:
    first, _, rest = what.partition(" ")
    return f"{_GERUNDS.get(first.lower(), first)} {rest}"


def _reason_after(sentences: list[str], place: int) -> str:
    """The next sentence, when it says why."""
    if place + 1 >= len(sentences):
        return ""
    after = one_line(sentences[place + 1])
    found = re.match(
        r"(?:that's |this is |it's )?(?:because|since)\s+(.{8,})", after, re.IGNORECASE
    )
    return found[1].rstrip(" .") if found else ""


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
    lasting = _LASTING.match(name) or _DONE.match(name) or parse_choice(name) or options.frame
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
