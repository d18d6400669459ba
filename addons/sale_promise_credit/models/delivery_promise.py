from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..credit import words
from ..credit.desk import Desk
from ..credit.values import Verdict

OPEN = ("draft", "sent")


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    credit_entity_id = fields.Many2one(
        "res.partner",
        string="Debtor",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="The commercial entity whose credit this counts against.",
    )
    credit_state = fields.Selection(
        [
            ("waiting", "Waiting for credit"),
            ("approved", "Credit approved"),
            ("refused", "Credit refused"),
        ],
        string="Credit",
        copy=False,
        readonly=True,
        index="btree_not_null",
        tracking=True,
    )
    credit_request_ids = fields.One2many("sale.credit.request", "promise_id")

    # -- public API ------------------------------------------------------------------

    @api.model
    @api.readonly
    def simulate(self, request):
        """The answer has ``credit`` as well: ``{"state", "reasons"}``, where ``state``
        is one of "ok", "warned", "no_hold", "waiting", "refused"."""
        answer = super().simulate(request)
        answer["credit"] = {"state": "ok", "reasons": []}
        if not request.get("partner_id"):
            return answer
        checked = self.env["delivery.promise.engine"]._check_request(request)
        entity = checked.partner.sudo().commercial_partner_id  # sudo: as in Desk
        desk = Desk(self.env, checked.company)
        if desk.is_asked(entity):
            # prices are looked up only where they decide something
            amount = self._credit_amount(checked, answer["lines"])
            verdict, __ = desk.verdict(entity, amount)
            answer["credit"] = self._credit_answer(verdict, checked.company)
        return answer

    def action_hold(self):
        result = super().action_hold()
        for promise in self:
            if promise.credit_state == "waiting":
                promise._credit_keep_or_give_back()
        return result

    # -- the answer ------------------------------------------------------------------

    def _credit_answer(self, verdict, company):
        return {
            "state": verdict.state,
            "reasons": words.reasons(self.env, verdict, company),
        }

    def _recorded_answer(self, request):
        answer = super()._recorded_answer(request)
        state = "waiting" if self.credit_state == "waiting" else "ok"
        answer["credit"] = self._credit_answer(Verdict(state), self.company_id)
        return answer

    def _credit_amount(self, request, answered, line_vals=None):
        """What the lines of a request add to what the customer owes, with taxes."""
        Line = self.env["delivery.promise.line"]
        amount = 0.0
        for index, (line, found) in enumerate(
            zip(request.lines, answered, strict=True)
        ):
            given = line_vals[index] if line_vals else {}
            unit = given.get("credit_unit")
            if unit is None:
                unit = Line._price_with_taxes(
                    line.product,
                    line.uom,
                    request.company,
                    request.partner,
                    given.get("price_unit") or 0.0,
                    line.quantity,
                )
            amount += unit * found["promised_quantity"]
        # sudo: in which currency a company counts is no secret
        return request.company.sudo().currency_id.round(amount)

    # -- holding ---------------------------------------------------------------------

    @api.model
    def _hold(self, request, vals=None, line_vals=None, ignore=None):
        promise, answer = super()._hold(request, vals, line_vals, ignore)
        answer.setdefault("credit", {"state": "ok", "reasons": []})
        if promise.credit_state == "waiting":
            promise._credit_ask()
        return promise, answer

    def _compute_again(self, *args, **kwargs):
        computation = super()._compute_again(*args, **kwargs)
        if self.credit_state == "waiting":
            self._credit_ask()
        return computation

    def _hold_terms(self, computation, line_vals=None, vals=None):
        """Under the customer's lock: whether they have the credit."""
        terms = super()._hold_terms(computation, line_vals, vals)
        request = computation.request
        entity = self._credit_entity(request, vals)
        desk = Desk(self.env, request.company)
        amount = 0.0
        if desk.is_asked(entity):
            lines = computation.answer["lines"]
            amount = self._credit_amount(request, lines, line_vals)
        last, promised = desk.horizon(), computation.answer["promised_date"]
        if last and promised and fields.Date.to_date(promised[:10]) > last:
            amount = 0.0
        verdict, __ = desk.verdict(entity, amount, promises=self.ids)
        if not verdict.is_passed and self.env["sale.credit.request"]._is_approved(
            self, amount
        ):
            verdict = Verdict()
        computation.answer["credit"] = self._credit_answer(verdict, request.company)
        if verdict.state in ("no_hold", "refused"):
            raise UserError(
                self.env._(
                    "Nothing was held. %(why)s",
                    why=words.text(self.env, verdict, request.company),
                )
            )
        terms["credit_entity_id"] = entity.id
        if verdict.state == "waiting":
            terms["credit_state"] = "waiting"
            if not verdict.keep_goods:
                terms.update(state="draft", hold_until=False)
        elif self.credit_state == "waiting":
            terms["credit_state"] = False
        return terms

    def _credit_entity(self, request, vals=None):
        """Whose credit it is: who gets the invoice, else who gets the goods."""
        # sudo: only whose it is
        order = self.sudo().sale_order_ids.filtered(lambda one: one.state in OPEN)[:1]
        if order:
            return order.partner_invoice_id.commercial_partner_id
        if vals and vals.get("credit_entity_id"):
            return self.env["res.partner"].sudo().browse(vals["credit_entity_id"])
        partner_id = (vals or {}).get("partner_id")
        partner = request.partner or self.env["res.partner"].browse(partner_id)
        return partner.sudo().commercial_partner_id

    def _credit_keep_or_give_back(self):
        """What waits keeps its goods, or gives them back, as the policy says."""
        self.ensure_one()
        terms = Desk(self.env, self.company_id).terms(self.credit_entity_id)
        if not terms.keep_goods and self.state == "held":
            # sudo: claims and the state are written by the engine alone
            claims = self.claim_ids.sudo()
            self._touch_products(claims.product_id.ids)
            claims.unlink()
            self.sudo().write({"state": "draft", "hold_until": False})

    def _credit_value(self):
        """What this hold adds to what the customer owes, as it is counted."""
        self.ensure_one()
        # sudo: as in Desk
        lines = self.sudo().line_ids
        orders = self.sudo().sale_order_ids.filtered(lambda one: one.state in OPEN)
        if orders:
            return max(order._credit_value() for order in orders)
        return self.company_id.sudo().currency_id.round(
            sum(line.promised_quantity * line.credit_unit for line in lines)
        )

    def _credit_ask(self):
        """Put it into the queue, or bring its place there up to date."""
        self.ensure_one()
        self.env["sale.credit.request"]._ask(self)

    def _credit_go_on(self):
        """Credit was given: what waited is held, with the dates of now."""
        self.ensure_one()
        # sudo: the engine goes on where it stopped, whoever decided
        promise = self.sudo()
        promise.credit_state = False
        if promise.state == "draft" and promise.line_ids:
            promise._claim_again(promise._prepare_request(), promise.line_ids)
            promise.write(
                {
                    "state": "held",
                    "hold_until": self.env["delivery.promise.engine"]._hold_until(
                        False, promise.company_id
                    ),
                }
            )

    def _credit_wait_again(self):
        """What made it pass is gone: it waits, its goods as the policy says."""
        for promise in self:
            promise.sudo().credit_state = "waiting"  # sudo: as in _credit_go_on
            promise._credit_keep_or_give_back()
            promise._credit_ask()

    @api.model
    def _credit_prices(self):
        """SQL expressions of the price of a held unit with taxes, of ``line`` (a line
        of a promise), the first that is not null; ``worth`` has the factors of
        currencies. Hook for bridges, which flush what they read."""
        return [
            SQL(
                """(
                SELECT MAX(offered.price_total / NULLIF(offered.product_uom_qty, 0)
                           * COALESCE(held_unit.factor / its_unit.factor, 1)
                           * worth.factor)
                  FROM sale_order_line offered
                  JOIN sale_order quotation ON quotation.id = offered.order_id
                  JOIN worth ON worth.id = quotation.currency_id
                  LEFT JOIN uom_uom its_unit ON its_unit.id = offered.product_uom_id
                  LEFT JOIN uom_uom held_unit ON held_unit.id = line.product_uom_id
                 WHERE offered.promise_line_id = line.id
                   AND quotation.state IN ('draft', 'sent'))"""
            )
        ]

    # -- the customer's lock, before those of products -------------------------------

    @api.model
    def _lock(self, request):
        self._lock_customers(request.partner)
        return super()._lock(request)

    def _lock_as_they_stand(self, *args, **kwargs):
        self._lock_customers(self.sudo().partner_id)  # sudo: only who they are
        return super()._lock_as_they_stand(*args, **kwargs)

    @api.model
    def _lock_customers(self, partners):
        # sudo: the lock carries no data
        entities = partners.sudo().commercial_partner_id | self.sudo().credit_entity_id
        self.env["delivery.promise.lock"].sudo()._acquire_customers(entities.ids)

    # -- changes ---------------------------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        if "partner_id" in vals:
            self._credit_follow_customer()
        return result

    def _credit_follow_customer(self):
        """What is held for somebody else counts against their credit, and waits where
        they have none."""
        for promise in self.sudo():  # sudo: the debtor follows the customer
            entity = promise.partner_id.commercial_partner_id
            if promise.state != "held" or any(
                order.state in OPEN for order in promise.sale_order_ids
            ):
                continue
            if promise.credit_entity_id != entity:
                promise.credit_entity_id = entity
                verdict, __ = Desk(self.env, promise.company_id).verdict(
                    entity, promise._credit_value(), promises=promise.ids
                )
                if not verdict.is_passed and promise.credit_state != "waiting":
                    promise._credit_wait_again()

    def _release(self, reason=None):
        result = super()._release(reason)
        self._credit_withdraw()
        return result

    def _confirm(self):
        result = super()._confirm()
        self._credit_withdraw()
        return result

    def _credit_withdraw(self):
        """Nothing is asked for any more."""
        # sudo: the request goes with what it was for
        promises = self.sudo()
        promises.filtered("credit_state").write({"credit_state": False})
        promises.credit_request_ids._withdraw()

    def action_view_credit_request(self):
        """Open the request that this waits for."""
        self.ensure_one()
        self.check_access("read")
        return self.env["sale.credit.request"]._action_of(self)
