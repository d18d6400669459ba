from odoo import api, models
from odoo.exceptions import AccessError

MANAGER = "call_center.group_call_center_manager"


class PhoneCall(models.Model):
    """What an agent may change of a call: what he knows and the provider does not.

    Times, numbers and states are the provider's, and what figures, call-backs and
    telephones that ring rest upon. Managers correct them.
    """

    _inherit = "phone.call"

    @api.model
    def _agent_fields(self):
        """Names of the fields that agents write; a hook for add-ons that have more."""
        return {
            "summary",
            "outcome_id",
            "subject_id",
            "tag_ids",
            "partner_id",
            "res_model",
            "res_id",
        }

    @api.model
    def _is_restricted(self):
        return not (self.env.su or self.env.user.has_group(MANAGER))

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                self.new()._check_abouts(vals)
        return super().create(vals_list)

    def write(self, vals):
        if self._is_restricted():
            self._check_agent_vals(vals)
        if not self.env.su:
            self._check_abouts(vals)
        return super().write(vals)

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Forms show the rest as what it is to an agent: not to be changed."""
        result = super().fields_get(allfields, attributes)
        if self._is_restricted():
            own = self._agent_fields()
            for name, description in result.items():
                if name not in own and "readonly" in description:
                    description["readonly"] = True
        return result

    def _check_agent_vals(self, vals):
        if others := sorted(vals.keys() - self._agent_fields()):
            labels = [
                self._fields[name]._description_string(self.env)
                if name in self._fields
                else name
                for name in others
            ]
            raise AccessError(
                self.env._(
                    "Phone call: %s: this comes from the telephone system, and only a "
                    "manager of the Call Center corrects it.",
                    ", ".join(labels),
                )
            )

    def _check_abouts(self, vals):
        """What a user says that calls were about, he may read: notes of them are posted
        there, whoever may see it then."""
        if vals.get("partner_id"):
            self._check_readable("res.partner", vals["partner_id"])
        if {"res_model", "res_id"} & vals.keys():
            for call in self:
                model = vals.get("res_model", call.res_model)
                res_id = vals.get("res_id", call.res_id)
                if model and res_id:
                    self._check_readable(model, res_id)

    @api.model
    def _check_readable(self, model, res_id):
        if isinstance(model, str) and model in self.env and type(res_id) is int:
            record = self.env[model].browse(res_id)
            if 0 < res_id < 2**31 and record.exists() and record.has_access("read"):
                return
        raise AccessError(
            self.env._(
                "Phone call: the customer or document that you name is not there, or "
                "you may not read it."
            )
        )
