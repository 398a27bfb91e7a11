"""Agents' session logs on this machine: where they are, and reading one.

Logs are read, never written, copied or locked; OpenCode's database is opened read-only.
"""

from kn.adapters.agentlogs.homes import named_session
from kn.adapters.agentlogs.opening import OpenLog, open_log
from kn.adapters.agentlogs.places import Found, claude_memory, find_logs, locate_log

__all__ = [
    "Found",
    "OpenLog",
    "claude_memory",
    "find_logs",
    "locate_log",
    "named_session",
    "open_log",
]
