"""What the engine alone writes: a hold cannot be made, prolonged or changed by a plain
``write``, past the lock, the claims and the limits."""

from odoo import api, models
from odoo.exceptions import AccessError, UserError

IN_FORCE = ("held", "confirmed", "done")


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    def _engine_fields(self):
        return {"state", "hold_until", "extension_count", "idempotency_key"}

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                if vals.get("state") == "draft":
                    continue  # what it is anyway
                self._check_engine_fields(
                    {name for name in self._engine_fields() if vals.get(name)}
                )
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._check_engine_fields(self._engine_fields() & vals.keys())
        return super().write(vals)

    @api.model
    def _check_engine_fields(self, names):
        if names:
            labels = [
                self._fields[name]._description_string(self.env) for name in names
            ]
            raise AccessError(
                self.env._(
                    "%s of a promise cannot be written: hold, extend, release or"
                    " re-promise it.",
                    ", ".join(sorted(labels)),
                )
            )


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    def _claimed_fields(self):
        """What a claim was computed from."""
        return {
            "product_id",
            "quantity",
            "product_uom_id",
            "warehouse_id",
            "promise_id",
        }

    def _engine_fields(self):
        return {
            "first_promised_date",
            "promised_date",
            "ship_date",
            "material_date",
            "transit_days",
            "delivered_quantity",
            "delivered_date",
            "closed_short",
            "at_risk",
            "feasible_date",
            "risk_message",
            "status",
            "kept_requested",
            "kept_first",
            "kept_latest",
            "answer",
            "schedule",
            "reasons",
        }

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                self._check_engine_fields(
                    {name for name in self._engine_fields() if vals.get(name)}
                )
        lines = super().create(vals_list)
        if not self.env.su:
            lines._check_not_in_force()
        return lines

    def write(self, vals):
        if not self.env.su:
            self._check_engine_fields(self._engine_fields() & vals.keys())
            if self._claimed_fields() & vals.keys():
                self._check_not_in_force()
        result = super().write(vals)
        if not self.env.su and "promise_id" in vals:
            self._check_not_in_force()
        return result

    def _check_not_in_force(self):
        for promise in self.promise_id:
            if promise.state in IN_FORCE:
                raise UserError(
                    self.env._(
                        "%s is in force: what it promises cannot be changed. Release"
                        " it first, or change the order that it belongs to.",
                        promise.name,
                    )
                )

    @api.model
    def _check_engine_fields(self, names):
        if names:
            labels = [
                self._fields[name]._description_string(self.env) for name in names
            ]
            raise AccessError(
                self.env._(
                    "%s of a promised line cannot be written: they are computed.",
                    ", ".join(sorted(labels)),
                )
            )
