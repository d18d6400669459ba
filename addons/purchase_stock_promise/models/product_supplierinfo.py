from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists


class ProductSupplierinfo(models.Model):
    _inherit = "product.supplierinfo"

    promise_delay_unknown = fields.Boolean(
        string="Lead Time Unknown",
        help="Odoo has added this vendor when it was bought from for the first time, "
        "with a lead time of 0 days. Nothing is promised on it until somebody enters "
        "the lead time, or unticks this.",
    )

    def _auto_init(self):
        """Vendors without a lead time that are there already are of unknown origin: by
        hand one begins with one day."""
        is_new = not column_exists(self.env.cr, self._table, "promise_delay_unknown")
        result = super()._auto_init()
        if is_new:
            self.env.cr.execute(
                SQL(
                    "UPDATE product_supplierinfo SET promise_delay_unknown = true"
                    " WHERE delay = 0"
                )
            )
        return result

    def write(self, vals):
        """Whoever enters the lead time knows it."""
        if "delay" in vals:
            vals = {"promise_delay_unknown": False, **vals}
        return super().write(vals)

    @api.onchange("delay")
    def _onchange_delay(self):
        self.promise_delay_unknown = False

    def _promise_counted(self, company):
        """Those of these vendors whose lead time a promise may rest on.

        :param company: the company that promises
        """
        # sudo: the setting counts for everybody who may ask for a date
        if company.sudo().promise_count_unknown_delay:
            return self
        return self.filtered(lambda seller: not seller.promise_delay_unknown)
