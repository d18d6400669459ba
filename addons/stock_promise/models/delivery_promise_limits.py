"""Who may hold, for how long, up to which value; and what is not worth holding."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    @api.model
    def _check_answer(self, computation):
        """Refuse where a line has no date, or one that is of no use."""
        refusals = []
        # Where a part will do, one line is enough.
        some = computation.request.partial and any(
            confirmation.pieces for confirmation in computation.confirmations
        )
        for number, (checked, confirmation, line) in enumerate(
            zip(
                computation.request.lines,
                computation.confirmations,
                computation.answer["lines"],
                strict=True,
            ),
            1,
        ):
            promised = confirmation.promised
            if promised is None and some:
                continue
            if promised is None or (checked.latest and promised > checked.latest):
                why = "; ".join(
                    reason["message"]
                    for reason in line["reasons"]
                    if promised is None or reason["code"] == "after_latest"
                )
                refusals.append(
                    self.env._(
                        "Line %(number)s, %(product)s: %(why)s",
                        number=number,
                        product=checked.product.display_name,
                        why=why,
                    )
                )
        if refusals:
            raise UserError(
                self.env._("Nothing was held.") + "\n" + "\n".join(refusals)
            )

    @api.model
    def _check_hold_hours(self, hours, company):
        maximum = company.sudo().promise_hold_hours_max
        if (
            maximum
            and hours > maximum
            and not self.env.user.has_group("stock_promise.group_promise_manager")
        ):
            raise UserError(
                self.env._(
                    "A hold of %(hours)s hours is longer than the %(maximum)s that"
                    " %(company)s allows. Ask an administrator of promises.",
                    hours=formatLang(self.env, hours, digits=1),
                    maximum=formatLang(self.env, maximum, digits=1),
                    company=company.name,
                )
            )

    @api.model
    def _checked_hold_until(self, hours, company):
        if hours:
            self._check_hold_hours(hours, company)
        return self.env["delivery.promise.engine"]._hold_until(hours, company)

    def _hold_terms(self, computation, line_vals=None, vals=None):
        """On which terms what was computed is held; hook for bridges, under the lock.

        In ``self`` are the promises that are held anew.

        :param line_vals: see :meth:`_check_hold_value`
        :param vals: further values of a new promise
        :return: values of the promise: one that does not become ``held`` by them claims
            nothing
        :raises UserError: it may not be held
        """
        self._check_hold_value(computation, line_vals)
        return {}

    def _check_hold_value(self, computation, line_vals=None):
        """Refuse what is worth more, with all else that the user holds, than the
        company lets anybody but an administrator hold.

        Of what is promised in part, the part counts. In ``self`` are the promises that
        are held anew.

        :param line_vals: further values of the lines: the document's own
            ``price_unit``, in the company's currency, goes before the list price
        """
        request = computation.request
        # sudo: the limit is the company's; list prices are no secret of a salesperson
        maximum = request.company.sudo().promise_hold_value_max
        if not self._is_value_limited(request.company):
            return
        Line = self.env["delivery.promise.line"]
        value = 0.0
        for index, (line, confirmation) in enumerate(
            zip(request.lines, computation.confirmations, strict=True)
        ):
            price = line_vals[index].get("price_unit") if line_vals else 0.0
            if price:
                # the price is for the unit of the line, the quantity in the product's
                price *= line.quantity / line.product_quantity
            else:
                price = Line._list_price(line.product, request.company)
            value += price * confirmation.quantity
        held = self._value_held(request.company)
        if value + held <= maximum:
            return
        currency = request.company.currency_id
        values = {
            "value": formatLang(self.env, value, currency_obj=currency),
            "maximum": formatLang(self.env, maximum, currency_obj=currency),
        }
        if not held:
            raise UserError(
                self.env._(
                    "These goods are worth %(value)s, more than the %(maximum)s up to"
                    " which you may hold. Ask an administrator of promises.",
                    **values,
                )
            )
        raise UserError(
            self.env._(
                "These goods are worth %(value)s. With the %(held)s that you hold"
                " already this is more than the %(maximum)s up to which you may hold."
                " Release a hold, or ask an administrator of promises.",
                held=formatLang(self.env, held, currency_obj=currency),
                **values,
            )
        )

    @api.model
    def _is_value_limited(self, company):
        # sudo: as in _check_hold_value
        return bool(
            company.sudo().promise_hold_value_max
            and not self.env.user.has_group("stock_promise.group_promise_manager")
        )

    def _value_held(self, company):
        """What the user holds besides these promises: what they are responsible for and
        what they have made for others."""
        # sudo: what he has held counts, whoever it was given to
        lines = (
            self.env["delivery.promise.line"]
            .sudo()
            .with_context(active_test=False)
            .search_fetch(
                [
                    ("promise_id", "not in", self.ids),
                    ("company_id", "=", company.id),
                    ("promise_id.state", "=", "held"),
                    "|",
                    ("user_id", "=", self.env.uid),
                    ("promise_id.create_uid", "=", self.env.uid),
                ],
                ["amount", "quantity", "promised_quantity"],
            )
        )
        return sum(
            line.amount * line.promised_quantity / line.quantity for line in lines
        )
