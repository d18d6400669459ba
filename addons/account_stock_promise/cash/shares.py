"""Amounts in whole cents, divided so that the parts always add up.

A part is the difference of two rounded running totals: what one part is rounded up by,
a later one is rounded down by, and the sum is the amount to the cent.
"""


def divided(amount, weight, whole):
    """``amount * weight / whole``, to the nearest cent; halves up."""
    if whole < 0:
        amount, whole = -amount, -whole
    return (2 * amount * weight + whole) // (2 * whole)


def share(amount, weights):
    """[cents] for each weight; all of it to the last where they are nothing."""
    whole = sum(weights)
    if not whole:
        return [0] * (len(weights) - 1) + [amount] if weights else []
    parts, running, before = [], 0, 0
    for weight in weights:
        running += weight
        upto = divided(amount, running, whole)
        parts.append(upto - before)
        before = upto
    return parts


def matrix(rows, columns):
    """[[cents]]: each row divided over the columns in proportion. Each row adds up to
    its own amount and each column to its own; both add up to the same whole.

    :raise ValueError: where they do not
    """
    whole = sum(columns)
    if sum(rows) != whole:
        raise ValueError(f"rows are {sum(rows)} together, columns {whole}")
    if not whole:
        # nothing is owed in the end: what is on the lines cancels out at once
        first = [0] * len(columns)
        return [[row, *first[1:]] for row in rows] if columns else []
    cells, above, x = [], [0] * len(columns), 0
    for row in rows:
        x += row
        upto, y = [], 0
        for column in columns:
            y += column
            upto.append(divided(x, y, whole))
        line, left = [], 0
        for total, over in zip(upto, above, strict=True):
            line.append(total - over - left)
            left = total - over
        cells.append(line)
        above = upto
    return cells
