"""Keeping a context, with everything that it depended on, for `kn.flows.quick` to repeat."""

from __future__ import annotations

from kn.flows.context import Context
from kn.flows.knowledge import Knowledge
from kn.flows.quick import keep_answer


def keep_context(
    knowledge: Knowledge, context: Context, arguments: list[str], printed: str, started_ns: int
) -> None:
    """Keep what was printed, unless it depends on more than can be watched.

    Watched are the refs that trust and the branch's work come from, the configuration, every item
    file, and the documents and anchors of the view. A trusted ref of the user's own choice, a
    bare repository and unreadable items are not kept.
    """
    probe = knowledge.probe
    if context.unreadable or probe.repo.top is None or probe.config.get("kn.trust.ref"):
        return
    common, top = probe.repo.common_dir, probe.repo.top
    default = probe.config.get("init.defaultbranch", "main")
    names = {f"refs/heads/{b}" for b in (probe.branch, default, "main", "master") if b}
    names |= {"refs/remotes/origin/HEAD", probe.origin_head or "refs/remotes/origin/main"}
    paths = [str(common / name) for name in sorted(names)]
    paths += [str(top / knowledge.folder / "config.yaml")]
    paths += [str(top / path) for path in sorted(context.watched)]
    folders = [str(top / knowledge.folder / k.folder) for k in knowledge.schema.kinds.values()]
    folders.append(str(top / knowledge.folder / "kinds"))
    keep_answer(arguments, printed, paths, folders, started_ns=started_ns)
