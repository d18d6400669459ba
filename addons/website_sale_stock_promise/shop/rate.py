"""How often one address may ask: a bucket that refills evenly, in the memory of each
worker, so that looking writes nothing."""

import threading
import time
from collections import OrderedDict

#: addresses that a worker remembers
MOST = 10_000

_lock = threading.Lock()
_buckets = OrderedDict()


def is_too_often(address, per_minute, now=None):
    """Whether one more question of this address is one too many.

    :param per_minute: questions in a minute; 0 for any number
    """
    if not per_minute:
        return False
    now = time.monotonic() if now is None else now
    with _lock:
        level, at = _buckets.pop(address, (0.0, now))
        level = max(0.0, level - (now - at) * per_minute / 60)
        refused = level + 1 > per_minute
        _buckets[address] = (level if refused else level + 1, now)
        if len(_buckets) > MOST:
            _buckets.popitem(last=False)
    return refused


def forget():
    """Begin again, for tests."""
    with _lock:
        _buckets.clear()
