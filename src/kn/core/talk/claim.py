"""A claim: something that a conversation puts up as settled, until it is taken back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kn.core.capture.wording import as_sentence, shortened
from kn.core.model import Rejected
from kn.core.talk.choice import Choice, other_option, parse_choice
from kn.core.talk.reason import split_why
from kn.core.talk.text import terms_of

_NEGATIVE = re.compile(r"\b(?:never|don't|do not|avoid|no|not|nobody|mustn't|without)\b", re.I)
_EMPTY = terms_of("always never use using must please instead prefer make")
_CONTRAST = re.compile(r",?\s+(?:instead of|rather than)\s.*", re.IGNORECASE)
_NUMBER = re.compile(r"\d[\d_,]*(?:\.\d+)?")


@dataclass(slots=True, eq=False)
class Claim:
    """One claim; it changes while the conversation goes on."""

    kind: str
    statement: str
    quote: str
    """Verbatim, of the turn that settled it."""
    because: str = ""
    rejected: list[Rejected] = field(default_factory=list)
    details: str = ""
    choice: Choice | None = None
    by_user: bool = False
    confirmed: bool = False
    done: bool = False
    """Whether something was committed after an agent had put it down."""
    stated: bool = True
    """Whether it counts without a confirmation: the user said it, or the agent put it down."""
    standing: bool = True
    replaces: bool = False
    base: str = ""
    """The sentence that the quote changes a part of, where it cannot be read without."""

    @property
    def counts(self) -> bool:
        """Whether anybody settled it."""
        return self.stated or self.confirmed

    @property
    def terms(self) -> frozenset[str]:
        """What it is about."""
        return terms_of(self.statement) - _EMPTY

    @property
    def forbids(self) -> bool:
        """Whether its first words forbid something."""
        return bool(_NEGATIVE.search(" ".join(self.statement.split()[:3])))

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers in it."""
        return tuple(_NUMBER.findall(self.statement))

    @property
    def short(self) -> str:
        """What it chooses, as a rejected option names it."""
        if self.choice is not None and self.choice.option:
            return self.choice.option
        text = _CONTRAST.sub("", self.statement).rstrip(".")
        return text[:1].lower() + text[1:] if text[1:2].islower() else text

    def reject(self, option: str, because: str = "") -> None:
        """Add an option that was turned down, unless it is there already."""
        named = terms_of(option)
        for place, known in enumerate(self.rejected):
            if terms_of(known.option) == named:
                if because and not known.because:
                    self.rejected[place] = Rejected(known.option, because)
                return
        self.rejected.append(Rejected(option, because))


def read_claim(kind: str, text: str, quote: str) -> Claim:
    """What one text claims: its statement, reason, choice, and the option it turns down."""
    said, because = split_why(text)
    statement = shortened(said)
    other = other_option(text) if kind in ("decision", "convention") else ""
    return Claim(
        kind,
        as_sentence(statement),
        quote,
        as_sentence(because),
        [Rejected(other, because.rstrip("."))] if other else [],
        "" if statement == said else text,
        parse_choice(text),
    )


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the smaller set that both have; 0 when one is empty."""
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of all terms that both have (Jaccard)."""
    return len(one & other) / len(one | other) if one or other else 0.0
