"""Secrets known by what carries them: addresses, headers, command lines, password files."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Callable, Iterator
from functools import cache
from typing import Literal

from kn.core.redact.finding import Finding
from kn.core.redact.judge import is_placeholder, is_random, is_strong_word, is_wordy
from kn.core.redact.places import lowered, places_of_any

Judge = Literal["sure", "header", "digit", "mixed", "drawn", "strong", "given", "login"]

_SCHEMES = "basic|bearer|token|apikey|api-key|key|digest|negotiate|ntlm|splunk|geniekey|ssws"
_RULES: tuple[tuple[str, Judge, str, str], ...] = (
    # kind, how the value is judged, literals in lower case where the pattern starts, pattern
    ("url-password", "sure", "://",
     r"://[^\s:/?#@\"'<>\\`]{0,100}+:(?P<value>[^\s\"'<>/`\\]{1,200})@(?=[\w\[.{$-])"),
    ("url-password", "drawn", "://",
     r"://(?P<value>[A-Za-z0-9_.~%-]{16,200}+)(?::x-oauth-basic)?@(?=\w)"),
    ("url-password", "sure", "://", r"://(?P<value>[0-9a-f]{32}(?::[0-9a-f]{32})?)@(?=\w)"),
    ("authorization", "header", "authorization auth",
     rf"auth(?:orization)?[\"']?[ \t]{{0,4}}[:=,][ \t]{{0,4}}[\"'`]?(?:{_SCHEMES})[ \t]{{1,4}}"
     r"(?P<value>[^\s\"'`<>,;\\]{4,4096}+)"),
    ("authorization", "mixed", "authorization",
     r"authorization[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"'`]?(?P<value>[A-Za-z0-9+/=._~:-]{12,4096}+)"),
    ("authorization", "mixed", "bearer",
     r"bearer[ \t]{1,4}(?P<value>[A-Za-z0-9._~+/=-]{16,4096}+)"),
    ("authorization", "login", "basic",
     r"basic[ \t](?P<value>[A-Za-z0-9+/]{8,1024}+={0,2})"),
    ("authorization", "login", "auth",
     r"(?<![a-z])auth[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"']?(?P<value>[A-Za-z0-9+/]{8,1024}+={0,2})"),
    ("authorization", "digit", "x-",
     r"(?<!\w)x-[a-z-]{0,30}?(?:key|token|auth|secret|password|session)[\"']?[ \t]{0,4}:[ \t]{0,4}"
     r"[\"']?(?P<value>[^\s\"'`<>,;\\]{6,1024}+)"),
    ("password", "sure", "-u --user --proxy-user",
     r"(?<![\w-])--?(?:u|user|proxy-user)[ =]{0,2}[\"']?[^\s:\"'$]{1,64}+:"
     r"(?![0-9]+(?:\s|\Z))(?P<value>[^\s\"']{4,200}+)"),
    ("password", "sure", "identified password",
     r"(?:identified(?:[ ]with[ ]\w{1,40})?[ ]by|password)[ ]{1,4}(?:password[ ])?"
     r"'(?P<value>[^'\n]{4,200}+)'"),
    ("password", "strong", "pass",
     r"pass(?:word|phrase|wd|code)\b[ ](?:[\w/@.-]{1,30}+[ ]){0,4}?(?:is|was|to|=|[\w-]{0,30}:)[ ]"
     r"(?P<value>[^\s\"'`]{6,100}+)"),
    ("password", "strong", "user login credentials",
     r"(?:(?:user(?:name)?|login)[ ]?/[ ]?pass(?:word)?|credentials):?[ \"'`(]{1,3}[\w.@-]{2,40}+"
     r"[ ]?[/:][ ]?(?P<value>[^\s\"'`]{6,100}+)"),
    ("password", "sure", "converttosecurestring convertto-securestring",
     r"convertto-securestring[ ](?:-string[ ])?[\"'](?P<value>[^\"'\n]{4,200}+)"),
    ("password", "sure", "pass",
     r"pass(?:word|phrase|wd|code)\b[ ](?:[\w/@.-]{1,30}+[ ]){0,4}?(?:is|was|=|:|to):?[ ]"
     r"[\"'`](?P<value>[^\s\"'`]{5,100}+)[\"'`]"),
    ("password", "sure", ":5432: :5433: :6432: :3306: :*:",
     r":[\d*]{1,5}:[\w.*-]{1,64}+:[\w.*-]{1,64}+:(?P<value>\S{4,200}+)"),
)  # fmt: skip
_COOKIE = re.compile(r"cookie[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"']?([^\n\"'\\]{8,4096}+)", re.I)
_COOKIE_VALUE = re.compile(r"=([A-Za-z0-9%._~+/:-]{16,}+)")
_SHORT_OPTION = re.compile(r" -(?:p|pw|a|w|passin|passout|storepass|keypass)(?: ?pass:| ?)[\"']?"
                           r"(?P<value>[^\s\"'-][^\s\"']{3,200}+)", re.IGNORECASE)  # fmt: skip
_TOOL = re.compile(
    r"\b(?:sshpass|mysql\w{0,8}|mariadb\w{0,8}|mongo\w{0,8}|redis-cli|docker|podman|helm|htpasswd|"
    r"smbclient|7z|zip|unzip|svn|ldap\w{2,8}|keytool|openssl|sqlcmd|gpg|oc)\b"
)
_NETRC = re.compile(r"password\s{1,8}(?P<value>\S{3,200}+)", re.IGNORECASE)
_LOGIN = re.compile(r"\b(?:login|user|machine)\s{1,8}\S{1,100}\s{1,8}\Z", re.IGNORECASE)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def carried_secrets(text: str, spend: Callable[[], None]) -> Iterator[Finding]:
    """Passwords in addresses, credentials in headers, on command lines and in password files.

    `spend` is called once for each value that is judged: the caller bounds the work.
    """
    lower = lowered(text)
    for kind, judge, start, end in _candidates(text, lower):
        spend()
        value = text[start:end]
        if not is_placeholder(value) and _passes(judge, value):
            yield Finding(start, end, kind)


def _passes(judge: Judge, value: str) -> bool:
    if judge == "sure":
        return True
    if judge in ("strong", "given"):
        unlike_words = judge == "given" and len(value) >= 8 and not is_wordy(value)
        return is_strong_word(value) or unlike_words
    digit = any(c.isdigit() for c in value)
    if judge == "digit":
        return digit
    if judge == "login":
        return _is_login(value)
    if judge == "header":
        return digit or len(value) >= 16 or not is_wordy(value)
    return is_random(value) or (
        judge == "mixed" and len(value) >= 12 and digit and any(c.isalpha() for c in value)
    )


def _is_login(value: str) -> bool:
    """Whether base64 says `user:password`."""
    run = value.rstrip("=")
    try:
        return b":" in b64decode(run + "=" * (-len(run) % 4)).decode("utf-8").encode()[1:]
    except (Error, UnicodeDecodeError):
        return False


def _candidates(text: str, lower: str) -> Iterator[tuple[str, Judge, int, int]]:
    for kind, judge, literals, pattern in _RULES:
        done = 0
        for at in places_of_any(lower, literals.split()):
            match = _compiled(pattern).match(text, at) if at >= done else None
            if match is not None:
                start, end = match.span("value")
                done = end
                value = match["value"].rstrip(".,;:!?)") if judge == "strong" else match["value"]
                yield kind, judge, start, start + len(value)
    yield from _cookies(text, lower)
    yield from _options(text, lower)
    yield from _logins(text, lower)


def _cookies(text: str, lower: str) -> Iterator[tuple[str, Judge, int, int]]:
    for at in places_of_any(lower, ("cookie",)):
        match = _COOKIE.match(text, at)
        for pair in _COOKIE_VALUE.finditer(match[1]) if match else ():
            first = match.start(1) if match else 0
            yield "authorization", "mixed", first + pair.start(1), first + pair.end(1)


def _options(text: str, lower: str) -> Iterator[tuple[str, Judge, int, int]]:
    """`mysql -pX`, `sshpass -p X`: the short options of tools that take a password so."""
    for at in places_of_any(lower, (" -p", " -a", " -w", " -storepass", " -keypass")):
        match = _SHORT_OPTION.match(text, at)
        if match and _TOOL.search(text[max(0, at - 160) : at].rpartition("\n")[2]):
            yield "password", "given", *match.span("value")


def _logins(text: str, lower: str) -> Iterator[tuple[str, Judge, int, int]]:
    """`machine M login L password P`, as in .netrc, on one line or on three."""
    for at in places_of_any(lower, ("password",)):
        match = _NETRC.match(text, at)
        if match and _LOGIN.search(text, max(0, at - 130), at):
            yield "password", "sure", *match.span("value")
