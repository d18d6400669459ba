from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.dealer_locator.ranking.values import Share


class DealerProfile(models.Model):
    _inherit = "dealer.profile"

    handover_ids = fields.One2many("dealer.handover", "dealer_id", "Hand-Overs")
    won_count = fields.Integer("Won", readonly=True, copy=False)
    lost_count = fields.Integer("Lost", readonly=True, copy=False)

    def _note_result(self, won):
        """Count what became of a lead."""
        self.ensure_one()
        column = SQL.identifier("won_count" if won else "lost_count")
        self.flush_recordset(["won_count", "lost_count"])
        self.env.cr.execute(
            SQL(
                "UPDATE dealer_profile SET %s = COALESCE(%s, 0) + 1 WHERE id = %s",
                column,
                column,
                self.id,
            )
        )
        self.invalidate_recordset(["won_count", "lost_count"], flush=False)

    @api.model
    def _rank_extra_bonus(self, request):
        return super()._rank_extra_bonus(request) + self._won_weight(request)

    @api.model
    def _rank_extra(self, request, dealer_ids):
        found = super()._rank_extra(request, dealer_ids)
        weight = self._won_weight(request)
        if not weight or not dealer_ids:
            return found
        self.flush_model(["won_count", "lost_count"])
        rows = self.env.execute_query(
            SQL(
                """SELECT id, COALESCE(won_count, 0), COALESCE(lost_count, 0)
                     FROM dealer_profile
                    WHERE id = ANY(%s) AND won_count > 0""",
                list(dealer_ids),
            )
        )
        for dealer_id, won, lost in rows:
            message = self.env._(
                "Won %(won)s of %(all)s leads", won=won, all=won + lost
            )
            share = Share("won", weight * won / (won + lost), {"message": message})
            found[dealer_id] = [*found.get(dealer_id, ()), share]
        return found

    @api.model
    def _won_weight(self, request):
        weights = self.env["dealer.weight"]._row_of(request.get("purpose") or "sale")
        return weights.won if weights else 0.0

    def action_open_handovers(self):
        """What was handed over to the dealer."""
        self.check_access("read")
        self.ensure_one()
        self.env["dealer.handover"].check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand-overs to %(dealer)s", dealer=self.name),
            "res_model": "dealer.handover",
            "view_mode": "list,form",
            "domain": [("dealer_id", "=", self.id)],
        }
