from contextlib import contextmanager

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.stock_promise.models.own_context import without_defaults

from ..credit import words
from ..credit.desk import Desk
from ..credit.exposure import today
from ..credit.policy import CENT
from ..credit.values import Reason, Verdict

#: what changes the value of an order, or who owes it
VALUED = frozenset(
    {
        "order_line",
        "partner_id",
        "partner_invoice_id",
        "partner_shipping_id",
        "pricelist_id",
        "currency_id",
        "fiscal_position_id",
        "company_id",
    }
)
#: written by the credit desk alone
KEPT = frozenset({"credit_state", "credit_cleared"})


class SaleOrder(models.Model):
    _inherit = "sale.order"

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
    #: up to which amount, in the company's currency, credit was given for the order
    credit_cleared = fields.Float(copy=False, readonly=True, groups="base.group_system")
    credit_request_ids = fields.One2many("sale.credit.request", "order_id")
    credit_message = fields.Char(compute="_compute_credit_message")

    @api.depends("credit_state", "credit_request_ids.state")
    @api.depends_context("uid", "lang")
    def _compute_credit_message(self):
        for order in self:
            # sudo: the sentence is for the reader, without what they may not read
            request = order.sudo().credit_request_ids[:1].with_env(self.env)
            order.credit_message = order.credit_state and request._sentence()

    # -- what an order is worth ------------------------------------------------------

    def _credit_entity(self):
        """Who gets the invoice owes it."""
        self.ensure_one()
        # sudo: only whose it is
        order = self.sudo()
        return (order.partner_invoice_id or order.partner_id).commercial_partner_id

    def _credit_value(self):
        """The order with taxes, in the company's currency, at today's rate."""
        self.ensure_one()
        company = self.company_id
        return (self.currency_id or company.currency_id)._convert(
            self.amount_total,
            company.currency_id,
            company,
            today(company),
        )

    def _credit_in_figure(self, known):
        """How much of the customer's figure is this quotation: what it holds."""
        # sudo: the order's own
        promise = self.sudo().promise_id._origin
        if promise.state != "held" or promise.credit_state == "waiting":
            return 0.0
        desk = Desk(self.env, self.company_id)
        entity = promise.credit_entity_id
        without = desk.exposures(entity, ignore_promises=promise.ids)[entity]
        return desk.exposures(entity)[entity].held - without.held

    def _credit_counted(self, desk):
        """What of it counts now: not what is due after the horizon."""
        self.ensure_one()
        last = desk.horizon()
        value = self._credit_value()
        if not last or not self.amount_total:
            return value
        later = self.order_line.filtered(
            lambda line: (
                (line.promised_date or self.commitment_date)
                and (line.promised_date or self.commitment_date).date() > last
            )
        )
        return value * (1 - sum(later.mapped("price_total")) / self.amount_total)

    def _credit_paid(self):
        """What was paid or authorized online and is no payment in the books yet."""
        self.ensure_one()
        company = self.company_id
        # sudo: a customer confirms by paying
        transactions = self.sudo().transaction_ids.filtered(
            lambda one: one.state in ("authorized", "done") and not one.payment_id
        )
        return sum(
            one.currency_id._convert(
                one.amount,
                company.currency_id,
                company,
                today(company),
            )
            for one in transactions
        )

    # -- confirming ------------------------------------------------------------------

    def action_confirm(self):
        """Confirm those whose customer has the credit; orders confirmed together count
        together, and one that stops does not stop the others.

        :return: True, or an action that says what waits
        :raises UserError: one order alone is refused
        """
        self.check_access("write")
        self.env["delivery.promise"]._begin_claim()
        self._lock_credit()
        if self._asks_by_window():
            return super().action_confirm()
        stopped = self._clear_credit()
        going = self - self.browse(order.id for order, __ in stopped)
        if going:
            result = super(SaleOrder, going).action_confirm()
            if not stopped:
                return result
        return self._stopped_action(stopped)

    def _lock_credit(self):
        # sudo: the lock carries no data
        partners = self.sudo().partner_shipping_id | self.sudo().partner_id
        entities = partners.commercial_partner_id
        for order in self:
            entities |= order._credit_entity()
        self.env["delivery.promise.lock"].sudo()._acquire_customers(entities.ids)
        self.invalidate_recordset()

    def _asks_by_window(self):
        """Whether the window of Financial Risk asks: one order, a person who works
        here, and a company that has it so."""
        if len(self) != 1 or self.state not in ("draft", "sent"):
            return False
        if not self.env.user._is_internal() or self._is_paid_online():
            return False
        if self._credit_is_cleared() or self._is_credit_approved():
            return False
        message = self._financial_risk_message()
        if message and self.env.uid == SUPERUSER_ID:
            # a program does not see the window
            self._ask_for_credit(Verdict("waiting", (Reason("financial_risk"),)))
        return bool(message)

    def _is_paid_online(self):
        # sudo: as in _credit_paid
        return any(
            one.state in ("pending", "authorized", "done")
            for one in self.sudo().transaction_ids
        )

    def _financial_risk_message(self):
        """What Financial Risk says of the order, where its window is in use."""
        self.ensure_one()
        company = self.company_id.sudo()  # sudo: settings of the company
        if (
            company.credit_confirm != "window"
            or company.allow_overrisk_sale_confirmation
        ):
            return ""
        return self.evaluate_risk_message(self._credit_entity())

    def evaluate_risk_message(self, partner):
        """As in Financial Risk, for the order's company, whoever asks; what credit was
        given for has passed, and a limit of 0 is no limit."""
        if not (self.env.su or self.env.user._is_internal()):
            raise AccessError(self.env._("What a customer owes is for employees."))
        self.check_access("read")
        self.ensure_one()
        if self._credit_is_cleared():
            return ""
        # sudo: amounts are accounting's, that something is wrong is for who sells
        partner = partner.sudo().with_company(self.company_id)
        message = super().evaluate_risk_message(partner)
        if not message or partner.risk_exception or partner.credit_none:
            return message
        company = self.company_id.sudo()
        value = company.currency_id._convert(
            self._credit_value(),
            partner.risk_currency_id or company.currency_id,
            company,
            today(company),
            round=False,
        )
        orders = partner.risk_sale_order + value
        if partner.risk_sale_order_limit and orders > partner.risk_sale_order_limit:
            return message
        if not partner.credit_limit:
            return ""
        # its own hold is in the figure already; sudo: the order's own
        promise = self.sudo().promise_id
        counted = (
            promise.state == "held"
            and promise.credit_state != "waiting"
            and promise.credit_entity_id == partner
            and partner.risk_promise_include
        )
        total = partner.risk_total + (0.0 if counted else value)
        return message if total > partner.credit_limit + CENT else ""

    def _credit_is_cleared(self):
        self.ensure_one()
        # sudo: written by the credit desk alone
        cleared = self.sudo().credit_cleared
        return bool(cleared) and self._credit_value() <= cleared + CENT

    def _is_credit_approved(self):
        self.ensure_one()
        return self.env["sale.credit.request"]._is_approved(self, self._credit_value())

    def _clear_credit(self):
        """Note for each of these quotations that credit is given for it.

        :return: [(order, verdict)] of those for which it is not
        """
        stopped = []
        for company, orders in self.grouped("company_id").items():
            desk = Desk(self.env, company)
            for order in orders.filtered(lambda one: one.state in ("draft", "sent")):
                verdict = order._judge_credit(desk)
                if not verdict.is_passed:
                    stopped.append((order, verdict))
                    continue
                if verdict.state == "warned":
                    order._post_credit_warning(verdict)
                desk.let_through(
                    order._credit_entity(),
                    order._credit_counted(desk),
                    order._credit_paid(),
                )
                # sudo: written by the credit desk alone
                order.sudo().credit_cleared = order._credit_value()
        return stopped

    def _judge_credit(self, desk):
        """The verdict on a quotation that is to be confirmed."""
        self.ensure_one()
        value = self._credit_value()
        if self._is_credit_approved():
            return Verdict()
        paid = self._credit_paid()
        verdict, __ = desk.verdict(
            self._credit_entity(),
            self._credit_counted(desk),
            paid,
            promises=self.sudo().promise_id.ids,  # sudo: the order's own
            orders=self.ids,
        )
        if verdict.is_passed and value - paid > CENT and self._financial_risk_message():
            return Verdict("waiting", (Reason("financial_risk"),))
        return verdict

    def _stopped_action(self, stopped):
        """Put what stops into the queue, or refuse it."""
        alone = len(self) == 1
        for order, verdict in stopped:
            refused = verdict.state in ("no_hold", "refused")
            if refused and alone and not order._is_paid_online():
                raise order._credit_error(verdict)
            order._ask_for_credit(verdict)
        if not stopped or not self.env.user._is_internal():
            return True
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": not alone,
                "title": self.env._("Waiting for credit"),
                "message": self.env._(
                    "%(orders)s: not confirmed yet. Accounting decides, and you will be"
                    " told.",
                    orders=", ".join(order.name for order, __ in stopped),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _credit_error(self, verdict):
        self.ensure_one()
        if not self.env.user._is_internal():
            return UserError(words.for_customer(self.env, "refused"))
        return UserError(
            self.env._(
                "%(order)s was not confirmed. %(why)s Ask for credit, or for a down"
                " payment.",
                order=self.name,
                why=words.text(self.env, verdict, self.company_id),
            )
        )

    def _post_credit_warning(self, verdict):
        # no amounts: whoever reads the order reads its notes
        reasons = [reason._replace(figures={}) for reason in verdict.reasons]
        self.sudo().message_post(  # sudo: a customer may confirm
            body=self.env._(
                "Confirmed although credit is short (%(codes)s).",
                codes=", ".join(reason.code for reason in reasons),
            ),
            subtype_xmlid="mail.mt_note",
        )

    def _send_order_confirmation_mail(self):
        """What waits is not confirmed yet."""
        confirmed = self.filtered(
            lambda order: order.state == "sale" or order.credit_state != "waiting"
        )
        return super(SaleOrder, confirmed)._send_order_confirmation_mail()

    # -- the queue -------------------------------------------------------------------

    def action_request_credit(self):
        """Ask for credit: for a quotation that cannot be confirmed, or an order that
        is to grow."""
        self.check_access("write")
        self.env["delivery.promise"].check_access("read")
        for order in self:
            if order.state == "cancel":
                raise UserError(
                    self.env._("%s is cancelled: there is nothing to ask.", order.name)
                )
            desk = Desk(self.env, order.company_id)
            verdict, __ = desk.verdict(
                order._credit_entity(),
                order._credit_counted(desk),
                order._credit_paid(),
                promises=order.sudo().promise_id.ids,  # sudo: the order's own
                orders=order.ids,
            )
            order._ask_for_credit(verdict, confirms=False)
        return True

    def _ask_for_credit(self, verdict, confirms=True):
        self.ensure_one()
        self.env["sale.credit.request"]._ask(self, verdict, confirms)

    def action_view_credit_request(self):
        """Open the request that this order waits for."""
        self.ensure_one()
        self.check_access("read")
        self.env["delivery.promise"].check_access("read")
        return self.env["sale.credit.request"]._action_of(self)

    def _credit_go_on(self):
        """Credit was given: confirm what waited for it."""
        self.ensure_one()
        if self.state in ("draft", "sent"):
            self.action_confirm()
            if self.state == "sale" and (self.signed_on or self.transaction_ids):
                # the customer did it, and is told that it is done
                self._send_order_confirmation_mail()

    # -- nothing passes by -----------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_credit_fields(vals)
        orders = super(SaleOrder, without_defaults(self, KEPT)).create(vals_list)
        orders = orders.with_env(self.env)
        orders.filtered(lambda order: order.state == "sale")._check_cleared()
        return orders

    def write(self, vals):
        self._check_credit_fields(vals)
        confirmed = self.browse()
        if vals.get("state") == "sale":
            confirmed = self.filtered(lambda order: order.state != "sale")
        if VALUED.isdisjoint(vals):
            result = super().write(vals)
        else:
            with self._credit_watched():
                result = super().write(vals)
        confirmed._check_cleared()
        if vals.get("state") in ("draft", "cancel"):
            self._forget_credit()
        elif confirmed:
            confirmed._credit_settled()
        return result

    def _check_credit_fields(self, vals):
        if not self.env.su and not KEPT.isdisjoint(vals):
            raise AccessError(
                self.env._("Credit is given in the queue of credit, not by writing it.")
            )

    def _check_cleared(self):
        """An order is confirmed with credit, however it comes about: by a write or an
        import, too."""
        for order in self:
            if order._credit_is_cleared():
                continue
            desk = Desk(self.env, order.company_id)
            # sudo: the lock carries no data
            self.env["delivery.promise.lock"].sudo()._acquire_customers(
                order._credit_entity().ids
            )
            verdict = order._judge_credit(desk)
            if not verdict.is_passed:
                raise order._credit_error(verdict)
            # sudo: written by the credit desk alone
            order.sudo().credit_cleared = order._credit_value()

    def _forget_credit(self):
        # sudo: written by the credit desk alone
        orders = self.sudo()
        orders.filtered("credit_cleared").write({"credit_cleared": 0.0})
        orders.filtered("credit_state").write({"credit_state": False})
        orders.credit_request_ids._withdraw()
        for company, its_orders in orders.grouped("company_id").items():
            entities = self.env["res.partner"].union(
                *(order._credit_entity() for order in its_orders)
            )
            self.env["sale.credit.request"]._look_again_at(entities, company)

    def _credit_settled(self):
        """Confirmed: nothing waits any more."""
        # sudo: as above
        orders = self.sudo()
        orders.filtered("credit_state").write({"credit_state": False})
        orders.credit_request_ids._settle()

    # -- confirmed orders that grow --------------------------------------------------

    @contextmanager
    def _credit_watched(self):
        """Look again at confirmed orders that are worth more, or owed by somebody else,
        after what is done inside."""
        before = {
            order.id: (order._credit_value(), order._credit_entity())
            for order in self
            if order.state == "sale"
        }
        yield
        for order in self.browse(before).exists():
            value, entity = before[order.id]
            if order.state == "sale":
                order._check_growth(value, entity)

    def _check_growth(self, value, entity):
        self.ensure_one()
        now = self._credit_value()
        growth = now - value if self._credit_entity() == entity else now
        if growth < CENT:
            return
        # sudo: the lock carries no data
        self.env["delivery.promise.lock"].sudo()._acquire_customers(
            self._credit_entity().ids
        )
        verdict = self._judge_growth(Desk(self.env, self.company_id), growth)
        if verdict.is_passed:
            # sudo: written by the credit desk alone
            self.sudo().credit_cleared = max(now, self.sudo().credit_cleared)
            return
        if not self.env.user._is_internal():
            raise UserError(words.for_customer(self.env, "refused"))
        raise UserError(
            self.env._(
                "%(order)s is confirmed, and cannot be changed like this. %(why)s Ask"
                " for credit for %(amount)s first, or for a down payment.",
                order=self.name,
                why=words.text(self.env, verdict, self.company_id),
                amount=self.currency_id.format(self.amount_total),
            )
        )

    def _judge_growth(self, desk, growth):
        """The verdict on an order that is in the customer's figure already.

        :param growth: how much of it is new
        """
        if self._is_credit_approved():
            return Verdict()
        return desk.verdict_on_growth(
            self._credit_entity(), growth, self._credit_paid()
        )

    # -- holding ---------------------------------------------------------------------

    def action_hold_promise(self):
        self.check_access("write")
        self.env["delivery.promise"].check_access("read")
        self.env["delivery.promise"]._begin_claim()
        self._lock_credit()
        return super().action_hold_promise()

    def _prepare_promise_values(self):
        return {
            **super()._prepare_promise_values(),
            "credit_entity_id": self._credit_entity().id,
        }

    def _promise_header_key(self):
        return (*super()._promise_header_key(), self._credit_entity().id)
