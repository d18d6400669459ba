from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import float_compare

from ..credit import words
from ..credit.desk import Desk
from ..credit.exposure import today
from ..credit.policy import CENT
from ..credit.values import Reason, Verdict
from .res_partner import READERS

MANAGER = "account_financial_risk.group_account_financial_risk_manager"
#: what is in the queue
OPEN = ("waiting", "down_payment")


class SaleCreditRequest(models.Model):
    """What waits for credit: an order that was to be confirmed or is to grow, or a
    hold. One open request for each of them."""

    _name = "sale.credit.request"
    _description = "Credit Request"
    _inherit = ["mail.thread", "mail.activity.mixin", "company.guard"]
    _order = "priority desc, date_at_stake, id"
    _check_company_auto = True
    _no_company_is_all = False

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, index=True
    )
    order_id = fields.Many2one(
        "sale.order",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    promise_id = fields.Many2one(
        "delivery.promise",
        string="Hold",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    confirms = fields.Boolean(
        readonly=True, help="The order is confirmed as soon as credit is given."
    )
    document = fields.Char(readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Waits", readonly=True, index="btree_not_null"
    )
    asked_by_id = fields.Many2one("res.users", readonly=True)
    asked_on = fields.Datetime(readonly=True, default=fields.Datetime.now)
    priority = fields.Selection(
        [("0", "Normal"), ("1", "Low"), ("2", "High"), ("3", "Very High")],
        default="0",
        readonly=True,
    )
    date_at_stake = fields.Datetime(
        readonly=True, help="What was promised, and depends on this."
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("down_payment", "Down payment asked for"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("done", "Done"),
            ("withdrawn", "Withdrawn"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
    )
    amount = fields.Monetary(readonly=True, help="Of the document, with tax.")
    reasons = fields.Json(readonly=True)
    reason = fields.Char(string="Why It Waits", compute="_compute_reason")
    basis = fields.Monetary(
        readonly=True,
        groups=READERS,
        help="What was owed, without holds, when it was decided.",
    )
    approved_amount = fields.Monetary(readonly=True)
    approved_until = fields.Date(readonly=True)
    down_payment = fields.Monetary(readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_on = fields.Datetime(readonly=True)
    note = fields.Text(string="Note of the Decision", readonly=True)
    exposure = fields.Monetary(
        compute="_compute_exposure",
        groups=READERS,
        help="What the customer owes and may come to owe, as things stand now.",
    )
    overdue = fields.Monetary(compute="_compute_exposure", groups=READERS)
    credit_limit = fields.Monetary(
        string="Limit", compute="_compute_exposure", groups=READERS
    )
    has_limit = fields.Boolean(compute="_compute_exposure", groups=READERS)
    log_ids = fields.One2many("sale.credit.log", "request_id", readonly=True)

    _one_document = models.Constraint(
        "CHECK ((order_id IS NULL) <> (promise_id IS NULL))",
        "A credit request is for an order or for a hold.",
    )
    _one_open_order = models.UniqueIndex(
        "(order_id) WHERE state IN ('waiting', 'down_payment')",
        "This order waits for credit already.",
    )
    _one_open_promise = models.UniqueIndex(
        "(promise_id) WHERE state IN ('waiting', 'down_payment')",
        "This hold waits for credit already.",
    )

    # -- fields ----------------------------------------------------------------------

    @api.depends("document", "partner_id")
    def _compute_display_name(self):
        for request in self:
            request.display_name = request.document or str(request.id)

    @api.depends("reasons")
    @api.depends_context("uid", "lang")
    def _compute_reason(self):
        for request in self:
            request.reason = words.text(
                self.env, request._verdict(), request.company_id
            )

    def _verdict(self):
        return Verdict(
            "waiting",
            tuple(Reason(each["code"], each["figures"]) for each in self.reasons or ()),
        )

    @api.depends_context("company")
    def _compute_exposure(self):
        """Of all customers of a page together: one statement for each company."""
        for company, requests in self.grouped("company_id").items():
            desk = Desk(self.env, company)
            # sudo: as in Desk; the fields are for who may read amounts
            entities = requests.sudo().partner_id
            known = desk.exposures(entities)
            for request in requests:
                entity = request.sudo().partner_id
                limit = desk.limit(entity)
                request.exposure = known[entity].total
                request.overdue = known[entity].overdue
                request.credit_limit = limit or 0.0
                request.has_limit = limit is not None

    def _document(self):
        """What waits, with all rights: an order or a promise."""
        self.ensure_one()
        return self.sudo().order_id or self.sudo().promise_id

    def _sentence(self):
        """What somebody reads on the document."""
        if not self:
            return False
        if not self.env.user._is_internal():
            state = "refused" if self.state == "refused" else "waiting"
            return words.for_customer(self.env, state)
        request = self.sudo()  # sudo: what is said of it has no amounts
        if request.state == "approved":
            return self.env._(
                "Credit is approved until %(day)s.", day=request.approved_until
            )
        if request.state == "refused":
            return self.env._("Credit was refused. %s", request.note or "")
        if request.state == "down_payment":
            return self.env._(
                "Accounting asks for a down payment of %(amount)s first.",
                amount=request.currency_id.format(request.down_payment),
            )
        return self.env._(
            "Waits for credit since %(moment)s. %(why)s",
            moment=fields.Datetime.to_string(request.asked_on)[:16],
            why=self.reason or "",
        )

    # -- asking ----------------------------------------------------------------------

    @api.model
    def _ask(self, document, verdict=None, confirms=False):
        """Put a document into the queue, or bring its place there up to date.

        :param document: an order or a promise
        """
        field = "order_id" if document._name == "sale.order" else "promise_id"
        # sudo: the queue is the desk's; who asks has the right on the document
        document = document.sudo()
        company = document.company_id
        entity = (
            document._credit_entity()
            if field == "order_id"
            else document.credit_entity_id
        )
        desk = Desk(self.env, company)
        amount = document._credit_value()
        if verdict is None:
            verdict, known = desk.verdict(entity, amount, promises=document.ids)
        else:
            known = desk.exposures(entity)[entity]
        vals = {
            "amount": amount,
            "partner_id": entity.id,
            "priority": (
                document.promise_id.priority
                if field == "order_id"
                else document.priority
            )
            or "0",
            "date_at_stake": (
                document.commitment_date
                if field == "order_id"
                else document.promised_date
            ),
            "user_id": document.user_id.id,
            "reasons": [
                {"code": reason.code, "figures": reason.figures}
                for reason in verdict.reasons
            ],
            "confirms": confirms,
        }
        # sudo: nobody writes the queue but the desk
        Request = self.sudo()
        request = Request.search(
            [(field, "=", document.id), ("state", "in", OPEN)], limit=1
        )
        if request:
            vals["confirms"] = confirms or request.confirms
            request.write(vals)
        else:
            request = Request.create(
                {
                    **vals,
                    field: document.id,
                    "company_id": company.id,
                    "document": document.name,
                    "asked_by_id": self.env.uid,
                }
            )
            request._log("asked", known)
            request._tell_desk()
        document.credit_state = "waiting"
        return request

    def _log(self, action, known=None, note=False):
        """Keep what happened, and what was owed then."""
        for request in self.sudo():  # sudo: nobody writes this but the desk
            desk = Desk(self.env, request.company_id)
            if known is None:
                figure = desk.exposures(request.partner_id)[request.partner_id]
            else:
                figure = known
            limit = desk.limit(request.partner_id)
            self.env["sale.credit.log"].sudo().create(
                {
                    "request_id": request.id,
                    "company_id": request.company_id.id,
                    "partner_id": request.partner_id.id,
                    "document": request.document,
                    "user_id": self.env.uid,
                    "action": action,
                    "amount": request.amount,
                    "exposure": figure.total,
                    "credit_limit": limit or 0.0,
                    "has_limit": limit is not None,
                    "approved_amount": request.approved_amount,
                    "approved_until": request.approved_until,
                    "note": note,
                }
            )

    # -- who is told -----------------------------------------------------------------

    def _tell_desk(self):
        """Who decides is told that somebody waits."""
        # sudo: who decides is told, whoever asks
        group = self.env.ref(MANAGER).sudo()
        for request in self:
            deciders = group.all_user_ids.filtered(
                lambda user, company=request.company_id: (
                    user.active and not user.share and company in user.company_ids
                )
            ) - (request.user_id | request.asked_by_id)
            request.message_subscribe(deciders.partner_id.ids)
            request.message_post(
                body=self.env._("%s waits for credit.", request.document),
                message_type="notification",
                subtype_xmlid="mail.mt_comment",
            )

    def _tell_waiting(self, text):
        """Who waits reads it on their document, and in their inbox."""
        for request in self:
            document = request._document()
            document.message_post(
                body=text,
                partner_ids=request.user_id.partner_id.ids,
                message_type="notification",
                subtype_xmlid="mail.mt_note",
            )

    # -- deciding --------------------------------------------------------------------

    def action_approve(self):
        """Open the window in which credit is approved."""
        return self._open_decision("approve")

    def action_refuse(self):
        """Open the window in which credit is refused."""
        return self._open_decision("refuse")

    def action_ask_down_payment(self):
        """Open the window in which a down payment is asked for."""
        return self._open_decision("down_payment")

    def action_view_document(self):
        """Open what waits."""
        self.ensure_one()
        self.check_access("read")
        document = self.order_id or self.promise_id
        return {
            "type": "ir.actions.act_window",
            "res_model": document._name,
            "res_id": document.id,
            "view_mode": "form",
        }

    def _open_decision(self, kind):
        self._check_decider()
        window = self.env["sale.credit.decision"].create(
            {"kind": kind, "request_ids": self.ids}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Credit"),
            "res_model": window._name,
            "res_id": window.id,
            "view_mode": "form",
            "target": "new",
        }

    def _check_decider(self):
        """Whoever decides has the right, and does not wait for it themselves."""
        self.check_access("read")
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._(
                    "Credit is decided by who has the right Financial Risk: Manager."
                )
            )
        for request in self:
            if self.env.user in request.user_id | request.asked_by_id:
                raise UserError(
                    self.env._(
                        "%s is your own: a colleague has to decide about it.",
                        request.document,
                    )
                )

    def _decide(self, kind, amount=False, until=False, note=False):
        """Approve, refuse or ask for a down payment, and tell who waits.

        :param kind: "approve", "refuse" or "down_payment"
        :param amount: up to which amount it is approved; the down payment
        :param until: the last day of the approval
        """
        self._check_decider()
        for request in self.sudo():  # sudo: decisions are written here alone
            if request.state not in (*OPEN, "refused"):
                raise UserError(
                    self.env._("%s does not wait any more.", request.document)
                )
            request._decide_one(kind, amount, until, note)
        return True

    def _decide_one(self, kind, amount, until, note):
        company = self.company_id
        self.env["delivery.promise.lock"]._acquire_customers(self.partner_id.ids)
        desk = Desk(self.env, company)
        known = desk.exposures(self.partner_id)[self.partner_id]
        vals = {
            "decided_by_id": self.env.uid,
            "decided_on": fields.Datetime.now(),
            "note": note,
            "basis": known.total - known.held,
        }
        document = self._document()
        if kind == "approve":
            vals.update(
                state="approved",
                approved_amount=amount or self.amount,
                approved_until=until
                or fields.Date.add(today(company), days=company.credit_approval_days),
            )
            self.write(vals)
            document.credit_state = "approved"
            self._log("approved", known, note)
            self._tell_waiting(self.env._("Credit is approved. %s", note or ""))
            self._go_on()
        elif kind == "refuse":
            self.write({**vals, "state": "refused"})
            document.credit_state = "refused"
            self._log("refused", known, note)
            self._tell_waiting(self.env._("Credit was refused. %s", note or ""))
        else:
            self.write({**vals, "state": "down_payment", "down_payment": amount})
            self._ask_down_payment(amount)
            self._log("down_payment", known, note)
            self._tell_waiting(
                self.env._(
                    "A down payment of %(amount)s is asked for. %(note)s",
                    amount=company.currency_id.format(amount),
                    note=note or "",
                )
            )

    def _ask_down_payment(self, amount):
        """The quotation asks the customer to pay online, so much of it."""
        order = self.order_id
        if order.state in ("draft", "sent") and self.amount:
            order.write(
                {
                    "require_payment": True,
                    "prepayment_percent": min(max(amount / self.amount, 0.01), 1.0),
                }
            )

    def _go_on(self):
        """What waited goes on, with the dates of now; what cannot says why."""
        for request in self:
            document = request._document()
            if request.order_id and not request.confirms:
                continue
            try:
                with self.env.cr.savepoint():
                    document._credit_go_on()
            except UserError as error:
                request._tell_waiting(
                    self.env._("Credit is given, but: %s", error.args[0])
                )
                continue
            if request.promise_id:
                request.state = "done"

    @api.model
    def _is_approved(self, document, amount):
        """Whether credit of this amount is approved for a document, today."""
        field = "order_id" if document._name == "sale.order" else "promise_id"
        if not document.ids:
            return False
        # sudo: an approval counts, whoever may read it
        return bool(
            self.sudo().search_count(
                [
                    (field, "in", document.ids),
                    ("state", "=", "approved"),
                    ("approved_until", ">=", today(document.company_id[:1])),
                    ("approved_amount", ">=", amount - CENT),
                ],
                limit=1,
            )
        )

    def _withdraw(self):
        # sudo: the request goes with its document
        requests = self.sudo().filtered(
            lambda one: one.state in (*OPEN, "approved", "refused")
        )
        if requests:
            requests._log("withdrawn")
            requests.state = "withdrawn"

    def _settle(self):
        # sudo: as above
        requests = self.sudo().filtered(
            lambda one: one.state in (*OPEN, "approved", "refused")
        )
        passed = requests.filtered(lambda one: one.state in OPEN)
        if passed:
            passed._log("passed")
        # what was approved beyond today is good for the order as it grows
        requests.filtered(
            lambda one: (
                one.state != "approved"
                or float_compare(one.approved_amount, one.amount, 2) <= 0
            )
        ).state = "done"

    @api.model
    def _action_of(self, document):
        field = "order_id" if document._name == "sale.order" else "promise_id"
        request = self.search([(field, "=", document.id)], order="id desc", limit=1)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Credit"),
            "res_model": self._name,
            "res_id": request.id,
            "view_mode": "form",
        }

    # -- the question opens again ----------------------------------------------------

    @api.model
    def _look_again_at(self, entities, company):
        """Ask again, after this transaction, about what waits of these customers, and
        about what was let through.

        :param entities: commercial partners; False: all of the company
        """
        # sudo: whoever books a payment reads neither the queue nor holds
        Request = self.sudo()
        domain = Domain("company_id", "=", company.id)
        holding = domain & Domain("state", "=", "held")
        queued = domain & Domain("state", "in", (*OPEN, "approved"))
        if entities is not False:
            holding &= Domain("credit_entity_id", "in", entities.ids)
            queued &= Domain("partner_id", "in", entities.ids)
        found = {row[0] for row in Request._read_group(queued, ["partner_id"])}
        if entities is not False or self.env["sale.credit.policy"]._waits(company):
            promises = self.env["delivery.promise"].sudo()
            found |= {
                row[0] for row in promises._read_group(holding, ["credit_entity_id"])
            }
        for partner in sorted(filter(None, found), key=lambda one: one.id):
            Request.with_delay(
                identity_key=f"sale_credit_{company.id}_{partner.id}",
                description=self.env._("Credit of %s", partner.display_name),
            )._look_again(company.id, partner.id)

    @api.model
    def _look_again(self, company_id, partner_id):
        """What waits goes on where there is credit by now; what was let through waits
        again where there is none any more. In order of priority."""
        # sudo: a job; whoever booked the payment reads neither the queue nor holds
        company = self.env["res.company"].sudo().browse(company_id)
        entity = self.env["res.partner"].sudo().browse(partner_id).exists()
        if not entity:
            return
        self.env["delivery.promise.lock"].sudo()._acquire_customers(entity.ids)
        self.env.invalidate_all()
        desk = Desk(self.env, company)
        domain = Domain("company_id", "=", company.id)
        domain &= Domain("partner_id", "=", entity.id)
        self._take_back(desk, entity, domain)
        waiting = self.sudo().search(domain & Domain("state", "in", OPEN))
        for request in waiting:
            document = request._document()
            desk = Desk(self.env, company)
            amount, paid, promises = request.amount, 0.0, document.ids
            if request.order_id:
                amount, paid = document._credit_counted(desk), document._credit_paid()
                promises = document.promise_id.ids
                if document.state not in ("draft", "sent"):
                    continue
            verdict, known = desk.verdict(entity, amount, paid, promises)
            if not verdict.is_passed:
                continue
            document.credit_state = False
            request.state = "done"
            request._log("passed", known)
            request._tell_waiting(self.env._("There is credit now: it goes on."))
            request._go_on()

    def _take_back(self, desk, entity, domain):
        """Approvals that rested on a payment that came back, and holds that the limit
        does not bear any more, the last ones first."""
        # sudo: as in _look_again
        known = desk.exposures(entity)[entity]
        approved = self.sudo().search(domain & Domain("state", "=", "approved"))
        for request in approved:
            document = request._document()
            confirmed = document._name == "sale.order" and document.state == "sale"
            if known.total - known.held > request.basis + CENT and not confirmed:
                request.write({"state": "waiting", "approved_until": False})
                document.credit_state = "waiting"
                request._log("returned", known)
                request._tell_waiting(
                    self.env._("More is owed than when this was approved: it waits.")
                )
        limit = desk.limit(entity)
        if desk.terms(entity).action != "wait" or limit is None:
            return
        over = known.total - limit
        holds = (
            self.env["delivery.promise"]
            .sudo()
            .search(
                [
                    ("credit_entity_id", "=", entity.id),
                    ("company_id", "=", desk.company.id),
                    ("state", "=", "held"),
                    ("credit_state", "=", False),
                ],
                order="priority, id desc",
            )
        )
        for hold in holds:
            if over <= CENT:
                break
            if self._is_approved(hold, hold._credit_value()):
                continue
            over -= hold._credit_value()
            hold._credit_wait_again()

    @api.model
    def _cron_expire(self):
        """Approvals that have ended, and a look at all that waits: whatever told us of
        a payment may have failed."""
        ended = self.search([("state", "=", "approved")]).filtered(
            lambda one: one.approved_until < today(one.company_id)
        )
        for request in ended:
            document = request._document()
            if document.credit_state == "approved":
                document.credit_state = "waiting"
                request.state = "waiting"
                request._tell_waiting(self.env._("The approval has ended: it waits."))
            else:
                request.state = "done"
            request._log("expired")
        for company in self.search([("state", "in", OPEN)]).company_id:
            self._look_again_at(False, company)
