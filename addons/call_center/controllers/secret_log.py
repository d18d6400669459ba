"""Keeps webhooks' tokens out of the server's log.

Providers can be given an address and little else, so the token is part of it; and the
server writes the address of each request down.
"""

import logging
import re

_TOKEN = re.compile(r"(/call_center/+[^/\s]+/+)[^/\s?#\"']+")


def masked(value):
    """A text without the tokens in the addresses that it names."""
    if isinstance(value, str) and "/call_center/" in value:
        return _TOKEN.sub(r"\1***", value)
    return value


class MaskTokens(logging.Filter):
    def filter(self, record):
        record.msg = masked(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(masked, record.args))
        return super().filter(record)


logging.getLogger("werkzeug").addFilter(MaskTokens())
