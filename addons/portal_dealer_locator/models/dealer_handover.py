from odoo import api, models
from odoo.fields import Domain


class DealerHandover(models.Model):
    _inherit = "dealer.handover"

    def _compute_dealer_url(self):
        for handover in self:
            base = handover.get_base_url()
            handover.dealer_url = f"{base}/my/handovers/{handover.id}"

    def _is_answered_by_dealer(self):
        # who is in the portal reads their own alone, and reading was checked
        return super()._is_answered_by_dealer() or self.env.user._is_portal()

    @api.model
    def _portal_figures(self):
        """What became of all that the present dealer was asked, also of what they see
        no longer: ``{"asked", "accepted", "won", "lost", "hours"}``."""
        partner = self.env.user.partner_id
        domain = Domain(
            "dealer_id.partner_id.commercial_partner_id",
            "=",
            partner.commercial_partner_id.id,
        ) | Domain("dealer_id.person_ids.partner_id", "=", partner.id)
        # sudo: sums of the user's own, as the domain says
        [row] = self.sudo().formatted_read_group(
            domain & Domain("company_id", "in", self.env.companies.ids),
            [],
            [
                "__count",
                "accepted_number:sum",
                "won_number:sum",
                "lost_number:sum",
                "answer_hours:avg",
            ],
        )
        return {
            "asked": row["__count"],
            "accepted": row["accepted_number:sum"] or 0,
            "won": row["won_number:sum"] or 0,
            "lost": row["lost_number:sum"] or 0,
            "hours": row["answer_hours:avg"] or 0.0,
        }
