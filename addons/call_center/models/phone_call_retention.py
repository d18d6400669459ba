import datetime

from odoo import api, fields, models
from odoo.fields import Domain

from .call_rule import REJECT

BATCH = 1_000


class ResCompany(models.Model):
    _inherit = "res.company"

    call_retention_days = fields.Integer(
        "Calls: Days Until Anonymous",
        default=0,
        help="So long after a call its number, customer, notes and recording are kept; "
        "then only what is counted. 0: for ever.",
    )

    _call_retention_positive = models.Constraint(
        "CHECK (call_retention_days >= 0)",
        "Calls are kept for a number of days, or 0 for ever.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    call_retention_days = fields.Integer(
        related="company_id.call_retention_days", readonly=False
    )


class PhoneCall(models.Model):
    """Personal data leave a call when its time is over; the figures stay."""

    _inherit = "phone.call"

    anonymised_at = fields.Datetime("Anonymised", readonly=True, copy=False)

    _anonymise_idx = models.Index(
        "(company_id, started_at) WHERE anonymised_at IS NULL"
    )

    def _anonymised_vals(self):
        """What a call that nobody may be known by any more has lost. Add-ons that put
        personal data into calls add theirs."""
        self.ensure_one()
        return {
            "from_number": False,
            "to_number": False,
            "external_id": False,
            "partner_id": False,
            "res_model": False,
            "res_id": False,
            "recording_url": False,
            "summary": False,
            "told_ids": False,
            # whether it was refused is nobody's data, and keeps it out of the shares
            "directed_to": REJECT if self.directed_to == REJECT else False,
            "anonymised_at": fields.Datetime.now(),
        }

    def action_anonymise(self):
        """Take away by whom the calls were and what was said; the figures stay."""
        self.check_access("unlink")
        self._anonymise()
        return True

    def _anonymise(self):
        """Calls that are over, and call-backs that were made of them alone."""
        ended = self.filtered(lambda call: call.state == "ended")
        ended.filtered(lambda call: not call.anonymised_at)._keep_customer_keys()
        # sudo: recordings are not even for those to see who may delete calls
        for call in ended.sudo():
            kind = call.number_kind
            call.write(call._anonymised_vals())
            # recomputed first, then set: what kind it was is no secret, and counted
            call.flush_recordset()
            call.number_kind = kind
            # parts are named after what the provider sends: often a number, and it
            # may be what tells them apart, too
            call.strand_ids.unlink()
            for leg in call.leg_ids:
                leg.write({"name": False, "key": f"anonymous {leg.id}"})
        backs = ended.sudo().callback_id
        backs.filtered(
            lambda back: (
                back.state == "done" and all(back.call_ids.mapped("anonymised_at"))
            )
        ).unlink()

    @api.autovacuum
    def _gc_personal_data(self):
        """Anonymise calls whose company keeps them no longer."""
        done, more = 0, False
        for company in self.env["res.company"].search(
            [("call_retention_days", ">", 0)]
        ):
            limit = fields.Datetime.now() - datetime.timedelta(
                days=company.call_retention_days
            )
            calls = self.search(
                Domain("company_id", "=", company.id)
                & Domain("anonymised_at", "=", False)
                & Domain("started_at", "<", limit)
                & Domain("state", "=", "ended"),
                limit=BATCH,
                order="started_at",
            )
            calls._anonymise()
            more |= self._keep_first_contacts(company)
            # by hand, or closed after their calls' time was over
            backs = self.env["phone.call.back"].search(
                Domain("company_id", "=", company.id)
                & Domain("state", "=", "done")
                & Domain("closed_at", "<", limit),
                limit=BATCH,
                order="closed_at",
            )
            backs.unlink()
            done += len(calls) + len(backs)
            more |= BATCH in (len(calls), len(backs))
        return done, more
