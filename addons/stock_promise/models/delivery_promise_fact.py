"""Records from which the engine remembers something."""

from odoo import api, models


class DeliveryPromiseFact(models.AbstractModel):
    """Records from which the engine remembers something."""

    _name = "delivery.promise.fact"
    _description = "What Order Promising Remembers"

    #: Fields from which something is remembered; none: whatever is written counts.
    _promise_facts = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if records._remembered():
            self._forget_facts()
        return records

    def write(self, vals):
        matters = not self._promise_facts or not self._promise_facts.isdisjoint(vals)
        before = matters and self._remembered()
        result = super().write(vals)
        if matters and (before or self._remembered()):
            self._forget_facts()
        return result

    def unlink(self):
        remembered = self._remembered()
        result = super().unlink()
        if remembered:
            self._forget_facts()
        return result

    def _remembered(self):
        """Those of these records that the engine could remember."""
        return self

    def _forget_facts(self):
        """Drop what is remembered, here and, when this transaction is committed, in
        every other worker."""
        self.env.registry.clear_cache()
