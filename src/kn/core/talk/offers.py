"""What an agent puts before the user: decisions put down as such, and proposals.

The labels are read in the user's messages too.
"""

from __future__ import annotations

import re

from kn.core.capture.wording import as_sentence, one_line, shortened
from kn.core.model import Rejected
from kn.core.talk.choice import LASTING, other_option, parse_choice
from kn.core.talk.claim import Claim, read_claim
from kn.core.talk.reason import split_why

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
            found.append(read_claim(_KINDS[label], what, sentence))
        elif label in _REASONS:
            if found and not found[-1].because:
                found[-1].because = as_sentence(what)
        elif last is not None:
            last.reject(*_option_and_reason(what))
    return found


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
        if choice is None and not (LASTING.match(what) and (because or other_option(what))):
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
