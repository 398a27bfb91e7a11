"""Which model may be asked: what the user named, never what a repository says (hazards H8)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from kn.adapters import git
from kn.adapters.git import Repository
from kn.adapters.llm import Endpoint
from kn.errors import KnError


def choose_model(repo: Repository, named: str, environment: Mapping[str, str]) -> Endpoint:
    """The model to ask: flag, then `KN_LLM_*`, then the user's git config `kn.llm.*`.

    Args:
        repo: Its own files are never asked; git config that includes one of them is refused.
        named: The model of the flag; empty for the one that the settings name.
        environment: `KN_LLM_MODEL`, `KN_LLM_BASE`, `KN_LLM_KEY`.

    Raises:
        KnError: Nobody named a model, the address is none, or a file of the work tree names any.
    """
    config = _read_config(repo)
    model, base, key = (
        given or environment.get(f"KN_LLM_{name.upper()}") or config.get(f"kn.llm.{name}", "")
        for name, given in (("model", named), ("base", ""), ("key", ""))
    )
    if not model:
        raise KnError(
            "No model is named.",
            hint="Say `--llm NAME`, set KN_LLM_MODEL, or `git config --global kn.llm.model NAME`.",
        )
    if base and (urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).hostname):
        raise KnError(
            f"{base!r} is no address of a model server.",
            hint="It looks like http://localhost:11434/v1.",
        )
    if base and "/" not in model:
        model = f"openai/{model}"  # what litellm calls any server that speaks as OpenAI's does
    return Endpoint(model, base, key)


def _read_config(repo: Repository) -> dict[str, str]:
    """`kn.llm.*` of git config, each value from a file that no clone brings along."""
    done = git.attempt(
        repo, "config", "-z", "--show-scope", "--show-origin", "--get-regexp", r"^kn\.llm\."
    )
    parts = done.stdout.split(b"\0")
    found = {}
    for scope, origin, entry in zip(parts[::3], parts[1::3], parts[2::3], strict=False):
        name, _, value = entry.decode("utf-8", "replace").partition("\n")
        kind, _, path = os.fsdecode(origin).partition(":")
        if kind == "file" and scope in (b"local", b"worktree") and _is_tracked_place(repo, path):
            raise KnError(
                f"git config takes {name} from {path}, a file of the work tree.",
                hint="Models, addresses and keys are yours to name: `git config --global`.",
            )
        found[name] = value
    return found


def _is_tracked_place(repo: Repository, path: str) -> bool:
    """Whether a file lies where a clone or a pull could have put it."""
    if repo.top is None:
        return False
    where = Path(os.path.normpath(repo.top / path)).resolve()
    inner = (repo.git_dir.resolve(), repo.common_dir.resolve())
    return where.is_relative_to(repo.top.resolve()) and not any(map(where.is_relative_to, inner))
