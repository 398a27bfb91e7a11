"""Leaky buckets that all workers share, in Redis."""

SCRIPT = """
local level = tonumber(redis.call('HGET', KEYS[1], 'level') or '0')
local updated = tonumber(redis.call('HGET', KEYS[1], 'updated') or ARGV[3])
level = math.max(0, level - (ARGV[3] - updated) * ARGV[1])
local refused = level + 1 > tonumber(ARGV[2])
if not refused then level = level + 1 end
redis.call('HSET', KEYS[1], 'level', level, 'updated', ARGV[3])
redis.call('EXPIRE', KEYS[1], math.ceil(ARGV[2] / ARGV[1]) + 1)
if refused then return tostring((level + 1 - ARGV[2]) / ARGV[1]) end
return '0'
"""


class SharedLimiter:
    """As `gateway.limits.Limiter`, for all workers together; one round trip a call."""

    def __init__(self, redis, service, rate, capacity, now):
        self.script = redis.register_script(SCRIPT)
        self.service = service
        self.rate = rate
        self.capacity = capacity
        self.now = now

    def allow(self, client):
        """Whether a call may pass, and if not, the seconds until one may."""
        key = f"limit:{self.service}:{client}"
        wait = float(self.script(keys=[key], args=[self.rate, self.capacity, self.now()]))
        return wait == 0.0, wait
