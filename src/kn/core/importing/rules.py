"""Instruction files and other free notes: CLAUDE.md, AGENTS.md, rules of editors, memory banks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kn.core.adr.document import take_apart
from kn.core.adr.wording import plain
from kn.core.candidate import Candidate
from kn.core.capture.contrast import contrast_in
from kn.core.capture.sentences import sentences_in
from kn.core.importing.passages import Passage, front_end, passages_of, verbatim
from kn.core.importing.reading import (
    Proposal,
    Reading,
    Skipped,
    Source,
    Surroundings,
    evidence_of,
)
from kn.core.importing.saying import Said, hidden_in, say
from kn.core.importing.wording import (
    Told,
    describes,
    handles_in,
    has_mark,
    heading_kind,
    nothing_told,
    told_by,
    unfit,
    without_label,
)
from kn.core.model import Rejected, Scope

_FORMS = {
    "code": "code, not a sentence",
    "table": "a table",
    "comment": "a comment",
    "task": "a task, not knowledge",
}
_IMPORT = re.compile(r"(?<![\w`@])@((?:\.{0,2}/|~/)?[\w.-]+(?:/[\w.-]+)*)")
_ADDS = re.compile(
    r"^(?P<how>rationale|reason(?:ing)?|why|because|trade-?offs?|consequences?|alternatives?"
    r"(?: considered)?|rejected|impact)\s*:\s*(?P<text>\S.*)$",
    re.IGNORECASE,
)
_REASONS = ("rationale", "reason", "reasoning", "why", "because")
_AFTER = ("trade-off", "trade-offs", "tradeoff", "tradeoffs", "consequence", "consequences",
          "impact")  # fmt: skip
_COMMA = re.compile(r",(?![^{}]*\})")
_BRACE = re.compile(r"\{[^{}]*,[^{}]*\}")
MOST_GLOBS = 10
"""Of a rule file's scope; a guess: what names more is for everything."""
_SENTENCES = 2
"""So many sentences of one passage are proposed; a guess."""
_LEAD_WORDS = 5
"""More words are a sentence of their own (a guess)."""
_CODE = re.compile(r"`[^`\n]*`")
_INSTEAD = re.compile(
    r"^(?:instead,?\s+(?P<one>.+)|(?P<two>(?:use|call|run|set|do)\s.+?)(?:\s+instead)?\.?$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is read, beside its words."""

    extractor: str
    """`import:claude-md`."""
    default: str = ""
    """The kind of a bullet that has no mark of its own."""


def read_rules(source: Source, around: Surroundings, manner: Manner) -> Reading:
    """The candidates of an instruction file, and every passage that is none, with the reason."""
    front = take_apart(source.text).front
    skip = front_end(source.text)
    text = "\n".join(source.text.split("\n")[skip:])
    scope = _front_scope(front)
    proposals: list[Proposal] = []
    skipped: list[Skipped] = []
    for passage in _joined(passages_of(text, line=skip + 1)):
        made = _read(passage, source, around, manner, scope)
        if isinstance(made, str):
            skipped.append(Skipped(source.name, passage.line, made))
        else:
            proposals += [Proposal(candidate, passage.line) for candidate in made]
    return Reading(tuple(proposals), tuple(skipped))


def imports_in(text: str) -> list[tuple[int, str]]:
    """Line and path of everything that a file imports with `@path`, outside of code."""
    found = []
    fenced = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        if fenced:
            continue
        for match in _IMPORT.finditer(_CODE.sub("", line)):
            path = match[1].rstrip(".")
            if path.startswith(("./", "../", "/", "~/")) or re.search(r"\.\w{1,8}$", path):
                found.append((number, path))
    return found


def _joined(passages: list[Passage]) -> list[Passage]:
    """A bullet "Rationale: …" is no passage of its own, but belongs to the one before."""
    found: list[Passage] = []
    for passage in passages:
        last = found[-1] if found else None
        beside = last is not None and last.headings == passage.headings and last.form == "bullet"
        if last and beside and passage.form == "bullet" and _ADDS.match(plain(passage.text)):
            below = f"- {verbatim(passage)}"
            found[-1] = replace(last, more=f"{last.more}\n{below}".strip("\n"))
        else:
            found.append(passage)
    return found


def _read(
    passage: Passage, source: Source, around: Surroundings, manner: Manner, scope: Scope
) -> list[Candidate] | str:
    """The candidates that a passage tells, or why it tells none."""
    if passage.form == "block":
        return f"a block that {passage.name} keeps"
    if because := _FORMS.get(passage.form):
        return because
    if passage.form == "paragraph" and _only_imports(passage.text):
        return "an import"
    if hidden_in(verbatim(passage)):
        return "holds hidden characters"
    text = plain(passage.text)
    if because := unfit(text, passage.headings, passage.text):
        return because
    default = manner.default if passage.form == "bullet" else ""
    found = []
    for piece in _pieces(passage, text):
        told = told_by(plain(piece.text), passage.headings, plain(passage.lead), default)
        if told is not None and not _weak(passage, told):
            found.append(_candidate(piece, told, source, around, manner, scope))
    if found:
        return found
    return (
        "a step of a procedure" if passage.form == "step" else nothing_told(text, passage.headings)
    )


def _pieces(passage: Passage, text: str) -> list[Passage]:
    """The passage, or its sentences with a mark when the first one has none."""
    pieces = list(sentences_in(passage.text))
    if len(pieces) < 2 or has_mark(plain(pieces[0])) or describes(text):
        return [passage]
    if passage.form == "bullet" and heading_kind(passage.headings) == "gotcha":
        return [passage]  # a trap, and what to do about it, which says nothing without the trap
    marked = [p for p in pieces[1:] if has_mark(plain(p)) and not unfit(plain(p), (), p)]
    return [replace(passage, text=p) for p in marked[:_SENTENCES]] or [passage]


def _weak(passage: Passage, told: Told) -> bool:
    """Whether a mark is too weak for where the passage stands."""
    if passage.form == "step":
        return told.rule != "label" and told.confidence < 0.7
    return passage.form == "paragraph" and told.rule == "heading"


def _candidate(
    passage: Passage,
    told: Told,
    source: Source,
    around: Surroundings,
    manner: Manner,
    scope: Scope,
) -> Candidate:
    text = without_label(passage.text) if told.rule == "label" else _led(passage)
    reason, options = _added(passage.more)
    said = say(text, around.count, because=reason)
    return Candidate(
        kind=told.kind,
        statement=said.statement,
        because=said.because,
        rejected=_rejected(told.kind, plain(passage.text), said, options),
        scope=_scope(passage, source, around, scope),
        evidence=evidence_of(source, verbatim(passage)),
        details=verbatim(passage) if passage.more else said.details,
        own=_own(told.kind, passage.text),
        confidence=told.confidence,
        extractor=manner.extractor,
    )


def _added(more: str) -> tuple[str, list[str]]:
    """The reason, and the options turned down, that the lines below a passage give."""
    reason, options = "", list[str]()
    for line in more.split("\n"):
        if found := _ADDS.match(plain(line.lstrip("-*+ \t"))):
            if found["how"].casefold() in _REASONS:
                reason = reason or found["text"]
            elif found["how"].casefold() not in _AFTER:
                options += [o.strip(" .") for o in found["text"].split(";")]
    return reason, [o for o in options if o]


def _rejected(kind: str, text: str, said: Said, options: Sequence[str]) -> tuple[Rejected, ...]:
    if kind not in ("decision", "convention"):
        return ()
    if options:
        return tuple(Rejected(option) for option in options[:5])
    option = contrast_in(text).strip(" .,;`*")
    return (Rejected(option, said.because.rstrip(".")),) if option else ()


def _led(passage: Passage) -> str:
    """The text with the few words that introduce it, as "For tests: one assert each"."""
    lead = plain(passage.lead).rstrip(":* ")
    short = 0 < len(lead.split()) <= _LEAD_WORDS
    return f"{lead}: {passage.text}" if short else passage.text


def _own(kind: str, text: str) -> dict[str, str]:
    if kind == "owner" and (who := handles_in(text)):
        return {"who": ", ".join(who)}
    if kind == "gotcha":
        for sentence in re.split(r"(?<=[.;])\s+|\s[—–]\s", plain(text))[1:]:
            if found := _INSTEAD.match(sentence):
                return {"instead": (found["one"] or found["two"]).strip()}
    return {}


def _scope(passage: Passage, source: Source, around: Surroundings, scope: Scope) -> Scope:
    found = around.scope_of(verbatim(passage), source.folder)
    return found if found.paths or not scope.paths else scope


def _front_scope(front: dict[str, str]) -> Scope:
    """What a rule file says it is for: `globs` of Cursor, `applyTo` of Copilot, `paths` of
    Claude."""
    given = front.get("globs") or front.get("applyto") or front.get("paths") or ""
    if given.startswith("[") and given.endswith("]"):
        given = given[1:-1]
    globs = [g for part in _COMMA.split(given) for g in _expanded(part.strip(" \"'"))]
    kept = (g for g in globs if g and g not in ("*", "**", "**/*"))
    return Scope(tuple(dict.fromkeys(kept))[:MOST_GLOBS])


def _expanded(glob: str) -> list[str]:
    """The globs that one with braces stands for: git's patterns, and so scopes, know none.

    >>> _expanded("src/{a,b}/*.{ts,tsx}")
    ['src/a/*.ts', 'src/a/*.tsx', 'src/b/*.ts', 'src/b/*.tsx']
    """
    found = [glob]
    while len(found) <= MOST_GLOBS and (brace := _BRACE.search(found[0])):
        found = [
            one.replace(brace[0], option, 1)
            for one in found
            for option in brace[0][1:-1].split(",")
        ]
    return found[:MOST_GLOBS]


def _only_imports(text: str) -> bool:
    return bool(imports_in(text)) and not _IMPORT.sub("", text).strip(" .,;")
