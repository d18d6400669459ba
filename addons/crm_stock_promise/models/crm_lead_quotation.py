from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

#: the context in which a new quotation takes over what its lead asks for
CARRY = "quote_promise_lines"


class CrmLead(models.Model):
    """From the lead to its quotation."""

    _inherit = "crm.lead"

    def _prepare_opportunity_quotation_context(self):
        """Have the new quotation's defaults carry products, dates and hold.

        A mark, not the defaults themselves: ``default_order_line`` would stay in the
        context of everything done on that form, and end up on the purchase orders
        that confirming it makes. ``sale.order.default_get`` reads the mark.
        """
        context = super()._prepare_opportunity_quotation_context()
        if self.promise_line_ids:
            context[CARRY] = self.id
        return context

    def create_quotation(self):
        """Create a quotation with the lead's products, dates and hold.

        A lead without a customer gets the contact that it matches, else a new one; a
        lead that is no opportunity yet becomes one.

        :return: id of the quotation
        """
        self.ensure_one()
        self.check_access("write")
        self.env["sale.order"].check_access("create")
        if not self.active:
            raise UserError(
                self.env._(
                    "%s is closed. Restore it before you make a quotation.",
                    self.display_name,
                )
            )
        if not self.partner_id:
            self._handle_partner_assignment(
                force_partner_id=self._find_matching_partner().id, create_missing=True
            )
        if self.type == "lead":
            self.convert_opportunity(self.partner_id)
        context = self._prepare_opportunity_quotation_context()
        order = self.env["sale.order"].with_context(**context).create({})
        return order.id

    def _prepare_quotation_vals(self):
        """What a new quotation takes over, as values of ``sale.order``."""
        self.ensure_one()
        lines = self.promise_line_ids._not_ordered()
        vals = {
            "order_line": [
                Command.create(line._prepare_sale_order_line_vals()) for line in lines
            ],
            "picking_policy": self.promise_shipping_policy,
            "promise_allow_split": self.promise_allow_split,
            "promise_partial": self.promise_partial,
        }
        live = self._live_promise()
        warehouse = live.warehouse_id or self._promise_warehouse()
        if warehouse:
            vals["warehouse_id"] = warehouse.id
        if live:
            vals["promise_id"] = live.id
        if self.promised_date and self.promised_date >= fields.Datetime.now():
            vals["commitment_date"] = self.promised_date
        return vals
