"""What models cost, from the table that litellm carries; litellm itself is not imported."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

_FILE = "model_prices_and_context_window_backup.json"


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars per token, and where the figures are from."""

    input: float
    output: float
    source: str
    window: int = 0
    """Tokens that a request may have; 0 when nobody says."""

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        """Dollars for so many tokens, without the discounts that a provider may give."""
        return input_tokens * self.input + output_tokens * self.output


_OWN_SOURCE = "kn's table of 2026-11"
_OWN: Mapping[str, tuple[float, float, int]] = {
    "anthropic/claude-haiku-4-5": (1.00, 5.00, 200_000),
    "anthropic/claude-opus-4-5": (5.00, 25.00, 200_000),
    "anthropic/claude-sonnet-4-5": (3.00, 15.00, 200_000),
    "deepseek/deepseek-chat": (0.28, 0.42, 131_072),
    "gemini/gemini-2.5-flash": (0.30, 2.50, 1_048_576),
    "gemini/gemini-2.5-pro": (1.25, 10.00, 1_048_576),
    "mistral/mistral-large-latest": (0.50, 1.50, 262_144),
    "openai/gpt-4o-mini": (0.15, 0.60, 128_000),
    "openai/gpt-5": (1.25, 10.00, 272_000),
    "openai/gpt-5-mini": (0.25, 2.00, 272_000),
}
"""Dollars per million tokens and the window, for when litellm is not installed; copied from the
table of litellm 1.110.2."""


def find_price(model: str) -> Price | None:
    """The price of a model as litellm names it, `gpt-5` or `anthropic/claude-haiku-4-5`, or None.

    Where prices differ within a model (reasoning tokens), the higher one counts.
    """
    folder = installed_at("litellm")
    if folder is not None:
        table = _read_table(folder / _FILE)
        if table:
            return _find_in(table, model)
    names = (model, *(name for name in _OWN if name.partition("/")[2] == model))
    for name in names:
        if name in _OWN:
            paid, got, window = _OWN[name]
            return Price(paid / 1e6, got / 1e6, _OWN_SOURCE, window)
    return None


def installed_at(package: str) -> Path | None:
    """The folder of an installed package, found without importing it; the current one is no place.

    `python -m` puts the current folder first, and a repository may have a folder of that name.
    """
    spec = PathFinder.find_spec(package, safe_path(sys.path))
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def safe_path(entries: Sequence[str]) -> list[str]:
    """The entries of `sys.path` without the current folder."""
    here = Path.cwd()
    return [entry for entry in entries if entry and Path(entry).absolute() != here]


@cache
def _read_table(path: Path) -> Mapping[str, Any]:
    try:
        table = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return table if isinstance(table, dict) else {}


def _find_in(table: Mapping[str, Any], model: str) -> Price | None:
    provider, slash, rest = model.partition("/")
    about: Any = table.get(model)
    if about is None and slash:  # the largest providers' models stand there without their name
        about = table.get(rest)
        if not isinstance(about, dict) or about.get("litellm_provider") != provider:
            return None
    try:
        paid, got = float(about["input_cost_per_token"]), float(about["output_cost_per_token"])
        thought = float(about.get("output_cost_per_reasoning_token") or 0)
        window = int(about.get("max_input_tokens") or 0)
    except (TypeError, KeyError, ValueError, AttributeError):
        return None
    return Price(paid, max(got, thought), "litellm's table", window)
