"""Scoring contexts on known tasks."""

from __future__ import annotations

import pytest

from kn.core.score import Answered, KnownTask, score_answers


def test_recall_is_the_share_of_what_was_expected() -> None:
    answered = Answered(KnownTask("t", expect=("a", "b")), ("b", "c"), 40)

    assert answered.recall == 0.5
    assert answered.to_json()["missed"] == ["a"]


def test_a_task_that_expects_nothing_does_not_count_for_the_rank() -> None:
    found = Answered(KnownTask("t", expect=("a",)), ("a",), 10)
    nothing = Answered(KnownTask("u"), (), 0)

    score = score_answers([found, nothing])

    assert (score.tasks, score.recall, score.mrr) == (2, 1.0, 1.0)


def test_every_item_that_must_never_be_served_is_counted() -> None:
    answered = Answered(KnownTask("t", never=("old", "older")), ("old", "new", "older"), 90)

    assert answered.wrong == ("old", "older")
    assert score_answers([answered, answered]).wrong == 4


@pytest.mark.parametrize("served", [(), ("x",)])
def test_what_is_not_served_has_no_rank(served: tuple[str, ...]) -> None:
    assert Answered(KnownTask("t", expect=("a",)), served, 0).reciprocal_rank == 0.0


def test_no_tasks_score_nothing() -> None:
    assert score_answers([]).recall == 0.0
