import re

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError


class DeliveryTransitTime(models.Model):
    """How many days goods are on the way, by carrier and destination. Of those that
    apply, the first in order counts."""

    _name = "delivery.transit.time"
    _inherit = ["delivery.promise.fact", "company.guard"]
    _description = "Transit Time"
    _order = "sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, default=lambda self: self.env.company
    )
    carrier_id = fields.Many2one(
        "delivery.carrier",
        string="Delivery Method",
        check_company=True,
        ondelete="cascade",
        index="btree_not_null",
        help="Empty: whoever carries.",
    )
    country_id = fields.Many2one("res.country", help="Empty: everywhere.")
    state_ids = fields.Many2many(
        "res.country.state",
        string="States",
        domain="[('country_id', '=?', country_id)]",
    )
    zip_from = fields.Char(help="Compared character by character, without spaces.")
    zip_to = fields.Char(
        help="Up to and with all that begins like this: 19 includes 19999.",
    )
    days = fields.Float(string="Days on the Way", required=True)

    _days_positive = models.Constraint(
        "CHECK (days >= 0 AND days <= 365)",
        "Goods are on the way for 0 to 365 days.",
    )

    @api.depends("carrier_id", "country_id", "zip_from", "zip_to", "days")
    def _compute_display_name(self):
        for time in self:
            places = [
                time.country_id.name,
                "–".join(code for code in (time.zip_from, time.zip_to) if code),
            ]
            time.display_name = self.env._(
                "%(carrier)s, %(destination)s: %(days)s days",
                carrier=time.carrier_id.name or self.env._("Any carrier"),
                destination=" ".join(place for place in places if place)
                or self.env._("everywhere"),
                days=f"{time.days:g}",
            )

    @api.constrains("zip_from", "zip_to")
    def _check_zip_range(self):
        for time in self:
            first, last = self._plain_zip(time.zip_from), self._plain_zip(time.zip_to)
            if first and last and first[: len(last)] > last:
                raise ValidationError(
                    self.env._(
                        "The zip range %(first)s to %(last)s is empty: the first code"
                        " comes after the last.",
                        first=time.zip_from,
                        last=time.zip_to,
                    )
                )

    @api.constrains("country_id", "state_ids")
    def _check_states(self):
        for time in self:
            strange = time.state_ids.filtered(
                lambda state, time=time: state.country_id != time.country_id
            )
            if time.country_id and strange:
                raise ValidationError(
                    self.env._(
                        "%(states)s: not in %(country)s. Choose states of the country,"
                        " or leave the country empty.",
                        states=", ".join(strange.mapped("name")),
                        country=time.country_id.name,
                    )
                )

    # -- what was promised before ------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        times = super().create(vals_list)
        times._hours_changed()
        return times

    def write(self, vals):
        self._hours_changed()
        result = super().write(vals)
        self._hours_changed()
        return result

    def unlink(self):
        for time in self:
            self.env["delivery.promise"]._hours_changed(
                time._promise_warehouses(), time.carrier_id or time.company_id
            )
        return super().unlink()

    def _hours_changed(self):
        for time in self:
            self.env["delivery.promise"]._hours_changed(
                time._promise_warehouses(), time
            )

    def _promise_warehouses(self):
        # sudo: dates rest on the way whoever changes it
        return (
            self.env["stock.warehouse"]
            .sudo()
            .search(
                [("company_id", "in", self.company_id.ids)] if self.company_id else []
            )
        )

    # -- matching ----------------------------------------------------------------------

    @api.model
    def _plain_zip(self, code):
        return re.sub(r"[\s-]", "", code or "").upper()

    @api.model
    def _find(self, carrier, partner, company):
        """The first that applies to a carrier and an address; may be empty.

        :param carrier: delivery.carrier, empty where nobody knows who carries
        """
        if not self._are_known(company.id):
            return self.browse()
        candidates = self.search(
            [
                ("company_id", "in", [False, company.id]),
                ("carrier_id", "in", [False, *carrier.ids]),
                ("country_id", "in", [False, *partner.country_id.ids]),
            ]
        )
        for time in candidates:
            if time._reaches(partner):
                return time
        return self.browse()

    @api.model
    @tools.ormcache("company_id")
    def _are_known(self, company_id):
        """Whether any transit time has been set up for a company."""
        # sudo: how long it takes decides the date whoever asks for it
        return bool(
            self.sudo().search_count([("company_id", "in", [False, company_id])], 1)
        )

    def _reaches(self, partner):
        """Whether the destination, beyond its country, is the partner's."""
        self.ensure_one()
        if self.state_ids and partner.state_id not in self.state_ids:
            return False
        first, last = self._plain_zip(self.zip_from), self._plain_zip(self.zip_to)
        if not first and not last:
            return True
        code = self._plain_zip(partner.zip)
        return bool(code) and first <= code and (not last or code[: len(last)] <= last)
