"""Who sees which card of a call.

Plain Python. A call is its parts: whom it rang at, who answered, who left it again.
From that follows what each agent's screen shows, and nothing else decides it: a screen
that was told of a call is told this after each change, until the call is over.
"""

import datetime
from typing import NamedTuple

#: who has a part in a call: somebody of ours, a machine (voicemail, an announcement),
#: somebody outside whom the call was handed to
AGENT, MACHINE, OUTSIDE = "agent", "machine", "outside"
_NEVER = datetime.datetime.max  # noqa: DTZ901 - without a zone, as Odoo's


class Part(NamedTuple):
    """What one telephone had to do with a call."""

    key: str
    agent: int  # a user's id, 0: nobody's whom we know
    party: str
    rang_at: datetime.datetime | None
    answered_at: datetime.datetime | None
    left_at: datetime.datetime | None


class Call(NamedTuple):
    """What is known of a call.

    :param agent: the user's id whom it was meant for or who placed it, 0: nobody
    :param parts: tuple of :class:`Part`
    """

    is_over: bool
    answered_at: datetime.datetime | None
    agent: int
    parts: tuple


class View(NamedTuple):
    """An agent's card of a call.

    :param state: what the card shows: ringing, answered, ended
    :param is_shown: whether there is a card at all
    :param spoke: whether the agent spoke with the caller
    :param turn: how often the call came to this agent: what is told of an earlier turn
        is old
    """

    state: str
    is_shown: bool
    spoke: bool
    turn: int


def talking(call):
    """The part that talks at the moment, or None: who answered last and is still
    there. Providers that do not tell who leaves tell who answers."""
    there = [part for part in call.parts if _is_talk(part) and not part.left_at]
    if call.is_over or not there:
        return None
    return max(there, key=lambda part: (part.answered_at, part.key))


def spoke_last(call):
    """The part of the agent who talks or talked last, or None: who is still there, else
    who left last; of several the last to answer."""
    talks = [part for part in call.parts if _is_talk(part) and part.agent]
    return max(
        talks,
        key=lambda part: (part.left_at or _NEVER, part.answered_at, part.key),
        default=None,
    )


def handed_over(call):
    """{agent: when they left} of those who spoke and speak no more, though the call may
    go on. Where nobody tells who leaves, it is when the next one answers."""
    ends = {}
    for part in call.parts:
        if not (_is_talk(part) and part.agent):
            continue
        later = [
            other.answered_at
            for other in call.parts
            if other.answered_at and other.answered_at > part.answered_at
        ]
        left = part.left_at or min(later, default=None)
        if left:
            ends[part.agent] = max(left, ends.get(part.agent, left))
    return ends


def is_named(call):
    """Whether it is known whom a call is for."""
    return bool(call.agent or call.parts)


def view(call, agent):
    """An agent's :class:`View` of a call."""
    mine = [part for part in call.parts if part.agent == agent]
    if not mine and call.agent == agent:
        mine = [_placed(call)]
    turn = len(mine) + sum(_came_back(call, part) for part in mine)
    spoke = any(_is_talk(part) for part in mine) or _answers_unnamed(call, mine)
    if call.is_over:
        is_missed = not call.answered_at and (bool(mine) or not is_named(call))
        return View("ended", spoke or is_missed, spoke, turn)
    now = talking(call)
    is_unnamed = _answers_unnamed(call, mine) and not all(p.left_at for p in mine)
    if is_unnamed or (now and now.agent == agent):
        return View("answered", True, True, turn)
    if any(_rings(call, part) for part in mine):
        return View("ringing", True, spoke, turn)
    if spoke:
        return View("ended", True, True, turn)
    if call.answered_at:
        return View("answered", False, False, turn)
    if mine:
        # given up here, or a machine took it; another telephone may still ring
        taken = any(part.answered_at for part in call.parts)
        return View("ended" if taken else "ringing", taken, False, turn)
    return View("ringing", not is_named(call), False, turn)


def _is_talk(part):
    return bool(part.answered_at) and part.party == AGENT


def _came_back(call, part):
    """How often the caller came back to an agent who was still there, since whom they
    were to be handed to left again."""
    return sum(
        1
        for other in call.parts
        if other.left_at
        and _is_talk(other)
        and _is_talk(part)
        and part.answered_at < other.answered_at
        and other.left_at < (part.left_at or _NEVER)
    )


def _placed(call):
    """The part of whom a call is for that no event named."""
    return Part("", call.agent, AGENT, None, None, None)


def _answers_unnamed(call, mine):
    """An answer that names nobody is that of whom alone the call rang at."""
    return (
        bool(call.answered_at)
        and not any(_is_talk(part) for part in call.parts)
        and any(part.agent == call.agent for part in mine)
    )


def _rings(call, part):
    """A telephone rings until anybody answers; who is rung after that is handed the
    call."""
    if part.answered_at or part.left_at:
        return False
    answers = [other.answered_at for other in call.parts if other.answered_at]
    if not answers and call.answered_at:
        answers = [call.answered_at]
    if not answers:
        return True
    if not part.rang_at:
        return False
    # moments are whole seconds; where it is told who leaves, a telephone that stops
    # ringing is told of, too, and so the same second is late enough
    tells = any(other.left_at for other in call.parts)
    last = max(answers)
    return part.rang_at >= last if tells else part.rang_at > last
