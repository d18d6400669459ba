from collections import defaultdict
from math import floor

from odoo import models


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    def _delivery_steps(self, moves):
        """A kit is delivered when the last of its components is."""
        self.ensure_one()
        wanted = self.product_uom_id._compute_quantity(
            self.quantity, self.product_id.uom_id, rounding_method="HALF-UP"
        )
        parts = (
            self.env["delivery.promise.engine"]
            ._explode({(self.product_id, wanted)}, self.company_id)
            .get((self.product_id, wanted))
        )
        if not parts:
            return super()._delivery_steps(moves)
        delivered, complete, steps = defaultdict(float), 0.0, []
        for move, moment, quantity in moves:
            delivered[move.product_id] += quantity
            kits = float(
                floor(min(delivered[part] / ratio for part, ratio in parts) + 1e-6)
            )
            if kits != complete:
                steps.append((moment, kits - complete))
                complete = kits
        return steps
