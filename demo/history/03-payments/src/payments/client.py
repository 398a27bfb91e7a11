"""Calls to the bank's payment API."""

TRIES = 3


class PaymentFailed(Exception):
    """The bank did not take the payment."""


def charge(post, account, cents, reference):
    """Charge an account; the reference makes it safe to ask twice.

    `post(path, body)` sends a request and returns its status and answer.
    """
    body = {"account": account, "amount": cents, "reference": reference}
    for _ in range(TRIES):
        status, answer = post("/charges", body)
        if status == 201:
            return answer["id"]
        if status not in (429, 503):
            break
    raise PaymentFailed(f"{status} for {reference}")
