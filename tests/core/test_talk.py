"""Candidates out of a conversation: what was settled last, and mostly nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rig.pace import grows_in_proportion

from kn.core.candidate import Candidate
from kn.core.model import Rejected
from kn.core.sessions import Session, Turn
from kn.core.talk import candidates_from

_ROLES = {"U": "user", "A": "assistant", "T": "tool"}


def session_of(*lines: str, rewound: int = -1) -> Session:
    """A session of turns `U: …`, `A: …` and `T: …`; one of them may have been rewound."""
    turns = tuple(
        Turn(_ROLES[line[0]], line[3:], rewound=place == rewound)  # type: ignore[arg-type]
        for place, line in enumerate(lines)
    )
    return Session("claude", "claude", "fd04", "", "", "", "", 0, turns)


def settled(*lines: str) -> list[Candidate]:
    return candidates_from(session_of(*lines))


def one(*lines: str) -> Candidate:
    (candidate,) = settled(*lines)
    return candidate


class Told(NamedTuple):
    """A dialogue that settles one thing."""

    name: str
    lines: tuple[str, ...]
    kind: str
    statement: str
    because: str = ""
    rejected: tuple[tuple[str, str], ...] = ()


SETTLED = (
    Told(
        "a decision that an agent puts down as one, and the user accepts",
        ("A: **Decision**: keep one queue per tenant, because a noisy tenant blocked the others\n"
         "- **Rejected**: a shared queue (noisy tenants block it)", "U: perfect, thanks"),
        "decision", "Keep one queue per tenant.", "A noisy tenant blocked the others.",
        (("a shared queue", "noisy tenants block it"),),
    ),
    Told(
        "a proposal that the user confirms",
        ("U: how do we keep prices?", "A: I recommend storing prices as integer cents, because "
         "floats lose a cent in every thousand invoices. Shall I go ahead?", "U: yes pls"),
        "decision", "Store prices as integer cents.",
        "Floats lose a cent in every thousand invoices.",
    ),
    Told(
        "a question that the user says yes to",
        ("A: Shall I use httpx for the client instead of requests?", 
         "U: Yes, requests has no async"),
        "decision", "Use httpx for the client instead of requests.", "", (("requests", ""),),
    ),
    Told(
        "one of two options",
        ("A: Which queue should I use: Redis Streams or RabbitMQ?",
         "U: Redis Streams, we already run Redis."),
        "decision", "Use Redis Streams as the queue.", "We already run Redis.", (("RabbitMQ", ""),),
    ),
    Told(
        "one of a list, by its letter",
        ("A: How should we handle auth?\nA) JWT in a cookie - stateless\nB) Server sessions - easy "
         "revocation", "U: B please, we must be able to revoke"),
        "decision", "Use Server sessions for auth.", "We must be able to revoke.",
        (("JWT in a cookie", ""),),
    ),
    Told(
        "one of a list, by its place",
        ("A: Two ways:\n1. Keep the cache in memory: simple\n2. Store the cache in SQLite: "
         "survives restarts\nWhich do you prefer for the resolver?",
         "U: the second one, because restarts happen hourly"),
        "decision", "Store the cache in SQLite.", "restarts happen hourly",
        (("Keep the cache in memory", ""),),
    ),
    Told(
        "what to do with one of two",
        ("A: Do you want me to put the config into environment variables or a TOML file?",
         "U: a TOML file, env vars are a mess in Nomad"),
        "decision", "Put the config into a TOML file.", "Env vars are a mess in Nomad.",
        (("environment variables", ""),),
    ),
    Told(
        "a thing to do, out of a list",
        ("A: How do you want errors reported?\n1. Raise exceptions\n2. Return Result objects",
         "U: option 2"),
        "decision", "Return Result objects.", "", (("Raise exceptions", ""),),
    ),
    Told(
        "a choice of the user's own",
        ("U: let's go with Postgres advisory locks for the scheduler because Redis is not in every "
         "region",),
        "decision", "Use Postgres advisory locks for the scheduler.",
        "Redis is not in every region.",
    ),
    Told(
        "a decision that the user tells",
        ("U: We decided to drop Python 3.9 support, because asyncio.TaskGroup needs 3.11.",),
        "decision", "Drop Python 3.9 support.", "Asyncio.TaskGroup needs 3.11.",
    ),
    Told(
        "a decision against something",
        ("U: Let's not use ORMs in this service, raw SQL is easier to tune",),
        "decision", "Do not use ORMs in this service.", "Raw SQL is easier to tune.",
    ),
    Told(
        "another option in the place of a proposal",
        ("A: I propose using Celery for the background jobs because the team knows it. Shall I?",
         "U: No. Use arq for the background jobs, Celery needs a broker we don't run."),
        "decision", "Use arq for the background jobs.", "Celery needs a broker we don't run.",
        (("Celery", "Celery needs a broker we don't run"),),
    ),
    Told(
        "another option, of which only the name is said",
        ("A: Shall I use Celery for background jobs because the team knows it?",
         "U: nope, let's stick with cron"),
        "decision", "Use cron for background jobs.", "", (("Celery", ""),),
    ),
    Told(
        "the way back to what was first",
        ("A: Decision: use a token bucket for rate limiting.",
         "U: Actually, use a leaky bucket for rate limiting because bursts hurt payments.",
         "A: Done.",
         "U: Let's go back to the token bucket for rate limiting, since the leaky one starves "
         "small clients."),
        "decision", "Use the token bucket for rate limiting.",
        "The leaky one starves small clients.",
        (("leaky bucket", "The leaky one starves small clients"),),
    ),
    Told(
        "another number",
        ("A: Decision: retries wait 30 seconds between attempts, because the API bans fast "
         "clients.",
         "U: make it 10 seconds"),
        "decision", "Retries wait 10 seconds between attempts.", "", (("30 seconds", ""),),
    ),
    Told(
        "a rule for good",
        ("U: from now on always run the migrations through scripts/migrate.sh, because it takes "
         "the lock",),
        "convention", "Always run the migrations through scripts/migrate.sh.", "It takes the lock.",
    ),
    Told(
        "a rule among orders",
        ("U: fix the flaky test\nnever sleep in tests, poll with wait_until instead",),
        "convention", "Never sleep in tests, poll with wait_until instead.",
    ),
    Told(
        "a habit of the house",
        ("U: In this project we use pnpm, not npm.",),
        "convention", "Use pnpm, not npm.", "", (("npm", ""),),
    ),
    Told(
        "use this, not that",
        ("U: no. use decimal instead of float for money. floats drift",),
        "convention", "Use decimal instead of float for money.", "Floats drift.", (("float", ""),),
    ),
    Told(
        "a ban with its reason",
        ("A: I'll mock the database.", "U: No, don't mock the database, because mocks hid the "
         "migration bug."),
        "convention", "Don't mock the database.", "Mocks hid the migration bug.",
    ),
    Told(
        "a rule about everything of a kind",
        ("U: Every endpoint must check the tenant header, otherwise one customer sees another's "
         "data.",),
        "convention", "Every endpoint must check the tenant header.",
        "Otherwise one customer sees another's data.",
    ),
    Told(
        "the opposite of an earlier rule",
        ("U: always squash commits before merging", "A: ok",
         "U: actually, never squash commits: bisect needs them"),
        "convention", "Never squash commits: bisect needs them.", "",
        (("always squash commits before merging", ""),),
    ),
    Told(
        "a fact to remember",
        ("U: please remember that the staging database resets every night",),
        "fact", "The staging database resets every night.",
    ),
    Told(
        "a trap",
        ("U: careful: the S3 mock returns keys in random order",),
        "gotcha", "The S3 mock returns keys in random order.",
    ),
)  # fmt: skip


@pytest.mark.parametrize("told", SETTLED, ids=lambda t: t.name)
def test_a_conversation_settles(told: Told) -> None:
    found = one(*told.lines)
    assert (found.kind, found.statement) == (told.kind, told.statement)
    assert found.because.rstrip(".").lower() == told.because.rstrip(".").lower()
    assert [(r.option, r.because) for r in found.rejected] == list(told.rejected)


NOTHING = {
    "orders": ("U: fix the test", "A: Fixed the test.", "U: add a button", "A: Added."),
    "an agent's own mind": (
        "U: make it faster",
        "A: I'll use a dict instead of a list because lookups are faster. I recommend using Redis "
        "for the cache, because it is fast.",
        "U: add docs",
    ),
    "an agent's advice": (
        "A: You should always validate input and never trust the client. We use pnpm, not npm.",
    ),
    "a proposal turned down": (
        "A: I suggest using Redis for the cache because it is fast. Go ahead?",
        "U: no",
    ),
    "a decision turned down": (
        "A: Decision: use Redis for the cache, because it is fast.",
        "U: no, I don't want Redis. undo it",
    ),
    "a decision taken back later": (
        "A: Decision: use Redis for locks.",
        "U: ok",
        "A: done",
        "U: I don't like the Redis locks. Revert that.",
    ),
    "a rule taken back": (
        "U: always use tabs for indentation",
        "A: ok",
        "U: forget the tabs rule",
    ),
    "a question": ("U: should we always use UTC? can you use X instead of Y?",),
    "a complaint": ("U: the test always fails on CI, why does it never pass?",),
    "the past": ("U: we always had this problem in prod",),
    "what only the screen explains": (
        "U: always do that",
        "U: use this instead of that",
        "U: use the second function instead of the first",
        "U: use a Counter instead of the loop",
        "U: use 5 instead of 3",
    ),
    "code": ("U: explain it\n```\n# always use tabs, not spaces\n```\n    # never call foo()",),
    "logs and quotations": (
        "U: I get\n> never use this module\nERROR: name must not be null\n"
        "2026-01-01 12:00:00 always restart the daemon\nfix it",
    ),
    "what a tool printed": ("T: Decision: use X for the cache because of Z.\nalways use tabs",),
    "manners": ("U: always answer me in German", "U: never apologize", "U: call me Ann, not Annie"),
    "for now": ("U: for now use SQLite instead of Postgres",),
    "a thought": ("U: maybe we should always use UTC", "U: I think we must never cache"),
    "the next step": (
        "A: I've updated the file. I suggest running the tests because they are quick.",
        "U: ok",
    ),
    "a ban for the moment": ("U: don't run the tests, they are slow",),
    "praise": ("A: I will fix the bug by adding a null check.", "U: great, now add a test"),
    "what was pasted": (
        "U: review this:\n\n"
        + "\n\n".join(f"Services must always use gateway number {n} for calls." for n in range(99))
        + "\n\nthanks",
    ),
    "a yes to one of two": ("A: Should I use tabs or spaces?", "U: both are fine"),
    "a value that is no choice": ("U: try again with sudo instead of su",),
    "work that is put as a choice": (
        "U: let's fix the parser first and then use the new API in main.py",
        "U: let's run the linter for the whole project",
    ),
    "another tongue's words": ("U: Bitte benutze immer pnpm statt npm",),
}


@pytest.mark.parametrize("lines", NOTHING.values(), ids=NOTHING)
def test_a_conversation_settles_nothing(lines: tuple[str, ...]) -> None:
    assert settled(*lines) == []


FAR = (
    "U: add rate limiting to the gateway",
    "A: Decision: use a token bucket for rate limiting, because it is the simplest. "
    "Rejected: leaky bucket, more code.",
    *(f"{who}: Step {n} is done." for n in range(21) for who in "UA"),
)


def test_what_turn_3_said_and_turn_47_corrected_is_proposed_as_corrected() -> None:
    found = one(*FAR, "U: Bursts overran the payment API. Use a leaky bucket instead.")
    assert found.statement == "Use a leaky bucket for rate limiting."
    assert found.because == "Bursts overran the payment API."
    assert found.rejected == (Rejected("token bucket", "Bursts overran the payment API"),)
    assert [e.quote for e in found.evidence] == ["Use a leaky bucket instead."]
    assert one(*FAR).statement == "Use a token bucket for rate limiting."


def test_a_rule_is_replaced_in_the_words_of_its_correction() -> None:
    found = one(
        "A: Decision: store timestamps as local time, since the reports are local.",
        "U: looks good",
        "A: next?",
        "U: hmm, local time breaks twice a year. Store timestamps in UTC instead.",
    )
    assert found.statement == "Store timestamps in UTC."
    assert found.rejected[0].option == "store timestamps as local time"


def test_who_settled_it_decides_how_far_it_is_trusted() -> None:
    put_down = "A: Decision: use a leaky bucket for rate limiting."
    stated = one(put_down).confidence
    done = one("T: [main 1234567] Use a leaky bucket", put_down).confidence
    confirmed = one(put_down, "U: sounds good").confidence
    user = one("U: " + put_down[3:]).confidence
    assert stated < done < confirmed < user


def test_what_the_user_said_is_not_overruled_by_the_agent() -> None:
    found = one(
        "U: let's use a leaky bucket for rate limiting, bursts hurt payments",
        "A: Decision: use a token bucket for rate limiting.",
    )
    assert found.statement == "Use a leaky bucket for rate limiting."


def test_an_agent_that_agrees_adds_nothing() -> None:
    found = one(
        "U: No, never read the limits at import: always call limits.load() first.",
        "A: Agreed. Convention: call limits.load() first, never read the limits at import.",
    )
    assert found.statement == "Never read the limits at import: always call limits.load() first."


def test_a_plain_no_does_not_take_back_what_it_does_not_speak_of() -> None:
    found = settled(
        "A: Decision: use a leaky bucket for rate limiting at the gateway.",
        "U: No, never read the limits at import: always call limits.load() first.",
    )
    assert [c.kind for c in found] == ["decision", "convention"]


def test_what_a_yes_adds_goes_to_the_details() -> None:
    found = one(
        "A: I propose to cache the token in the keyring because the file was world readable. OK?",
        "U: yes, but with a timeout of 5 minutes",
    )
    assert found.details == "yes, but with a timeout of 5 minutes"


def test_what_an_agent_says_of_an_item_is_no_news() -> None:
    said = "Decision: use a leaky bucket for rate limiting, as {} has it."
    assert settled("A: " + said.format("dec-7k3m9qzt"), "U: yes") == []
    assert len(settled("A: " + said.format("the record"), "U: yes")) == 1


def test_a_turn_that_was_rewound_is_no_evidence() -> None:
    lines = ("U: always use tabs for indentation", "A: ok")
    assert candidates_from(session_of(*lines, rewound=0)) == []
    assert len(candidates_from(session_of(*lines))) == 1


def test_the_key_stays_while_the_session_goes_on() -> None:
    lines = ("A: Decision: use a leaky bucket for rate limiting.", "U: great",
             "T: [main 1234567] x",
             "A: Decision: use a leaky bucket for rate limiting.", "U: now add docs")  # fmt: skip
    keys = {one(*lines[:n]).key for n in range(1, len(lines) + 1)}
    assert len(keys) == 1


def test_the_same_short_answer_to_two_questions_is_two_candidates() -> None:
    numbers = "A: Decision: {} wait 30 seconds between attempts."
    first = one(numbers.format("retries"), "U: make it 10 seconds")
    second = one(numbers.format("probes"), "U: make it 10 seconds")
    assert first.key != second.key


def test_paths_that_a_rule_names_are_its_scope() -> None:
    found = one("U: never edit src/gen/*.py by hand, see https://a.b/c.html and and/or")
    assert found.scope.paths == ("src/gen/*.py",)


def test_what_held_a_secret_is_not_proposed() -> None:
    assert settled("U: always sign in with [redacted:password:1a2b] on staging") == []


def test_evidence_names_the_agent_as_its_environment_does() -> None:
    session = session_of("U: always use tabs for indentation")
    (evidence,) = candidates_from(session)[0].evidence
    assert evidence.session == "claude:fd04"


TEXTS = st.lists(
    st.tuples(
        st.sampled_from("UAT"),
        st.lists(
            st.sampled_from(
                "no yes use always never X Y instead of because , . ? \n ``` 1. A) decision: "
                "rejected: from now on make it 10 s the token bucket for Redis or > it".split(" ")
            )
        ).map(" ".join),
    ),
    max_size=12,
)


@given(TEXTS)
def test_whatever_is_said_every_quote_is_verbatim_and_every_statement_short(
    said: list[tuple[str, str]],
) -> None:
    session = session_of(*(f"{who}: {text}" for who, text in said))
    whole = "\n".join(t.text for t in session.turns)
    for candidate in candidates_from(session):
        assert all(e.quote and e.quote in whole for e in candidate.evidence)
        assert 3 <= len(candidate.statement.split()) <= 31


@pytest.mark.parametrize(
    "line",
    ["U: always use x for the y number {n}.", "A: Decision: use x{n} for y{n}.",
     "U: " + "no, " * 50,
     "U: " + "a," * 400, "A: " + "(" * 500, "U: use " + "x " * 290,
     "A: Should I use " + "a or " * 99],
    ids=str.__len__,
)  # fmt: skip
def test_a_long_log_takes_time_in_proportion(line: str) -> None:
    def reading(count: int) -> Callable[[], object]:
        session = session_of(*(line.format(n=n) for n in range(count)))
        return lambda: candidates_from(session)

    assert grows_in_proportion(reading, 800)
