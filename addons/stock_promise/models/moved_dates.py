"""Promised dates that have moved to another day."""

from typing import NamedTuple

from odoo import fields, models

#: supply that does not come as it was expected
SUPPLY = ("slipped", "cancelled", "short", "overdue")


class Move(NamedTuple):
    """What was moved of a line, by which change at last."""

    line: models.BaseModel
    change: models.BaseModel
    #: [(quantity, date before, date after)]; without a date: False
    units: list
    in_parts: bool

    @property
    def lost(self):
        return not all(new for __, __, new in self.units)

    @property
    def later(self):
        return any(not new or (old and new > old) for __, old, new in self.units)


def to_datetime(stored):
    """A stored text as a moment, or False."""
    return fields.Datetime.to_datetime(stored or None) or False
