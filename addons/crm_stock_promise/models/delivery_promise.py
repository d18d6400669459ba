from odoo import fields, models


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    lead_id = fields.Many2one(
        "crm.lead",
        "Opportunity",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The lead or opportunity that these goods are held for.",
    )

    def action_view_lead(self):
        """Open the lead that the promise was made for."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Opportunity"),
            "res_model": "crm.lead",
            "view_mode": "form",
            "views": [(False, "form")],
            "res_id": self.lead_id.id,
        }
