from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..credit.desk import Desk
from ..credit.exposure import today
from ..models.sale_credit_request import MANAGER

#: what the window's button may go on with
GOES_ON = {("sale.order", "action_confirm"), ("account.move", "action_post")}


class PartnerRiskExceededWiz(models.TransientModel):
    _name = "partner.risk.exceeded.wiz"
    _inherit = ["partner.risk.exceeded.wiz", "wizard.guard"]

    is_passed = fields.Boolean(readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_passing(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_passing(vals)
        return super().write(vals)

    def _check_passing(self, vals):
        if "is_passed" in vals and not self.env.su:
            raise AccessError(self.env._("Use the button of the window."))

    def button_continue(self):
        """Go on over the limit: for who has the right, with what the window was opened
        for, and kept in the log."""
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._(
                    "Over the limit goes who has the right Financial Risk: Manager. Ask"
                    " accounting for approval."
                )
            )
        origin = self.origin_reference
        if not origin or (origin._name, self.continue_method) not in GOES_ON:
            raise AccessError(
                self.env._("This window goes on with an order or an invoice only.")
            )
        origin.check_access("write")
        if origin._name == "sale.order":
            self._approve_order(origin)
            return origin.action_confirm()
        # sudo: written here alone
        self.sudo().is_passed = True
        return super().button_continue()

    def _approve_order(self, order):
        if self.env.user == order.user_id and self.env.uid != SUPERUSER_ID:
            raise UserError(
                self.env._(
                    "%s is your own: a colleague has to decide about it.", order.name
                )
            )
        order._lock_credit()
        order._ask_for_credit(None)
        # sudo: decisions are written by the desk alone
        request = order.sudo().credit_request_ids.filtered(
            lambda one: one.state in ("waiting", "down_payment")
        )
        known = Desk(self.env, order.company_id).exposures(request.partner_id)
        request.write(
            {
                "state": "approved",
                "approved_amount": request.amount,
                "approved_until": today(order.company_id),
                "decided_by_id": self.env.uid,
                "decided_on": fields.Datetime.now(),
                "note": self.exception_msg,
            }
        )
        request._log("window", known[request.partner_id], self.exception_msg)

    @api.model
    def _is_passed(self, document):
        """Whether the user has just gone on with a document in a window."""
        # sudo: only whether it is so
        return bool(
            self.sudo().search_count(
                [
                    ("origin_reference", "=", f"{document._name},{document.id}"),
                    ("is_passed", "=", True),
                    ("create_uid", "=", self.env.uid),
                ],
                limit=1,
            )
        )
