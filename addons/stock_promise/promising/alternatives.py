"""What could be had sooner instead: the same from another warehouse, or something else.

An alternative stands for one line alone, while all others stay as they were promised.
It rests on what is on hand and on its way; nothing is bought or made for it.
"""

from .allocation import _confirm


def find_alternatives(
    confirmations, options, timelines, schedules, rules=None, one_delivery=False
):
    """Which of the options are sooner than the lines that they stand for, or bring all
    where these bring a part.

    :param confirmations: those of the request, taken from ``timelines``
    :param options: [(index of the line, :class:`~.values.Line` instead of it)]
    :param one_delivery: all lines arrive together
    :return: [(option's number, its :class:`~.values.Confirmation`, when the line would
        be with the customer)], in the order of the options
    """
    found = []
    for number, (index, line) in enumerate(options):
        own = confirmations[index]
        if own.waits:
            continue  # another line keeps it back
        # What a replenishment brings for it would be missing if it were given back.
        claims = () if own.planned else own.claims
        _give_back(claims, timelines, rules)
        try:
            schedule = schedules[line.warehouse_id]
            instead = _confirm(line, timelines, schedule, None, rules)
        finally:
            _give_back(claims, timelines, rules, -1)
        arrival = instead.promised
        if arrival is None:
            continue
        if one_delivery:
            others = [
                confirmation.alone
                for other, confirmation in enumerate(confirmations)
                if other != index and confirmation.alone
            ]
            arrival = max([arrival, *others])
        if own.promised is None or own.short or arrival < own.promised:
            found.append((number, instead, arrival))
    return found


def _give_back(claims, timelines, rules, sign=1):
    for claim in claims:
        key = claim.product_id, claim.warehouse_id
        if key in timelines:
            timelines[key].add_demand(claim.day, -sign * claim.quantity)
    if rules:
        rules.take(claims, -sign)
