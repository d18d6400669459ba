from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..ranking.rules import plain_zip


class DealerTerritory(models.Model):
    """A part of a dealer's territory; who has none serves everywhere."""

    _name = "dealer.territory"
    _inherit = "company.guard"
    _description = "Territory of a Dealer"
    _order = "dealer_id, country_id, state_id, zip_from, id"
    _rec_name = "country_id"
    _check_company_auto = True

    dealer_id = fields.Many2one(
        "dealer.profile",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
    )
    company_id = fields.Many2one(related="dealer_id.company_id", store=True)
    country_id = fields.Many2one(
        "res.country", required=True, index=True, ondelete="restrict"
    )
    state_id = fields.Many2one(
        "res.country.state",
        domain="[('country_id', '=', country_id)]",
        ondelete="restrict",
    )
    zip_from = fields.Char(help="10: all zip codes that begin with 10.")
    zip_to = fields.Char(help="12: up to the last that begins with 12.")
    zip_low = fields.Char(compute="_compute_bounds", store=True)
    zip_high = fields.Char(compute="_compute_bounds", store=True)
    exclusive = fields.Boolean(
        help="Customers here are handed to this dealer and to nobody else."
    )

    @api.depends("zip_from", "zip_to")
    def _compute_bounds(self):
        for line in self:
            line.zip_low = plain_zip(line.zip_from)
            line.zip_high = plain_zip(line.zip_to)

    @api.constrains("zip_from", "zip_to", "state_id", "country_id")
    def _check_bounds(self):
        for line in self:
            low, high = line.zip_low, line.zip_high
            if low and high and low[: len(high)] > high:
                raise ValidationError(
                    self.env._(
                        "Territory of %(dealer)s: zip codes from %(first)s to %(last)s"
                        " are in the wrong order.",
                        dealer=line.dealer_id.name,
                        first=line.zip_from,
                        last=line.zip_to,
                    )
                )
            if line.state_id and line.state_id.country_id != line.country_id:
                raise ValidationError(
                    self.env._(
                        "Territory of %(dealer)s: %(state)s is not in %(country)s.",
                        dealer=line.dealer_id.name,
                        state=line.state_id.name,
                        country=line.country_id.name,
                    )
                )
