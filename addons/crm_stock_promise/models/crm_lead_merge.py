from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from odoo.addons.promise_desk_base.tools.waiting import WaitedTooLong
from odoo.addons.stock_promise.models.own_context import own

from .crm_lead_promise_line import GATHERING


class CrmLead(models.Model):
    """Merging leads merges what they ask for.

    Of several holds the one with the most time left survives. It takes over what the
    others held, in one transaction, so that nobody else can have it in between, and is
    held again as one request: one warehouse, one way of shipping, one consent. Products
    that were not held stay so: merging claims nothing new. What another company holds
    is given back: its goods cannot be delivered by this one.
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
        # the company that the merged lead gets, else that of its own goods
        company = leads.company_id[:1] or held[:1].company_id
        foreign = held.filtered(lambda promise: promise.company_id != company)
        held -= foreign
        covered = leads.promise_line_ids.filtered(
            lambda line: line.promise_line_id.promise_id in held
        )
        own_hold = self._live_promise() & held
        gathering = {GATHERING: own(True)}
        if leads.partner_id[:1] != self.partner_id:
            # what Odoo merges next; known before the goods are held again
            self.with_context(**gathering).partner_id = leads.partner_id[:1]
        self._drop_foreign_lines(leads, company)
        covered = covered.exists()
        last = max(self.promise_line_ids.mapped("sequence"), default=0)
        moved = opportunities.promise_line_ids.with_context(**gathering)
        for number, line in enumerate(moved, last + 1):
            line.write({"lead_id": self.id, "sequence": number})
        leads.filtered(
            lambda lead: lead != self or lead.promise_id in foreign
        )._rest_on_promise(False)
        if foreign:
            foreign._release(
                self.env._("Merged into an opportunity of another company.")
            )
            self.message_post(
                body=self.env._(
                    "Goods that another company held are released: hold the products"
                    " again."
                )
            )
        if held:
            self._merge_holds(held, own_hold, covered)
        if moved or foreign:
            # the dates of what is not held were given without the other lead's need
            self._forget_promised_dates(self.promise_line_ids._to_promise() - covered)

    def _drop_foreign_lines(self, leads, company):
        """What belongs to another company than the merged lead cannot be asked of it,
        and its people could not read it."""
        foreign = leads.promise_line_ids.filtered(
            lambda line: company and (line.product_id.company_id or company) != company
        )
        if foreign:
            self.message_post(
                body=self.env._(
                    "%s product(s) that belong to another company are left out.",
                    len(foreign),
                )
            )
            foreign.with_context(**{GATHERING: own(True)}).unlink()

    # -- several holds -------------------------------------------------------------

    def _merge_holds(self, held, own_hold, covered):
        """Hold again as one what these promises hold.

        What the lead itself says of warehouse, shipping and consent counts where it
        holds goods, else what the surviving hold was made for. If the goods are not
        there that way, the other is tried; else the survivor stays as it is, and so
        says the lead.
        """
        self.ensure_one()
        survivor = held.sorted("hold_until", reverse=True)[:1]
        others = held - survivor
        before = {line: line.promised_date for line in covered}
        said = self._promise_terms()
        asked = self._terms_of_hold(survivor)
        self._rest_on_promise(survivor)
        survivor.write(
            {
                "lead_id": self.id,
                "user_id": (self.user_id or survivor.user_id).id,
                "partner_id": (self.partner_id or survivor.partner_id).id,
            }
        )
        if not others:
            self._take_terms(asked)
            return
        self.env["sale.order"].search(
            [("promise_id", "in", others.ids), ("state", "in", ("draft", "sent"))]
        ).promise_id = survivor
        others._release(self.env._("Merged into %s.", survivor.name))
        problem = False
        for terms in [said, asked] if own_hold else [asked]:
            try:
                with self.env.cr.savepoint():
                    self._take_terms(terms)
                    self._rehold_covered(survivor, covered)
            except WaitedTooLong:
                raise
            except UserError as error:
                problem = problem or str(error)
            else:
                self._say_later_dates(before)
                return
        self._take_terms(asked)
        self.message_post(
            body=self.env._(
                "%(promise)s could not take over what %(others)s held, which is"
                " released: %(problem)s",
                promise=survivor.name,
                others=", ".join(others.mapped("name")),
                problem=problem,
            )
        )

    def _promise_terms(self):
        """Warehouse, shipping and consent as the lead has them, its warehouse as its
        quotations would choose it."""
        return {
            "promise_warehouse_id": self._promise_warehouse().id,
            "promise_shipping_policy": self.promise_shipping_policy,
            "promise_allow_split": self.promise_allow_split,
            "promise_partial": self.promise_partial,
        }

    def _terms_of_hold(self, promise):
        """The same, as a hold was made for them."""
        terms = {
            "promise_warehouse_id": promise.warehouse_id.id,
            "promise_shipping_policy": promise.shipping_policy,
        }
        if promise.shipping_policy == "direct":
            # delivered at once, whatever was agreed to is not asked
            terms["promise_allow_split"] = promise.allow_split
            terms["promise_partial"] = promise.partial
        return terms

    def _take_terms(self, terms):
        """Have the lead say what its hold is made for."""
        said = self._promise_terms()
        changed = {name: terms[name] for name in terms if terms[name] != said[name]}
        if changed:
            self.with_context(**{GATHERING: own(True)}).write(changed)

    def _rehold_covered(self, survivor, covered):
        request = self._prepare_promise_request(covered)
        request["partner_id"] = survivor.partner_id.id
        answer = survivor._rehold(request, covered._prepare_promise_line_vals())
        survivor.write(
            {
                "shipping_policy": request["shipping_policy"],
                **self._promise_consent(),
                "warehouse_id": request["warehouse_id"] or survivor.warehouse_id.id,
            }
        )
        self._write_held_lines(covered, answer)

    def _say_later_dates(self, before):
        """Note the products that come later than they were held for, by the day."""
        later = [
            line
            for line, date in before.items()
            if date
            and line.promised_date
            and line.promised_date > date
            and self._local_day(line.promised_date) != self._local_day(date)
        ]
        if later:
            self.message_post(
                body=self.env._(
                    "Held together, these products come later than they did: %s",
                    ", ".join(
                        self.env._(
                            "%(product)s (%(day)s)",
                            product=line.product_id.display_name,
                            day=format_date(
                                self.env, self._local_day(line.promised_date)
                            ),
                        )
                        for line in later
                    ),
                )
            )

    def _local_day(self, date):
        """The day of the warehouse on which a moment lies."""
        return self._promise_warehouse()._promise_day(date)
