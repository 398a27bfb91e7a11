"""How long pure work takes, so that a busy machine changes no verdict: CPU time, and growth."""

import time
from collections.abc import Callable

TRIES = 3
FAST = 0.15
"""CPU seconds that are too few for growth to be told from noise, and that nobody minds; a guess."""


def cpu_seconds(work: Callable[[], object]) -> float:
    """The CPU time of this process for the work, once."""
    started = time.process_time()
    work()
    return time.process_time() - started


def takes_at_most(seconds: float, work: Callable[[], object]) -> bool:
    """Whether one of several tries needs no more CPU time."""
    return any(cpu_seconds(work) <= seconds for _ in range(TRIES))


def grows_in_proportion(work_of: Callable[[int], Callable[[], object]], most: int) -> bool:
    """Whether eight times as much takes about eight times as long, and not sixty-four times.

    Args:
        work_of: A size -> the work, with its input made already.
        most: The larger size.
    """
    small, large = work_of(most // 8), work_of(most)
    for _ in range(TRIES):
        long = cpu_seconds(large)
        if long <= FAST or long <= 20 * min(cpu_seconds(small) for _ in range(TRIES)):
            return True
    return False
