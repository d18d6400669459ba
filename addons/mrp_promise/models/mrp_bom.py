from odoo import models


class MrpBom(models.Model):
    _name = "mrp.bom"
    _inherit = ["mrp.bom", "delivery.promise.fact"]

    _promise_facts = frozenset({"active", "type", "product_tmpl_id"})

    def _remembered(self):
        """Which products are kits is remembered; other bills are looked up."""
        return super()._remembered().filtered(lambda bill: bill.type == "phantom")
