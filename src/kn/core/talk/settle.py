"""What stands at the end of a conversation: claims are put up, confirmed, replaced, taken back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from kn.core.capture.wording import one_line
from kn.core.sessions import Turn
from kn.core.talk.answer import Answer, read_answer
from kn.core.talk.claim import Claim, alike, overlap
from kn.core.talk.decided import decided
from kn.core.talk.offers import labelled, proposed
from kn.core.talk.options import Options, options_in
from kn.core.talk.pick import pick_option
from kn.core.talk.reason import reason_beside
from kn.core.talk.relate import gives_value, replaces, replaces_value, same_claim
from kn.core.talk.standing import laid_down
from kn.core.talk.text import sentences_of, terms_of

_COMMITTED = re.compile(
    r"^\[[\w./ ()-]+ [0-9a-f]{7,40}\] |^[0-9a-f]{7,40} \S|^Commit [0-9a-f]{7}", re.M
)
"""What git commit, git log --oneline and aider print."""
_RETRACTED = re.compile(
    r"(?:forget|drop|ignore|scrap|scratch|cancel|undo|get rid of|stop using|no more|we (?:don't"
    r"|do not"
    r"|no longer) need|no need for|you can (?:ignore|drop|forget)|I (?:don't|do not) (?:like"
    r"|want))\b"
    r"(?P<what>.+)",
    re.IGNORECASE,
)
_GENERIC = terms_of("rule thing idea stuff decision part convention said using")
_MEANT, _ABOUT = 0.6, 0.4
"""Shares of common terms, with what is chosen and with all of it, by which "drop the Redis locks"
means a claim and "drop the Redis logging" does not (guesses)."""
_REMEMBERED = 100
"""Claims that a new one is held against, so that a log of nothing but rules takes linear time."""
_HELD = 1_000
"""Claims that are held at the most; a conversation with more is none (a guess)."""


def commit_told(text: str) -> str:
    """The line in which a tool says that something was committed, or nothing."""
    found = _COMMITTED.search(text)
    return text[found.start() :].partition("\n")[0] if found else ""


def settle(turns: Iterable[Turn]) -> list[Claim]:
    """The claims that still stand after the last turn, in the order in which they came up."""
    table = _Table()
    for turn in turns:
        if turn.rewound:
            continue
        if turn.role == "user":
            table.hear_user(turn.text)
        elif turn.role == "assistant":
            table.hear_agent(turn.text)
        elif _COMMITTED.search(turn.text):
            table.note_commit()
    return [c for c in table.claims if c.standing and c.counts]


class _Table:
    """The claims on the table, and what the agent's last words put before the user."""

    def __init__(self) -> None:
        self.claims: list[Claim] = []
        self._fresh: list[Claim] = []
        """Put up by the agent since the user spoke."""
        self._offers: list[Claim] = []
        """The fresh ones of its last message."""
        self._options: Options | None = None
        self._committed = False

    def note_commit(self) -> None:
        self._committed = True
        for claim in self._fresh:
            claim.done = True

    def hear_agent(self, text: str) -> None:
        sentences = sentences_of(text)
        put_down = labelled(sentences)
        self._offers = []
        for claim in put_down:
            claim.done = self._committed
            kept = self._put_down(claim)
            if kept is not None:
                self._offers.append(kept)
        offers = proposed(sentences)
        self.claims += offers
        self._offers += offers
        self._fresh += self._offers
        self._options = options_in(text, sentences)

    def _put_down(self, claim: Claim) -> Claim | None:
        """An agent's own decision: it repeats what stands, replaces its own, or is new."""
        for old in self._standing():
            if same_claim(claim, old):
                old.because = old.because or claim.because
                if not old.by_user:
                    old.stated = True
                    for option in claim.rejected:
                        old.reject(option.option, option.because)
                return None if old.by_user else old
            if replaces(claim, old):
                if old.by_user or old.confirmed:
                    return None
                self._replace(old, claim)
        self.claims.append(claim)
        return claim

    def hear_user(self, text: str) -> None:
        sentences = sentences_of(text, typed=True)
        answers = [read_answer(s) for s in sentences]
        stance = next((a.stance for a in answers[:2] if a.stance), "")
        own = _own_claims(sentences, answers)
        if self._options is not None and sentences and not any(c.stated for c in own):
            picked = pick_option(self._options, sentences[0], answers[0])
            own = own if picked is None else [picked]
        for sentence, answer in zip(sentences, answers, strict=True):
            self._retract(sentence, answer)
        if stance == "yes":
            self._confirm(sentences, answers, own)
        laid = [self._lay_down(claim, sentences, answers, stance) for claim in own]
        if not any(laid) and not self._correct_values(sentences, answers) and stance == "no":
            self._refuse(answers)
        self._fresh, self._offers, self._options = [], [], None
        self._committed = False
        if len(self.claims) > _HELD:
            self.claims = [c for c in self.claims if c.standing and c.counts][-_HELD // 2 :]

    def _lay_down(
        self, claim: Claim, sentences: list[str], answers: list[Answer], stance: str
    ) -> bool:
        """A user's claim repeats what stands, which confirms it, or takes its place, or is new.

        Whether it is any of these.
        """
        turned = stance in ("no", "turn") or _says_instead(claim.quote)
        choices = [c for c in self._offers if c.choice is not None and c.standing]
        for old in self._standing():
            if same_claim(claim, old):
                old.confirmed = True
                old.because = old.because or claim.because
                for option in claim.rejected:
                    old.reject(option.option, option.because)
                return True
            near = turned and claim.choice is not None and choices == [old]
            said = " ".join(s for s in sentences if s != claim.quote)
            if near or replaces(claim, old, said=said, turned=turned):
                self._replace(old, claim)
                _explain(claim, sentences, answers)
        if claim.stated:
            self.claims.append(claim)
        return claim.stated

    def _replace(self, old: Claim, new: Claim) -> None:
        """Take the old claim back; the new one says what it was, and inherits what it was for."""
        old.standing = False
        new.replaces = True
        if old.kind == "decision" and new.choice is not None:
            new.kind = "decision"
        if new.choice is not None and old.choice is not None and old.choice.purpose:
            new.statement = new.choice.with_purpose(old.choice.purpose)
        new.stated = True
        why = new.because.rstrip(".")
        new.reject(old.short, why)
        chosen = terms_of(new.short)
        for option in old.rejected:
            if overlap(terms_of(option.option), chosen) < 1:
                new.reject(option.option, option.because)
        new.rejected = [r for r in new.rejected if terms_of(r.option) != chosen]

    def _confirm(self, sentences: list[str], answers: list[Answer], own: list[Claim]) -> None:
        if any(c.choice is not None and c.choice.over for c in own):
            return  # "yes, but use X instead of Y" says another thing
        for claim in self._offers or self._fresh:
            if claim.standing:
                claim.confirmed = True
        place = next((n for n, a in enumerate(answers) if a.but), None)
        if place is not None and len(self._offers) == 1 and not own:
            self._offers[0].details = one_line(sentences[place])

    def _refuse(self, answers: list[Answer]) -> None:
        """A plain no takes back what it answers; one that speaks of other things does not."""
        said = terms_of(" ".join(a.rest for a in answers))
        for claim in self._fresh:
            mentioned = claim.choice is None or not said or overlap(said, terms_of(claim.short))
            if not claim.stated or mentioned or len(said) <= 3:
                claim.standing = False

    def _correct_values(self, sentences: list[str], answers: list[Answer]) -> bool:
        """`make it 10 seconds`: the one number of what stands is another one now."""
        for sentence, answer in zip(sentences, answers, strict=True):
            for old in self._standing() if gives_value(answer.rest) else ():
                new = replaces_value(answer.rest, sentence, old)
                if new is None:
                    continue
                _explain(new, sentences, answers)
                old.standing = False
                self.claims.append(new)
                return True
        return False

    def _retract(self, sentence: str, answer: Answer) -> None:
        found = _RETRACTED.match(one_line(answer.rest)) or _RETRACTED.match(one_line(sentence))
        if found is None:
            return
        said = terms_of(found["what"]) - _GENERIC
        for old in self._standing():
            if overlap(said, terms_of(old.short)) >= _MEANT and alike(said, old.terms) >= _ABOUT:
                old.standing = False
                return

    def _standing(self) -> list[Claim]:
        """What stands, the latest first, as far back as anybody remembers."""
        return list(islice((c for c in reversed(self.claims) if c.standing), _REMEMBERED))


def _explain(claim: Claim, sentences: list[str], answers: list[Answer]) -> None:
    """Give a claim the reason that stands beside its sentence, if it has none of its own."""
    if claim.because or claim.quote not in sentences:
        return
    about = " ".join([claim.short, *(r.option for r in claim.rejected)])
    place, turned = sentences.index(claim.quote), _is_turned(answers, claim.quote)
    rests = [a.rest for a in answers]
    claim.because = reason_beside(sentences, rests, place, about, turned=turned)
    if claim.replaces and claim.rejected and claim.because:
        first = claim.rejected[0]
        claim.rejected[0] = replace(first, because=first.because or claim.because.rstrip("."))


def _own_claims(sentences: list[str], answers: list[Answer]) -> list[Claim]:
    found: list[Claim] = []
    named = labelled(sentences)
    quotes = {c.quote for c in named}
    for claim in named:
        claim.by_user = True
        found.append(claim)
    for sentence, answer in zip(sentences, answers, strict=True):
        if sentence in quotes:
            continue
        new = laid_down(answer.rest, sentence) or decided(answer.rest, sentence)
        if new is not None:
            _explain(new, sentences, answers)
            found.append(new)
    return found


def _is_turned(answers: list[Answer], sentence: str) -> bool:
    return _says_instead(sentence) or any(a.stance in ("no", "turn") for a in answers[:2])


def _says_instead(sentence: str) -> bool:
    """Whether it ends in `instead`, which points back."""
    return bool(re.search(r"\binstead\W*$", sentence, re.IGNORECASE))
