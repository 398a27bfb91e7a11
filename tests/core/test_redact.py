"""Redaction: what must never be left to read, and what must be left alone."""

from __future__ import annotations

import hashlib
import json
import random
import uuid
from base64 import b64encode
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.core.planted import ENCODINGS, HOSTILE, KNOWN, PASSWORDS, WORD, drawn, readable

from kn.core.redact import KINDS, Redactor, own_values


@pytest.fixture
def chance() -> random.Random:
    return random.Random(20261124)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("kind", KNOWN)
def test_a_known_form_is_not_left_in_any_encoding(
    kind: str, encoding: str, chance: random.Random
) -> None:
    secret = KNOWN[kind](chance)

    redacted = Redactor().redact(ENCODINGS[encoding](secret))

    assert not readable(secret, redacted.text)
    assert redacted.count >= 1


@pytest.mark.parametrize("kind", KNOWN)
def test_a_known_form_needs_nothing_around_it(kind: str, chance: random.Random) -> None:
    secret = KNOWN[kind](chance)

    for text in (secret, f"I saw {secret} in it.", f"x=[{secret}],", f"a\n{secret}\nb"):
        assert not readable(secret, Redactor().redact(text).text)


def test_nine_of_ten_free_form_passwords_go_in_every_encoding(chance: random.Random) -> None:
    for encode in ENCODINGS.values():
        secrets = [make(chance) for make in PASSWORDS.values() for _ in range(10)]
        left = [s for s in secrets if readable(s, Redactor().redact(encode(s)).text)]
        assert len(left) * 10 <= len(secrets), left


@pytest.mark.parametrize(
    "shape",
    [
        'conn = connect(user="app", password="{}")',
        "spring.datasource.password={}",
        "ds.setPassword('{}');",
        "define('DB_PASSWORD', '{}');",
        "db:\n  password: {}\n",
        "- name: DB_PASSWORD\n  value: {}\n",
        "  - MYSQL_ROOT_PASSWORD={}\n",
        "machine example.org\n  login bob\n  password {}\n",
        "db.example.org:5432:app:bob:{}",
        "postgres://app:{}@db.example.org/app",
        "<username>bob</username><password>{}</password>",
        '<add key="Password" value="{}" />',
        "<key>password</key>\n<string>{}</string>",
        "[client]\nuser = bob\npassword = {}\n",
        "vault login --password={}",
        "curl -u bob:{} https://example.org",
        "CREATE USER app IDENTIFIED BY '{}';",
        "sshpass -p {} ssh host",
        "The staging password is {}, please rotate it.",
    ],
)
def test_a_password_is_found_by_what_stands_around_it(shape: str) -> None:
    secret = "Tr0ub" + "4dor%31x"

    redacted = Redactor().redact(shape.format(secret))

    assert "4dor%31x" not in redacted.text
    assert set(redacted.kinds) <= {"password", "url-password"}


def _sha() -> str:
    return hashlib.sha1(b"a commit").hexdigest()


