from odoo import api, models

from odoo.addons.sale_stock_promise.orders import confirming
from odoo.addons.stock_promise.models.own_context import own

from ..leads import holding
from .marks import CARRY

#: what is linked here is no change of the order that would have to move a claim
LINKING = {"promise_watched": own(True)}


class SaleOrder(models.Model):
    """The quotations of a lead share its hold; the first one confirmed takes it."""

    _inherit = "sale.order"

    @api.model
    def default_get(self, fields):
        """Take over what the lead asks for, when a new quotation comes from one."""
        values = super().default_get(fields)
        lead_id = self.env.context.get(CARRY)
        if lead_id and isinstance(lead_id, int):
            lead = self.env["crm.lead"].browse(lead_id).exists()
            lead.check_access("read")
            if lead:
                carried = lead._prepare_quotation_vals()
                values.update(
                    {name: carried[name] for name in carried if name in fields}
                )
        return values

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._join_lead_hold()
        if self.env.context.get(CARRY):
            orders._carry_checked_dates()
        return orders

    def write(self, vals):
        result = super().write(vals)
        if vals.get("opportunity_id"):
            self._join_lead_hold()
        return result

    def action_hold_promise(self):
        """Hold the goods; where the lead holds them already, rest on its hold."""
        self.check_access("write")
        self._join_lead_hold()
        return super().action_hold_promise()

    def _action_confirm(self):
        self._join_lead_hold()
        result = super()._action_confirm()
        self._mark_lead_ordered()
        return result

    def _promise_is_shared(self):
        """A lead's hold is the lead's until an order is confirmed: what happens to
        one of its quotations leaves it alone."""
        return super()._promise_is_shared() or bool(
            # sudo: the lead may be a colleague's
            self.state in ("draft", "sent") and self.sudo().promise_id.lead_id
        )

    def _may_rest_on_promise(self, promise):
        """A quotation of a lead rests on the lead's hold, whoever made that."""
        # sudo: only compared
        lead = promise.sudo().lead_id
        return super()._may_rest_on_promise(promise) or bool(
            lead and lead == self.sudo().opportunity_id and self._may_see_lead()
        )

    def _may_see_lead(self):
        """Whether the user may know of the lead, which a client can name by its number
        alone."""
        self.ensure_one()
        return self.env.su or self.opportunity_id.has_access("read")

    def _join_lead_hold(self):
        """Rest on the hold of the lead, so that its need is not claimed twice."""
        for order in self:
            # sudo: the hold is the lead's, the order one of its quotations
            order_sudo = order.sudo().with_context(**LINKING)
            lead = order_sudo.opportunity_id
            if order.state not in ("draft", "sent") or not lead:
                continue
            if not order._has_live_hold():
                promise = lead._live_promise()
                if not order_sudo._is_quotation_of(promise):
                    continue
                if not order._may_see_lead():
                    continue
                order_sudo.promise_id = promise
            if order_sudo.promise_id.lead_id == lead:
                confirming.match_hold_lines(
                    order_sudo, order_sudo.promise_id, order_sudo._promise_lines()
                )

    def _follow_lead_date(self, promise, before, after):
        """Quotations that offer the date of a hold offer its new date, unless somebody
        typed another one."""
        self.filtered(
            lambda order: (
                order.state in ("draft", "sent")
                and order.promise_id == promise
                and order.commitment_date == before
            )
        ).with_context(**LINKING).commitment_date = after

    def _carry_checked_dates(self):
        """Show on the lines what the lead was told when its dates were checked, as
        far as the quotation is for the same."""
        for order in self:
            lead = order.opportunity_id
            if (
                order.promise_id
                or order.picking_policy != lead.promise_shipping_policy
                or order._promise_consent() != lead._promise_consent()
                or order.warehouse_id != lead._promise_warehouse()
            ):
                continue
            checked = lead.promise_line_ids.filtered(
                lambda line: line.promise_state == "checked"
            )
            for line in order._promise_lines():
                found = checked.filtered(
                    lambda asked, line=line: (
                        asked.product_id == line.product_id
                        and asked.quantity == line.product_uom_qty
                        and asked.product_uom_id == line.product_uom_id
                        and asked._minimum_first_asked() == line._minimum_first_asked()
                    )
                )[:1]
                if found:
                    line._set_looked_up(found.promised_date, None, found.promise_parts)
                    checked -= found

    def _is_quotation_of(self, promise):
        """Whether this quotation offers what ``promise`` holds, to whom it is held
        for: a lead may have quotations for other things as well."""
        self.ensure_one()
        customers = (
            self.partner_id.commercial_partner_id
            | self.partner_shipping_id.commercial_partner_id
        )
        holder = promise.partner_id.commercial_partner_id
        return bool(
            promise
            and promise.company_id == self.company_id
            and (not holder or holder in customers)
            and self._promise_lines().product_id & promise.line_ids.product_id
        )

    def _mark_lead_ordered(self):
        """Tell the lead which of its products were ordered, also where the order was
        promised without a hold."""
        for order in self:
            # sudo: whoever confirms, a customer online too, settles the lead's need
            lead = order.sudo().opportunity_id
            promise = order.sudo().promise_id
            if lead and promise.state in ("confirmed", "done"):
                holding.take_ordered(lead, promise)
