"""What a message must hold before any rule of `kn.core.capture` can propose something.

Most commits say nothing worth keeping. This looks for plain words, in microseconds, where loading
the rules costs five times a start of Python. It is an upper bound of what the marks in `cues` can
add up to: a test holds every entry against its cue.
"""

LEAST = 3.0
"""The marks that the best sentence of a message needs (`kn.core.capture.prose`)."""

STATED = (
    "decision", "rejected", "ruled-out", "ruled out", "alternative:", "constraint", "directive",
    "convention", "gotcha", "warn:", "warn ", "incident", "owner:", "owner ",
)  # fmt: skip
"""Words of the trailers, of which one is enough."""

MARKS: dict[str, tuple[float, tuple[str, ...]]] = {
    "decided": (4, ("decided", "chose", "opted", "settled", "agreed", "verdict:")),
    "alternative": (3, ("alternative", "could", "considered")),
    "instead-of": (1.5, ("instead of", "rather than", "in favo", "over a", "without", ", not ")),
    "switch": (2, ("switch", "migrat", "chang", "mov")),
    "deliberate": (2, ("deliberate", "by design", "by contract", "by construction", "intentional",
                       "on purpose", "principle", "invariant")),
    "deferred": (2.5, ("defer", "not worth")),
    "place": (1.5, ("own", "belong", "now live", "stay", "only advertises", "only holds",
                    "only knows", "only exposes", "responsib")),
    "source-of-truth": (3, ("source of truth", "canonical")),
    "default": (2, ("opt-in", "opt-out", "by default", "behind a", "privilege", "fail")),
    "contrast-reason": (1.5, ("instead of", "rather than")),
    "never": (1.5, ("never", "always", "may", "only")),
    "must": (1.5, ("must",)),
    "rule-reason": (1, ("must", "never", "always")),
    "ask": (4, ("ask ",)),
    "no-longer": (0.5, ("no longer",)),
    "reason-for": (3, ("the reason", "better to", "than")),
    "cannot": (1.5, ("n't", "cannot", "can not", " not", "only", "has no", "without warning")),
    "harm": (1.5, ("silent", "hang", "deadlock", "crash", "race", "orphan", "corrupt", "bypass",
                   "break", "error", "forever", "stall", "opaque")),
    "avoids": (1.5, ("avoid", "prevent", "so ")),
    "limit-so": (1.5, ("n't", "cannot", "not", "has no", "only")),
    "trap": (2.5, ("footgun", "gotcha", "caveat", "beware", "turns out", "pitfall", "hit", "quirk",
                   "workaround", "known ", "note that")),
    "would": (1, ("would",)),
    "outage": (3, ("outage", "incident", "mortem", "root cause", "went down", "data loss",
                   "broke prod", "in prod")),
    "reason": (1, ("because", "since", "so that")),
    "purpose": (1, ("so ", "to avoid", "to prevent", "to keep", "to ensure", "which would")),
    "aside": (0.5, ("— ", "-- ", ": ")),
}  # fmt: skip
"""Cue -> its weight, and plain words of which its pattern needs one."""


def may_tell(message: str) -> bool:
    """Whether a message may hold something; False is certain, True is not."""
    lower = " ".join(message.lower().replace("’", "'").split())
    if any(word in lower for word in STATED) or "instead of" in lower or "rather than" in lower:
        return True
    most = sum(weight for weight, words in MARKS.values() if any(w in lower for w in words))
    return most >= LEAST
