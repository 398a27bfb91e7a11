import pytest

from payments.client import PaymentFailed, charge


def answers(*pairs):
    left = list(pairs)
    return lambda path, body: left.pop(0)


def test_a_busy_bank_is_asked_again():
    assert charge(answers((503, {}), (201, {"id": "c1"})), "a1", 500, "r1") == "c1"


def test_a_refusal_is_final():
    with pytest.raises(PaymentFailed):
        charge(answers((402, {})), "a1", 500, "r1")
