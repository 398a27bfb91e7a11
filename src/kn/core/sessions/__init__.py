"""AI session logs, whatever the agent, as one form: a session of turns.

A reader takes the lines of a log and gives out turns while it reads, so that a gigabyte passes
through in little memory; the `Heading` it is handed is complete when the turns are. Each format
is one file here; all are told apart by their content.
"""

from kn.core.sessions.formats import READERS, Format, Reader, collect_session, detect_format
from kn.core.sessions.opencode import read_messages
from kn.core.sessions.records import TOO_LONG
from kn.core.sessions.turns import Heading, Session, Turn

__all__ = [
    "READERS",
    "TOO_LONG",
    "Format",
    "Heading",
    "Reader",
    "Session",
    "Turn",
    "collect_session",
    "detect_format",
    "read_messages",
]
