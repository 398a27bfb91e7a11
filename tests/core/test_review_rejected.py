"""Rejected options that come back: found where code takes them up, and nowhere else."""

from __future__ import annotations

import pytest

from kn.adapters.words import load_stemmer
from kn.core.model import Item, Rejected, Scope
from kn.core.review.code import CodeChange
from kn.core.review.returning import (
    Return,
    find_in_messages,
    find_returning,
    is_news,
    read_options,
    telling_words,
)
from kn.core.review.sheet import Sheet, make_sheet
from kn.flows.views.shelve import compile_glob

STEM = load_stemmer()
STATEMENT = "Use a leaky bucket for rate limiting."


def sheet(*options: str, statement: str = STATEMENT, paths: tuple[str, ...] = ()) -> Sheet:
    rejected = tuple(Rejected(o, "no") for o in options)
    item = Item("dec-00000001", "decision", statement, "accepted", "2026-01-01",
                rejected=rejected, scope=Scope(paths))  # fmt: skip
    return make_sheet(item, compile_glob)


def search(
    option: str, *lines: str, path: str = "src/a.py", removed: tuple[str, ...] = (),
    scope: tuple[str, ...] = (),
) -> list[Return]:  # fmt: skip
    added = tuple(enumerate(lines, 7))
    change = CodeChange(path, "changed", added, tuple((1, r) for r in removed))
    return find_returning(read_options([sheet(option, paths=scope)], STEM), [change], STEM)


@pytest.mark.parametrize(("option", "line"), [
    ("token bucket", "limiter = TokenBucket(rate)"),
    ("token bucket", "from limits import token_bucket"),
    ("Use a token bucket (allows bursts)", "    bucket = make_bucket(kind='token')"),
    ("token buckets", "const limiter = new tokenBucket();"),
    ("Redis", "import redis"),
    ("Use `RabbitMQ`", "import rabbitmq"),
    ("RabbitMQ as the queue", "conn = rabbitmq.connect()"),
    ("SQLite FTS5", "CREATE VIRTUAL TABLE t USING fts5 -- sqlite"),
    ("GraphQL subscriptions", "type Subscription { graphql: Int }"),
    ("Option B: a cron job", "cron.schedule('* * * * *', job)"),
    ("polling every 5 seconds", "setInterval(poll_every, 5 * seconds)"),
])  # fmt: skip
def test_an_option_is_found_in_the_ways_that_code_writes_it(option: str, line: str) -> None:
    found = search(option, "x = 1", line)
    assert [(r.line, r.text) for r in found] == [(8, line.strip())]


@pytest.mark.parametrize(("option", "line"), [
    ("token bucket", "# not a token bucket: it allows bursts"),
    ("token bucket", "limiter = LeakyBucket(rate)  # instead of a token bucket"),
    ("token bucket", "raise ValueError('we never use a token bucket')"),
    ("token bucket", "token = auth.read(); rows = list_all(page, size, order, s3, extra, bucket)"),
    ("token bucket", "access_token = 1"),
    ("do nothing", "do_nothing()"),
    ("A mutable prompt field on `Session`", "session = Session()"),
    ("A task-backed `JobRegistry` variant", "jobs = JobRegistry()"),
    ("Keep the current approach", "current = approach()"),
    ("status quo", "status = 1"),
    ("a new library", "library = new()"),
    ("leaky bucket without limits", "limiter = LeakyBucket()"),
    ("N events, one per question, still one call", "events = []"),
    ("Redis", "# redis was slow here"),
    ("A scheduler that polls banks and caches rates and mails us whatever differs", "poll(bank)"),
])  # fmt: skip
def test_what_only_sounds_like_it_is_left_alone(option: str, line: str) -> None:
    assert search(option, line) == []


def test_two_lines_may_hold_one_option_and_more_may_not() -> None:
    assert search("token bucket", "limiter = make(", "    token, bucket)")
    assert search("write ahead log", "a = write(", "    ahead, log)")
    assert search("token bucket", "token = 1", "x = 2", "bucket = 3") == []


@pytest.mark.parametrize("path", ["README.md", "docs/a.rst", "package-lock.json",
                                  "vendor/x/token.go", "web/app.min.js"])  # fmt: skip
def test_prose_and_what_tools_make_say_nothing(path: str) -> None:
    assert search("token bucket", "TokenBucket()", path=path) == []


def test_a_line_that_only_moved_is_no_news() -> None:
    assert search("token bucket", "    x = TokenBucket()", removed=("x = TokenBucket()",)) == []


def test_the_scope_counts_but_for_what_a_project_is_built_from() -> None:
    scope = ("src/gateway/**",)
    assert search("Redis", "import redis", path="src/web/a.py", scope=scope) == []
    assert search("Redis", "import redis", path="src/gateway/a.py", scope=scope)
    assert search("Redis", '"redis": "^4.0.0",', path="package.json", scope=scope)


def test_what_the_code_has_already_is_not_brought_back() -> None:
    (found,) = search("token bucket", "limiter = TokenBucket(rate)", scope=("src/**",))
    asked = []

    def before(word: str) -> list[tuple[str, str]]:
        asked.append(word)
        return lines

    lines = [("docs/a.md", "TokenBucket"), ("lib/b.py", "TokenBucket()"),
             ("src/c.py", "# TokenBucket() is not used")]  # fmt: skip
    assert is_news(found, before, STEM)
    lines.append(("src/d.py", "limiter = TokenBucket(9)"))
    assert not is_news(found, before, STEM)
    assert asked == ["bucket", "bucket"] or asked == ["token", "token"]


@pytest.mark.parametrize(("sentence", "hit"), [
    ("Use a token bucket at the gateway", True),
    ("Switch the limiter back to token buckets", True),
    ("Replace the leaky bucket with a token bucket", True),
    ("feat: implement token bucket limiter", True),
    ("Use a leaky bucket instead of a token bucket", False),
    ("Remove the token bucket", False),
    ("Do not use a token bucket", False),
    ("Explain the token bucket", False),
    ("Use the new auth token, and clean up the storage account and then the bucket", False),
])  # fmt: skip
def test_a_commit_takes_an_option_up_when_it_says_so(sentence: str, hit: bool) -> None:
    options = read_options([sheet("token bucket")], STEM)
    assert bool(find_in_messages(options, [("abc", sentence)], STEM)) == hit


def test_an_option_is_known_by_what_tells_it() -> None:
    (word,) = telling_words("Use a token-bucket, because of bursts", STEM)
    assert set(word) == {frozenset({"tokenbucket"}), frozenset({"token", "bucket"})}
    assert telling_words("do nothing", STEM) == ()
    named = telling_words("Redis Streams through RabbitMQ", STEM)
    assert [min(w, key=len) for w in named] == [frozenset({"stream"}), frozenset({"rabbitmq"})]


@pytest.mark.parametrize("statement", [
    "We use a leaky bucket instead of a token bucket.",
    "Limit the rate with a leaky bucket, not with a token bucket.",
])  # fmt: skip
def test_an_option_that_the_statement_names_to_turn_it_down_is_found(statement: str) -> None:
    options = read_options([sheet("token bucket", statement=statement)], STEM)
    change = CodeChange("src/a.py", "changed", ((1, "class TokenBucket:"),), ())

    assert [r.option.text for r in find_returning(options, [change], STEM)] == ["token bucket"]
