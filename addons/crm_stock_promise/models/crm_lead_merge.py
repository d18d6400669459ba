from odoo import models
from odoo.exceptions import UserError

from odoo.addons.stock_promise.models.own_context import own

from .crm_lead_promise_line import GATHERING


class CrmLead(models.Model):
    """Merging leads merges what they ask for.

    Of several holds the one with the most time left survives. It takes over what the
    others held, in one transaction, so that nobody else can have it in between.
    Products that were not held stay so: merging claims nothing new.
    """

    _inherit = "crm.lead"

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        # sudo: who merges leads merges all of what they ask for, as it is with their
        # history and their quotations
        self.sudo()._merge_promise_lines(opportunities.sudo())
        return result

    def _merge_promise_lines(self, opportunities):
        self.ensure_one()
        leads = self | opportunities
        if not leads.promise_line_ids and not leads.promise_id:
            return
        held = self.env["delivery.promise"].union(
            *(lead._live_promise() for lead in leads)
        )
        covered = leads.promise_line_ids.filtered(
            lambda line: line.promise_line_id.promise_id in held
        )
        last = max(self.promise_line_ids.mapped("sequence"), default=0)
        moved = opportunities.promise_line_ids.with_context(**{GATHERING: own(True)})
        for number, line in enumerate(moved, last + 1):
            line.write({"lead_id": self.id, "sequence": number})
        if held:
            self._merge_holds(held, opportunities, covered)
        if moved:
            # the dates of what is not held were given without the other lead's need
            self._forget_promised_dates(self.promise_line_ids._to_promise() - covered)

    def _merge_holds(self, held, opportunities, covered):
        self.ensure_one()
        survivor = held.sorted("hold_until", reverse=True)[:1]
        others = held - survivor
        opportunities._rest_on_promise(False)
        self._rest_on_promise(survivor)
        survivor.write(
            {
                "lead_id": self.id,
                "user_id": (self.user_id or survivor.user_id).id,
                "partner_id": (self.partner_id or survivor.partner_id).id,
            }
        )
        if not others:
            return
        self.env["sale.order"].search(
            [("promise_id", "in", others.ids), ("state", "in", ("draft", "sent"))]
        ).promise_id = survivor
        for promise in others:
            promise._release(
                self.env._("Merged into %s.", survivor.name),
            )
        try:
            with self.env.cr.savepoint():
                answer = survivor._rehold(self._prepare_promise_request(covered))
                self._write_held_lines(covered, answer)
        except UserError as error:
            self.message_post(
                body=self.env._(
                    "%(promise)s could not take over what %(others)s held, which is"
                    " released: %(problem)s",
                    promise=survivor.name,
                    others=", ".join(others.mapped("name")),
                    problem=str(error),
                )
            )
