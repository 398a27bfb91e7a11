"""Who is asking: the signed access token of a request."""

import base64
import json
import time


class Unauthorized(Exception):
    """The token is missing, false or too old."""


def account_of(environ, verify, now=time.time):
    """The account that a request speaks for.

    `verify(message, signature)` checks the account service's signature.
    """
    kind, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind != "Bearer" or token.count(".") != 1:
        raise Unauthorized("no token")
    body, signature = (base64.urlsafe_b64decode(part + "==") for part in token.split("."))
    if not verify(body, signature):
        raise Unauthorized("false signature")
    claims = json.loads(body)
    if claims["expires"] < now():
        raise Unauthorized("too old")
    return claims["account"]


class Authentication:
    """Middleware: 401 without a good token; X-Account for the services behind."""

    def __init__(self, app, verify):
        self.app = app
        self.verify = verify

    def __call__(self, environ, start_response):
        try:
            environ["HTTP_X_ACCOUNT"] = account_of(environ, self.verify)
        except Unauthorized:
            start_response("401 Unauthorized", [("Content-Length", "0")])
            return []
        environ.pop("HTTP_AUTHORIZATION", None)
        return self.app(environ, start_response)
