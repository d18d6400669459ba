from odoo import fields, models


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"
    # promises are the company's to read, opportunities their salesperson's
    _neutral_links = frozenset({"lead_id"})

    lead_id = fields.Many2one(
        "crm.lead",
        "Opportunity",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The lead or opportunity that these goods are held for.",
    )

    def _follow_held_date(self, before):
        """The lead's quotations offer the date of its hold."""
        result = super()._follow_held_date(before)
        # sudo: a colleague's quotations rest on the hold as well
        self.sudo().lead_id.order_ids._follow_lead_date(
            self, before, self.promised_date
        )
        return result

    def action_view_lead(self):
        """Open the lead that the promise was made for."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Opportunity"),
            "res_model": "crm.lead",
            "view_mode": "form",
            "views": [(False, "form")],
            "res_id": self.lead_id.id,
        }
