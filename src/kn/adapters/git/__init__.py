"""The one place where kn runs git.

Every call is read-only unless its name says otherwise, uses `-z` where paths are printed,
takes no optional lock, runs no hook, refuses embedded bare repositories (hazards H10), and
never fetches. Bytes in, bytes out.
"""

from kn.adapters.git.history import (
    Commit,
    all_tips,
    changes_of,
    newest_branches,
    paths_of,
    reachable,
    read_commits,
    read_one,
    touching,
)
from kn.adapters.git.objects import (
    blobs_at,
    changed_paths,
    hash_object,
    list_tree,
    merge_base,
    object_format,
    read_blobs,
    resolve,
    subjects,
    try_resolve,
    uncommitted_paths,
)
from kn.adapters.git.place import (
    Probe,
    branch,
    config,
    config_value,
    find_repository,
    probe,
    work_trees,
)
from kn.adapters.git.process import (
    Done,
    Repository,
    attempt,
    environment,
    foreign_environment,
    git_program,
    git_version,
    run,
)

__all__ = [
    "Commit",
    "Done",
    "Probe",
    "Repository",
    "all_tips",
    "attempt",
    "blobs_at",
    "branch",
    "changed_paths",
    "changes_of",
    "config",
    "config_value",
    "environment",
    "find_repository",
    "foreign_environment",
    "git_program",
    "git_version",
    "hash_object",
    "list_tree",
    "merge_base",
    "newest_branches",
    "object_format",
    "paths_of",
    "probe",
    "reachable",
    "read_blobs",
    "read_commits",
    "read_one",
    "resolve",
    "run",
    "subjects",
    "touching",
    "try_resolve",
    "uncommitted_paths",
    "work_trees",
]
