from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    promise_count_unacknowledged = fields.Boolean(
        string="Count Receipts Not Acknowledged by the Vendor",
        default=True,
        help="Promise goods of confirmed purchase orders whose vendor has not "
        "acknowledged them yet. Otherwise they count from the moment at which the "
        "order is acknowledged: by the vendor on the portal or from the reminder, by "
        "hand, or by its first receipt.",
    )
    promise_count_unknown_delay = fields.Boolean(
        string="Count Vendors Without a Lead Time",
        help="Odoo adds the vendor of a first purchase order to the product, with a "
        "lead time of 0 days that nobody has entered. Promise goods as if such a "
        "vendor delivered on the day of the order.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    promise_count_unacknowledged = fields.Boolean(
        related="company_id.promise_count_unacknowledged", readonly=False
    )
    promise_count_unknown_delay = fields.Boolean(
        related="company_id.promise_count_unknown_delay", readonly=False
    )
