"""Secrets made at run time, and the ways they get into a log; no token stands here whole."""

from __future__ import annotations

import json
import random
import re
import string
from base64 import b64decode, b64encode
from collections.abc import Callable
from urllib.parse import quote

UPPER, LOWER, DIGIT = string.ascii_uppercase, string.ascii_lowercase, string.digits
WORD = UPPER + LOWER + DIGIT
HEX = DIGIT + "abcdef"
URLSAFE = WORD + "_-"

Chance = random.Random
Make = Callable[[Chance], str]


def drawn(alphabet: str, size: int) -> Make:
    return lambda chance: "".join(chance.choices(alphabet, k=size))


def joined(*parts: str | Make) -> Make:
    return lambda chance: "".join(p if isinstance(p, str) else p(chance) for p in parts)


def _pem(chance: Chance) -> str:
    kind = chance.choice(["RSA ", "EC ", "OPENSSH ", "", "ENCRYPTED "]) + "PRIVATE" + " KEY"
    lines = "\n".join(drawn(WORD + "+/", 64)(chance) for _ in range(chance.randint(3, 25)))
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----"


KNOWN: dict[str, Make] = {
    "aws access key": joined("AK", "IA", drawn(UPPER + "234567", 16)),
    "github classic": joined("gh", "p_", drawn(WORD, 36)),
    "github fine-grained": joined("github", "_pat_", drawn(WORD, 22), "_", drawn(WORD, 59)),
    "github app": joined("gh", "s_", drawn(WORD, 36)),
    "gitlab": joined("gl", "pat-", drawn(URLSAFE, 20)),
    "slack": joined("xo", "xb-", drawn(DIGIT, 12), "-", drawn(DIGIT, 12), "-", drawn(WORD, 24)),
    "slack webhook": joined("https://hooks.slack", ".com/services/T", drawn(UPPER + DIGIT, 8), "/B",
                            drawn(UPPER + DIGIT, 8), "/", drawn(WORD, 24)),
    "stripe": joined("sk", "_live_", drawn(WORD, 24)),
    "google api": joined("AI", "za", drawn(URLSAFE, 35)),
    "google oauth": joined("GOC", "SPX-", drawn(URLSAFE, 28)),
    "openai": joined("sk", "-proj-", drawn(URLSAFE, 40), "7", drawn(WORD, 40)),
    "openai old": joined("sk", "-", drawn(WORD, 18), "3", "T3Blbk", "FJ", drawn(WORD, 20)),
    "anthropic": joined("sk", "-ant-api03-", drawn(URLSAFE, 93), "AA"),
    "npm": joined("np", "m_", drawn(WORD, 36)),
    "pypi": joined("py", "pi-AgEIcHlwaS5vcmc", drawn(URLSAFE, 120)),
    "sendgrid": joined("S", "G.", drawn(URLSAFE, 22), ".", drawn(URLSAFE, 43)),
    "twilio": joined("S", "K", drawn(HEX, 32)),
    "digitalocean": joined("do", "p_v1_", drawn(HEX, 64)),
    "hugging face": joined("h", "f_", drawn(WORD, 34)),
    "azure storage": joined("AccountKey=", drawn(WORD + "+/", 86), "=="),
    "azure client": joined(drawn(WORD, 3), "8", "Q~", drawn(WORD + "_.-", 34)),
    "jwt": joined("ey", "J", drawn(URLSAFE, 33), ".ey", "J", drawn(URLSAFE, 80), ".",
                  drawn(URLSAFE, 43)),
    "telegram": joined(drawn("123456789", 10), ":A", "A", drawn(URLSAFE, 33)),
    "discord bot": joined("M", "T", drawn(WORD, 24), ".", drawn(URLSAFE, 6), ".",
                          drawn(URLSAFE, 38)),
    "discord webhook": joined("https://discord", ".com/api/webhooks/", drawn("123456789", 18), "/",
                              drawn(URLSAFE, 68)),
    "mailgun": joined("ke", "y-", drawn(HEX, 32)),
    "shopify": joined("shp", "at_", drawn(HEX, 32)),
    "square": joined("sq", "0csp-", drawn(URLSAFE, 43)),
    "databricks": joined("da", "pi", drawn(HEX, 32)),
    "vault": joined("hv", "s.", drawn(WORD, 90)),
    "grafana": joined("gl", "sa_", drawn(WORD, 32), "_", drawn(HEX, 8)),
    "atlassian": joined("ATA", "TT3", drawn(URLSAFE, 186)),
    "linear": joined("lin", "_api_", drawn(WORD, 40)),
    "new relic": joined("NR", "AK-", drawn(UPPER + DIGIT, 27)),
    "doppler": joined("dp", ".pt.", drawn(WORD, 43)),
    "age": joined("AGE-SECRET", "-KEY-1", drawn("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)),
    "private key": _pem,
}  # fmt: skip
"""Known forms; each must be found wherever it stands."""

_WORDS = "correct horse battery staple purple monkey dragon winter coffee guitar castle".split()


def _passphrase(chance: Chance) -> str:
    return "-".join(chance.choices(_WORDS, k=4)) + str(chance.randint(1, 99))


def _human(chance: Chance) -> str:
    word = chance.choice(_WORDS).capitalize()
    return word + chance.choice("!@#$%&*?") + str(chance.randint(10, 2030))


PASSWORDS: dict[str, Make] = {
    "word and number": lambda c: c.choice(_WORDS) + str(c.randint(2, 9999)),
    "human": _human,
    "drawn": drawn(WORD, 12),
    "drawn with signs": joined(drawn(WORD, 3), drawn("!@#$%^&*+=?~", 2), drawn(WORD, 7)),
    "passphrase": _passphrase,
    "letters": joined(drawn(LOWER, 11)),
}
"""Free-form passwords; their surroundings alone betray them."""


def _split_by_colour(value: str) -> str:
    middle = len(value) // 2
    return f"{value[:middle]}\x1b[0m\x1b[1;31m{value[middle:]}\x1b[0m"


def _in_json(value: str) -> str:
    inner = json.dumps({"stdout": f'{{"password": {json.dumps(value)}}}', "ok": True})
    return json.dumps({"type": "tool_result", "content": inner})


ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda v: f"The deploy failed.\npassword: {v}\nTry again.",
    "json": _in_json,
    "escaped lines": lambda v: f'{{"env": "A=1\\nDB_PASSWORD={json.dumps(v)[1:-1]}\\nB=2"}}',
    "url": lambda v: f"GET https://example.org/login?user=bob&password={quote(v, safe='')}&x=1",
    "base64": lambda v: "data: " + b64encode(f"user=bob\npassword={v}\n".encode()).decode(),
    "export": lambda v: f"$ export DB_PASSWORD='{v}'",
    "header": lambda v: f"curl -H 'Authorization: Bearer {v}' https://api.example.org",
    "colours": lambda v: f"password: {_split_by_colour(v)}",
}  # fmt: skip
"""Ways for a secret to stand in a log, as `P16` of the promises lists them."""


def traces(value: str) -> list[str]:
    """What of a secret must not be readable after redaction: its middle, in every encoding."""
    third = len(value) // 3
    middle = value[third : max(2 * third, third + 6)]
    flat = middle.replace("\n", "")
    return [t for t in {middle, json.dumps(middle)[1:-1], quote(middle, safe=""), flat} if t]


_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")


def readable(value: str, text: str) -> bool:
    """Whether a reader who undoes the encodings finds a third of the secret in the text."""
    shown = [text, _COLOUR.sub("", text)]
    shown += [b64decode(run + "==").decode("latin-1") for run in _BASE64.findall(text)
              if len(run.rstrip("=")) % 4 != 1]  # fmt: skip
    return any(trace in one for trace in traces(value) for one in shown)


def _repeat(part: str) -> Callable[[int], str]:
    return lambda size: (part * (size // len(part) + 1))[:size]


def _prefixes(size: int) -> str:
    prefixes = (
        "AKIA ghp_ gho_ github_pat_ glpat- xoxb- sk_live_ AIza sk-ant- sk- npm_ pypi- SG. eyJ hf_ "
    )
    return _repeat(prefixes.replace(" ", "") + prefixes)(size)


HOSTILE: dict[str, Callable[[int], str]] = {
    "one letter": _repeat("a"),
    "one capital and digits": _repeat("A1b"),
    "equals signs": _repeat("key="),
    "brackets": lambda size: "[" * (size // 2) + "]" * (size // 2),
    "prefixes": _prefixes,
    "backslashes": _repeat("\\"),
    "begin without end": _repeat("-----BEGIN " + "PRIVATE KEY-----\n"),
    "addresses": _repeat("https://a:b"),
    "names without values": _repeat('password="token: secret key '),
    "dots and dashes": _repeat("eyJhbGciOi.eyJhbGciOi-"),
    "quotes": _repeat("\"'`"),
    "blanks": _repeat(" \t"),
    "base64 words": _repeat("QUtJQSBub3QgYSBzZWNyZXQ "),
    "percent": _repeat("%41%3D%22"),
    "colours": _repeat("\x1b[31mpass\x1b[0m"),
    "header words": _repeat("authorization: bearer cookie: x-api-key: -u a: "),
}
"""Shapes that make careless patterns slow; each a function of the size in characters."""
