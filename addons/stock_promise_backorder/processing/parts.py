"""Promises of a part: where the customer takes what there is, the rest has no date.

What a demand has then is not one date but quantities by their dates. More is better
than sooner, as it is when a part is promised: the whole is tried first. Only who must
not be worse off in any respect compares day by day.
"""

#: smaller differences are no quantity
TINY = 1e-6


def quantities(parts):
    """How much of each line has a date, from its [(date, quantity)]."""
    return tuple(sum(quantity for __, quantity in line) for line in parts)


def parts_of(confirmations):
    """[(date, quantity)] of each confirmation."""
    return [
        tuple((piece.arrival, piece.quantity) for piece in confirmation.pieces)
        for confirmation in confirmations
    ]


def compare(had, has):
    """1 if more is promised than before of some line and less of none, 0 if the same
    of all, else -1."""
    differences = [now - was for was, now in zip(had, has, strict=True)]
    if any(difference < -TINY for difference in differences):
        return -1
    return int(any(difference > TINY for difference in differences))


def is_never_worse(before, after, day):
    """Whether at the end of each day as much has arrived as before, of every line.

    :param before: [(date, quantity)] of each line
    :param after: the same
    :param day: callable(number of the line, date) -> its day
    """
    for number, (had, has) in enumerate(zip(before, after, strict=True)):
        for date, __ in had:
            end = day(number, date)
            was, now = (
                sum(quantity for each, quantity in parts if day(number, each) <= end)
                for parts in (had, has)
            )
            if now < was - TINY:
                return False
    return True


def capped(line, quantity):
    """A line of which no more is given than it has, or less."""
    return line._replace(quantity=quantity, partial=True)
