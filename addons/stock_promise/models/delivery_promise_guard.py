"""What the engine alone writes: a hold cannot be made, prolonged or changed by a plain
``write``, past the lock, the claims and the limits."""

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .checks import IN_FORCE, check_numbers
from .own_context import without_defaults


def computed_fields(model):
    """What is stored and read-only on a model: no client writes it, by whichever
    method."""
    return {
        name
        for name, field in model._fields.items()
        if field.column_type
        and field.store
        and field.readonly
        and name not in models.MAGIC_COLUMNS
    }


def given_fields(names, vals, state):
    """Those of these fields that somebody gives a new record; a draft is what it is
    anyway, in the field ``state``."""
    given = {name for name in names if vals.get(name)}
    if vals.get(state) == "draft":
        given.discard(state)
    return given


def written_fields(records, names, vals):
    """Those of these fields that somebody writes, and the company if it changes."""
    written = names & vals.keys()
    if "company_id" in vals and any(
        record.company_id.id != vals["company_id"] for record in records
    ):
        written.add("company_id")
    return written


def labels(model, names):
    """The fields by the names that are on the screen."""
    return ", ".join(
        sorted(model._fields[name]._description_string(model.env) for name in names)
    )


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    def _engine_fields(self):
        # whoever makes a promise chooses its name and its company
        return computed_fields(self) - {"name", "company_id"} | {"promise_class_id"}

    @api.model_create_multi
    def create(self, vals_list):
        names = self._engine_fields()
        if not self.env.su:
            for vals in vals_list:
                self._check_engine_fields(given_fields(names, vals, "state"))
        promises = super(DeliveryPromise, without_defaults(self, names)).create(
            vals_list
        )
        return promises.with_env(self.env)

    def write(self, vals):
        if not self.env.su:
            self._check_engine_fields(written_fields(self, self._engine_fields(), vals))
        return super().write(vals)

    def unlink(self):
        # sudo: whoever has waited for these goods is looked at
        self._touch_products(self.sudo().claim_ids.product_id.ids)
        return super().unlink()

    @api.model
    def _check_engine_fields(self, names):
        if names:
            raise AccessError(
                self.env._(
                    "%s of a promise cannot be written: hold, extend, release or"
                    " re-promise it.",
                    labels(self, names),
                )
            )


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    _counted_fields = frozenset({"quantity", "minimum_first", "lead_days"})

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
        return computed_fields(self) | {
            "answer",
            "schedule",
            "reasons",
            "risk_said",
            "risk_message",
        }

    @api.model_create_multi
    def create(self, vals_list):
        names = self._engine_fields()
        for vals in vals_list:
            check_numbers(self, vals, self._counted_fields)
            if not self.env.su:
                self._check_engine_fields({name for name in names if vals.get(name)})
        lines = super(DeliveryPromiseLine, without_defaults(self, names)).create(
            vals_list
        )
        lines = lines.with_env(self.env)
        if not self.env.su:
            lines._check_not_in_force()
        return lines

    def write(self, vals):
        check_numbers(self, vals, self._counted_fields)
        if not self.env.su:
            self._check_engine_fields(self._engine_fields() & vals.keys())
            if self._claimed_fields() & vals.keys():
                self._check_not_in_force()
        result = super().write(vals)
        if not self.env.su and "promise_id" in vals:
            self._check_not_in_force()
            # not into somebody else's
            self.check_access("write")
        return result

    def unlink(self):
        self.check_access("unlink")
        if not self.env.su:
            self._check_not_in_force()
        return super().unlink()

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
            raise AccessError(
                self.env._(
                    "%s of a promised line cannot be written: they are computed.",
                    labels(self, names),
                )
            )
