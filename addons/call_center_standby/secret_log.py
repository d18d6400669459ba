"""Keeps webhooks' tokens out of the log of a server that has no database yet.

`call_center` does the same once it is loaded; to import it from here would load all of
it into every server.
"""

import logging
import re

_TOKEN = re.compile(r"(/call_center/+[^/\s]+/+)[^/\s?#\"']+")


def mask(record):
    """A filter that changes the record and keeps it."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            _TOKEN.sub(r"\1***", value) if isinstance(value, str) else value
            for value in record.args
        )
    if isinstance(record.msg, str):
        record.msg = _TOKEN.sub(r"\1***", record.msg)
    return True


logging.getLogger("werkzeug").addFilter(mask)
