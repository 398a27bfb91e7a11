"""The agents that kn can be wired into, and the contract of each one's hooks.

Nothing heavy is imported: this is read at every prompt. What each agent accepts was seen with the
real program, but for Cursor's (see `docs/agents.md`).
"""

from __future__ import annotations

from typing import NamedTuple

AGENT_VARIABLES = (
    "CLAUDECODE", "CLAUDE_CODE_SESSION_ID", "CODEX_SESSION_ID", "CODEX_THREAD_ID", "CODEX_CI",
    "GEMINI_CLI", "OPENCODE", "COPILOT_CLI", "COPILOT_AGENT_SESSION_ID", "AI_AGENT", "AGENT",
    "CURSOR_AGENT",
)  # fmt: skip
"""Any of these says that an AI agent runs us (integrations 2.8)."""

START, PROMPT, EDIT, COMPACT, END = EVENTS = (
    "session-start", "prompt", "edit", "pre-compact", "session-end",
)  # fmt: skip
"""kn's own names for what it wants to hear of."""

SAFE_BYTES = 9_500
"""Of what is injected at once: Claude Code cuts at 10,000 characters, Codex at 10,000 bytes."""
LARGE_BYTES = 30_000
"""Gemini CLI took so much whole; more was not tried."""
HOST_SECONDS = 5
"""After which the agent goes on without us. kn's own limit is shorter (`kn.flows.agents.hook`)."""


class Wired(NamedTuple):
    """An event of an agent's, and which of kn's it is."""

    event: str
    name: str
    """What the agent calls it."""
    matcher: str = ""
    seconds: int = HOST_SECONDS


class Host(NamedTuple):
    """One agent."""

    name: str
    label: str
    form: str
    """How its settings are written: `groups` (Claude Code and those who followed), `copilot`,
    `cursor`, or `plugin`."""
    project: str
    """The settings in a repository, from its top."""
    user: str
    """The user's own, from the agent's home."""
    events: tuple[Wired, ...]
    answer: str
    """How context is handed over: `specific`, or the name of the one key."""
    most_bytes: int = SAFE_BYTES
    fence: bool = True
    """Whether the context may be fenced; Gemini CLI would escape the fence."""
    edit_tools: tuple[str, ...] = ()
    """Tools that change a file, where the settings cannot say which we want to hear of."""
    ends_shell_alone: bool = False
    """When its time is over only the shell is ended, and the agent waits for what that started."""
    mcp_project: str = ""
    mcp_user: str = ""
    """The files of MCP servers; empty where kn leaves it to the agent's own command."""
    mcp_command: str = ""
    """That command."""

    def wired(self, event: str) -> Wired | None:
        return next((w for w in self.events if w.event == event), None)


CLAUDE = Host(
    "claude", "Claude Code", "groups", ".claude/settings.json", "settings.json",
    (
        Wired(START, "SessionStart", "startup|resume|clear|compact"),
        Wired(PROMPT, "UserPromptSubmit"),
        Wired(EDIT, "PreToolUse", "Edit|MultiEdit|Write|NotebookEdit"),
        Wired(COMPACT, "PreCompact"),
        Wired(END, "SessionEnd"),
    ),
    "specific",
    mcp_project=".mcp.json",
    mcp_command="claude mcp add --scope user kn -- kn mcp",
)  # fmt: skip
CODEX = Host(
    "codex", "Codex", "groups", ".codex/hooks.json", "hooks.json",
    (
        Wired(START, "SessionStart"),
        Wired(PROMPT, "UserPromptSubmit"),
        # Codex 0.169 patches by a shell command, and calls its shell tool Bash.
        Wired(EDIT, "PreToolUse", "Bash|apply_patch"),
        Wired(COMPACT, "PreCompact"),
        Wired(END, "SessionEnd", seconds=3),  # it allows no more
    ),
    "specific",
    mcp_project=".codex/config.toml", mcp_user="config.toml",
)  # fmt: skip
GEMINI = Host(
    "gemini", "Gemini CLI", "groups", ".gemini/settings.json", "settings.json",
    (
        Wired(START, "SessionStart"),
        Wired(PROMPT, "BeforeAgent"),
        Wired(EDIT, "AfterTool", "write_file|replace"),
        Wired(END, "SessionEnd"),
    ),
    "specific", LARGE_BYTES, fence=False, ends_shell_alone=True,
    mcp_project=".gemini/settings.json", mcp_user="settings.json",
)  # fmt: skip
COPILOT = Host(
    "copilot", "Copilot CLI", "copilot", ".github/hooks/kn.json", "hooks/kn.json",
    (
        Wired(START, "sessionStart"),
        Wired(PROMPT, "userPromptSubmitted"),
        Wired(EDIT, "preToolUse"),
        Wired(END, "sessionEnd"),
    ),
    "additionalContext",
    edit_tools=("edit", "create", "str_replace", "str_replace_editor", "apply_patch"),
    mcp_user="mcp-config.json",
)  # fmt: skip
OPENCODE = Host(
    "opencode", "OpenCode", "plugin", ".opencode/plugins/kn.js", "plugins/kn.js",
    (
        Wired(START, "chat.message"),
        Wired(PROMPT, "chat.message"),
        Wired(EDIT, "tool.execute.after"),
        Wired(COMPACT, "experimental.session.compacting"),
        Wired(END, "event"),
    ),
    "context",
    edit_tools=("edit", "write", "patch", "apply_patch", "multiedit"),
    mcp_project="opencode.json", mcp_user="opencode.json",
)  # fmt: skip
CURSOR = Host(
    "cursor", "Cursor", "cursor", ".cursor/hooks.json", "hooks.json",
    (Wired(START, "sessionStart"),),
    "additional_context",
    mcp_project=".cursor/mcp.json", mcp_user="mcp.json",
)  # fmt: skip

HOSTS = {h.name: h for h in (CLAUDE, CODEX, GEMINI, COPILOT, OPENCODE, CURSOR)}


def hook_command(host: Host, event: str, program: str = "kn") -> str:
    """The shell line that an agent runs at an event.

    It never fails: with no kn, a broken one or one that is too old, the agent goes on (an exit
    code of 2 would make Claude Code drop the user's prompt). It stays the same for all versions of
    kn, because Codex trusts a hook by its text.
    """
    call = f"{program} agent hook {host.name} {event}"
    if host.ends_shell_alone:
        return f"trap 'kill -9 $!' TERM; {call} <&0 2>/dev/null & wait; :"
    return f"{call} 2>/dev/null || :"


def is_hook_command(text: object, host: Host) -> bool:
    """Whether a shell line is one of `hook_command`, of whatever program and options."""
    return isinstance(text, str) and f" agent hook {host.name} " in text and "2>/dev/null" in text
