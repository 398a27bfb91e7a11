"""The wall around litellm: what goes out, what comes back, and what each failure is called."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.rig import fake_litellm
from tests.rig.model_server import ModelServer

from kn.adapters import llm, prices
from kn.adapters.llm import Endpoint, Refused, Unavailable, open_model
from kn.core.prompt import Question
from kn.errors import KnError

SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
QUESTION = Question(({"role": "user", "content": "What was settled?"},), SCHEMA)
ANSWER: dict[str, Any] = {"plain": [{"json": {"candidates": []}}]}


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(ANSWER) as running:
        yield running


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_litellm.install(monkeypatch)


def at(server: ModelServer, key: str = "") -> Endpoint:
    return Endpoint("openai/small", f"{server.url}/v1", key)


def test_a_question_is_asked_and_its_schema_sent_along(server: ModelServer) -> None:
    reply = open_model(at(server)).ask(QUESTION, most=77, timeout=5)

    assert json.loads(reply.text) == {"candidates": []}
    assert (reply.input_tokens, reply.output_tokens, reply.whole) == (10, 5, True)
    body = server.requests[0]["body"]
    assert body["messages"] == [dict(m) for m in QUESTION.messages]
    assert body["max_tokens"] == 77
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA


def test_a_server_that_knows_no_schema_is_asked_without_from_then_on() -> None:
    with ModelServer({**ANSWER, "faults": ["400"]}) as server:
        model = open_model(at(server))
        model.ask(QUESTION, most=9, timeout=5)
        model.ask(QUESTION, most=9, timeout=5)

    shaped = ["response_format" in r["body"] for r in server.requests]
    assert shaped == [True, False, False]


@pytest.mark.parametrize(
    ("fault", "kind", "says", "billed"),
    [
        ("429", Unavailable, "no more requests", False),
        ("500", Unavailable, "failed", True),
        ("503", Unavailable, "failed", False),
        ("hang:9", Unavailable, "in time", True),
        ("malformed", Unavailable, "failed", True),
        ("cut", Unavailable, "failed", True),
        ("401", Refused, "the key", None),
        ("404", Refused, "There is no", None),
        ("400x2", Refused, "does not take the request", None),
    ],
)
def test_every_failure_has_a_name_and_says_where(
    fault: str, kind: type[KnError], says: str, billed: bool | None
) -> None:
    with (
        ModelServer({**ANSWER, "faults": [fault]}) as server,
        pytest.raises(kind, match=says) as raised,
    ):
        open_model(at(server)).ask(QUESTION, most=9, timeout=0.5)

    assert "openai/small at 127.0.0.1" in str(raised.value)
    assert getattr(raised.value, "billed", None) == billed


def test_a_slow_answer_is_an_answer() -> None:
    with ModelServer({**ANSWER, "faults": ["slow:0.2"]}) as server:
        assert open_model(at(server)).ask(QUESTION, most=9, timeout=5).text


def test_the_wait_that_a_server_asks_for_is_passed_on() -> None:
    with ModelServer({**ANSWER, "faults": ["429"]}) as server, pytest.raises(Unavailable) as raised:
        open_model(at(server)).ask(QUESTION, most=9, timeout=5)
    assert raised.value.after == 1.0


def test_nobody_at_the_address_is_said_and_nothing_is_billed() -> None:
    with pytest.raises(Unavailable) as raised:
        open_model(Endpoint("openai/x", "http://127.0.0.1:1/v1")).ask(QUESTION, most=9, timeout=5)
    assert not raised.value.billed


def test_no_key_is_in_an_error_or_in_how_an_endpoint_is_shown() -> None:
    key = "kn-" + "test-key-of-nobody"
    with ModelServer({**ANSWER, "faults": ["401"]}) as server, pytest.raises(Refused) as raised:
        open_model(at(server, key)).ask(QUESTION, most=9, timeout=5)
    assert key not in str(raised.value)
    assert key not in repr(at(server, key))


@pytest.mark.parametrize(
    ("base", "title"),
    [
        ("", "openai/x"),
        ("http://localhost:1/v1", "openai/x at localhost"),
        ("https://me:word@gpu.example/v1", "openai/x at gpu.example"),
        ("http://gpu.lan:1/v1", "openai/x at gpu.lan (unencrypted)"),
    ],
)
def test_people_are_told_where_texts_go(base: str, title: str) -> None:
    assert Endpoint("openai/x", base).title == title


def test_a_providers_own_key_is_not_sent_to_an_address_of_ones_own(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    real = fake_litellm.completion

    def completion(**given: Any) -> Any:
        asked.append(given)
        return real(**given)

    monkeypatch.setattr(sys.modules["litellm"], "completion", completion)
    open_model(at(server)).ask(QUESTION, most=9, timeout=5)
    open_model(at(server, "mine")).ask(QUESTION, most=9, timeout=5)
    assert [given["api_key"] for given in asked] == ["none", "mine"]


@pytest.mark.parametrize("answer", ["not an answer", {"choices": []}, {"choices": [{}]}])
def test_a_response_without_a_message_is_no_answer(
    answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = fake_litellm.as_objects(answer)
    monkeypatch.setattr(sys.modules["litellm"], "completion", lambda **given: objects)
    with pytest.raises(Unavailable, match="no message"):
        open_model(Endpoint("openai/x")).ask(QUESTION, most=9, timeout=5)


def test_without_litellm_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "litellm")
    monkeypatch.setattr(llm, "installed_at", lambda package: None)
    with pytest.raises(KnError) as raised:
        open_model(Endpoint("openai/x"))
    assert "kn[llm]" in str(raised.value.hint)


@pytest.mark.parametrize("version", ["1.82.7", "1.82.8"])
def test_a_release_that_steals_keys_is_not_run(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "litellm")
    (tmp_path / "litellm").mkdir()
    (tmp_path / "litellm" / "__init__.py").write_text("raise SystemExit('it ran')")
    about = tmp_path / f"litellm-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: litellm\nVersion: {version}\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(KnError, match="steals"):
        llm.import_litellm()


# -- prices


def test_a_module_in_the_current_folder_is_not_what_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "litellm").mkdir()
    (tmp_path / "litellm" / "__init__.py").write_text("")
    monkeypatch.chdir(tmp_path)
    for entry in ("", ".", str(tmp_path)):
        monkeypatch.setattr(sys, "path", [entry])
        assert prices.installed_at("litellm") is None
    assert prices.safe_path(["/a", "", str(tmp_path), "/b"]) == ["/a", "/b"]


def _table(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    (folder / "model_prices_and_context_window_backup.json").write_text(text)
    monkeypatch.setattr(prices, "installed_at", lambda package: folder)


def test_a_price_is_read_from_the_table_beside_litellm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = {
        "big": {"litellm_provider": "acme", "input_cost_per_token": 1e-6,
                "output_cost_per_token": 4e-6, "max_input_tokens": 9000},
        "acme/deep": {"litellm_provider": "acme", "input_cost_per_token": 1e-6,
                      "output_cost_per_token": 4e-6, "output_cost_per_reasoning_token": 9e-6},
        "odd": {"input_cost_per_token": "much"},
        "list": [],
    }  # fmt: skip
    _table(monkeypatch, tmp_path, json.dumps(rows))

    big = prices.find_price("acme/big")
    assert big is not None
    assert big.window == 9000
    assert big.cost(1_000_000, 500_000) == pytest.approx(3.0)
    deep = prices.find_price("acme/deep")
    assert deep is not None and deep.output == 9e-6
    for unknown in ("other/big", "odd", "list", "acme/list", "nobody/knows"):
        assert prices.find_price(unknown) is None


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_damaged_table_leaves_kns_own(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _table(monkeypatch, tmp_path, text)
    for name in ("openai/gpt-5-mini", "gpt-5-mini"):
        price = prices.find_price(name)
        assert price is not None and price.source.startswith("kn's table of 20")


# -- litellm itself, where it is installed; KN_LITELLM may name the folder that holds it


def _packages() -> Path | None:
    named = os.environ.get("KN_LITELLM")
    if named:
        return Path(named)
    found = prices.installed_at("litellm")
    return found.parent if found else None


PACKAGES = _packages()
real = pytest.mark.skipif(PACKAGES is None, reason="litellm is not installed (extra kn[llm])")
SOURCE = str(Path(__file__).parent.parent.parent / "src")
CANARY = "KN_CANARY_OF_A_DOTENV_FILE"

_WATCH = """
import os, sys
opened = []
def watch(event, given):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        opened.append(str(given[1:]))
sys.addaudithook(watch)
"""
_IMPORT = """
from kn.adapters.llm import import_litellm
module = import_litellm()
"""
_REPORT = f"""
print(os.environ.get("{CANARY}", "absent"), os.environ.get("OPENAI_API_BASE", "absent"), opened)
"""
_PLAIN = "import litellm\n"
_TRACED = "import sys\nsys.settrace(lambda *given: None)\n"


def _python(code: str, cwd: Path, packages: Path, *, script: bool) -> str:
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(cwd), "PYTHONPATH": f"{SOURCE}:{packages}",
    }  # fmt: skip
    file = cwd.parent / "program.py"
    file.write_text(code)
    words = [str(file)] if script else ["-c", code]
    done = subprocess.run(
        [sys.executable, *words], cwd=cwd, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A repository that would like to choose where logs go."""
    root = tmp_path / "hostile"
    root.mkdir()
    (root / ".env").write_text(f"{CANARY}=loaded\nOPENAI_API_BASE=http://127.0.0.1:9/v1\n")
    (root / "litellm.py").write_text("raise SystemExit('the repository ran its own code')\n")
    return root


