"""The one form that every agent's log is read into: a session of turns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from kn.core.sessions.injected import strip_own

Role = Literal["user", "assistant", "tool"]

TOOL_MOST = 16_000
"""Characters of a tool's output that a turn keeps, the beginning and the end. A guess: nobody
quotes knowledge from the middle of a build log, and one may be many megabytes."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message as its author sent it, or what one tool answered."""

    role: Role
    text: str
    """Never blank; without what agents and kn itself put around the author's words."""
    at: str = ""
    """ISO 8601 with its offset, as the log has it; empty when the log does not say."""
    cwd: str = ""
    branch: str = ""
    files: tuple[str, ...] = ()
    """Files that the tool was told to change, as the agent named them; of tool turns alone."""
    rewound: bool = False
    """Whether the user took the conversation back to before it, and went another way."""

    def to_json(self) -> dict[str, Any]:
        """A turn of `kn sessions show --json` (format 1)."""
        shown: dict[str, Any] = {"role": self.role, "text": self.text, "at": self.at}
        if self.files:
            shown["files"] = list(self.files)
        if self.rewound:
            shown["rewound"] = True
        return shown


@dataclass(slots=True)
class Heading:
    """What a log says of its session as a whole; complete once the turns have been read."""

    agent: str = ""
    """Who spoke: `claude`, `codex`, `gemini`, `copilot`, `opencode`, `aider`, `cursor`."""
    container: str = ""
    """Whose format the log is in: the agent's own name, or `specstory`."""
    session: str = ""
    cwd: str = ""
    branch: str = ""
    """The first that the log names; each turn has its own."""
    started: str = ""
    ended: str = ""
    skipped: int = 0
    """Lines that were torn, too long or of no record's shape; what is whole in them is read."""

    def note(self, *, session: object = "", cwd: object = "", branch: object = "") -> None:
        """Keep the first of each that is a text and not empty."""
        self.session = self.session or _text(session)
        self.cwd = self.cwd or _text(cwd)
        self.branch = self.branch or _text(branch)

    def note_time(self, at: str) -> None:
        """The session lasted at least until `at`."""
        if at:
            self.started = self.started or at
            self.ended = at

    def to_json(self) -> dict[str, Any]:
        """`kn sessions show --json` (format 1) without its turns."""
        return {
            "agent": self.agent,
            "container": self.container,
            "session": self.session,
            "cwd": self.cwd,
            "branch": self.branch,
            "started": self.started,
            "ended": self.ended,
            "skipped": self.skipped,
        }


@dataclass(frozen=True, slots=True)
class Session:
    """A session whole, in memory."""

    agent: str
    container: str
    session: str
    cwd: str
    branch: str
    started: str
    ended: str
    skipped: int
    turns: tuple[Turn, ...] = field(default=(), repr=False)

    def to_json(self) -> dict[str, Any]:
        """`kn sessions show --json` (format 1)."""
        own = {name: getattr(self, name) for name in Heading().to_json()}
        return {"format": 1, **own, "turns": [t.to_json() for t in self.turns]}


def make_turn(
    role: Role,
    text: str,
    *,
    at: str = "",
    cwd: str = "",
    branch: str = "",
    files: tuple[str, ...] = (),
) -> Turn | None:
    """A turn without kn's own context in it, or None when nothing is left to say.

    Text that is no Unicode (half a surrogate pair) is repaired, a tool's output cut to
    `TOOL_MOST`. A tool that was told to change files is a turn even if it answered nothing.
    """
    text = strip_own(text).strip()
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if role == "tool" and len(text) > TOOL_MOST:
        head, tail = TOOL_MOST * 3 // 4, TOOL_MOST // 4
        text = f"{text[:head]}\n… {len(text) - TOOL_MOST} characters left out …\n{text[-tail:]}"
    if not text and files:
        text = f"changed {', '.join(files)}"
    return Turn(role, text, at, cwd, branch, files) if text else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
