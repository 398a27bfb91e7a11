"""The inbox: candidates that wait for a person, under `.git/kn/inbox/`, private to this clone.

One file a candidate, named by its key. What was decided is remembered in `.git/kn/decided`, so
that nothing is ever proposed twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kn.adapters import files, journal
from kn.core.candidate import Candidate
from kn.core.joining import is_from_talk, join_candidates
from kn.core.model import Evidence, Rejected, Scope
from kn.errors import KnError

_KEY = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Pending:
    """A candidate in the inbox."""

    candidate: Candidate
    found: str
    """The day it was found."""
    commits: tuple[str, ...] = ()
    """Every commit that was seen to hold it; after a rebase the last one is the one that counts."""

    @property
    def key(self) -> str:
        return self.candidate.key


class Inbox:
    """The pending candidates and the decisions of one clone."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "inbox"
        self._decided = state / "decided"

    def pending(self) -> list[Pending]:
        """Every candidate, oldest first; a file that is no candidate is left alone."""
        found = []
        try:
            names = sorted(p.name for p in self._folder.iterdir())
        except OSError:
            return []
        decided = self.decisions()
        for name in names:
            # A decided one is still here when its removal was cut off.
            if name.endswith(".json") and _KEY.fullmatch(name[:-5]) and name[:-5] not in decided:
                one = self._read(name[:-5])
                if one is not None:
                    found.append(one)
        return sorted(found, key=lambda p: (p.found, p.key))

    def _read(self, key: str) -> Pending | None:
        try:
            data = json.loads(files.read_regular(self._folder / f"{key}.json"))
            return Pending(_candidate(data["candidate"]), data["found"], tuple(data["commits"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, KnError):
            return None

    def decisions(self) -> dict[str, str]:
        """Key -> `accepted`, `rejected`, `aged`, `replaced` or `joined`."""
        try:
            rows = self._decided.read_text("utf-8", "replace").split("\n")
        except OSError:
            return {}
        return {r[0]: r[1] for row in rows if len(r := row.split(" ")) >= 2}

    def put(self, candidate: Candidate, *, found: str, commit: str = "") -> bool:
        """Add a candidate; whether it is new here.

        One that waits already only learns of the commit; one that was decided stays decided.
        """
        key = candidate.key
        if key in self.decisions():
            return False
        files.make_private_folder(self._folder)
        known = self._read(key)
        if known is not None:
            if commit and known.commits[-1:] != (commit,):
                if is_from_talk(known.candidate):
                    candidate = join_candidates(candidate, known.candidate)
                self._write(Pending(candidate, known.found, _commits(known, commit)))
            return False
        self._write(Pending(candidate, found, (commit,) if commit else ()))
        return True

    def join(self, twin: Pending, other: Candidate, joined: Candidate, *, on: str) -> Pending:
        """Let one candidate stand for two; neither is proposed again by itself.

        It is written before the others go, so that a crash leaves one too many, never one too few.

        Args:
            twin: The one that waits.
            other: The one that came.
            joined: What both say, with the key of one of them.
            on: The day.
        """
        commit = next((e.commit for e in other.evidence if e.commit), "")
        commits = _commits(twin, commit) if commit else twin.commits
        pending = Pending(joined, twin.found, commits)
        self._write(pending)
        for key in {twin.key, other.key} - {joined.key}:
            self.decide(key, "joined", on=on)
        return pending

    def measure(self, session: str, tokens: int) -> None:
        """Note the size of a session on every candidate that came of it, where it is not noted."""
        for one in self.pending():
            evidence = tuple(
                replace(e, source_tokens=tokens)
                if e.session == session and e.source_tokens is None
                else e
                for e in one.candidate.evidence
            )
            if evidence != one.candidate.evidence:
                self._write(replace(one, candidate=replace(one.candidate, evidence=evidence)))

    def withdraw(self, key: str) -> None:
        """Take out a candidate whose own source took it back; nobody has decided about it."""
        self._remove(key)

    def change(self, before: Pending, candidate: Candidate) -> Pending:
        """Exchange what a candidate says; its key is that of the evidence and stays."""
        after = replace(before, candidate=candidate)
        self._write(after)
        if after.key != before.key:  # the kind is part of the key
            self.decide(before.key, "replaced", on=before.found)
        return after

    def decide(self, key: str, verdict: str, *, on: str, item: str = "") -> None:
        """Take a candidate out, for good; remembered first, so that it never comes back."""
        journal.append_line(self._decided, " ".join(p for p in (key, verdict, on, item) if p))
        self._remove(key)

    def _remove(self, key: str) -> None:
        (self._folder / f"{key}.json").unlink(missing_ok=True)

    def _write(self, pending: Pending) -> None:
        data = {
            "candidate": pending.candidate.to_json(),
            "found": pending.found,
            "commits": list(pending.commits),
        }
        raw = json.dumps(data, ensure_ascii=False, indent=1).encode("utf-8", "replace")
        files.write_atomic(self._folder / f"{pending.key}.json", raw + b"\n", mode=0o600)


def _commits(known: Pending, commit: str) -> tuple[str, ...]:
    """The commits that hold it, the one that was seen last at the end."""
    return (*(c for c in known.commits if c != commit), commit)


def expire(pending: Iterable[Pending], *, oldest: str) -> tuple[list[Pending], list[Pending]]:
    """Split into those found on or after the day `oldest`, and those before it."""
    kept: list[Pending] = []
    old: list[Pending] = []
    for one in pending:
        (kept if one.found >= oldest else old).append(one)
    return kept, old


_SHARED = ("kind", "statement", "because", "rejected", "scope", "evidence", "details",
           "confidence", "extractor", "key")  # fmt: skip


def _candidate(data: Mapping[str, Any]) -> Candidate:
    scope = data.get("scope") or {}
    return Candidate(
        str(data["kind"]),
        str(data["statement"]),
        str(data.get("because") or ""),
        tuple(Rejected(r["option"], r.get("because", "")) for r in data.get("rejected") or ()),
        Scope(tuple(scope.get("paths", ())), tuple(scope.get("tags", ()))),
        tuple(Evidence(**e) for e in data.get("evidence") or ()),
        str(data.get("details") or ""),
        {n: v for n, v in data.items() if n not in _SHARED and isinstance(v, str) and v},
        float(data.get("confidence", 0.5)),
        str(data.get("extractor") or ""),
    )
