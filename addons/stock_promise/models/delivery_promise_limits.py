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

    @api.model
    def _check_hold_value(self, request):
        # sudo: the limit is the company's; list prices are no secret of a salesperson
        maximum = request.company.sudo().promise_hold_value_max
        if not maximum or self.env.user.has_group(
            "stock_promise.group_promise_manager"
        ):
            return
        value = sum(
            line.product.lst_price * line.product_quantity for line in request.lines
        )
        if value > maximum:
            currency = request.company.currency_id
            raise UserError(
                self.env._(
                    "These goods are worth %(value)s, more than the %(maximum)s up to"
                    " which you may hold. Ask an administrator of promises.",
                    value=formatLang(self.env, value, currency_obj=currency),
                    maximum=formatLang(self.env, maximum, currency_obj=currency),
                )
            )
