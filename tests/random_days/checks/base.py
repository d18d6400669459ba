# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What checks have in common."""

from typing import NamedTuple

from ..count import SMALL


class Complaint(NamedTuple):
    """What a check found wrong: what comes before a colon tells one fault from
    another, the rest is about this day."""

    check: int
    words: str


class View(NamedTuple):
    """A step, and the tables before and after it."""

    day: object
    step: object
    before: object  # Count, of the moment at which the step begins
    after: object
    messages: tuple  # see Floor.messages, before
    told: tuple  # likewise, after
    note: str  # what came of it

    @property
    def refused(self):
        return self.note.startswith("refused")


def complaint(check, words):
    return Complaint(check, words)


def near(one, other):
    return abs(one - other) < SMALL
