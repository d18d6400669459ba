"""A quotation that holds goods is changed by its customer."""

from math import floor

from odoo import fields
from odoo.exceptions import UserError

from odoo.addons.promise_desk_base.tools.waiting import WaitedTooLong

from . import adjusting

to_datetime = fields.Datetime.to_datetime
#: how often a quantity is tried again that was read off what could be delivered when
MAX_STEPS = 3


class CustomerChange:
    """Customers order what they like. Their hold follows in quantity, as far as the
    goods are there on the days that were promised: nobody's hold, and no date, is
    moved from outside. What is not held is looked up when the order is confirmed.

    :param order: the quotation, after the change
    :param promise: its hold, in superuser mode
    """

    def __init__(self, order, promise):
        self.order = order
        self.promise = promise
        self.lines = order._promise_lines()
        self.wanted = {line: line.product_uom_qty for line in self.lines}
        # sudo: the order's own hold
        self.promised = {
            line: promise_line
            for line in self.lines.sudo()
            if (promise_line := line.promise_line_id) and promise_line.promised_date
        }

    def follow(self):
        """Bring the hold up to what the order says, as far as it may."""
        kept = {line: self._held(line) for line in self.lines}
        quantities = kept
        try:
            self.promise._lock_request(self._request(self.wanted))
            quantities = self._quantities(kept)
            with self.order.env.cr.savepoint():
                self._rehold(quantities)
        except WaitedTooLong:
            raise
        except UserError:
            # worth more than may be held, say: what was held stays
            quantities = kept
            try:
                with self.order.env.cr.savepoint():
                    self._rehold(quantities)
            except WaitedTooLong:
                raise
            except UserError as error:
                self.order.message_post(
                    body=self.order.env._(
                        "The customer has changed this quotation, but %(promise)s could"
                        " not be changed with it: %(why)s",
                        promise=self.promise.name,
                        why=error.args[0],
                    )
                )
                return
        self._note_what_is_not_held(quantities)

    def _held(self, line):
        """How much of what is wanted of a line was held before, in its unit."""
        promise_line = line.sudo().promise_line_id  # sudo: the order's own hold
        if promise_line.product_id != line.product_id:
            return 0.0
        held = promise_line.product_uom_id._compute_quantity(
            promise_line.quantity, line.product_uom_id, round=False
        )
        return min(held, self.wanted[line])

    def _quantities(self, kept):
        """{line: the most that can be held of what is wanted}, in the lines' order."""
        quantities = dict(kept)
        for line in self.lines:
            low, high = kept[line], self.wanted[line]
            if low == high:
                continue
            if self._fits({**quantities, line: high}):
                quantities[line] = high
                continue
            # Mostly that is it; where it depends on other lines too, less may be held.
            middle = min(low + floor(self._there_in_time(quantities, line) - low), high)
            for __ in range(MAX_STEPS):
                if middle <= low:
                    break
                if self._fits({**quantities, line: middle}):
                    low = middle
                    break
                # whole units of what is ordered
                middle = low + (middle - low) // 2
            quantities[line] = low
        return quantities

    def _there_in_time(self, quantities, line):
        """How much of a line would be with the customer by the day that was promised,
        or at all where none was, if it could be sent in any parts: one look-up, which
        says what all smaller quantities would get."""
        wanted = {**quantities, line: self.wanted[line]}
        request = {
            **self._request(wanted),
            "shipping_policy": "direct",
            "allow_split": True,
            "partial": True,
        }
        answer = self._simulate(request)
        # sudo: the order's own promise
        before = self.promised.get(line.sudo())
        return sum(
            entry["quantity"]
            for found in answer["lines"]
            if found["reference"] == line._promise_reference()
            for entry in found["schedule"]
            if not before
            or not line._is_later_day(
                to_datetime(entry["delivery_date"]), before.promised_date
            )
        )

    def _simulate(self, request):
        return self.order._promise_model()._simulate(
            request, ignore=self.promise, archived=True
        )

    def _fits(self, quantities):
        """Whether so much has a date, and what was promised keeps its day."""
        request = self._request(quantities)
        if not request["lines"]:
            return True
        answer = self._simulate(request)
        by_reference = {line["reference"]: line for line in answer["lines"]}
        for line in self.lines:
            found = by_reference.get(line._promise_reference())
            if not found:
                continue
            promised = found["promised_date"]
            before = self.promised.get(line.sudo())
            if not promised or (
                before
                and line._is_later_day(to_datetime(promised), before.promised_date)
            ):
                return False
        return True

    def _wanted_lines(self, quantities):
        return self.lines.filtered(lambda line: quantities[line] > 0)

    def _request(self, quantities):
        lines = self._wanted_lines(quantities)
        request = self.order._prepare_promise_request(lines)
        for asked, line in zip(request["lines"], lines, strict=True):
            asked["quantity"] = quantities[line]
            if asked.get("minimum_first", 0.0) > quantities[line]:
                asked["minimum_first"] = quantities[line]
        return request

    def _rehold(self, quantities):
        request = self._request(quantities)
        if not request["lines"]:
            return
        lines = self._wanted_lines(quantities)
        adjusting.rehold_promise(self.order, self.promise, request, lines)
        adjusting.link_by_reference(self.order, self.promise, self.lines)

    def _note_what_is_not_held(self, quantities):
        env = self.order.env
        spare_number = env["delivery.promise.line"]._spare_number
        rows = [
            env._(
                "%(product)s: %(held)s of %(wanted)s held",
                product=line.product_id.display_name,
                held=spare_number(quantities[line]),
                wanted=spare_number(self.wanted[line]),
            )
            for line in self.lines
            if quantities[line] < self.wanted[line]
        ]
        if rows:
            self.order.message_post(
                body=env._(
                    "The customer has ordered more than could be held for the promised"
                    " day. The rest is looked up when the order is confirmed. %(rows)s",
                    rows="; ".join(rows),
                )
            )
