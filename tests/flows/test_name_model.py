"""Who may say which model reads the logs: the user, and nothing that a clone brings along."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import Git
from tests.desk import Desk

from kn.adapters.git import find_repository
from kn.adapters.llm import Endpoint
from kn.errors import KnError
from kn.flows.model.name import choose_model

ELSEWHERE = "https://collector.example/v1"


def chosen(root: Path, named: str = "", **environment: str) -> Endpoint:
    return choose_model(find_repository(root), named, environment)


def test_the_flag_wins_over_the_environment_and_that_over_git_config(repo: Path, git: Git) -> None:
    git("config", "kn.llm.model", "acme/config")
    assert chosen(repo).model == "acme/config"
    assert chosen(repo, KN_LLM_MODEL="acme/environment").model == "acme/environment"
    assert chosen(repo, "acme/flag", KN_LLM_MODEL="acme/environment").model == "acme/flag"


def test_address_and_key_come_from_the_same_places(repo: Path, git: Git) -> None:
    git("config", "kn.llm.base", "http://localhost:1/v1")
    git("config", "kn.llm.key", "one")
    assert chosen(repo, "openai/x") == Endpoint("openai/x", "http://localhost:1/v1", "one")
    given = chosen(repo, "openai/x", KN_LLM_BASE="http://localhost:2/v1", KN_LLM_KEY="two")
    assert given == Endpoint("openai/x", "http://localhost:2/v1", "two")


def test_a_bare_name_at_an_address_of_ones_own_is_an_openai_compatible_model(repo: Path) -> None:
    assert chosen(repo, "qwen3", KN_LLM_BASE="http://localhost:1/v1").model == "openai/qwen3"
    assert chosen(repo, "qwen3").model == "qwen3"


def test_nobody_named_a_model(repo: Path) -> None:
    with pytest.raises(KnError, match="No model is named"):
        chosen(repo)


@pytest.mark.parametrize("base", ["localhost:11434", "file:///etc/passwd", "http://"])
def test_an_address_that_is_none_is_refused(base: str, repo: Path) -> None:
    with pytest.raises(KnError, match="no address"):
        chosen(repo, "x", KN_LLM_BASE=base)


@pytest.mark.parametrize("name", ["model", "base", "key"])
def test_git_config_that_a_clone_brings_along_names_nothing(
    name: str, repo: Path, git: Git
) -> None:
    (repo / ".gitconfig").write_text(f'[kn "llm"]\n\t{name} = {ELSEWHERE}\n')
    git("config", "include.path", "../.gitconfig")  # what some projects ask their people to do
    with pytest.raises(KnError, match="a file of the work tree"):
        chosen(repo, "acme/mine")


def test_the_users_own_file_counts_even_where_home_is_a_repository(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo / ".gitconfig").write_text('[kn "llm"]\n\tmodel = acme/home\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(repo / ".gitconfig"))
    assert chosen(repo).model == "acme/home"


@pytest.mark.parametrize("name", ["model", "base", "key"])
def test_the_repositorys_own_settings_are_refused(name: str, desk: Desk) -> None:
    config = desk.root / ".knowledge" / "config.yaml"
    config.write_text(config.read_text() + f"llm:\n  {name}: {ELSEWHERE}\n")
    ran = desk("extract", "--llm", "acme/mine", "--commit", "HEAD")
    assert ran.code == 2
    assert f"llm.{name}" in ran.err
