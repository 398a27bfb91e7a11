"""What kind of knowledge a passage of an instruction file tells, by its heading and its words.

The marks were set by hand on instruction files of the kind that teams keep; their weights are
guesses, round on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple


class Told(NamedTuple):
    """A kind, how sure that is, and by what: `heading` or `words`."""

    kind: str
    confidence: float
    rule: str


def _any(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


_HEADINGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("gotcha", _any(r"gotcha", r"pitfall", r"\btraps?\b", r"caveat", r"known (?:issue|bug|problem)",
                    r"troubleshoot", r"common (?:mistake|error|issue)", r"lessons?", r"learning",
                    r"watch out", r"quirk", r"warning", r"anti-?pattern")),
    ("decision", _any(r"decision", r"\badrs?\b", r"rationale", r"design choice", r"trade-?off",
                      r"why we")),
    ("incident", _any(r"incident", r"outage", r"post-?mortem")),
    ("owner", _any(r"\bowners?\b", r"ownership", r"maintainer", r"contacts?\b", r"who (?:to|knows)",
                   r"\bteams?\b$")),
    ("convention", _any(r"convention", r"\brules?\b", r"guideline", r"standard", r"\bstyle\b",
                        r"best practice", r"principle", r"polic(?:y|ies)", r"polic", r"patterns?\b",
                        r"workflow", r"\btest(?:s|ing)?\b", r"commits?\b", r"naming", r"format",
                        r"error handling", r"logging", r"security", r"\bdo(?:s|n'?t|n'?ts)?\b",
                        r"must", r"never", r"always", r"review", r"pull request", r"\bcode\b",
                        r"important", r"critical", r"preference", r"instruction")),
    ("fact", _any(r"constraint", r"limits?\b", r"\bstack\b", r"environment", r"dependenc",
                  r"infrastructure", r"technolog", r"requirement", r"\bapis?\b", r"\bfacts?\b",
                  r"glossary", r"domain")),
)  # fmt: skip
_LABELS = {
    "decision": "decision", "convention": "convention", "rule": "convention", "gotcha": "gotcha",
    "pitfall": "gotcha", "warning": "gotcha", "caveat": "gotcha", "incident": "incident",
    "fact": "fact", "constraint": "fact", "owner": "owner", "must": "convention",
    "never": "convention", "always": "convention", "important": "convention",
}  # fmt: skip
_LABEL = re.compile(r"^\W*([A-Za-z]{4,11})\W{0,3}:", re.IGNORECASE)

_CUES: tuple[tuple[str, float, re.Pattern[str]], ...] = (
    ("convention", 2.5, _any(
        r"\bmust(?: not|n't)?\b", r"\bnever\b", r"\balways\b", r"\bshould(?: not|n't)?\b",
        r"\bprefer\b", r"\bavoid\b", r"^(?:please )?(?:do not|don['’]t|no)\b", r"\b(?:is|are) "
        r"(?:forbidden|mandatory|required|not allowed|banned)\b", r"\bmake sure\b", r"\bensure\b",
        r"\b(?:do not|don['’]t) \w+", r"\bneeds? to\b", r"\bmay (?:only|not|never)\b",
        r"\bevery \w+ (?:has|have|gets?|needs?|goes|lives|is|are)\b", r"\bonly (?:in|via|through|"
        r"by|from|inside|when|use)\b")),
    ("convention", 2.0, _any(
        r"^(?:[\w /-]{1,30}: )?(?:use|keep|run|write|add|put|name|follow|return|import|place|store|"
        r"test|log|handle|wrap|"
        r"commit|format|create|define|call|pass|include|limit|document|check|validate|mark|set|throw|"
        r"raise|catch|group|sort|split|mock|declare|export|inject|squash|rebase|prefix|reuse|treat|"
        r"update|bump|leave|give|read|open|close|ask|expose|annotate|default|favou?r|stick|respect|"
        r"maintain|order|cover|verify|inherit|extend|implement|register|escape|sanitize|hash|encrypt)"
        r"\s")),
    ("gotcha", 3.0, _any(
        r"\bgotcha\b", r"\bbeware\b", r"\bcareful\b", r"\bcaveat\b", r"\bpitfall\b",
        r"\bwatch out\b", r"\bsilently\b", r"\bknown (?:issue|bug|limitation)\b", r"\bworkaround\b",
        r"\bquirk", r"\bfootgun\b", r"\bsurprising", r"\b(?:does|do|is|are)(?:n['’]t| not) "
        r"(?:work|supported|thread-?safe|idempotent|atomic)", r"\bflaky\b", r"\bturns out\b",
        r"\b(?:will|can|may|might|would) (?:\w+ )?(?:fail|break|hang|crash|deadlock|corrupt|leak|"
        r"lose)\b", r"\b(?:hangs|deadlocks|crashes|corrupts)\b")),
    ("decision", 3.0, _any(
        r"\bwe(?:'ve| have)? (?:decided|chose|picked|opted|settled|agreed|switched|moved|migrated|"
        r"rejected|dropped|replaced)\b", r"\b(?:was|were) (?:chosen|picked|rejected|dropped)\b",
        r"\bdecided (?:to|on|against)\b", r"\bchosen (?:over|because|for)\b", r"\bin favou?r of\b",
        r"\bby design\b", r"\bdeliberate(?:ly)?\b", r"\bwe (?:use|run|deploy|store|keep)\b.{1,90}"
        r"\b(?:because|instead of|rather than)\b")),
    ("incident", 3.0, _any(r"\boutage\b", r"\broot cause\b", r"\bpost-?mortem\b", r"\bwent down\b",
                           r"\bdata loss\b")),
    ("fact", 2.0, _any(
        r"\b(?:at most|no more than|limited to|rate.?limit(?:ed)?|timeout|times out|quota|maximum|"
        r"max(?:imum)? of|up to)\b.{0,40}\d", r"\d+ ?(?:requests?|rps|qps|ms|MB|GB|KB|seconds?|"
        r"minutes?|connections?)\b", r"\bsource of truth\b")),
)  # fmt: skip

_IMPERATIVE = ("convention", 2.0)
"""The cue that is a bare verb: after a command it tells what that does, and not what to do."""

_PERSONA = _any(
    r"^(?:you are\b|you're (?:an?|the)\b|act as\b|as an? (?:ai|llm|assistant|expert|senior)\b|your "
    r"(?:role|job|task|goal|purpose|name) is\b|think (?:step|hard|carefully)|be (?:concise|brief|"
    r"polite|helpful|direct|honest|terse|thorough|proactive)|respond\b|reply\b|(?:do not|don['’]t|"
    r"never) (?:apologi[sz]e|say|respond|reply|hallucinate|guess|thank|flatter|ask me)|"
    r"(?:always )?answer\b|"
    r"this file (?:provides|gives|contains|tells)|take a deep breath|"
    r"when you (?:are|finish|answer)|tell me|remember to\b.{0,20}\bme\b)",
    r"\b(?:claude(?:\.ai| code)?|cursor|copilot|the (?:ai|assistant|agent)|ai assistants?)\b.{0,60}"
    r"\b(?:should|must|when working|will)\b",
)
_VOLATILE = _any(
    r"^current\b", r"in progress", r"next steps?", r"to-?dos?\b", r"recent (?:change|work|update)",
    r"^progress\b", r"what(?:'s| is) (?:left|next|working)", r"active context", r"road ?map",
    r"(?:this|last|current|previous|next) session", r"session (?:notes?|logs?|summary|history|"
    r"context|state|goals?)", r"^status\b", r"milestone", r"sprint", r"backlog", r"open questions?",
)  # fmt: skip
_LAYOUT = _any(
    r"(?:project|repository|repo|directory|folder|file|code ?base|source) (?:structure|layout|tree|"
    r"map|organi[sz]ation|overview)", r"^(?:structure|layout|commands?|key files|directories|"
    r"table of contents|contents|links|references|resources|overview|about|introduction|"
    r"useful commands|scripts|quick ?start|getting started|installation|setup)$",
    r"(?:common|development|build|dev|essential|key) commands?",
)  # fmt: skip
_DESCRIBES = re.compile(r"^(?:`[^`]+`|[\w./-]+/)(?:\s*(?:[-–—:]|->|=)\s*|\s*\()")
_COMMAND = re.compile(r"^[\w ,/()'-]{1,50}:\s*`[^`]+`\W*$")
"""As "Run a single test: `pytest PATH`"."""
_ONLY_LINK = re.compile(r"^\W*(?:\[[^\]]*\]\([^)]*\)|https?://\S+|`[^`]*`|@?[\w./-]+\.\w+)\W*$")
_PRAISE = _any(r"^\W*(?:key |core |main )?(?:benefits?|advantages?|pros|features?|goals?|examples?|"
               r"components?|data flow|use cases?)\W*$")  # fmt: skip
_FEW_WORDS = 4
"""Fewer words that only their heading makes a rule are a keyword (a guess)."""
_CONTRAST = re.compile(r"\b(?:not|no|over|instead|only)\b", re.IGNORECASE)
_LABEL_WRITTEN = re.compile(r"^\W*[A-Za-z]{4,11}\W{0,4}:[\s*_]*")
_POINTS = re.compile(
    r"^(?:please )?(?:see|read|refer to|consult|check out)\b[^.]{0,80}(?:\]\(|@[\w./]|\.mdc?\b)",
    re.I,
)
_CODE = re.compile(r"`[^`\n]*`")
_HANDLE = re.compile(r"(?<![\w.])@[\w/-]{2,}|[\w.+-]+@[\w-]+\.\w+")


def unfit(text: str, headings: Sequence[str], written: str) -> str:
    """Why a passage cannot be knowledge about the code, or "".

    Args:
        text: The passage, in plain words.
        headings: Above it, the outermost first.
        written: The passage as it stands.
    """
    words = text.split()
    if _ONLY_LINK.match(written):
        return "only a link or a name"
    if len(words) < 3:
        return "too short to stand alone"
    if _PERSONA.search(text):
        return "speaks to the assistant, not about the code"
    if _POINTS.search(written):
        return "points to another text"
    if any(_VOLATILE.search(h) for h in headings):
        return "changes from day to day"
    if text.rstrip("*_ ").endswith(":"):
        return "only introduces what follows"
    return ""


def told_by(text: str, headings: Sequence[str], lead: str = "", default: str = "") -> Told | None:
    """The kind of a passage; None when nothing says that it must hold.

    Args:
        text: The passage, in plain words.
        headings: Above it, the outermost first; the innermost that says a kind counts.
        lead: What introduces it.
        default: What stands in this file without a mark of its own.
    """
    label = _LABEL.match(text)
    if label and (kind := _LABELS.get(label[1].casefold())):
        return Told(kind, 0.8, "label")
    under = heading_kind([*headings, lead])
    weights = _weigh(text)
    if under == "owner" and _HANDLE.search(text):
        return Told("owner", 0.7, "heading")
    layout = any(_LAYOUT.search(h.strip()) for h in headings[-1:])
    if layout and _COMMAND.match(text):
        return None
    if not weights:
        if _DESCRIBES.match(text) or layout or _praised([*headings[-1:], lead]):
            return None
        if len(text.split()) < _FEW_WORDS and not _CONTRAST.search(text):
            return None
        if under in ("owner", "incident", ""):
            return Told(default, 0.4, "file") if default else None
        return Told(under, 0.5, "heading")
    if under in weights or (under in ("gotcha", "decision") and weights):
        weights[under] = weights.get(under, 0) + 2
    kind = max(weights, key=lambda name: weights[name])
    sure = 0.8 if weights[kind] >= 4 else 0.7 if weights[kind] >= 2.5 else 0.6
    return Told(kind, sure, "words")


def _weigh(text: str) -> dict[str, float]:
    """How strongly the words speak for each kind; of a description only its first sentence."""
    described = _DESCRIBES.match(text)
    does = described is not None and "/" not in described[0]  # "`pnpm dev` - run the dev server"
    if described:
        text = re.split(r"(?<=[.!?])\s", text[described.end() :], maxsplit=1)[0]
    text = _CODE.sub("`x`", text)
    weights: dict[str, float] = {}
    for kind, weight, pattern in _CUES:
        if pattern.search(text) and not (does and (kind, weight) == _IMPERATIVE):
            weights[kind] = max(weights.get(kind, 0), weight)
    return weights


def _praised(headings: Sequence[str]) -> bool:
    return any(_PRAISE.search(h) for h in headings)


def has_mark(text: str) -> bool:
    """Whether a sentence says by its own words that something must hold."""
    return bool(_weigh(text)) or describes_kind(text)


def describes_kind(text: str) -> bool:
    """Whether a text names its kind, as "Decision: …"."""
    label = _LABEL.match(text)
    return label is not None and label[1].casefold() in _LABELS


def describes(text: str) -> bool:
    """Whether a text tells what a file, a folder or a command is."""
    return _DESCRIBES.match(text) is not None


def without_label(text: str) -> str:
    """A passage without the label that names its kind."""
    return _LABEL_WRITTEN.sub("", text, count=1)


def nothing_told(text: str, headings: Sequence[str]) -> str:
    """Why a passage without a kind was left."""
    if _praised(headings[-1:]):
        return "praises or lists, and says nothing that must hold"
    if _DESCRIBES.match(text) or any(_LAYOUT.search(h.strip()) for h in headings[-1:]):
        return "describes a command or the layout, which the code shows itself"
    return "no rule, decision, trap or limit in it"


def heading_kind(headings: Sequence[str]) -> str:
    """The kind that the innermost heading with one says; "" when none does."""
    for heading in reversed(headings):
        for kind, pattern in _HEADINGS:
            if heading and pattern.search(heading):
                return kind
    return ""


def handles_in(text: str) -> list[str]:
    """The people and teams that a text names by handle or address."""
    return list(dict.fromkeys(match[0] for match in _HANDLE.finditer(text)))
