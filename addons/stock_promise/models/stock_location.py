from odoo import models


class StockLocation(models.Model):
    _name = "stock.location"
    _inherit = ["stock.location", "delivery.promise.fact"]

    _promise_facts = frozenset({"location_id", "usage", "active"})
