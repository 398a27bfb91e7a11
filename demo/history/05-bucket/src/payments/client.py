"""Calls to the bank's payment API."""

import time

TRIES = 3
FIRST_WAIT = 0.5


class PaymentFailed(Exception):
    """The bank did not take the payment."""


def charge(post, account, cents, reference, sleep=time.sleep):
    """Charge an account; the reference makes it safe to ask twice.

    `post(path, body)` sends a request and returns its status and answer.
    """
    body = {"account": account, "amount": cents, "reference": reference}
    for attempt in range(TRIES):
        status, answer = post("/charges", body)
        if status == 201:
            return answer["id"]
        if status not in (429, 503):
            break
        sleep(FIRST_WAIT * 2**attempt)
    raise PaymentFailed(f"{status} for {reference}")
