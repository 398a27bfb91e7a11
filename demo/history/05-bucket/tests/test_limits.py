from gateway.limits import Limiter


class Clock:
    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


def test_a_steady_caller_passes():
    clock = Clock()
    limiter = Limiter(rate=2, capacity=2, now=clock)
    for _ in range(20):
        assert limiter.allow("a1") == (True, 0.0)
        clock.seconds += 0.5


def test_a_burst_is_refused_and_told_when_to_come_again():
    limiter = Limiter(rate=2, capacity=2, now=Clock())
    assert limiter.allow("a1")[0]
    assert limiter.allow("a1")[0]
    assert limiter.allow("a1") == (False, 0.5)


def test_clients_do_not_share_a_bucket():
    limiter = Limiter(rate=2, capacity=1, now=Clock())
    assert limiter.allow("a1")[0]
    assert limiter.allow("a2")[0]
