from odoo import models


class StockRoute(models.Model):
    _name = "stock.route"
    _inherit = ["stock.route", "delivery.promise.fact"]
