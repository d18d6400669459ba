"""The parts of a line as they were promised one after the other: which of its units
were moved to another day, and whether those promised first came on their days.

What is kept of parts is ``[{"from", "quantity", "date"}]``: so many units of the line,
after the first *from*. It says which units a part is about, also when some were
delivered and promised no more, or when more was ordered."""

from itertools import pairwise

from odoo import api, fields, models

from ..plain_json import PlainJson
from .moved_dates import to_datetime
from .part import Part

#: less than this is no quantity, but what is left of a sum
NOTHING = 1e-6


def moved_units(old, new):
    """[(quantity, date before, date after)] of units whose moment is another one.

    What was ordered more since then follows the last of what was promised.
    """
    start = max(old[0]["from"], new[0]["from"])
    end = new[-1]["from"] + new[-1]["quantity"]
    cuts = {part["from"] for part in (*old, *new) if start < part["from"] < end}
    cuts = sorted({start, *cuts, end})
    moved = []
    for low, high in pairwise(cuts):
        dates = [
            next(part["date"] for part in reversed(parts) if part["from"] <= low)
            for parts in (old, new)
        ]
        if high - low > NOTHING and dates[0] != dates[1]:
            moved.append((high - low, *map(to_datetime, dates)))
    return moved


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    # Technical: the parts that were promised first, as the history keeps them.
    first_parts = PlainJson(readonly=True, copy=False)
    first_part_late = fields.Boolean(
        string="A Part of the First Promise Was Late",
        readonly=True,
        copy=False,
        help="A part was with the customer later than on the day promised first.",
    )

    def _was_promised(self):
        self.ensure_one()
        return bool(self.first_promised_date or self.first_parts)

    def _promised_parts(self):
        """The parts of this line as it was last promised, one for the whole."""
        self.ensure_one()
        (answer,) = self._answered()
        # whatever is agreed to by now: what was promised counts
        parts = self._parts_of(
            answer.get("schedule"), 0.0 if self.promised_date else self.undated_quantity
        )
        if not parts or (not self.promised_date and all(p.arrival for p in parts)):
            return self._whole(self.promised_date, self.delivered_quantity)
        start = max(self.quantity - sum(part.quantity for part in parts), 0.0)
        kept = []
        for part in parts:
            date = fields.Datetime.to_string(part.arrival) or False
            if kept and kept[-1]["date"] == date:
                kept[-1]["quantity"] += part.quantity
            else:
                kept.append({"from": start, "quantity": part.quantity, "date": date})
            start += part.quantity
        return kept

    def _whole(self, date, start=0.0):
        return [
            {
                "from": start,
                "quantity": max(self.quantity - start, 0.0),
                "date": fields.Datetime.to_string(date) or False,
            }
        ]

    @api.model
    def _moved_units(self, old, new):
        return moved_units(old, new)

    def _parts_or_whole(self, parts, date):
        return parts or self._whole(date)

    def _day_of(self, date):
        return date and self._end_of_day(date)

    def _note_parts(self, noted, first):
        """Whether something of the line has another date than was promised before.

        :param noted: what was promised before, and what is to be kept of the parts
        :param first: nothing is on record of this line
        """
        self.ensure_one()
        new = self._promised_parts()
        old = self._parts_or_whole(noted["parts"], noted["old"])
        in_parts = len(old) > 1 or len(new) > 1
        first = first and not (noted["old"] or noted["parts"])
        if first and len(new) > 1 and self.first_promised_date == self.promised_date:
            self.first_parts = new
        keep = in_parts or new[0]["from"]
        noted["old_parts"] = keep and not first and old
        noted["new_parts"] = keep and new
        return not self._is_same_day(self.promised_date, noted["old"]) or bool(
            in_parts and self._units_on_other_days(old, new)
        )

    def _units_on_other_days(self, old, new):
        """As :func:`moved_units`, of units whose day is another one."""
        self.ensure_one()
        return [
            unit
            for unit in moved_units(old, new)
            if not self._is_same_day(unit[1], unit[2])
        ]

    def _units_in_words(self, units):
        """As :meth:`_parts_in_words`, of [(quantity, date)]."""
        self.ensure_one()
        if not any(date for __, date in units):
            return self.env._("not known yet")
        return self._parts_in_words(
            [Part(quantity, arrival=date or None) for quantity, date in units],
            self.warehouse_id,
            sum(quantity for quantity, __ in units),
        )

    def _first_parts_due(self):
        """As :meth:`_parts_due`, of what was promised first."""
        self.ensure_one()
        return [
            (
                number,
                Part(part["quantity"], arrival=to_datetime(part["date"]) or None),
                min(part["from"] + part["quantity"], self.quantity),
            )
            for number, part in enumerate(self.first_parts or (), 1)
        ]

    @api.depends("first_part_late")
    def _compute_status(self):
        """By the first promise, each part that was promised then has its day."""
        result = super()._compute_status()
        for line in self:
            if line.first_part_late:
                line.kept_first = False
        return result
