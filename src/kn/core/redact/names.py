"""What a name promises about its value, and whether a value keeps the promise."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from kn.core.redact.judge import (
    has_special,
    is_digest,
    is_placeholder,
    is_random,
    is_strong_word,
    is_wordy,
)

Strength = Literal["password", "secret", "weak"]
"""A name that says password, or secret, or one like `key` that need not say anything."""

Shape = Literal["set", "quoted", "bare", "line", "code", "told"]
"""How a value is given: `A=x` in settings and shells; in quotes; `a: x`; `a = x` on a line of its
own; in the midst of code; in a sentence."""

_PASSWORD = tuple(
    "password passwd passphrase passcode passwort pwd pswd psw pw pass pword requirepass "
    "psk".split()
)
_NOT_PASS = re.compile(r"(?:by|com|encom|tres|sur|over|under|one|two|multi|im|render)pass\Z")
_SECRET = tuple(
    "secret token apikey secretkey accesskey authkey privatekey credential credentials cred creds "
    "passkey encryptionkey signingkey".split()
)
_KEY_OF = frozenset(
    "api access secret private auth account encryption encrypt signing sign service shared master "
    "license admin root client app application consumer storage subscription session cookie hmac "
    "jwt aes deploy deployment webhook server user rsa ssh gpg ssl tls project write read personal "
    "algolia stripe sendgrid mailgun twilio openai anthropic azure aws gcp google datadog heroku "
    "maps firebase functions host instrumentation integration".split()
)
_WEAK = frozenset("key auth salt dsn sid session cookie authtoken connectionstring".split())
_TAIL = frozenset(
    "value val prod production dev development test testing staging stage stg live sandbox default "
    "old new current primary secondary base plain text string str env b raw data local root admin "
    "master db main enc encrypted encoded confirm confirmation again".split()
)
"""Words behind a telling one that do not change what it says: `password_prod`."""

_PUBLIC = frozenset(
    "public primary foreign cache sort partition idempotency row next page continuation cursor "
    "sync cancellation dedupe dedup lookup group map translation max num n color design unk pad "
    "eos bos mask sep special".split()
)
"""Words before `key` and `token` that make them nobody's secret."""

_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LABEL = re.compile(
    r"(?i)\b(?:your|the|a|an|is|are|must|should|be|enter|not|invalid|required|please|for|to|of|in|"
    r"with|and|or|at|least|too|no|does|match|forgot|reset|new|this|that|was|has|from|by|use)\b"
)
_SELF_NAMED = re.compile(r"(?i)(?:pass|pw|token|secret|str|key|user|db)[a-z]*_?\d{0,2}")


@lru_cache(4096)
def strength_of(name: str) -> Strength | None:
    """What a name promises: the last part of it decides.

    `DB_PASSWORD`, `clientSecret`, `api-key` and `tokenProd` promise a secret; `token_count`,
    `password_file` and `publicKey` don't.
    """
    pieces = [piece.lower() for piece in _PIECES.findall(name[-80:])]
    while len(pieces) > 1 and (pieces[-1] in _TAIL or pieces[-1].isdigit()):
        pieces.pop()
    if not pieces:
        return None
    last, before = pieces[-1], pieces[-2] if len(pieces) > 1 else ""
    if last.endswith(_PASSWORD) and not _NOT_PASS.search(last):
        return "password"
    if before in _PUBLIC:
        return None
    if last.endswith(_SECRET) or (last == "pat" and (before or name.isupper())):
        return "secret"
    if last == "key" and before in _KEY_OF:
        return "secret"
    return "weak" if last in _WEAK or last.endswith("key") else None


def is_secret(value: str, name: str, shape: Shape) -> bool:
    """Whether a value behind a telling name is one, by what it looks like and how it is given."""
    strength = strength_of(name)
    if strength == "weak":
        return len(value) >= 20 and is_random(value) and not is_placeholder(value)
    if strength is None or is_placeholder(value) or value.lower() == name.lower():
        return False
    if strength == "secret":
        return _is_token(value, shape, shouted=name.isupper())
    if name.lower().strip(".-") == "pass" and shape != "set":  # mostly the verb
        return shape != "told" and is_strong_word(value)
    return _is_password(value, shape)


def _is_token(value: str, shape: Shape, shouted: bool) -> bool:
    if len(value) < 8:
        return False
    if " " in value.strip():  # salts are drawn with blanks among the signs
        signs = sum(not char.isalnum() and not char.isspace() for char in value)
        return shape == "quoted" and len(value) >= 20 and signs * 8 > len(value)
    if is_random(value) or (len(value) >= 16 and is_digest(value) and _is_mixed(value)):
        return True
    if shape == "set":
        return shouted or not is_wordy(value)
    if is_wordy(value):
        return False
    mixed = _is_mixed(value)
    if shape == "quoted":
        return has_special(value) or mixed or len(value) >= 16
    return mixed and len(value) >= 12 and shape != "code"


def _is_password(value: str, shape: Shape) -> bool:
    size, special, mixed = len(value), has_special(value), _is_mixed(value)
    words = value.split()
    if len(words) > 1:
        phrase = shape == "quoted" and size <= 128 and not _LABEL.search(value)
        return phrase and (len(words) >= 3 or special) and value[-1] not in ".:?"
    if shape == "set":
        return size >= (6 if value.isalpha() else 4) and not value.startswith("--")
    if shape == "quoted":
        return size >= (6 if value.isalpha() else 5)
    if shape == "told":
        return is_strong_word(value)
    if shape == "code":
        return special and size >= 6
    if shape == "line" and _SELF_NAMED.fullmatch(value):
        return False
    return size >= 6 and (special or mixed or (size >= 8 and not is_wordy(value)))


def _is_mixed(value: str) -> bool:
    return any(map(str.isdigit, value)) and any(map(str.isalpha, value))
