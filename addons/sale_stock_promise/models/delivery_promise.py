from odoo import api, fields, models

from ..orders import adjusting, dates


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    sale_order_ids = fields.One2many(
        "sale.order", "promise_id", string="Quotations and Orders"
    )
    sale_order_count = fields.Integer(
        string="Orders",
        compute="_compute_sale_order_count",
        groups="sales_team.group_sale_salesman",
    )

    @api.depends("sale_order_ids")
    @api.depends_context("uid")
    def _compute_sale_order_count(self):
        counts = dict(
            self.env["sale.order"]._read_group(
                [("promise_id", "in", self.ids)], ["promise_id"], ["__count"]
            )
        )
        for promise in self:
            promise.sale_order_count = counts.get(promise, 0)

    def action_view_sale_orders(self):
        """Open the quotations and orders that rest on this promise."""
        self.ensure_one()
        self.check_access("read")
        orders = self.env["sale.order"].search([("promise_id", "=", self.id)])
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Quotations and Orders"),
            "res_model": "sale.order",
            "view_mode": "list,form",
            "domain": [("promise_id", "=", self.id)],
            "context": {"create": False},
        }
        if len(orders) == 1:
            action.update(view_mode="form", res_id=orders.id)
        return action

    def _reopen_closed_short(self):
        result = super()._reopen_closed_short()
        for promise in self.filtered("has_closed_short"):
            promise.check_access("write")
            # sudo: whoever may promise anew has the order's goods sent
            promise.sudo().sale_order_ids._procure_closed_short()
        return result

    def _follow_dates(self):
        """An order follows its promise: its delivery date is the new arrival, or none
        where a product has lost its date."""
        result = super()._follow_dates()
        for promise in self:
            # sudo: the order's date is that of its promise, whoever promises anew
            orders = promise.sudo().sale_order_ids
            lost = promise.line_ids.filtered(
                lambda line: (
                    line.first_promised_date
                    and not line.promised_date
                    and not line.delivered_date
                    and not line.closed_short
                )
            )
            if lost:
                dates.lose_promised_commitment(orders, lost)
            else:
                dates.set_promised_commitment(orders, promise)
        return result

    def _follow_quotation(self, order, requested=None):
        """Let this hold, which is the quotation's own, follow a change of it."""
        adjusting.adjust_hold(order, self, requested)

    def _get_destination_partner(self):
        """The delivery address of the order, whoever has bought."""
        # sudo: where the goods go decides about the date, whoever asks
        order = self.sudo().sale_order_ids[:1]
        if order:
            return order._promise_partner()
        return super()._get_destination_partner()

    def _history_documents(self):
        """A promise that belongs to one order follows it."""
        documents = super()._history_documents()
        for promise in self:
            # sudo: who may not read the order does not see its name either
            orders = promise.sudo().sale_order_ids
            if len(orders) == 1:
                documents.setdefault(promise, orders)
        return documents

    def _risk_candidates(self):
        """Who sold it."""
        # sudo: the order may be a colleague's
        return [*super()._risk_candidates(), *self.sudo().sale_order_ids.user_id]

    def _get_customer_url(self):
        """The order on the portal."""
        order = self.sudo().sale_order_ids[:1]  # sudo: it is the customer's own
        if not order:
            return super()._get_customer_url()
        return order.get_base_url() + order.get_portal_url()
