from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..paying import books
from ..paying.settle import Promised, settle

#: what the engine alone writes
ENGINES = frozenset({"state", "amount_paid", "bounced", "after_partial_id"})
#: what was said; it stands once the day is over
SAID = frozenset({"amount", "date", "line_ids", "currency_id", "partner_id"})
STATES = [
    ("open", "Open"),
    ("kept", "Kept"),
    ("partly", "Partly Kept"),
    ("broken", "Broken"),
    ("lapsed", "No Longer Owed"),
    ("cancelled", "Withdrawn"),
]


class AccountPaymentPromise(models.Model):
    _name = "account.payment.promise"
    _description = "Promise to Pay"
    _inherit = ["mail.thread", "mail.activity.mixin", "company.guard"]
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _check_company_auto = True
    _no_company_is_all = False

    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        tracking=True,
        check_company=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    amount = fields.Monetary(required=True, tracking=True)
    date = fields.Date(
        "By",
        required=True,
        index=True,
        tracking=True,
        help="The last day on which the promise is kept.",
    )
    said_on = fields.Date(
        required=True, readonly=True, copy=False, default=fields.Date.context_today
    )
    channel = fields.Selection(
        [("phone", "Phone"), ("portal", "Portal"), ("other", "Other")],
        "Said",
        required=True,
        default="phone",
    )
    user_id = fields.Many2one(
        "res.users",
        "Followed by",
        default=lambda self: self.env.user,
        check_company=True,
        tracking=True,
        index="btree_not_null",
    )
    line_ids = fields.Many2many(
        "account.move.line",
        "account_payment_promise_line_rel",
        "promise_id",
        "line_id",
        "For",
        required=True,
        check_company=True,
        copy=False,
        help="The open items that are to be paid.",
    )
    note = fields.Text()
    state = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        copy=False,
        default="open",
        index=True,
        tracking=True,
        help="Found from what is matched with the items:\n"
        "Open: the day is not over, and not all is paid.\n"
        "Kept: paid by the day.\n"
        "Partly Kept: the day is over, and a part was paid by then.\n"
        "Broken: the day is over and nothing was paid, or a payment was undone.\n"
        "No Longer Owed: a credit note has taken the place of the payment.\n"
        "Withdrawn: by a person.",
    )
    amount_paid = fields.Monetary(
        "Paid",
        readonly=True,
        copy=False,
        help="Paid by the day for these items, and for no earlier promise.",
    )
    bounced = fields.Boolean(
        "Payment Undone",
        readonly=True,
        copy=False,
        tracking=True,
        help="A payment that counted was undone, for example because it bounced.",
    )
    after_partial_id = fields.Integer(
        readonly=True,
        copy=False,
        help="What was matched with the items before the promise does not count.",
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A promise to pay is for an amount above zero."
    )
    # The job asks for what is open and over.
    _open_day = models.Index("(date) WHERE state = 'open'")

    @api.depends("partner_id", "amount", "currency_id", "date")
    def _compute_display_name(self):
        for promise in self:
            if not promise.date:
                promise.display_name = self.env._("Promise to Pay")
                continue
            promise.display_name = self.env._(
                "%(customer)s: %(amount)s by %(day)s",
                customer=promise.partner_id.name or "",
                amount=promise.currency_id.format(promise.amount),
                day=fields.Date.to_string(promise.date),
            )

    @api.constrains("line_ids", "partner_id", "currency_id")
    def _check_items(self):
        for promise in self:
            # sudo: a portal user's promise is for their own invoices, checked there
            lines = promise.sudo().line_ids
            if not lines:
                raise ValidationError(
                    self.env._("Choose the open items that are to be paid.")
                )
            for line in lines:
                if (
                    line.account_id.account_type != "asset_receivable"
                    or line.move_id.move_type != "out_invoice"
                    or line.parent_state != "posted"
                ):
                    raise ValidationError(
                        self.env._(
                            "%(item)s: only items of posted invoices to customers can"
                            " be promised.",
                            item=line.display_name,
                        )
                    )
                if line.currency_id != promise.currency_id:
                    raise ValidationError(
                        self.env._(
                            "%(item)s is in %(other)s, the promise in %(own)s. Make a"
                            " promise for each currency.",
                            item=line.display_name,
                            other=line.currency_id.name,
                            own=promise.currency_id.name,
                        )
                    )
                if line.move_id.commercial_partner_id != promise.partner_id:
                    raise ValidationError(
                        self.env._(
                            "%(item)s is not owed by %(customer)s.",
                            item=line.display_name,
                            customer=promise.partner_id.display_name,
                        )
                    )

    # -- changes -----------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(not ENGINES.isdisjoint(vals) for vals in vals_list):
            self._raise_engines()
        today = fields.Date.context_today(self)
        # sudo: the number of the last match is no secret, and no right is needed for it
        last = self.env["account.partial.reconcile"].sudo()
        last = last.search([], order="id desc", limit=1).id or 0
        for vals in vals_list:
            if vals.get("partner_id"):
                partner = self.env["res.partner"].browse(vals["partner_id"])
                vals["partner_id"] = partner.commercial_partner_id.id
        promises = super().create(vals_list)
        for promise in promises:
            if promise.date < today:
                raise ValidationError(
                    self.env._(
                        "%(day)s is over. A promise to pay is for today or later.",
                        day=promise.date,
                    )
                )
        # sudo: the engine's own fields
        promises.sudo().write({"after_partial_id": last, "state": "open"})
        promises._plan_follow_up()
        return promises

    def write(self, vals):
        if not self.env.su and not ENGINES.isdisjoint(vals):
            self._raise_engines()
        if not self.env.su and not SAID.isdisjoint(vals):
            over = self.filtered(lambda promise: promise.state != "open")
            if over:
                raise UserError(
                    self.env._(
                        "%(promise)s is not open any more. Enter what the customer"
                        " says now as a new promise.",
                        promise=over[0].display_name,
                    )
                )
        result = super().write(vals)
        if not SAID.isdisjoint(vals):
            self._settle()
        if "date" in vals or "user_id" in vals:
            self._plan_follow_up()
        return result

    def _raise_engines(self):
        raise AccessError(
            self.env._(
                "Whether a promise is kept is found from payments. It cannot be"
                " entered."
            )
        )

    def unlink(self):
        others = self._others()
        result = super().unlink()
        others.exists()._settle()
        return result

    def _others(self):
        """Other promises for the same items: a payment counts for one alone."""
        # sudo: the engine looks at all of a company
        return self.sudo().line_ids.payment_promise_ids - self.sudo()

    def action_withdraw(self):
        """The customer takes it back, or it was entered by mistake."""
        self.check_access("write")
        # sudo: the state is the engine's; who may write may withdraw
        self.sudo().filtered(lambda promise: promise.state != "cancelled").write(
            {"state": "cancelled"}
        )
        self._end_follow_up()
        self._others()._settle()
        return True

    def action_renew(self):
        """Find anew what became of it: after a match was undone by mistake."""
        self.check_access("write")
        # sudo: as above
        self.sudo().write({"bounced": False, "state": "open"})
        self._settle()
        return True

    # -- what became of it -------------------------------------------------------------

    def _settle(self, undone=False):
        """Find what became of these promises, and of others for the same items.

        :param undone: a match was undone: what does not have enough any more, and had
            it, was bounced
        """
        # sudo: whoever matches payments, promises follow
        promises = self.sudo() | self._others()
        promises = promises.filtered(lambda promise: promise.state != "cancelled")
        if not promises:
            return
        books.flush(self.env)
        today = fields.Date.context_today(self)
        groups = defaultdict(promises.browse)
        for promise in promises:
            groups[promise.partner_id, promise.currency_id] |= promise
        found = books.matches(self.env, promises.line_ids.ids)
        for (_partner, currency), group in groups.items():
            group._settle_group(currency, found, today, undone)

    def _settle_group(self, currency, found, today, undone):
        """:param found: {item id: [Match]}"""
        lines = self.line_ids
        matches = [match for line in lines for match in found.get(line.id, ())]
        outcomes = settle(map(self._promised, self), matches, today, currency.rounding)
        if undone:
            for promise in self:
                paid = outcomes[promise.id].paid
                if currency.compare_amounts(paid, promise.amount_paid) < 0:
                    promise.bounced = True
            outcomes = settle(
                map(self._promised, self), matches, today, currency.rounding
            )
        for promise in self:
            paid, state = outcomes[promise.id]
            if state != promise.state or currency.compare_amounts(
                paid, promise.amount_paid
            ):
                was_open = promise.state == "open"
                promise.write({"state": state, "amount_paid": paid})
                if state in ("kept", "lapsed"):
                    promise._end_follow_up()
                elif not was_open and state == "open":
                    promise._plan_follow_up()

    @staticmethod
    def _promised(promise):
        return Promised(
            promise.id,
            promise.amount,
            promise.date,
            frozenset(promise.line_ids.ids),
            promise.after_partial_id,
            promise.bounced,
        )

    @api.model
    def _cron_settle(self):
        """Each morning: what was to be paid by yesterday is kept, partly or broken."""
        cron = self.env["ir.cron"]
        while count := self._settle_due():
            if not cron._commit_progress(count):
                break

    @api.model
    def _settle_due(self, limit=500):
        """Find what became of promises whose day is over; return how many."""
        today = fields.Date.context_today(self)
        domain = [("state", "=", "open"), ("date", "<", today)]
        promises = self.search(domain, limit=limit, order="date, id")
        promises._settle()
        return len(promises)

    # -- follow-up ---------------------------------------------------------------------

    def _plan_follow_up(self):
        """An activity on the day, for who follows it."""
        for promise in self.filtered(
            lambda promise: promise.state == "open" and promise.user_id
        ):
            # sudo: the activity may be a colleague's
            activity = promise.sudo().activity_ids.filtered("automated")[:1]
            values = {"date_deadline": promise.date, "user_id": promise.user_id.id}
            if activity:
                activity.write(values)
            else:
                # sudo: a portal user's promise is followed by an employee
                promise.sudo().activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=self.env._("Promise to pay: has the money come?"),
                    **values,
                )

    def _end_follow_up(self):
        # sudo: whoever matches the payment, nobody needs to follow it
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