@real
@pytest.mark.slow
@pytest.mark.parametrize("how", ["python -c", "a debugger", "a virtual environment inside"])
def test_no_env_file_of_a_repository_is_loaded_and_nothing_connects(
    how: str, hostile: Path
) -> None:
    assert PACKAGES is not None
    packages, script = PACKAGES, False
    if how == "a virtual environment inside":
        packages, script = hostile / "venv", True
        packages.symlink_to(PACKAGES)
    lead = _TRACED if how == "a debugger" else ""

    plain = f"import sys\nsys.path.remove('') if '' in sys.path else 0\n{lead}{_PLAIN}"
    control = _python(_WATCH + plain + _REPORT, hostile, packages, script=script)
    assert control.startswith("loaded"), "else this test could not fail"
    guarded = _python(_WATCH + lead + _IMPORT + _REPORT, hostile, packages, script=script)
    assert guarded == "absent absent []"


@real
@pytest.mark.slow
def test_litellm_itself_gives_the_same_names_to_the_same_failures(tmp_path: Path) -> None:
    assert PACKAGES is not None
    faults = ["ok", "429", "500", "503", "hang:9", "malformed", "cut", "401", "404", "400"]
    lines = []
    with ModelServer({**ANSWER, "faults": faults}) as server:
        (tmp_path / "empty").mkdir()
        lines = _python(
            f"""
from kn.adapters.llm import Endpoint, open_model
from kn.core.prompt import Question
question = Question(({{"role": "user", "content": "?"}},), {{"type": "object"}})
for fault in {faults}:
    model = open_model(Endpoint("openai/small", {server.url!r} + "/v1"))
    try:
        print(fault, model.ask(question, most=9, timeout=1 if "hang" in fault else 20).text)
    except Exception as error:
        print(fault, type(error).__name__, getattr(error, "billed", ""))
""",
            tmp_path / "empty",
            PACKAGES,
            script=False,
        ).splitlines()
    assert lines == [
        'ok {"candidates": []}',
        "429 Unavailable False",
        "500 Unavailable True",
        "503 Unavailable False",
        "hang:9 Unavailable True",
        "malformed Unavailable True",
        "cut Unavailable True",
        "401 Refused ",
        "404 Refused ",
        '400 {"candidates": []}',
    ]
    assert server.escapes == []
