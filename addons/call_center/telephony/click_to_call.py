"""A call that a cloud provider places for an agent.

Plain Python. The provider calls the agent first, and within that call, once it is
taken, the customer. To the provider the call is one to the agent, and the customer's a
part of it; to everybody else it is the customer's call.
"""

import datetime
from typing import NamedTuple


class Placed(NamedTuple):
    """A part of such a call."""

    key: str
    name: str
    rang_at: datetime.datetime | bool
    answered_at: datetime.datetime | bool


def customers(call_id, parts):
    """The customer's (number, answer), or None if nobody but the agent was called: the
    call is then with whom the provider called.

    :param str call_id: the provider's id of the call; its own part has it for a key
    :param parts: list of :class:`Placed`
    """
    called = [part for part in parts if part.key != call_id]
    if not called:
        return None
    first = min(called, key=lambda part: (not part.rang_at, part.rang_at, part.key))
    answers = [part.answered_at for part in called if part.answered_at]
    return first.name, min(answers) if answers else False
