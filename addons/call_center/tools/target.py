"""Where a call can be sent: a number, a queue or agent by name, a SIP address.

Plain Python. ``queue:sales`` names a queue where a bare name would mean an agent.
"""

import re

QUEUE = "queue:"
_NAME = re.compile(r"\+?[\w.\-]{1,64}")
_QUEUE = re.compile(r"queue:[\w.\-]{1,64}")
_SIP = re.compile(r"sips?:[\w.\-+]{1,64}@[\w.\-]{1,128}(?::\d{1,5})?", re.I)


def is_sip(text):
    return bool(_SIP.fullmatch(text or ""))


def is_queue(text):
    return bool(_QUEUE.fullmatch(text or ""))


def is_target(text):
    """Whether a telephone system could dial this."""
    return bool(_NAME.fullmatch(text or "")) or is_queue(text) or is_sip(text)


def fits(text, kind):
    """Whether lines of a kind can: sipgate's reach numbers only."""
    return kind != "sipgate" or not (is_queue(text) or is_sip(text))
