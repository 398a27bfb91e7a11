"""Digests of files, kept by content: a file that was judged once is not read again."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from kn.adapters import store
from kn.adapters.halves import in_halves
from kn.adapters.words import load_stemmer
from kn.core.check.digest import SHAPE, Digest, Found, digest_item, judge_text, restore
from kn.core.check.letters import find_hidden
from kn.core.yaml.loaded import MAX_BYTES
from kn.flows.knowledge import Knowledge
from kn.flows.redaction import make_redactor, redactor_stamp
from kn.flows.views.shelve import Read

Sort = Literal["item", "text", "document"]
"""An item; another text among the items; a text elsewhere that an item names."""

AT_ONCE = 500
"""Files that are in memory at once; a guess."""
MANY = 400
"""New files from which a second process takes half of them: forking costs about 20 ms, and an
item about 1 ms."""


class Digests:
    """The digests of one clone, for one set of kinds and secrets."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._path = knowledge.state / "check"
        kinds = zlib.crc32(repr(sorted(knowledge.schema.kinds.items())).encode())
        self._stamp = (SHAPE, kinds, redactor_stamp(knowledge, os.environ))
        kept = store.load(self._path)
        sound = isinstance(kept, tuple) and len(kept) == 2 and kept[0] == self._stamp
        self._kept: dict[str, Any] = kept[1] if sound and kept else {}
        self._asked: dict[str, Any] = {}
        self._changed = False

    def of(self, sort: Sort, blobs: Iterable[str], read: Read) -> Mapping[str, Digest]:
        """Blob id -> digest; that one could not be read is a finding of its own, and not kept."""
        wanted = {blob: f"{sort} {blob}" for blob in blobs}
        missing = [blob for blob, key in wanted.items() if key not in self._kept]
        unread = self._take(sort, missing, read) if missing else set()
        found = {}
        for blob, key in wanted.items():
            if blob in unread:
                found[blob] = Digest((Found("KN001", 1, 1, "the content could not be read"),))
            else:
                self._asked[key] = self._kept[key]
                found[blob] = restore(self._kept[key])
        return found

    def save(self) -> None:
        """Write what was added; what this check did not ask for goes once it outweighs the rest."""
        if len(self._kept) > 4 * len(self._asked) + 1000:
            self._kept, self._changed = dict(self._asked), True
        if self._changed:
            store.save(self._path, (self._stamp, self._kept))

    def _take(self, sort: Sort, missing: Sequence[str], read: Read) -> set[str]:
        """Judge what is missing; those of which the content could not be read."""
        judge = self._judge(sort)

        def work(some: Sequence[str]) -> list[Any]:
            taken = []
            for at in range(0, len(some), AT_ONCE):
                batch = list(some[at : at + AT_ONCE])
                contents = read(batch)
                taken += [(b, _plain(judge(contents[b]))) for b in batch if b in contents]
            return taken

        many = len(missing) >= MANY
        taken = in_halves(work, missing, self._knowledge.state) if many else work(missing)
        self._kept.update((f"{sort} {blob}", digest) for blob, digest in taken)
        self._changed = True
        return set(missing).difference(blob for blob, _ in taken)

    def _judge(self, sort: Sort) -> Callable[[bytes], Digest]:
        redactor = make_redactor(self._knowledge, os.environ)
        stem = load_stemmer()

        def secrets(text: str) -> list[tuple[int, int, str]]:
            return [(f.start, f.end, f.kind) for f in redactor.find(text)]

        def judge(raw: bytes) -> Digest:
            if sort == "item":
                return digest_item(raw, self._knowledge.schema, stem, secrets)
            text = raw[:MAX_BYTES].decode("utf-8", "replace")
            if sort == "document":
                return Digest(tuple(_hidden(text)))
            return Digest(tuple(judge_text(text, secrets)))

        return judge


def _plain(digest: Digest) -> tuple[Any, ...]:
    """What `marshal` takes."""
    found = tuple(tuple(f) for f in digest.found)
    return (found, *digest[1:3], tuple(digest.links), *digest[4:])


def _hidden(text: str) -> Iterable[Found]:
    for run in find_hidden(text):
        if run.code == "KN050":
            line = text.count("\n", 0, run.start) + 1
            yield Found(run.code, line, run.start - text.rfind("\n", 0, run.start), run.said)
            return  # one is enough to look at the file
