"""`kn extract --llm`: what a model finds in commits or in a session, on request and never else."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kn.adapters import git, tokens
from kn.adapters.git import Commit
from kn.adapters.llm import open_model
from kn.adapters.lock import locked
from kn.core.capture.noise import is_revert, is_routine
from kn.core.commit import parse_message
from kn.core.model import Evidence
from kn.core.prompt import Passage
from kn.core.sessions import Turn
from kn.core.talk import source_name
from kn.errors import KnError
from kn.flows.capture.commits import Captured, keep_candidates, select_commits
from kn.flows.knowledge import Knowledge
from kn.flows.model.ask import Findings, ask_parts
from kn.flows.model.name import choose_model
from kn.flows.model.plan import Limits, Plan, Spent, plan_questions
from kn.flows.redaction import make_redactor
from kn.flows.sessions import open_session

LOCK_WAIT = 10.0
"""Seconds for another process that writes into the inbox; a guess."""
COMMITS_MOST = 2_000
"""Commits of one reading: the paths of each are asked of git. A guess."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read, by whom, and for how much."""

    model: str = ""
    """Empty for the one that the user's settings name."""
    commit: str = ""
    span: str = ""
    session: str = ""
    limits: Limits = field(default_factory=Limits)
    keep: bool = True
    """Whether the candidates go into the inbox."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a model found, and what that cost."""

    captured: Captured
    findings: Findings
    model: str

    def to_json(self) -> dict[str, Any]:
        """`kn extract --json` (format 1), with what was spent."""
        model = {
            "name": self.model,
            **self.findings.spent.to_json(),
            "dropped": dict(self.findings.dropped),
            "stopped": self.findings.stopped,
        }
        return {**self.captured.to_json(), "model": model}


def extract_with_model(
    knowledge: Knowledge,
    wanted: Wanted,
    environment: Mapping[str, str],
    *,
    confirm: Callable[[Plan], bool],
    tell: Callable[[str], None] = lambda said: None,
) -> Extracted | None:
    """Let a model read commits or a session, once the user has seen what that would cost.

    Args:
        knowledge: The repository.
        wanted: What to read; a commit, a range or a session.
        environment: The process's own.
        confirm: Is shown the plan; sends nothing when it says no.
        tell: Gets a word on the progress.

    Returns:
        None when the user said no.

    Raises:
        KnError: There is no model, it costs too much, or it gave nothing that can be read.
    """
    endpoint = choose_model(knowledge.repo, wanted.model, environment)
    model = open_model(endpoint)
    passages, read = _passages(knowledge, wanted, environment)
    if not passages:
        return Extracted(Captured((), read), Findings((), Spent()), endpoint.model)
    plan = plan_questions(
        passages,
        endpoint,
        schema=knowledge.schema,
        redactor=make_redactor(knowledge, environment, more=(endpoint.key or "",)),
        limits=wanted.limits,
    )
    if not confirm(plan):
        return None
    findings = ask_parts(plan, model, schema=knowledge.schema, tell=tell)
    captured = Captured(findings.candidates, read)
    if wanted.keep:
        with locked(knowledge.state / "capture", LOCK_WAIT):
            captured = keep_candidates(knowledge, captured)
    return Extracted(captured, findings, endpoint.model)


def _passages(
    knowledge: Knowledge, wanted: Wanted, environment: Mapping[str, str]
) -> tuple[list[Passage], int]:
    """The texts that are wanted, and how many commits or turns were read for them."""
    if wanted.session:
        return session_passages(knowledge, wanted.session, environment)
    if wanted.commit or wanted.span:
        commits = select_commits(knowledge, commit=wanted.commit, span=wanted.span)
        return commit_passages(knowledge, commits), len(commits)
    raise KnError(
        "Nothing is named that the model should read.",
        hint="Say --commit, --range or --session beside --llm.",
    )


def commit_passages(knowledge: Knowledge, commits: Iterable[Commit]) -> list[Passage]:
    """The messages that may say something: no reverts, merges, releases, bumps.

    Raises:
        KnError: There are too many.
    """
    telling = []
    for commit in commits:
        message = parse_message(commit.message)
        if not is_revert(message) and not is_routine(message):
            telling.append(commit)
    if len(telling) > COMMITS_MOST:
        raise KnError(
            f"{len(telling):,} commits are too many for one reading; {COMMITS_MOST:,} are not.",
            hint="Name a shorter range.",
        )
    return [
        Passage(
            "commit",
            commit.message,
            Evidence(commit=commit.id),
            tuple(
                path
                for path in git.paths_of(knowledge.repo, commit.id)
                if not path.startswith(f"{knowledge.folder}/")
            ),
        )
        for commit in telling
    ]


def session_passages(
    knowledge: Knowledge, named: str, environment: Mapping[str, str]
) -> tuple[list[Passage], int]:
    """What user and assistant said in a session, and the number of turns that were read.

    What tools answered stays here; only the names of the files that they changed go along. What
    the user took back is left out.

    Raises:
        KnError: There is no such session.
    """
    log = open_session(Path.cwd(), named, environment)
    said: list[Passage] = []
    size = read = 0
    for turn in log.turns:
        read += 1
        size += tokens.count(turn.text)
        if turn.rewound:
            continue
        paths = _inside(knowledge, turn)
        if turn.role != "tool":
            said.append(Passage(turn.role, turn.text, Evidence(), paths))
        elif paths and said:
            last = said[-1]
            said[-1] = replace(last, paths=tuple(dict.fromkeys((*last.paths, *paths))))
    name = source_name(log.heading.agent, log.heading.session or log.path.stem)
    source = Evidence(session=name, source_tokens=size)
    return [replace(passage, source=source) for passage in said], read


def _inside(knowledge: Knowledge, turn: Turn) -> tuple[str, ...]:
    """The turn's files that lie in this repository, relative to its top."""
    found = []
    for name in turn.files:
        path = os.path.normpath(Path(turn.cwd or knowledge.top) / name)
        relative = os.path.relpath(path, knowledge.top)
        if not relative.startswith("..") and not relative.startswith(f"{knowledge.folder}/"):
            found.append(relative.replace(os.sep, "/"))
    return tuple(found)
