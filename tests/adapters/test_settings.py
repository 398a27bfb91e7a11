"""Settings: who may say what, and which word counts."""

from __future__ import annotations

import pytest

from kn.adapters.settings import SETTINGS, gather_settings, read_config
from kn.errors import BadItem, KnError, TooNew

NAME = ".knowledge/config.yaml"


def test_flag_environment_git_repository_default_in_this_order() -> None:
    environment = {"KN_CONTEXT_BUDGET": "1"}
    git = {"kn.context.budget": "2"}
    repository = {"context.budget": "3"}
    for sources, value, origin in (
        ((environment, git, repository), 1, "environment"),
        (({}, git, repository), 2, "git config"),
        (({}, {}, repository), 3, "repository"),
        (({}, {}, {}), 500, "default"),
    ):
        settings = gather_settings(*sources)
        assert settings.number("context.budget") == value
        assert settings.origins["context.budget"] == origin


@pytest.mark.parametrize("setting", [s for s in SETTINGS if not s.shared], ids=lambda s: s.name)
def test_what_is_the_users_alone_is_never_taken_from_a_repository(setting: object) -> None:
    name = setting.name  # type: ignore[attr-defined]
    assert gather_settings({}, {}, {name: "evil"}).origins[name] == "default"
    head, _, tail = name.partition(".")
    raw = f"format: 1\n{head}:\n  {tail}: evil\n" if tail else f"format: 1\n{head}: evil\n"
    with pytest.raises(BadItem, match="user's alone"):
        read_config(raw.encode(), NAME)


@pytest.mark.parametrize(
    ("name", "value"),
    [("context.budget", "many"), ("context.budget", "-1"), ("context.budget", "1e3"),
     ("hooks.prompt", "shout"), ("inbox.days", ""), ("dir", "../outside"), ("dir", "/etc")],
)  # fmt: skip
def test_a_value_that_cannot_be_is_said_with_its_origin(name: str, value: str) -> None:
    with pytest.raises(KnError, match="git config"):
        gather_settings({}, {f"kn.{name}": value}, {})


def test_every_setting_has_a_default_that_it_accepts() -> None:
    settings = gather_settings({}, {}, {})
    assert set(settings.values) == {s.name for s in SETTINGS}


def test_the_repositorys_file_is_read_flat() -> None:
    raw = b"format: 1\ncontext:\n  budget: 300\nhooks:\n  prompt: off\n"
    assert read_config(raw, NAME) == {"format": "1", "context.budget": "300", "hooks.prompt": "off"}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "format"),
        (b"format: one\n", "expected `format: 1`"),
        (b"format: 0\n", "expected `format: 1`"),
        (b"format: 1\nmood: good\n", "2: mood: unknown setting"),
        (b"format: 1\nllm:\n  base_url: x\n", "llm.base_url: is the user's alone"),
        (b"format: 1\n- x\n", f"{NAME}:"),
        (b"format: [1\n", f"{NAME}:"),
        (b"format: &a 1\n", f"{NAME}:"),
        (b"- format\n", f"{NAME}:1"),
    ],
)
def test_what_is_wrong_with_the_file_is_said_with_its_line(raw: bytes, said: str) -> None:
    with pytest.raises(BadItem) as raised:
        read_config(raw, NAME)
    assert said in str(raised.value)


def test_a_newer_format_is_another_error_than_a_broken_file() -> None:
    with pytest.raises(TooNew, match="format 2"):
        read_config(b"format: 2\n", NAME)
