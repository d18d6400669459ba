# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Faults that the random days have found and that are not mended yet.

It only gets shorter. A complaint is one of these if its check is the same and its words
match; such a complaint is counted and printed at the end, and does not fail a day.
"""

import re
from typing import NamedTuple


class Fault(NamedTuple):
    """A known fault.

    :ivar check: number of the check that complains
    :ivar words: what the complaint matches
    :ivar steps: kinds of which one is the step or was played before it; none: any
    :ivar reason: what is wrong
    """

    check: int
    words: str
    steps: tuple
    reason: str


FAULTS = (
    Fault(
        6,
        "^told without a reason",
        ("delivery date", "quantity", "policy", "another product", "promise again"),
        "a date that stays on its day is told as another",
    ),
    Fault(
        3,
        "^at risk, and should not be",
        ("route of a line",),
        "an order whose line has the route Replenish on Order is at risk as soon as it"
        " is confirmed",
    ),
    Fault(
        1,
        "^goods are reserved for nobody any more",
        ("meanwhile",),
        "what a production loses to a count, while an order is confirmed at the same"
        " moment, is reserved again only when somebody looks at it",
    ),
    Fault(
        3,
        "^at risk, and should not be",
        ("receive",),
        "a hold for a day after what is still to arrive of a receipt in parts is at"
        " risk though its goods are there in time; the count may be wrong here",
    ),
)


def known(complaint, kinds):
    """The :class:`Fault` that a complaint shows, or None.

    :param kinds: kinds of the steps that were played, in their order
    """
    for fault in FAULTS:
        if (
            fault.check == complaint.check
            and re.search(fault.words, complaint.words)
            and (not fault.steps or set(fault.steps) & set(kinds))
        ):
            return fault
    return None
