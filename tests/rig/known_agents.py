"""What is particular to each coding agent: its package, its settings, how a turn of it is run."""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NO_KEY = "dummy-not-a-key"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a turn happens."""

    repo: Path
    home: Path
    server: str
    """The address of the model server."""


class Agent:
    """One coding agent; the subclasses say what is particular to it."""

    name = ""
    version = ""
    package = ""

    def program(self, modules: Path) -> Path:
        """Its binary below `node_modules`."""
        return modules / ".bin" / self.name

    def prepare(self, place: Place) -> None:
        """Write what it needs into its HOME."""

    def environment(self, place: Place) -> dict[str, str]:
        return {}

    def words(self, prompt: str, *, again: bool) -> list[str]:
        """Its arguments for one turn; `again` goes on with the last session."""
        raise NotImplementedError


class Claude(Agent):
    name, version = "claude", "2.1.330"

    def __init__(self) -> None:
        # The plain package refuses older Nodes; the native one needs none.
        machine = "x64" if platform.machine().lower() in ("x86_64", "amd64") else "arm64"
        self.package = f"@anthropic-ai/claude-code-{platform.system().lower()}-{machine}"

    def program(self, modules: Path) -> Path:
        return modules / self.package / "claude"

    def environment(self, place: Place) -> dict[str, str]:
        return {
            "ANTHROPIC_BASE_URL": place.server,
            "ANTHROPIC_API_KEY": NO_KEY,
            "DISABLE_TELEMETRY": "1",
            "DISABLE_ERROR_REPORTING": "1",
            "DISABLE_AUTOUPDATER": "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "IS_SANDBOX": "1",  # else it refuses to run as root
        }

    def words(self, prompt: str, *, again: bool) -> list[str]:
        # With -p the repository's hooks run without trust, and its permissions don't count.
        words = ["-p", prompt, "--output-format", "json", "--allowedTools", "Bash", "Write"]
        return [*words, *(["--continue"] if again else [])]


class Codex(Agent):
    name, version, package = "codex", "0.169.0", "@openai/codex"

    def prepare(self, place: Place) -> None:
        path = place.home / ".codex" / "config.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"""\
model = "mock-model"
model_provider = "mock"
check_for_update_on_startup = false
[analytics]
enabled = false
[features]
plugins = false
apps = false
[model_providers.mock]
name = "mock"
base_url = {json.dumps(place.server + "/v1")}
env_key = "MOCK_KEY"
wire_api = "responses"
request_max_retries = 2
stream_max_retries = 2
[projects.{json.dumps(str(place.repo))}]
trust_level = "trusted"
""")

    def environment(self, place: Place) -> dict[str, str]:
        return {"MOCK_KEY": NO_KEY}

    def words(self, prompt: str, *, again: bool) -> list[str]:
        # Hooks that nobody has trusted are skipped without a word.
        flags = ["--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox",
                 "--dangerously-bypass-hook-trust"]  # fmt: skip
        return ["exec", *flags, *(["resume", "--last"] if again else []), prompt]


class Gemini(Agent):
    name, version, package = "gemini", "0.61.0", "@google/gemini-cli"

    def prepare(self, place: Place) -> None:
        settings = {
            "security": {"auth": {"selectedType": "gemini-api-key"}},
            "telemetry": {"enabled": False},
            "privacy": {"usageStatisticsEnabled": False},
            "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False},
        }
        write_json(place.home / ".gemini" / "settings.json", settings)

    def environment(self, place: Place) -> dict[str, str]:
        return {
            "GEMINI_API_KEY": NO_KEY,
            "GOOGLE_GEMINI_BASE_URL": place.server,
            "GEMINI_CLI_TRUST_WORKSPACE": "true",  # else it ends with 55
        }

    def words(self, prompt: str, *, again: bool) -> list[str]:
        return ["--yolo", *(["--resume", "latest"] if again else []), "-p", prompt]


class OpenCode(Agent):
    name, version, package = "opencode", "1.18.33", "opencode-ai"

    def prepare(self, place: Place) -> None:
        model = {
            "name": "Mock",
            "tool_call": True,
            "limit": {"context": 100000, "output": 4000},
        }
        provider = {
            "npm": "@ai-sdk/openai-compatible",
            "name": "Mock",
            "options": {"baseURL": place.server + "/v1", "apiKey": NO_KEY},
            "models": {"mock-model": model},
        }
        settings = {
            "$schema": "https://opencode.ai/config.json",  # else it adds it
            "autoupdate": False,
            "share": "disabled",
            "model": "mock/mock-model",
            "small_model": "mock/mock-model",
            "provider": {"mock": provider},
            "permission": {"bash": "allow", "edit": "allow"},
        }
        write_json(place.home / ".config" / "opencode" / "opencode.json", settings)

    def environment(self, place: Place) -> dict[str, str]:
        return {"OPENCODE_DISABLE_AUTOUPDATE": "1", "OPENCODE_DISABLE_MODELS_FETCH": "1"}

    def words(self, prompt: str, *, again: bool) -> list[str]:
        return ["run", *(["--continue"] if again else []), prompt]


class Copilot(Agent):
    name, version, package = "copilot", "1.0.102", "@github/copilot"

    def prepare(self, place: Place) -> None:
        # Hooks of a folder that is not trusted are skipped without a word.
        trusted = {"trustedFolders": [str(place.repo)]}
        write_json(place.home / ".copilot" / "config.json", trusted)

    def environment(self, place: Place) -> dict[str, str]:
        return {
            "COPILOT_OFFLINE": "true",
            "COPILOT_AUTO_UPDATE": "false",
            "COPILOT_PROVIDER_BASE_URL": place.server + "/v1",
            "COPILOT_PROVIDER_TYPE": "openai",
            "COPILOT_PROVIDER_API_KEY": NO_KEY,
            "COPILOT_MODEL": "mock-model",
        }

    def words(self, prompt: str, *, again: bool) -> list[str]:
        return ["-p", prompt, "--allow-all-tools", *(["--continue"] if again else [])]


AGENTS: dict[str, Agent] = {
    agent.name: agent for agent in (Claude(), Codex(), Gemini(), Copilot(), OpenCode())
}


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a settings file, and the folders that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n")
