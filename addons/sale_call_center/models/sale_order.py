from odoo import fields, models
from odoo.fields import Domain


class SaleOrder(models.Model):
    _inherit = "sale.order"

    phone_call_count = fields.Integer(
        "Calls",
        compute="_compute_phone_call_count",
        groups="call_center.group_call_center_agent",
    )

    def _phone_call_domain(self):
        """Calls about the order, and the customer's since it was made."""
        self.ensure_one()
        about = Domain("res_model", "=", self._name) & Domain("res_id", "=", self.id)
        return about | (
            Domain("partner_id", "=", self.partner_id.id)
            & Domain("started_at", ">=", self.create_date or fields.Datetime.now())
        )

    def _compute_phone_call_count(self):
        # a form's field: one order is looked at
        for order in self:
            order.phone_call_count = (
                self.env["phone.call"].search_count(order._phone_call_domain())
                if order.id
                else 0
            )

    def action_view_phone_calls(self):
        """Open the calls about the order."""
        self.ensure_one()
        self.check_access("read")
        self.env["phone.call"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "call_center.phone_call_action"
        )
        action["domain"] = list(self._phone_call_domain())
        action["context"] = {"default_partner_id": self.partner_id.id}
        return action
