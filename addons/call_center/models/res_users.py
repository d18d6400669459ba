from odoo import api, fields, models


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["res.users", "phone.directory.mixin"]

    # set by an administrator: who could choose an extension could have other
    # people's calls shown to him
    phone_extension = fields.Char(
        "Extension",
        help="Internal number of this user at the telephone system.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["phone_extension"]

    @api.model
    def _phone_directory_fields(self):
        # the user's own numbers are his contact's
        return ["phone_extension"]

    def _phone_directory_partners(self):
        return {user.id: user.partner_id for user in self}

    def _caller_identity_values(self):
        self.ensure_one()
        return [
            ("extension", self.env._("Extension"), "text", self.phone_extension),
            ("email", self.env._("Email"), "text", self.email),
        ]
