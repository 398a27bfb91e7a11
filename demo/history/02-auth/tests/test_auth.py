import base64
import json

import pytest

from gateway.auth import Unauthorized, account_of


def token(claims, signature=b"good"):
    parts = (json.dumps(claims).encode(), signature)
    return b".".join(base64.urlsafe_b64encode(p).rstrip(b"=") for p in parts).decode()


def verify(body, signature):
    return signature == b"good"


def test_a_good_token_names_the_account():
    environ = {"HTTP_AUTHORIZATION": f"Bearer {token({'account': 'a1', 'expires': 20})}"}
    assert account_of(environ, verify, now=lambda: 10) == "a1"


def test_a_false_signature_is_refused():
    environ = {"HTTP_AUTHORIZATION": f"Bearer {token({'account': 'a1', 'expires': 20}, b'bad')}"}
    with pytest.raises(Unauthorized):
        account_of(environ, verify, now=lambda: 10)


def test_a_token_that_is_too_old_is_refused():
    environ = {"HTTP_AUTHORIZATION": f"Bearer {token({'account': 'a1', 'expires': 20})}"}
    with pytest.raises(Unauthorized):
        account_of(environ, verify, now=lambda: 30)
