"""Commit messages taken apart."""

from hypothesis import given
from hypothesis import strategies as st

from kn.core.commit import READ_AT_MOST, parse_message

SQUASHED_ON_GITHUB = """feat: limits (#12)

* feat: first part

Prose of the first part.

Rejected: token bucket | bursts overran
Constraint: payments allow 10 requests a second

* fix: second part

Rejected: retry in the client | hides the error

---------

Co-authored-by: Ann <ann@example.org>
"""

SQUASHED_BY_GIT = """Squashed commit of the following:

commit 1111111111111111111111111111111111111111
Author: Ann <ann@example.org>
Date:   Mon May 18 10:00:00 2026 +0200

    feat: keep one queue

    One queue is enough.

    Rejected: two queues | order is lost
"""


def values(text: str, token: str) -> list[str]:
    return [t.value for t in parse_message(text).trailers if t.token == token]


def test_a_trailer_counts_wherever_it_stands_and_in_any_case() -> None:
    text = "fix: x\n\nREJECTED: a | b\n\nSome prose.\n\n- Ruled out: c | d\n\nMore prose.\n"
    assert values(text, "rejected") == ["a | b"]
    assert values(text, "ruled-out") == ["c | d"]
    assert [p.text for p in parse_message(text).paragraphs] == ["Some prose.", "More prose."]


def test_every_part_of_a_squash_keeps_its_own_subject() -> None:
    heads = [(t.value, t.head) for t in parse_message(SQUASHED_ON_GITHUB).trailers]
    assert heads[:3] == [
        ("token bucket | bursts overran", "feat: first part"),
        ("payments allow 10 requests a second", "feat: first part"),
        ("retry in the client | hides the error", "fix: second part"),
    ]
    (rejected,) = [t for t in parse_message(SQUASHED_BY_GIT).trailers if t.token == "rejected"]
    assert (rejected.value, rejected.head) == ("two queues | order is lost", "feat: keep one queue")


def test_a_wrapped_value_goes_on_indented_or_flush_and_ends_at_the_next_trailer() -> None:
    full = "Constraint: shipped rule files are LF (.gitattributes), so this only"
    text = f"x\n\n{full}\nbites on Windows\nDirective: keep it\n  short\nConfidence: high\n"
    assert values(text, "constraint") == [full.partition(": ")[2] + " bites on Windows"]
    assert values(text, "directive") == ["keep it short"]


def test_prose_right_after_a_short_trailer_is_not_part_of_it() -> None:
    message = parse_message("x\n\nConstraint: short\nHere prose begins.\n")
    assert [t.value for t in message.trailers] == ["short"]
    assert [p.text for p in message.paragraphs] == ["Here prose begins."]


def test_a_token_without_a_value_takes_the_list_below_it() -> None:
    text = "x\n\nRejected:\n- a | b\n- c | d\n  more\n\n- not one of them\n"
    assert values(text, "rejected") == ["a | b", "c | d more"]


def test_a_wrapped_line_of_prose_that_begins_with_a_token_is_prose() -> None:
    message = parse_message("x\n\nThis has to do with the\nconstraint: nobody may wait.\n")
    assert message.trailers == ()


def test_fix_is_a_trailer_only_below_an_incident() -> None:
    assert parse_message("x\n\nFix: look in the cache first.\n").trailers == ()
    assert values("x\n\nIncident: down\nRoot cause: a leak\nFix: a cap\n", "fix") == ["a cap"]


def test_code_quotes_and_what_follows_the_scissors_are_not_prose() -> None:
    text = (
        "x\n\nProse.\n\n    code never\n\n```\nRejected: a | b\n```\n\n> quoted\n"
        "# ------------------------ >8 ------------------------\nRejected: c | d\n"
    )
    message = parse_message(text)
    assert [p.text for p in message.paragraphs] == ["Prose."]
    assert message.trailers == ()


def test_a_heading_names_the_list_below_it() -> None:
    paragraphs = parse_message("x\n\nChanges:\n- one\n  thing\n- two\n\nProse.\n").paragraphs
    assert [(p.text, p.heading) for p in paragraphs] == [
        ("- one\n  thing", "Changes"),
        ("- two", "Changes"),
        ("Prose.", ""),
    ]


def test_windows_line_ends_and_leading_blank_lines_change_nothing() -> None:
    message = parse_message("\r\nfix: x\r\n\r\nRejected: a | b\r\n")
    assert message.subject == "fix: x"
    assert [t.value for t in message.trailers] == ["a | b"]


def test_what_is_past_the_cap_is_not_read() -> None:
    text = "x\n\n" + "y\n" * READ_AT_MOST + "Rejected: a | b\n"
    assert parse_message(text).trailers == ()


@given(st.text() | st.lists(st.sampled_from(SQUASHED_BY_GIT.splitlines(True))).map("".join))
def test_every_piece_is_verbatim_text_of_the_message(text: str) -> None:
    message = parse_message(text)
    pieces = [message.subject, message.body]
    pieces += [p.text for p in message.paragraphs] + [t.quote for t in message.trailers]
    assert all(piece in text for piece in pieces)
