import re

from babel.dates import format_date, match_skeleton

from odoo import fields, models
from odoo.tools.misc import babel_locale_parse

from odoo.addons.call_center.telephony.caller import quantity_text

#: what is said first
URGENCY = {"late": 0, "at_risk": 1}


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    def _what_to_say(self):
        """Date and reason of this line, as one says it, in the context's language.

        It names nobody and nothing that is the company's own business: no vendor, no
        document, no other customer.
        """
        self.ensure_one()
        quantity, date = self._spoken_goods()
        values = {
            "goods": f"{quantity_text(self.env, quantity)} × {self.product_id.name}",
            "date": self._spoken_date(date),
        }
        new_date = self._spoken_new_date()
        reason = self._spoken_reason()
        if self.status == "late":
            said = self.env._(
                "Your %(goods)s should have been with you on %(date)s. I am sorry that"
                " they are late.",
                **values,
            )
        elif self.status == "at_risk":
            said = self.env._(
                "We promised you %(goods)s for %(date)s, and it looks as if we will"
                " not make that day.",
                **values,
            )
        elif self.promise_id.state == "held":
            said = self.env._(
                "We keep %(goods)s for you. They can be with you on %(date)s.", **values
            )
        else:
            said = self.env._("Your %(goods)s will be with you on %(date)s.", **values)
        parts = [said, reason]
        if date != self.promised_date and self.status not in URGENCY:
            rest = self._spoken_date(self.promised_date)
            parts.append(self.env._("The rest follows by %s.", rest))
        if self.status in URGENCY:
            parts.append(
                self.env._("We now expect to bring them on %s.", new_date)
                if new_date
                else self.env._(
                    "I cannot name the new day yet; we will call you as soon as we"
                    " know."
                )
            )
        return " ".join(part for part in parts if part)

    def _spoken_goods(self):
        """(quantity, date) that is spoken of: of a line in parts, the part that is due
        next, unless all of the line comes later."""
        due = next((due for due in self._parts_to_send() if due[1].arrival), None)
        if not due or (self.status == "at_risk" and self._spoken_new_date()):
            return self.quantity, self.promised_date
        __, part, quantity = due
        return quantity, part.arrival

    def _spoken_new_date(self):
        """The day on which it can be there as things are now, if that is to come."""
        if self.feasible_date and self.feasible_date > fields.Datetime.now():
            if self.feasible_date > self.promised_date:
                return self._spoken_date(self.feasible_date)
        return ""

    def _spoken_reason(self):
        """Why, by where the last part of the goods comes from."""
        schedule = self.schedule or [{}]
        source = max(schedule, key=lambda part: part.get("delivery_date") or "").get(
            "source"
        )
        if self.status in URGENCY:
            reasons = {
                "stock": self.env._("There is less in stock than we had counted on."),
                "receipt": self.env._("A delivery to us has not come as planned."),
                "transfer": self.env._(
                    "The goods come from another warehouse and are not here yet."
                ),
                "purchase": self.env._("Our supplier needs longer than planned."),
                "manufacture": self.env._("Making them takes longer than planned."),
            }
        else:
            reasons = {
                "stock": self.env._("They are in our warehouse."),
                "receipt": self.env._("They are on their way to us."),
                "transfer": self.env._("They come from another of our warehouses."),
                "purchase": self.env._("We order them for you."),
                "manufacture": self.env._("We make them for you."),
            }
        return reasons.get(source, "")

    def _spoken_date(self, moment):
        """A day with its name, as the warehouse's calendar has it."""
        # sudo: the time zone counts, whoever asks
        zone = self.warehouse_id.sudo()._promise_zone() if self.warehouse_id else None
        local = fields.Datetime.context_timestamp(
            self.with_context(tz=zone.key) if zone else self, moment
        )
        locale = babel_locale_parse(self.env.lang or "en_US")
        if local.year != fields.Datetime.now().year:
            return format_date(local, "full", locale=locale)
        skeleton = match_skeleton("MMMMEEEEd", locale.datetime_skeletons)
        pattern = locale.datetime_skeletons[skeleton].pattern
        # in full: the short forms are for reading, not for reading out
        pattern = re.sub(r"E+", "EEEE", re.sub(r"[ML]{3,}", "MMMM", pattern))
        return format_date(local, pattern, locale=locale)
