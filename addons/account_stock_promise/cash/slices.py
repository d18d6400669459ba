"""An order line cut into slices, each of which has one date of each kind.

An order line may be delivered in parts, invoiced in others, its invoices due in
instalments, these paid bit by bit. Joining the four multiplies. Here the line is laid
out along its quantity instead: what is delivered first is invoiced first. Where the
delivery or the invoice changes, there is a cut. What is invoiced of a slice is divided
over the instalments of its invoice and over their payments in proportion to amounts.
Each cent that was ordered, invoiced or paid is in one slice.

Quantities are whole numbers of millionths, amounts whole cents.
"""

from datetime import date
from typing import NamedTuple

from .shares import matrix, share

MILLION = 1_000_000
#: what became of an amount that was invoiced
PAID, CLEARED, OPEN = "paid", "cleared", "open"


def millionths(quantity):
    return round(quantity * MILLION)


class Delivery(NamedTuple):
    """Goods that left, or came back (a negative quantity)."""

    quantity: int
    shipped: date | None
    delivered: date | None


class Part(NamedTuple):
    """A part of what is promised, with a day of its own."""

    quantity: int
    promised: date | None


class Billed(NamedTuple):
    """What a line of an invoice says of the order line; negative on credit notes.

    Where several order lines share the line of the invoice, ``amount`` is this one's
    and ``before`` that of those before it.
    """

    invoice_line: int
    invoice: int
    quantity: int
    amount: int
    before: int = 0


class Settlement(NamedTuple):
    """A part of an instalment: paid, cleared otherwise, or still open."""

    instalment: int
    due: date | None
    amount: int
    outcome: str
    day: date | None = None


class Invoice(NamedTuple):
    """A posted invoice or credit note."""

    day: date
    #: {invoice line: cents}: all lines, in their order
    lines: dict
    settlements: tuple


class Line(NamedTuple):
    quantity: int
    amount: int
    deliveries: tuple = ()
    parts: tuple = ()
    billed: tuple = ()


class Slice(NamedTuple):
    """``ordered`` and ``invoiced`` are cents; the quantity is that of the stretch of
    the order line, in its first slice."""

    quantity: int
    ordered: int
    invoiced: int = 0
    promised: date | None = None
    delivery: Delivery | None = None
    billed: Billed | None = None
    invoice: Invoice | None = None
    settlement: Settlement | None = None


class Stretch(NamedTuple):
    """A piece of the order line before its invoice is divided."""

    quantity: int
    ordered: int = 0
    promised: date | None = None
    delivery: Delivery | None = None
    billed: Billed | None = None


def cut(line, invoices):
    """[:class:`Slice`] of an order line.

    :param invoices: {id: :class:`Invoice`} of those that are billed
    """
    stretches = [*_along(line)]
    slices = [
        Slice(
            piece.quantity,
            piece.ordered,
            promised=piece.promised,
            delivery=piece.delivery,
        )
        for piece in stretches
        if not piece.billed
    ]
    for number in dict.fromkeys(billed.invoice for billed in line.billed):
        own = [
            piece
            for piece in stretches
            if piece.billed and piece.billed.invoice == number
        ]
        slices += _settled(own, invoices[number])
    return slices


