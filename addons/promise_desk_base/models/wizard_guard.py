from odoo import api, models
from odoo.exceptions import AccessError


class WizardGuard(models.AbstractModel):
    """Windows that belong to whoever opened them.

    A record rule keeps what is in them from others; it is not asked about what a row is
    put into, nor again after a write. Each transient model inherits this guard and has
    such a rule.
    """

    _name = "wizard.guard"
    _description = "Windows of One User"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._check_own_window()
        return records

    def write(self, vals):
        result = super().write(vals)
        self._check_own_window()
        return result

    def _check_own_window(self):
        if self.env.su:
            return
        links = [
            name
            for name, field in self._fields.items()
            if field.type == "many2one" and self.env[field.comodel_name]._transient
        ]
        for record in self.sudo():  # sudo: only whose they are is compared
            windows = [record, *(record[name] for name in links if record[name])]
            if any(window.create_uid.id != self.env.uid for window in windows):
                raise AccessError(
                    self.env._(
                        "%(document)s: this is a colleague's window. Open your own.",
                        document=self.env["ir.model"]._get(self._name).name,
                    )
                )