ORDINARY = [
    f"commit {_sha()}\nReverts {_sha()[:12]}, see {uuid.UUID(int=2**127 + 12345)}.",
    f'"integrity": "sha512-{b64encode(hashlib.sha512(b"x").digest()).decode()}"',
    f"example.org/errors v0.9.1 h1:{b64encode(hashlib.sha256(b'y').digest()).decode()}",
    f"FROM python@sha256:{hashlib.sha256(b'z').hexdigest()}",
    'password = os.environ["DB_PASSWORD"]',
    "PASSWORD=$(pass show db) TOKEN=${TOKEN} key={{ .Values.key }}",
    "def login(user: str, password: str, token: str | None = None) -> bool:",
    "login(user=user, password=password, token=self._token)",
    '"password": "<your password>", "token": "changeme"',
    "The password must have at least 8 characters.",
    '"password.required": "Please enter your password"',
    "tokens: 43, max_tokens=2048, tokenizer = 'cl100k_base'",
    "primary_key = user_id, sort_key: created_at2, cache-key: linux-node20",
    "postgres://user:password@localhost:5432/db",
    "testShouldReturn404WhenUserNotFoundInDatabase2",
    "src/main/java/com/example/AbstractSingletonProxyFactoryBean2Impl.java",
    "Authorization: Bearer <token>",
    "docker run -p 8080:8080 -u 1000:1000 app",
    "pass: 12, fail: 0, and Single-pass `--allowedTools` now pass `parent`.",
    "Lines like -----BEGIN " + "PRIVATE KEY----- start a key.",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert Redactor().find(text) == []


@given(st.integers(0, 2**160 - 1), st.integers(0, 2**128 - 1))
def test_no_commit_and_no_uuid_is_ever_redacted(sha: int, number: int) -> None:
    text = f"merge {sha:040x} and {sha:040x}"[:-30] + f" session {uuid.UUID(int=number)}"

    assert Redactor().find(text) == []


@pytest.mark.parametrize(
    "wrap",
    [
        "{}".format,
        lambda v: json.dumps(json.dumps({"a": v})),
        lambda v: quote(v, safe=""),
        lambda v: quote(quote(v, safe=""), safe=""),
        lambda v: b64encode(f"x{v}yz".encode()).decode(),
        lambda v: f"/cache/{b64encode(f'ab{v}'.encode()).decode()}/",
        lambda v: v.encode().hex(),
        lambda v: f"{v[:4]}\x1b[31m{v[4:]}\x1b[0m",
        lambda v: json.dumps(f"{v[:4]}\x1b[31m{v[4:]}\x1b[0m"),
    ],
)
@pytest.mark.parametrize("value", ["orchard lamp seven", 'it"s\\mine/ü', "swordfish"])
def test_an_exact_value_is_found_in_every_encoding(wrap, value: str) -> None:  # type: ignore[no-untyped-def]
    redacted = Redactor(exact=[value]).redact(f"before {wrap(value)} after")

    assert redacted.kinds == ("own-value",)
    assert redacted.text.startswith("before ")
    assert redacted.text.endswith(" after")
    assert not readable(value, redacted.text)


def test_what_stands_around_a_secret_stays(chance: random.Random) -> None:
    token = KNOWN["github classic"](chance)

    redacted = Redactor(salt=b"clone").redact(f"Use {token} for CI, because the old one expired.")

    start, marker, rest = redacted.text.partition("[redacted:github-token:")
    assert start == "Use "
    assert rest[4:] == "] for CI, because the old one expired."
    assert (marker, redacted.count, redacted.kinds) == (marker, 1, ("github-token",))


def test_the_same_secret_has_the_same_marker_in_one_clone_and_another_in_the_next(
    chance: random.Random,
) -> None:
    token = KNOWN["npm"](chance)
    one, other = Redactor(salt=b"one"), Redactor(salt=b"other")

    assert one.redact(token) == one.redact(token)
    assert one.redact(token) != other.redact(token)


def test_a_finding_says_where_the_secret_stands(chance: random.Random) -> None:
    token = KNOWN["gitlab"](chance)
    text = json.dumps({"log": f"é\n\t{token}\n"})

    (found,) = Redactor().find(text)

    assert text[found.start : found.end] == token
    assert found.kind in KINDS


def test_a_marker_cannot_hide_a_secret_that_someone_puts_into_one(chance: random.Random) -> None:
    secret = drawn("abcdefghkmnpqrstuvwxyz23456789", 30)(chance)

    text = Redactor(exact=[secret]).redact(f"[redacted:{secret}:abcd]").text

    assert secret not in text


FRAGMENTS = st.sampled_from(
    [*ORDINARY, "password=", "token: ", '"', "'", "\\", "\n", " ", "=", "://a:", "@b", "Bearer ",
     "[redacted:password:abcd]", "[redacted:", "\x1b[0m", "%41", "&quot;", "k" * 40]
)  # fmt: skip
TEXTS = st.lists(
    st.one_of(FRAGMENTS, st.text(max_size=20), st.builds(random.Random).map(drawn(WORD, 36))),
    max_size=12,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example('password="a[redacted:password:abcd]b c1!"')
def test_redacting_what_is_redacted_changes_nothing(text: str) -> None:
    redactor = Redactor(exact=["password", "redacted"])

    once = redactor.redact(text)

    assert redactor.redact(once.text).text == once.text
    assert redactor.find(once.text) == []


@settings(deadline=None)
@given(TEXTS)
def test_findings_are_in_order_and_within_the_text(text: str) -> None:
    found = Redactor().find(text)

    edges = [edge for one in found for edge in (one.start, one.end)]
    assert edges == sorted(edges)
    assert all(one.start < one.end <= len(text) for one in found)


def test_a_secret_on_the_edge_of_a_piece_is_found(chance: random.Random) -> None:
    pem = KNOWN["private key"](chance)
    for offset in range(262_144 - len(pem) - 1, 262_144, 400):
        text = "word " * (offset // 5) + "\n" + pem + "\n" + "word " * 100
        assert not readable(pem, Redactor().redact(text).text)


@pytest.mark.parametrize("shape", HOSTILE)
def test_work_is_bounded_by_size_whatever_the_text(shape: str) -> None:
    text = HOSTILE[shape](60_000)

    redacted = Redactor(exact=["a" * 9]).redact(text)

    assert Redactor().find(redacted.text) == []


def test_what_cannot_be_judged_within_the_bounds_is_dropped_not_passed() -> None:
    text = "key: secret, " * 20_000

    redacted = Redactor().redact(text)

    assert redacted.kinds == ("unjudged",)
    assert "key: secret" not in redacted.text


def test_a_rule_that_fails_drops_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str) -> None:
        raise RecursionError

    monkeypatch.setattr("kn.core.redact.redactor.known_forms", fail)

    assert Redactor().redact("anything").text.startswith("[redacted:unjudged:")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", "sunshine-and-rain"),
        ("MY_SERVICE_TOKEN", "abcdefgh12"),
        ("SECRET_OF_ACME", "orchard lamp seven"),
        ("ACME", "q7Zk2MvX9pLw4RtY"),
        ("DSN", "Zq9!rT2#kd"),
    ],
)
def test_a_secret_setting_is_told_by_its_name_or_its_look(name: str, value: str) -> None:
    assert own_values([(name, value)]) == {value}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("SSH_AUTH_SOCK", "/tmp/ssh-XXXX/agent.123"),
        ("LANG", "en_US.UTF-8"),
        ("TERM", "xterm-256color"),
        ("USER", "jane.doe"),
        ("PYTHON_VERSION", "3.11.7-slim"),
        ("HOMEPAGE", "https://example.org/about/us"),
        ("DB_PASSWORD", "short1"),
        ("POSTGRES_PASSWORD", "postgres"),
        ("TOKEN_LIMIT", "100000000"),
        ("EDITOR", "code --wait"),
        ("GIT_AUTHOR_EMAIL", "jane.doe42@example.org"),
    ],
)
def test_an_ordinary_setting_is_nobodys_secret(name: str, value: str) -> None:
    assert own_values([(name, value)]) == set()


def test_a_secret_in_one_line_of_base64_as_long_as_a_wrapped_one_is_found() -> None:
    """A run of 60 to 76 characters and a newline was taken for the first line of a longer run."""
    token = "gl" + "pat-" + "xX6a5YfCG7dueuhJUoK8"
    line = b64encode(f"user=bob\npassword={token}\n".encode()).decode()

    redacted = Redactor().redact(f"data: {line}\n\nand more")

    assert 60 <= len(line) <= 76
    assert line not in redacted.text
