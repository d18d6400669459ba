"""What a company, and a customer, allow of a promise: how many deliveries, of which
size, how far ahead, and whether a part will do.

Each rule is a function of its own; :mod:`.allocation` asks them.
"""

from datetime import timedelta
from math import floor
from typing import NamedTuple

from .values import Confirmation

#: Of more moments at which something could leave than this, every second one is left
#: out until no more are left: the best choice among them takes their number squared.
MOST_MOMENTS = 128


class _Plan(NamedTuple):
    """Deliveries from one moment on, the later ones by ``next``."""

    #: sent by the end of this delivery
    total: float
    #: unit-days that goods are with the customer before the last delivery
    early: float
    count: int
    index: int
    next: tuple | None


def limit_shipments(shipments, step, most=0, least=0.0, first=0.0):
    """Choose the deliveries of a line within limits.

    The last delivery leaves when it would without limits: the whole can wait until
    then. Of all ways to send parts before it, in whole steps and not before they are
    there, the one is taken by which goods wait least: the sum of quantity times time
    is smallest. Of equals, the one with fewer deliveries, then the one that begins
    sooner.

    :param shipments: [(moment, quantity)] in order: what can leave when
    :param step: deliveries but the last are whole multiples of it
    :param most: how many deliveries at most; 0 for any number
    :param least: the smallest delivery, unless it is the only one
    :param first: the smallest first delivery
    :return: [(moment, quantity)]
    """
    moments, totals = _thinned(shipments)
    last = len(moments) - 1
    fronts = [[] for __ in moments]
    fronts[last] = [_Plan(totals[last], 0.0, 1, last, None)]
    tiny = step / 1e6
    for index in range(last - 1, -1, -1):
        for later in range(index + 1, last + 1):
            days = (moments[later] - moments[index]) / timedelta(days=1)
            for plan in fronts[later]:
                if most and plan.count >= most:
                    continue
                total = totals[index]
                if plan.total - total < least:
                    # what follows must not be too small
                    total = min(total, _whole(plan.total - least, step))
                if total >= max(least, step) - tiny:
                    early = plan.early + total * days
                    _keep_best(
                        fronts[index],
                        _Plan(total, early, plan.count + 1, index, plan),
                    )
    best = fronts[last][0]
    for index in range(last - 1, -1, -1):
        for plan in fronts[index]:
            if plan.total >= first - tiny and _is_better(plan, best):
                best = plan
    chosen, sent = [], 0.0
    while best:
        chosen.append((moments[best.index], best.total - sent))
        sent, best = best.total, best.next
    return chosen


def differ(shipments, others, step):
    """Whether two lists of shipments are not the same, but for rounding."""
    return len(shipments) != len(others) or any(
        moment != other_moment or abs(quantity - other) > step / 1e6
        for (moment, quantity), (other_moment, other) in zip(
            shipments, others, strict=True
        )
    )


def _thinned(shipments):
    """(moments, totals that can have left by then), not too many of them."""
    moments, totals, sent = [], [], 0.0
    for moment, quantity in shipments:
        sent += quantity
        moments.append(moment)
        totals.append(sent)
    while len(moments) > MOST_MOMENTS:
        # from the end, so that the last one stays
        moments, totals = moments[::-2][::-1], totals[::-2][::-1]
    return moments, totals


def _whole(quantity, step):
    return floor(quantity / step + 1e-9) * step


def _keep_best(front, plan):
    """Add a plan, unless another of the same moment is as good in every respect."""
    for other in front:
        if (
            other.total >= plan.total
            and other.early >= plan.early
            and other.count <= plan.count
        ):
            return
    front[:] = [
        other
        for other in front
        if other.total > plan.total
        or other.early > plan.early
        or other.count < plan.count
    ]
    front.append(plan)


def _is_better(plan, best):
    margin = 1e-9 * max(abs(plan.early), abs(best.early), 1.0)
    if abs(plan.early - best.early) > margin:
        return plan.early > best.early
    return (plan.count, plan.index) < (best.count, best.index)


def largest_part(line, attempt):
    """The largest part of a line that can be promised, where the whole cannot.

    :param attempt: callable(line) -> Confirmation that leaves no trace
    :return: the part as a :class:`~.values.Line`, or None where nothing can be
    """
    low, high = 0, _steps(line)
    while low < high:
        middle = (low + high + 1) // 2
        if attempt(_part(line, middle)).pieces:
            low = middle
        else:
            high = middle - 1
    part = _part(line, low)
    if not low or part.quantity < line.min_first - line.step / 1e6:
        return None
    return part


def _steps(line):
    """How many whole steps are less than the line."""
    return max(floor(line.quantity / line.step - 1e-9), 0)


def _part(line, steps):
    return line._replace(quantity=steps * line.step)


def within_horizon(line, schedule, confirmation):
    """The confirmation, or one without a date where that lies beyond the horizon."""
    promised = confirmation.promised
    if line.horizon is None or promised is None:
        return confirmation
    if schedule.day(promised) <= schedule.today + line.horizon:
        return confirmation
    return Confirmation(beyond=True)
