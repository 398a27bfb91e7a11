"""How fast a client may call: a leaky bucket for each."""

import time
from dataclasses import dataclass


@dataclass
class Bucket:
    """Water that leaks out at a steady rate; a call adds a drop, a full bucket refuses."""

    level: float = 0.0
    updated: float = 0.0


class Limiter:
    """One bucket a client."""

    def __init__(self, rate, capacity, now=time.monotonic):
        self.rate = rate
        self.capacity = capacity
        self.now = now
        self.buckets = {}

    def allow(self, client):
        """Whether a call may pass, and if not, the seconds until one may."""
        now = self.now()
        bucket = self.buckets.setdefault(client, Bucket(updated=now))
        bucket.level = max(0.0, bucket.level - (now - bucket.updated) * self.rate)
        bucket.updated = now
        if bucket.level + 1 > self.capacity:
            return False, (bucket.level + 1 - self.capacity) / self.rate
        bucket.level += 1
        return True, 0.0
