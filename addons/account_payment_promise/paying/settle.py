# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What became of a customer's promises to pay, from what was matched with their items.

Plain Python, no ORM. Each payment counts once: for the promise with the earliest day
that names its item, was given before the match, and was to be kept on the payment's day
or later. What is more than that promise goes on to the next one.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

OPEN, KEPT, PARTLY, BROKEN, LAPSED = "open", "kept", "partly", "broken", "lapsed"


class Promised(NamedTuple):
    """A promise to pay.

    :param day: the last day on which it is kept
    :param items: the ids of the items that it is for
    :param after: matches with an id up to this one were there before it was given
    :param bounced: a payment that counted for it was undone
    """

    id: int
    amount: float
    day: date
    items: frozenset
    after: int
    bounced: bool


class Match(NamedTuple):
    """An amount matched with an item on a day: a payment, or a credit note."""

    id: int
    item: int
    amount: float
    day: date
    is_payment: bool


class Outcome(NamedTuple):
    """``paid`` is what counts for the promise, ``state`` one of the states above."""

    paid: float
    state: str


def settle(
    promises: Iterable[Promised], matches: Iterable[Match], today: date, cent: float
) -> dict[int, Outcome]:
    """The outcome of each promise of one customer in one currency.

    :param matches: of all items that the promises name
    :param today: the promise of a day that is not over is open
    :param cent: the smallest amount of the currency
    """
    promises = sorted(promises, key=lambda promise: (promise.day, promise.id))
    paid = dict.fromkeys((promise.id for promise in promises), 0.0)
    credited = dict(paid)
    for match in sorted(matches, key=lambda match: (match.day, match.id)):
        left = match.amount
        for promise in promises:
            if left < cent / 2:
                break
            wanted = promise.amount - paid[promise.id] - credited[promise.id]
            if (
                match.item in promise.items
                and match.id > promise.after
                and match.day <= promise.day
                and wanted >= cent / 2
            ):
                part = min(left, wanted)
                counted = paid if match.is_payment else credited
                counted[promise.id] += part
                left -= part
    outcomes = {}
    for promise in promises:
        got = paid[promise.id]
        wanted = promise.amount - credited[promise.id]
        outcomes[promise.id] = Outcome(got, _state(promise, got, wanted, today, cent))
    return outcomes


def _state(promise, paid, wanted, today, cent):
    if wanted < cent / 2:
        return LAPSED  # a credit note has taken its place
    if paid > wanted - cent / 2:
        return KEPT
    if today <= promise.day and not promise.bounced:
        return OPEN
    return PARTLY if paid >= cent / 2 else BROKEN
