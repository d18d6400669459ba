"""What the buttons of a run alone write: a planner chooses, the computation computes,
and what was computed or applied stays what it was computed from."""

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.stock_promise.models.delivery_promise_guard import (
    computed_fields,
    given_fields,
    labels,
    written_fields,
)
from odoo.addons.stock_promise.models.own_context import without_defaults


class DeliveryPromiseBackorder(models.Model):
    _inherit = "delivery.promise.backorder"

    def _engine_fields(self):
        # whoever makes a run chooses its name and its company
        return computed_fields(self) - {"name", "company_id", "user_id"}

    @api.model
    def _choices(self):
        """What the planner chooses."""
        return {
            "product_ids",
            "category_ids",
            "warehouse_ids",
            "date_from",
            "date_to",
            "without_date",
            "rule_ids",
            "sort_by",
            "lose_gets_rest",
            "unmet_policy",
        }

    @api.model_create_multi
    def create(self, vals_list):
        names = self._engine_fields()
        if not self.env.su:
            for vals in vals_list:
                self._check_engine_fields(given_fields(names, vals, "stage"))
        runs = super(DeliveryPromiseBackorder, without_defaults(self, names)).create(
            vals_list
        )
        return runs.with_env(self.env)

    def write(self, vals):
        if not self.env.su:
            self.check_access("write")
            self._check_engine_fields(written_fields(self, self._engine_fields(), vals))
            if self._choices() & vals.keys():
                self._check_draft()
        return super().write(vals)

    def _check_draft(self):
        for run in self:
            if run.stage != "draft":
                raise UserError(
                    self.env._(
                        "%s has a result: what it was computed from cannot be changed."
                        " Go back to its choices, or duplicate it.",
                        run.name,
                    )
                )

    @api.model
    def _check_engine_fields(self, names):
        if names:
            raise AccessError(
                self.env._(
                    "%s of a run cannot be written: compute it, apply it, or make a new"
                    " one.",
                    labels(self, names),
                )
            )


class DeliveryPromiseBackorderRule(models.Model):
    _inherit = "delivery.promise.backorder.rule"

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        if not self.env.su:
            rules.run_id._check_draft()
        return rules

    def write(self, vals):
        if not self.env.su:
            self.check_access("write")
            self.run_id._check_draft()
        result = super().write(vals)
        if not self.env.su and "run_id" in vals:
            # not into a run of another company
            self.check_access("write")
            self.run_id._check_draft()
        return result

    def unlink(self):
        if not self.env.su:
            self.check_access("unlink")
            self.run_id._check_draft()
        return super().unlink()
