"""Which hold a lead rests on is not a client's to choose: its quotations would take
what a colleague holds."""

from odoo import api, models
from odoo.exceptions import AccessError

from odoo.addons.stock_promise.models.own_context import own, owned, without_defaults

LINKING = "crm_promise_linking"


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_linking(vals.get("promise_id"))
        leads = super(CrmLead, without_defaults(self, {"promise_id"})).create(vals_list)
        return leads.with_env(self.env)

    def write(self, vals):
        if "promise_id" in vals and any(
            # sudo: only compared
            lead.sudo().promise_id.id != (vals["promise_id"] or False)
            for lead in self
        ):
            self._check_linking(True)
        return super().write(vals)

    def _rest_on_promise(self, promise):
        """Link a hold, or none; the one way to do it."""
        self.with_context(**{LINKING: own(True)}).promise_id = promise

    @api.model
    def _check_linking(self, promise):
        if promise and not self.env.su and not owned(self.env, LINKING):
            raise AccessError(
                self.env._(
                    "The hold of an opportunity is not chosen: hold or release its"
                    " products."
                )
            )


class CrmLeadPromiseLine(models.Model):
    _inherit = "crm.lead.promise.line"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_linking(vals.get("promise_line_id"))
        names = {"promise_line_id"}
        lines = super(CrmLeadPromiseLine, without_defaults(self, names)).create(
            vals_list
        )
        return lines.with_env(self.env)

    def write(self, vals):
        linked = vals.get("promise_line_id")
        # sudo: only compared
        self._check_linking(
            linked and any(line.sudo().promise_line_id.id != linked for line in self)
        )
        return super().write(vals)

    def _linking(self):
        """These lines, to be tied to lines of promises."""
        return self.with_context(**{LINKING: own(True)})

    @api.model
    def _check_linking(self, promise_line):
        """It would be shown, of whichever company it is."""
        self.env["crm.lead"]._check_linking(promise_line)