def _along(line):
    """The stretches of a line: what was ordered in order of its quantity, then what is
    beside it: credit notes, and what they take back."""
    sign = -1 if line.quantity < 0 else 1
    whole = abs(line.quantity)
    delivered = _net(
        (one, one.quantity * sign) for one in line.deliveries if one.quantity
    )
    billed = [(one, one.quantity * sign) for one in line.billed if one.quantity]
    if not whole:
        # a down payment: nothing is ordered, each invoice counts by itself
        on_axis, beside = [], billed
    else:
        on_axis, beside = _apart(billed)
    goods = _bounds(delivered)
    paper = _bounds(on_axis)
    parts = _bounds([(part, part.quantity) for part in line.parts])
    ends = {whole, *(end for __, end in (*goods, *paper) if end)}
    ends |= {end for __, end in parts if end < whole}
    start, pieces = 0, []
    for end in sorted(end for end in ends if end > 0):
        delivery, part = _at(goods, start), _at(parts, start)
        pieces.append(
            Stretch(
                (end - start) * sign,
                promised=part and part.promised,
                delivery=delivery,
                billed=_at(paper, start),
            )
        )
        start = end
    inside, reached = [], 0
    for piece in pieces:
        inside.append(abs(piece.quantity) if reached < whole else 0)
        reached += abs(piece.quantity)
    amounts = share(line.amount, inside)
    yield from (
        piece._replace(ordered=amount)
        for piece, amount in zip(pieces, amounts, strict=True)
    )
    if not whole and line.amount:
        yield Stretch(0, ordered=line.amount)
    yield from (Stretch(quantity * sign, billed=one) for one, quantity in beside)
    yield from (Stretch(0, billed=one) for one in line.billed if not one.quantity)


def _net(steps):
    """What is left of what was delivered: what comes back is of what went last."""
    left = []
    for one, quantity in steps:
        if quantity > 0:
            left.append((one, quantity))
        else:
            _take_back(left, -quantity)
    return left


def _apart(steps):
    """What invoices cover of what was ordered, and what is beside it: credit notes, and
    as much of the invoices, from the last one back."""
    left, beside = [], []
    for one, quantity in steps:
        if quantity > 0:
            left.append((one, quantity))
        else:
            beside += _take_back(left, -quantity)
            beside.append((one, quantity))
    return left, beside


def _take_back(left, quantity):
    taken = []
    while quantity > 0 and left:
        one, there = left.pop()
        back = min(there, quantity)
        taken.append((one, back))
        quantity -= back
        if there > back:
            left.append((one, there - back))
    return taken


def _bounds(steps):
    """[(what, where it ends)]"""
    bounds, end = [], 0
    for one, quantity in steps:
        end += quantity
        bounds.append((one, end))
    return bounds


def _at(bounds, start):
    """What lies just after ``start``."""
    return next((one for one, end in bounds if end > start), None)


def _settled(stretches, invoice):
    """Slices of the stretches of one invoice."""
    by_line = {}
    for piece in stretches:
        by_line.setdefault(piece.billed.invoice_line, []).append(piece)
    columns = [one.amount for one in invoice.settlements]
    rows = list(invoice.lines.values())
    if not columns:
        cells = [[row] for row in rows]
    else:
        cells = matrix(rows, columns)
    settlements = invoice.settlements or (
        Settlement(0, invoice.day, 0, CLEARED, invoice.day),
    )
    slices = []
    for number, row in zip(invoice.lines, cells, strict=True):
        own = by_line.get(number)
        if not own:
            continue
        # the part of the invoice line that is this order line's
        claimed = sum(piece.billed.quantity and piece.quantity for piece in own)
        weights = [piece.quantity for piece in own] if claimed else [1] * len(own)
        by_piece = _by_piece(row, weights, own[0].billed, invoice.lines[number])
        for piece, cents in zip(own, by_piece, strict=True):
            ordered = share(piece.ordered, [abs(amount) for amount in cents])
            first = True
            for settlement, amount, part in zip(
                settlements, cents, ordered, strict=True
            ):
                if not amount and not part and not first:
                    continue
                slices.append(
                    Slice(
                        piece.quantity if first else 0,
                        part,
                        amount,
                        piece.promised,
                        piece.delivery,
                        piece.billed,
                        invoice,
                        settlement,
                    )
                )
                first = False
    return slices


def _by_piece(row, weights, billed, amount):
    """[[cents of each settlement]] for each stretch of an invoice line. Where several
    order lines share the invoice line, ``billed`` says how much of it is this one's."""
    if billed.amount != amount:
        rest = amount - billed.before - billed.amount
        parts = [billed.before, billed.amount, rest]
        row = [share(cents, parts)[1] for cents in row]
    return [
        list(cents) for cents in zip(*(share(c, weights) for c in row), strict=True)
    ]
