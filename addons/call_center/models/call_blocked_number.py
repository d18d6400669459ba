from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import phone_number


class CallBlockedNumber(models.Model):
    """A number whose calls are not put through, as far as a line lets us say so."""

    _name = "call.blocked.number"
    _description = "Blocked Number"
    _inherit = ["company.guard"]
    _rec_name = "e164"
    _order = "create_date desc, id desc"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    e164 = fields.Char(
        "Number", required=True, help="With its country: +49 30 1234567."
    )
    reason = fields.Char()
    active = fields.Boolean(default=True)

    _number_unique = models.UniqueIndex(
        "(company_id, e164)", "This number is blocked already."
    )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalised(vals) for vals in vals_list])

    def write(self, vals):
        if "e164" in vals:
            self.ensure_one()
            company = vals.get("company_id", self.company_id.id)
            vals = self._normalised({**vals, "company_id": company})
        return super().write(vals)

    @api.model
    def _normalised(self, vals):
        company = vals.get("company_id") or self.env.company.id
        region = self.env["phone.directory"]._company_region(company)
        parsed = phone_number.parse(str(vals.get("e164") or "")[:250], region or "")
        keys = [reading.e164 for reading in parsed.readings if reading.e164]
        if not keys:
            raise UserError(
                self.env._(
                    "number: “%s” is no number that can be blocked.", vals.get("e164")
                )
            )
        return {**vals, "e164": keys[0]}

    @api.model
    def _blocked_among(self, keys, company):
        """Which of some E.164 numbers a company does not put through."""
        # sudo: as below
        blocked = self.sudo().search(
            [("company_id", "=", company.id), ("e164", "in", keys)]
        )
        return set(blocked.mapped("e164"))

    @api.model
    def _is_blocked(self, company, e164):
        # sudo: whether a call is put through does not depend on who asks
        return bool(
            e164
            and self.sudo().search_count(
                [("company_id", "=", company.id), ("e164", "=", e164)], limit=1
            )
        )
