"""The values of the public API: read, and refused in words where they are not what they
should be."""

import math
import xmlrpc.client
from datetime import date, datetime

from odoo import api, models
from odoo.exceptions import ValidationError

from .checks import MAX_QUANTITY

MAX_DAYS = 731
MAX_ID = 2**31 - 1
# Far enough for any promise, near enough for every calendar and time zone.
FIRST_DATE = datetime(1970, 1, 2)
LAST_DATE = datetime(2200, 1, 1)


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    def _checked_reference(self, number, reference):
        if self._is_absent(reference) or self._is_text(reference):
            return reference or False
        # XML-RPC has no greater numbers
        if (
            isinstance(reference, bool)
            or not isinstance(reference, int)
            or abs(reference) > MAX_ID
        ):
            self._refuse_line(
                number,
                "reference",
                self.env._("must be a text of at most 256 characters, or a number."),
            )
        return reference

    def _checked_quantity(self, number, quantity):
        if isinstance(quantity, bool) or not isinstance(quantity, (int, float)):
            self._refuse_line(number, "quantity", self.env._("must be a number."))
        if not isinstance(quantity, int) and not math.isfinite(quantity):
            self._refuse_line(
                number, "quantity", self.env._("must be a finite number.")
            )
        if quantity <= 0:
            self._refuse_line(number, "quantity", self.env._("must be greater than 0."))
        if quantity > MAX_QUANTITY:
            self._refuse_line(number, "quantity", self.env._("is too large."))
        return float(quantity)

    def _checked_lead_days(self, number, days):
        if days is None or days is False:
            return None
        if (
            isinstance(days, bool)
            or not isinstance(days, (int, float))
            or not 0 <= days <= MAX_DAYS
        ):
            self._refuse_line(
                number,
                "lead_days",
                self.env._("must be a number of days from 0 to %s.", MAX_DAYS),
            )
        return float(days)

    def _checked_datetime(self, number, line, key):
        value = line.get(key)
        if not value:
            if value is None or value is False or value == "":
                return None
            self._refuse_line(number, key, self.env._("must be a date and time."))
        where = self.env._("Line %(number)s, %(key)s", number=number, key=key)
        return self._parse_datetime(value, where)

    def _parse_datetime(self, value, where):
        if isinstance(value, xmlrpc.client.DateTime):
            value = value.value.replace("T", " ")
            if len(value) == 17:  # 20261203 10:00:00, XML-RPC's own spelling
                value = f"{value[:4]}-{value[4:6]}-{value[6:]}"
        if isinstance(value, datetime):
            moment = value
        elif isinstance(value, str):
            try:
                moment = datetime.strptime(value, "%Y-%m-%d %H:%M:%S")
            except ValueError:
                moment = None
        else:
            moment = None
        if moment is None or moment.tzinfo:
            self._refuse(
                self.env._(
                    '%s: write a date and time in UTC as "2026-12-31 16:00:00".', where
                )
            )
        if not FIRST_DATE <= moment <= LAST_DATE:
            self._refuse(self.env._("%s: that year cannot be planned for.", where))
        return moment.replace(microsecond=0)

    def _parse_date(self, value, where):
        if isinstance(value, xmlrpc.client.DateTime):
            value = value.value[:10].replace("T", "")
            value = value if "-" in value else f"{value[:4]}-{value[4:6]}-{value[6:8]}"
        if isinstance(value, datetime):
            value = value.date()
        if isinstance(value, str):
            try:
                value = datetime.strptime(value, "%Y-%m-%d").date()
            except ValueError:
                value = None
        if not isinstance(value, date):
            self._refuse(self.env._('%s: write a date as "2026-12-31".', where))
        if not FIRST_DATE.date() <= value <= LAST_DATE.date():
            self._refuse(self.env._("%s: that year cannot be planned for.", where))
        return value

    def _checked_dict(self, value, keys, where):
        if not isinstance(value, dict):
            self._refuse(self.env._("%s must be a dictionary.", where))
        for key in value:
            if not isinstance(key, str) or key not in keys:
                self._refuse(
                    self.env._(
                        "%(where)s: %(key)s is not a known key. Known are: %(keys)s.",
                        where=where,
                        key=str(key)[:64],
                        keys=", ".join(sorted(keys)),
                    )
                )
        return value

    def _checked_choice(self, request, key, choices, default):
        value = request.get(key)
        if value is None or value is False:
            return default
        if not isinstance(value, str) or value not in choices:
            self._refuse(
                self.env._(
                    "%(key)s must be one of %(choices)s.",
                    key=key,
                    choices=", ".join(choices),
                )
            )
        return value

    def _checked_text(self, value, key):
        if value is None or value is False:
            return False
        if not self._is_text(value):
            self._refuse(
                self.env._("%s must be a text of at most 256 characters.", key)
            )
        return value or False

    @staticmethod
    def _is_text(value):
        """Whether a value is a text that the database can store."""
        if not isinstance(value, str) or len(value) > 256 or "\0" in value:
            return False
        try:
            value.encode()
        except UnicodeEncodeError:  # half of a surrogate pair
            return False
        return True

    @staticmethod
    def _is_absent(value):
        """Whether a key was left out; 0, empty texts and empty lists are mistakes."""
        return value is None or value is False

    def _checked_bool(self, request, key):
        value = request.get(key)
        if value is None:
            return False
        if not isinstance(value, bool):
            self._refuse(self.env._("%s must be true or false.", key))
        return value

    def _checked_hours(self, hours):
        if hours is None or hours is False:
            return False
        if (
            isinstance(hours, bool)
            or not isinstance(hours, (int, float))
            or not 0 < hours <= 24 * MAX_DAYS
        ):
            self._refuse(
                self.env._(
                    "hold_hours must be a number greater than 0 and at most %s.",
                    24 * MAX_DAYS,
                )
            )
        return float(hours)

    def _check_id(self, number, key, value):
        if (
            isinstance(value, bool)
            or not isinstance(value, int)
            or not 0 < value <= MAX_ID
        ):
            self._refuse_line(
                number, key, self.env._("must be the id of a record, a whole number.")
            )

    def _refuse_line(self, number, key, problem):
        if number:
            self._refuse(
                self.env._(
                    "Line %(number)s, %(key)s: %(problem)s",
                    number=number,
                    key=key,
                    problem=problem,
                )
            )
        self._refuse(self.env._("%(key)s: %(problem)s", key=key, problem=problem))

    def _refuse(self, message):
        raise ValidationError(message)

    @api.model
    def _to_wire(self, moment):
        """A datetime as the public API writes it."""
        # isoformat: there are many of them, and strftime takes three times as long
        return moment.isoformat(" ", "seconds") if moment else False
