from odoo import api, models

from odoo.addons.sale_promise_credit.credit import words
from odoo.addons.sale_promise_credit.credit.desk import Desk


class PhoneCaller(models.AbstractModel):
    _inherit = "phone.caller"

    @api.model
    def _caller_credit_alerts(self, record):
        """What the policy says of the caller, instead of a second and a third figure:
        the limits of Odoo and of Financial Risk are in it."""
        # sudo: as in Desk; words leave out what the agent may not read
        entity = self._caller_entity(record).sudo().commercial_partner_id
        company = self.env.company
        verdict = Desk(self.env, company).standing(entity)
        if verdict.state == "ok":
            return []
        is_over = any(
            reason.code in ("over_limit", "no_credit") for reason in verdict.reasons
        )
        return [
            self._caller_alert(
                self.env._(
                    "%(why)s Ask accounting before you take an order.",
                    why=words.text(self.env, verdict, company),
                ),
                "danger" if is_over or not verdict.is_passed else "warning",
            )
        ]
