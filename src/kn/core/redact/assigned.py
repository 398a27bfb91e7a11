"""Secrets that stand behind a name: `KEY=…`, `"password": "…"`, `--token …`, `<pass>…</pass>`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Literal

from kn.core.redact.finding import Finding
from kn.core.redact.judge import (
    has_special,
    is_identifier,
    is_placeholder,
    is_random,
    is_strong_word,
    is_wordy,
)
from kn.core.redact.places import lowered, places_of_any

Strength = Literal["password", "secret", "weak"]
Shape = Literal["set", "quoted", "bare", "code", "told"]

_NAMED = re.compile(
    r"""(?ix)
    (?P<rest>[\w.-]{0,48}+)
    (?P<sep>
        ["'`\]]{0,2}+[ \t]{0,8}+(?:=>|:=|={1,3}|:{1,2}|\?=|\|)[ \t]{0,8}+
      | [?]?[ \t]{0,4}:?[ \t]{0,4}
        (?:str|string|&(?:'static[ ])?str|any|(?:Optional\[str\]|str[ ]?\|[ ]?None))
        [ \t]{0,4}=[ \t]{0,4}
      | ["'][ \t]{0,4}\]?[ \t]{0,4}(?:,|=)[ \t]{0,4}(?=["'`])
      | \([ \t]{0,2}(?=["'`])
      | ["']?(?:\s{1,20}+|\s{0,20}+,\s{0,20}+)["']?value["']?[ \t]{0,4}[:=][ \t]{0,4}
      | (?:[ \t][^<>\n]{0,60}+)?>
      | </(?:key|name)>\s{0,20}+<(?:string|value)>
      | [ \t]{1,4}(?:(?:is|was|as|to|of|=|set)[ \t]{1,4}){0,3}+
    )
    [bruf@]{0,2}
    (?:
        "(?P<dq>(?:[^"\\\n]|\\.){1,256}+)
      | '(?P<sq>(?:[^'\\\n]|\\.){1,256}+)
      | `(?P<bq>[^`\n]{1,256}+)
      | (?P<bare>[^\s"'`<>]{1,256}+)
    )
    """
)
_ANCHORS = tuple(
    "pass pwd psw pw secret token key auth cred salt dsn pat sid session cookie".split()
)
_PASSWORD = ("password", "passwd", "passphrase", "passcode", "passwort", "pwd", "pswd", "psw", "pw",
             "pass", "pword", "userpass", "requirepass")  # fmt: skip
_NOT_PASS = re.compile(r"(?:by|com|encom|tres|sur|over|under|one|two|multi|im|tress|render)pass\Z")
_SECRET = tuple(
    "secret token apikey secretkey accesskey authkey privatekey credential credentials cred creds "
    "passkey encryptionkey signingkey".split()
)
_KEY_OF = frozenset(
    "api access secret private auth account encryption encrypt signing sign service shared master "
    "license admin root client app application consumer storage subscription session cookie hmac "
    "jwt aes deploy deployment webhook server user rsa ssh gpg ssl tls project write read "
    "personal admin algolia stripe sendgrid mailgun twilio openai anthropic azure aws gcp google "
    "datadog heroku maps firebase functions host instrumentation account integration".split()
)
_WEAK = frozenset("key auth salt dsn sid session cookie authtoken connectionstring".split())
_TAIL = frozenset(
    "value val prod production dev development test testing staging stage stg live sandbox default "
    "old new current primary secondary base plain text string str env b raw data local root "
    "admin master db hash main id1 enc encrypted encoded here confirm confirmation again".split()
)
_PUBLIC = frozenset(
    "public primary foreign cache sort partition idempotency row next page continuation cursor "
    "sync cancellation dedupe dedup lookup group map i18n translation storage_class max num n "
    "color design unk pad eos bos mask sep special".split()
)
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_BEFORE = re.compile(r"[\w.$-]*")
_JUDGED = 256
"""Characters of a value that are judged; what is secret goes as far as the value does."""
_REST = {"dq": re.compile(r'(?:[^"\\\n]|\\.)*+'), "sq": re.compile(r"(?:[^'\\\n]|\\.)*+"),
                "bq": re.compile(r"[^`\n]*+"), "bare": re.compile(r"[^\s\"'`<>]*+")}  # fmt: skip
_SETS = ("", "export", "set", "ENV", "ARG", "-e", "-", "env", "+")
_SETS_AT = ("--", "?", "&", ";", " -e", "//", ":", "-D")
_CUT = re.compile(r"[,;&)}\]|]|\\[nrt\"']")
_LABEL = re.compile(
    r"(?i)\b(?:your|the|a|an|is|are|must|should|be|enter|not|invalid|required|please|for|to|of|in|"
    r"with|and|or|at|least|too|no|does|match|forgot|reset|new|this|that|was|has|from|by|use)\b"
)


@lru_cache(4096)
def strength_of(name: str) -> Strength | None:
    """What a name promises about its value: a password, a secret, perhaps one, or nothing.

    The last part of the name decides: `DB_PASSWORD`, `clientSecret`, `api-key` and
    `tokenProd` do; `token_count`, `password_file` and `publicKey` don't.
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


def assignments(text: str, spend: Callable[[], None]) -> Iterator[Finding]:
    """Values behind telling names, unless they are placeholders, code or prose.

    `spend` is called once for each value that is judged: the caller bounds the work.
    """
    done = 0
    lower = lowered(text)
    for at in places_of_any(lower, _ANCHORS):
        if at < done:
            continue
        match = _NAMED.match(text, at)
        if match is None:
            continue
        before = _start_of_name(text, at)
        name = text[before : match.end("rest")]
        strength = strength_of(name)
        if strength is None:
            done = match.end("rest")
            continue
        spend()
        group = next(g for g in ("dq", "sq", "bq", "bare") if match[g] is not None)
        start = match.start(group)
        end = match.end(group)
        shape = _shape_of(text, before, match, group)
        value = match[group]
        if group == "bare":
            whole = shape == "set" or (shape == "bare" and text[end : end + 1] in ("", "\n", "\r"))
            value = _bare(value, whole)
            end = start + len(value) if len(value) < _JUDGED else end
        if value and is_secret(value, strength, shape, name):
            rest = _REST[group].match(text, end) if end - start >= _JUDGED else None
            done = rest.end() if rest else end
            yield Finding(start, done, "password" if strength == "password" else "secret")
        else:
            done = start


def _start_of_name(text: str, at: int) -> int:
    first = max(0, at - 48)
    lead = _BEFORE.match(text[first:at][::-1])
    return at - (lead.end() if lead else 0)


def _shape_of(text: str, before: int, match: re.Match[str], group: str) -> Shape:
    """How the value is given: set in a settings file or shell, quoted, bare, in code, in prose."""
    sep = match["sep"]
    line = text[max(0, before - 40) : before]
    line = line[line.rfind("\n") + 1 :].strip()
    if sep.isspace() or sep.split()[0] in ("is", "was", "as", "to", "of", "set"):
        if text[before] == "-":
            return "set"
        return "told"
    if group != "bare":
        return "quoted"
    if sep.endswith(">"):
        return "set" if line.endswith(("<", ":")) or "</" in sep else "code"
    if sep == "=" and (line in _SETS or line.endswith(_SETS_AT)):
        return "set"
    if not line.strip("-*+>|# \t/") and sep.strip() in (":", "="):
        return "bare" if sep.strip() == ":" else "code"
    after = text[match.end() : match.end() + 1]
    return "code" if sep.strip() != ":" or after in "\"'" else "bare"


def _bare(value: str, whole: bool) -> str:
    """A value without quotes, up to where its surroundings begin again."""
    if not whole or value[0] in "$({<[":
        cut = _CUT.search(value, 1)
        value = value[: cut.start()] if cut else value
    elif "&" in value or ";" in value:
        cut = re.search(r"[&;](?=[\w. ]{1,40}=|\Z)", value)
        value = value[: cut.start()] if cut else value
    return value.rstrip(".,;:")


def is_secret(value: str, strength: Strength, shape: Shape, name: str) -> bool:
    """Judge one value by what its name promises and by how it is given."""
    if strength == "weak":
        return len(value) >= 20 and is_random(value) and not is_placeholder(value)
    if is_placeholder(value) or value.lower() == name.lower():
        return False
    if strength == "password":
        if name.lower().strip(".-") == "pass" and shape != "set":  # mostly the verb
            return shape != "told" and is_strong_word(value)
        return _is_password(value, shape)
    if " " in value.strip() or len(value) < 8:
        return False
    if is_random(value) or (len(value) >= 16 and _is_digest(value)):
        return True
    if shape == "set" and (name.isupper() or not is_wordy(value)):
        return True
    mixed = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    if shape == "quoted":
        return has_special(value) or (mixed and not is_wordy(value))
    return mixed and len(value) >= 12 and not is_wordy(value) and shape != "code"


def _is_digest(value: str) -> bool:
    return is_identifier(value) and not is_wordy(value) and any(c.isdigit() for c in value)


def _is_password(value: str, shape: Shape) -> bool:
    words = value.split()
    if len(words) > 1:
        return shape == "quoted" and len(value) <= 128 and not _LABEL.search(value) and (
            len(words) >= 3 or has_special(value)) and value[-1] not in ".:?"  # fmt: skip
    if shape == "set":
        return len(value) >= (6 if value.isalpha() else 4) and not value.startswith("--")
    if shape == "quoted":
        return len(value) >= 5 and not (len(value) < 6 and value.isalpha())
    if shape == "told":
        return " " not in value and is_strong_word(value)
    special = has_special(value)
    if shape == "code":
        return special and any(c.isalnum() for c in value) and len(value) >= 6
    mixed = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    return len(value) >= 6 and (special or mixed or (len(value) >= 8 and not is_wordy(value)))
