"""What several ids tell of one call.

Plain Python. A telephone system may give the call of one caller several ids: an agent
asks a colleague and connects them, a parked call is fetched, a call goes to voicemail
or to another group under a new id. What is told under each id is kept by itself, and
the call follows from all of it, so that the order in which it is told does not matter.
"""

import datetime
from typing import NamedTuple


class Facts(NamedTuple):
    """What was told under one id.

    :param is_outside: whether the other side is somebody outside
    :param is_continued: whether the call goes on under another id: then the end of
        this one is not the call's
    """

    id: str
    is_outside: bool
    is_continued: bool
    direction: str | bool
    from_number: str | bool
    to_number: str | bool
    queue: str | bool
    started_at: datetime.datetime | bool
    answered_at: datetime.datetime | bool
    ended_at: datetime.datetime | bool
    cause: str | bool


def lead(strands):
    """The id whose numbers are the call's: the customer's, and of those the first;
    None if nothing was told under any."""
    heard = [facts for facts in strands if facts.started_at]
    return min(
        heard, key=lambda f: (not f.is_outside, f.started_at, f.id), default=None
    )


def joined(strands):
    """The call's values, or {} if nothing was told under any of its ids."""
    first = lead(strands)
    if not first:
        return {}
    heard = sorted((f for f in strands if f.started_at), key=_age)
    customers = [facts for facts in heard if facts.is_outside] or heard
    answers = [facts.answered_at for facts in customers if facts.answered_at]
    queues = [facts.queue for facts in [first, *customers, *heard] if facts.queue]
    roots = [facts for facts in strands if not facts.is_continued] or strands
    last = None
    if all(facts.ended_at for facts in roots):
        last = max(roots, key=lambda facts: (facts.ended_at, facts.id))
    return {
        "external_id": first.id,
        "direction": first.direction or "in",
        "from_number": first.from_number,
        "to_number": first.to_number,
        "queue": queues[0] if queues else False,
        "started_at": min(facts.started_at for facts in customers),
        "answered_at": min(answers) if answers else False,
        "ended_at": last.ended_at if last else False,
        "cause": last.cause if last else False,
    }


def _age(facts):
    return facts.started_at, facts.id
