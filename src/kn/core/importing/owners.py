"""CODEOWNERS, as GitHub and GitLab read it: each rule that still decides about a file is an owner.

The last matching rule wins, so a rule that later ones take every file from says nothing.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kn.core.candidate import Candidate
from kn.core.importing.reading import (
    Proposal,
    Reading,
    Skipped,
    Source,
    Surroundings,
    evidence_of,
)
from kn.core.importing.saying import hidden_in
from kn.core.model import Scope

_SECTION = re.compile(
    r"^(?P<optional>\^)?\[(?P<name>[^\]]{1,100})\](?:\[\d+\])?(?P<owners>(?:\s+\S+)*)\s*$"
)
_WORDS = re.compile(r"(?:\\.|\S)+")
_WHO = re.compile(r"@?[\w.-]+(?:/[\w./-]+)?@?[\w.-]*$|@@[\w-]+$")
_MOST_CHECKS = 5_000_000
"""Files times rules that are matched to see which rule wins; about 5 s, a guess."""


class _Rule(NamedTuple):
    line: int
    pattern: str
    who: tuple[str, ...]
    quote: str
    comment: str
    section: str


def read_codeowners(source: Source, around: Surroundings) -> Reading:
    """One owner for each rule; who answers for which paths."""
    rules, skipped = _rules(source)
    winning = _winning(rules, around)
    proposals = []
    for rule in rules:
        if not rule.who:
            skipped.append(Skipped(source.name, rule.line, "it says that nobody owns these files"))
        elif winning is not None and rule.line not in winning:
            because = "no file is left to this rule; later rules have them all, or none is there"
            skipped.append(Skipped(source.name, rule.line, because))
        elif hidden_in(rule.quote):
            skipped.append(Skipped(source.name, rule.line, "holds hidden characters"))
        else:
            proposals.append(Proposal(_candidate(rule, source, around), rule.line))
    return Reading(tuple(proposals), tuple(sorted(skipped, key=lambda s: s.line)))


def _rules(source: Source) -> tuple[list[_Rule], list[Skipped]]:
    rules: list[_Rule] = []
    skipped = []
    comment, section, default = "", "", ()  # type: str, str, tuple[str, ...]
    for number, raw in enumerate(source.text.splitlines(), 1):
        line = raw.strip()
        if not line:
            comment = ""
        elif line.startswith("#"):
            # what follows a rule speaks of the next one
            above = "" if rules and rules[-1].line == number - 1 else comment
            comment = f"{above} {line.lstrip('# ').strip()}".strip()
        elif found := _SECTION.match(line):
            section, default, comment = found["name"], tuple(found["owners"].split()), ""
        else:
            words = _WORDS.findall(re.sub(r"\s#.*$", "", line))
            pattern, who = words[0], tuple(w for w in words[1:] if _WHO.match(w))
            if pattern.startswith("!") or "[" in pattern or len(who) < len(words) - 1:
                skipped.append(Skipped(source.name, number, "no rule that CODEOWNERS allows"))
            else:
                rules.append(_Rule(number, pattern, who or default, line, comment, section))
    return rules, skipped


def _winning(rules: list[_Rule], around: Surroundings) -> set[int] | None:
    """The lines of the rules that decide about a file; None when that was not looked at."""
    if not around.files or len(rules) * len(around.files) > _MOST_CHECKS:
        return None
    sections: dict[str, list[_Rule]] = {}
    for rule in rules:
        sections.setdefault(rule.section, []).append(rule)
    won = set()
    for own in sections.values():  # the rules of GitLab's sections hold beside each other
        matches = [(rule.line, around.match(rule.pattern)) for rule in reversed(own)]
        for path in around.files:
            line = next((line for line, match in matches if match(path)), 0)
            won.add(line)
    return won


def _candidate(rule: _Rule, source: Source, around: Surroundings) -> Candidate:
    everything = rule.pattern in ("*", "/", "**", "/**", "/*")
    who = _fitting(rule.who, around)
    part = "all that no other rule names" if everything else f"`{rule.pattern}`"
    verb = "answers" if len(rule.who) == 1 else "answer"
    about = [f"Section {rule.section} of {source.name}."] if rule.section else []
    if rule.comment and not hidden_in(rule.comment):
        about.append(rule.comment)
    return Candidate(
        kind="owner",
        statement=f"{who} {verb} for {part}.",
        scope=Scope(() if everything else (rule.pattern,)),
        evidence=evidence_of(source, rule.quote),
        details="\n".join(about),
        own={"who": ", ".join(rule.who)},
        confidence=0.9,
        extractor="import:codeowners",
    )


def _fitting(who: tuple[str, ...], around: Surroundings) -> str:
    """The first owners, as many as a statement may name."""
    for named in range(len(who), 1, -1):
        rest = f" and {len(who) - named} more" if named < len(who) else ""
        text = ", ".join(who[:named]) + rest
        if around.count(text) <= 22:
            return text
    return who[0] + (f" and {len(who) - 1} more" if len(who) > 1 else "")
