"""Candidates out of commit messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rig.pace import takes_at_most

from kn.core.candidate import Candidate
from kn.core.capture import candidates_in
from kn.core.model import Rejected

BUCKET = (
    "Use a leaky bucket instead of a token bucket for rate limiting, "
    "because bursts overran the payment API."
)


def capture(message: str, *paths: str) -> list[Candidate]:
    return candidates_in(message, commit="4f2c1e9b7a", paths=paths)


def one(message: str, *paths: str) -> Candidate:
    (candidate,) = capture(message, *paths)
    return candidate


class TestTrailers:
    def test_rejected_options_attach_to_the_decision_of_the_message(self) -> None:
        found = one(
            "feat: limits\n\nRejected: token bucket | allows bursts\n"
            "Decision: Use a leaky bucket | shapes traffic\nAlternative: none | x\n"
            "Ruled-out: fixed window | unfair at its edges\n"
        )
        assert (found.kind, found.statement) == ("decision", "Use a leaky bucket.")
        assert found.because == "Shapes traffic."
        assert found.rejected[::2] == (
            Rejected("token bucket", "allows bursts"),
            Rejected("fixed window", "unfair at its edges"),
        )

    def test_without_a_decision_the_subject_says_what_was_decided(self) -> None:
        found = one("feat(api)!: use a leaky bucket (#12)\n\nRejected: token bucket | bursts\n")
        assert found.statement == "Use a leaky bucket."
        assert found.rejected == (Rejected("token bucket", "bursts"),)

    def test_each_part_of_a_squash_decides_for_itself(self) -> None:
        found = capture(
            "feat: all (#9)\n\n* feat: one\n\nRejected: a | b\n\n* feat: two\n\nRejected: c | d\n"
        )
        assert [(c.statement, c.rejected[0].option) for c in found] == [
            ("One.", "a"),
            ("Two.", "c"),
        ]

    @pytest.mark.parametrize(
        ("line", "kind", "statement"),
        [
            ("Constraint: the API allows 10 calls", "fact", "The API allows 10 calls."),
            ("Directive: keep the cap", "convention", "Keep the cap."),
            ("convention: name tests by behaviour", "convention", "Name tests by behaviour."),
            ("Gotcha: fork breaks the pool", "gotcha", "Fork breaks the pool."),
            ("Warn: fork breaks the pool", "gotcha", "Fork breaks the pool."),
            ("Incident: payments were down", "incident", "Payments were down."),
            ("Owner: @ann | the ledger", "owner", "Ask @ann about the ledger."),
            ("Owner: @ann knows the ledger", "owner", "Ask @ann about the ledger."),
            ("Owner: @ann is responsible for the ledger", "owner", "Ask @ann about the ledger."),
        ],
    )
    def test_every_token_has_its_kind(self, line: str, kind: str, statement: str) -> None:
        found = one(f"chore: x\n\n{line}\n")
        assert (found.kind, found.statement) == (kind, statement)

    def test_the_parts_of_an_incident_and_of_a_gotcha_go_to_their_fields(self) -> None:
        incident, gotcha = capture(
            "x\n\nIncident: down for an hour\nRoot-cause: a leak\nFix: a cap\n"
            "Gotcha: fork breaks the pool | open it after the fork\n"
        )
        assert incident.own == {"cause": "a leak", "fix": "a cap"}
        assert gotcha.own == {"instead": "open it after the fork"}

    def test_a_long_value_keeps_its_whole_text_in_details(self) -> None:
        value = " ".join(f"word{n}" for n in range(60))
        found = one(f"x\n\nConstraint: {value}\n")
        assert len(found.statement.split()) <= 31
        assert found.details == value

    def test_a_placeholder_says_nothing(self) -> None:
        assert capture("x\n\nRejected: none\nConstraint: N/A\nGotcha: -\n") == []


class TestProse:
    def test_a_choice_with_its_reason_is_a_decision_with_a_rejected_option(self) -> None:
        for message in (BUCKET, f"feat: limits\n\n{BUCKET}\n"):
            found = one(message)
            assert found.kind == "decision"
            assert found.statement.startswith("Use a leaky bucket")
            assert found.because == "Bursts overran the payment API."
            assert found.rejected == (Rejected("token bucket", "bursts overran the payment API"),)

    def test_a_choice_in_the_subject_counts_when_the_body_speaks_of_the_other_option(self) -> None:
        subject = "feat: use a leaky bucket instead of a token bucket"
        found = one(f"{subject}\n\nToken-bucket bursts overran the payment API.\n")
        assert found.rejected[0].option == "token bucket"
        assert found.because == "Token-bucket bursts overran the payment API."
        assert capture(f"{subject}\n\nBump the version as well.\n") == []

    def test_an_alternative_is_rejected_in_favour_of_the_subject(self) -> None:
        found = one(
            "feat: cache in memory\n\nAn alternative would be Redis, but it needs a server."
        )
        assert found.statement == "Cache in memory."
        assert found.rejected == (Rejected("Redis", "it needs a server"),)

    @pytest.mark.parametrize(
        ("sentence", "kind"),
        [
            ("We decided to keep one queue, since order matters to billing.", "decision"),
            ("Handlers must never call the ledger directly, because retries double.", "convention"),
            ("The driver cannot cancel a query, so the worker drops the connection.", "gotcha"),
            ("Root cause: the pool leaked a connection on every failed retry.", "incident"),
            ("Ask @ann about rounding before you touch the ledger.", "owner"),
        ],
    )
    def test_the_kind_follows_the_marks(self, sentence: str, kind: str) -> None:
        found = one(f"fix: payments\n\nSome lines moved.\n\n{sentence}\n")
        assert found.kind == kind
        assert found.evidence[0].quote == sentence

    @pytest.mark.parametrize(
        "message",
        [
            "feat(ui): add a button\n\nAdds the button and a test for it.\n",
            "chore(deps): bump lodash from 4.1 to 4.2\n\nWe decided never to use old ones.\n",
            "Bump lodash from 4.1 to 4.2\n\nWe decided never to use it, because of CVEs.\n",
            "chore(release): 1.2.0\n\nWe decided to ship it, because it is Friday today.\n",
            "v1.2.0\n\nWe decided to ship it, because it is Friday today.\n",
            "Merge branch 'main' into topic\n\nWe decided so, because it is Friday today.\n",
            'Revert "feat: x"\n\nThis reverts commit 1234567.\n\nRejected: a | b\n',
            "undo x\n\nThis reverts commit 1234567.\n\nDecision: a | b\n",
            "test: cover the pool\n\nTests assert that the pool never leaks.\n",
            "",
        ],
    )
    def test_routine_proposes_nothing(self, message: str) -> None:
        assert capture(message) == []

    def test_a_trailer_counts_in_a_dependency_bump(self) -> None:
        found = one("build(deps): bump x from 1 to 2\n\nConstraint: x 3 needs Python 3.13\n")
        assert found.kind == "fact"

    def test_no_message_proposes_more_than_three_from_prose(self) -> None:
        many = "\n\n".join(
            f"We decided to keep queue {n}, because order matters." for n in range(9)
        )
        assert len(capture(f"fix: x\n\n{many}\n")) == 3


class TestScope:
    message = "x\n\nConstraint: the API allows 10 calls\n"

    @pytest.mark.parametrize(
        ("paths", "globs"),
        [
            (["src/a/b.py"], ("src/a/b.py",)),
            (["src/a/b.py", "tests/a/test_b.py", "poetry.lock", "CHANGELOG.md"], ("src/a/b.py",)),
            (["src/a/b.py", "src/a/c/d.py"], ("src/a/**",)),
            (["src/a/b.py", "src/c/d.py"], ("src/a/**", "src/c/**")),
            ([f"src/gateway/p{n}/m.py" for n in range(6)], ("src/gateway/**",)),
            (["docs/a.md"], ("docs/a.md",)),
            ([f"top{n}/m.py" for n in range(6)], ()),
            (["Makefile", *(f"top{n}/m.py" for n in range(6))], ()),
            (["src/[id]/page.tsx"], (r"src/\[id\]/page.tsx",)),
            (["yarn.lock"], ()),
            ([], ()),
        ],
    )
    def test_the_fewest_globs_cover_the_code(
        self, paths: list[str], globs: tuple[str, ...]
    ) -> None:
        assert one(self.message, *paths).scope.paths == globs


def test_evidence_names_the_commit_and_the_session() -> None:
    (found,) = candidates_in("x\n\nGotcha: a | b", commit="abc", session="claude:1")
    assert (found.evidence[0].commit, found.evidence[0].session) == ("abc", "claude:1")


@pytest.mark.parametrize(
    ("message", "kind", "statement"),
    [
        ("Decision: use a leaky bucket", "decision", "use a leaky bucket"),
        ("Gotcha: the pool is per process | set its size to two\n\nMore.", "gotcha", "the pool is"),
        ("Owner: @ann knows billing", "owner", "Ask @ann about billing"),
        ("Convention: money is in cents", "convention", "money is in cents"),
    ],
)
def test_a_subject_may_be_a_trailer(message: str, kind: str, statement: str) -> None:
    (found,) = capture(message)

    assert found.kind == kind
    assert found.statement.lower().startswith(statement.lower())


def test_what_was_rejected_goes_with_the_decision_of_the_subject() -> None:
    message = "Decision: use a leaky bucket\n\nRejected: token bucket | bursts overran payments"

    (found,) = capture(message)

    assert [r.option for r in found.rejected] == ["token bucket"]
    assert found.evidence[0].quote == "Decision: use a leaky bucket"


def test_a_topic_in_lower_case_is_no_trailer() -> None:
    assert capture("incident: page the right person") == []


def test_the_same_knowledge_told_twice_is_proposed_once() -> None:
    assert len(capture("x\n\nGotcha: fork breaks it\n\nGotcha: fork breaks it\n")) == 1


@pytest.mark.parametrize(
    "piece",
    ["a", "a: ", "(", " instead of", "x; ", "a, ", "`", "must ", "—", "a@", "word. ", "\n- "],
)
def test_a_message_of_20_megabytes_takes_no_longer_than_a_page(piece: str) -> None:
    message = "fix: x\n\n" + piece * (20_000_000 // len(piece))
    assert takes_at_most(2, lambda: capture(message))


PIECES = st.sampled_from(
    [
        *(
            "Rejected: a | b",
            "Decision: ",
            "- ",
            "* x",
            "    ",
            "(",
            "`",
            "```",
            "—",
            " — ",
            BUCKET,
        ),
        *("Owner: @a", "Incident: x", "Fix: y", "Gotcha: \ud800", "\n", "\n\n", "\r\n"),
        *("We decided to never do it because ", "An alternative would be Redis, but it is slow. "),
    ]
)


@given(st.text() | st.lists(PIECES).map("".join))
def test_it_never_raises_and_every_quote_is_verbatim(message: str) -> None:
    for candidate in capture(message, "src/a.py"):
        assert candidate.statement
        assert candidate.evidence
        assert all(e.quote and e.quote in message for e in candidate.evidence)
        assert 0 <= candidate.confidence <= 1
