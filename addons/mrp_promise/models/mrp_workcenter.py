from odoo import models


class MrpWorkcenter(models.Model):
    _name = "mrp.workcenter"
    _inherit = ["mrp.workcenter", "delivery.promise.fact"]

    #: remembered is whether there is any
    _promise_facts = frozenset({"active"})
