from odoo import api, fields, models
from odoo.tools import ormcache


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["res.users", "phone.directory.mixin"]

    # set by an administrator: who could choose an extension could have other
    # people's calls shown to them
    phone_extension = fields.Char(
        "Extension",
        help="Internal number of this user at the telephone system.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["phone_extension"]

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        if any(vals.get("phone_extension") for vals in vals_list):
            self.env.registry.clear_cache()
        return users

    def _get_invalidation_fields(self):
        return super()._get_invalidation_fields() | {"phone_extension"}

    @api.model
    @ormcache("company_id", "extension")
    def _of_extension(self, company_id, extension):
        """Id of the user who has an extension in a company, if it is one alone; asked
        for by each event of a call."""
        # sudo: remembered for all; an id, and nothing of the user
        users = self.sudo().search(
            [
                ("share", "=", False),
                ("company_ids", "in", [company_id]),
                ("phone_extension", "=", extension),
            ],
            order="id",
            limit=2,
        )
        return users.id if len(users) == 1 else False

    @api.model
    def _phone_directory_fields(self):
        # the user's own numbers are their contact's
        return ["phone_extension"]

    def _phone_directory_partners(self):
        return {user.id: user.partner_id for user in self}

    def _caller_identity_values(self):
        self.ensure_one()
        return [
            ("extension", self.env._("Extension"), "text", self.phone_extension),
            ("email", self.env._("Email"), "text", self.email),
        ]
