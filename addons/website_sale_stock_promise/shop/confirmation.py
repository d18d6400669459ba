"""An order of the shop is confirmed: what was told is compared with what is kept."""

from odoo import fields

from . import words


class ShopConfirmation:
    """:param order: before it is confirmed"""

    def __init__(self, order):
        self.order = order
        # sudo: the customer's own order
        self.told = {
            line: line.shop_promise_told
            for line in order.sudo().order_line
            if line.shop_promise_told and line._is_promisable()
        }

    def tell(self):
        """Tell the customer and whoever is responsible what comes later than it was
        told before the payment. Where money was taken, somebody looks whether it is to
        be given back."""
        moved = {}
        for line, told in self.told.items():
            day = self._day(line)
            if not day or day > told:
                moved[line] = day
        if not moved:
            return
        # sudo: the order's own messages, whoever confirms
        order = self.order.sudo()
        customer = order.with_context(lang=order.partner_id.lang)
        order.message_post(
            body=self._to_customer(customer, moved),
            subtype_xmlid="mail.mt_comment",
            partner_ids=order.partner_id.ids,
            author_id=order.company_id.partner_id.id,
        )
        order.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=fields.Date.context_today(order),
            user_id=self._responsible(order).id,
            summary=self._summary(order),
            note=self._to_customer(order, moved),
        )

    def _day(self, line):
        promised = line.promise_line_id.promised_date
        return promised and line._promise_warehouse()._promise_day(promised)

    def _is_paid(self, order):
        return any(tx.state in ("authorized", "done") for tx in order.transaction_ids)

    def _summary(self, order):
        if self._is_paid(order):
            return order.env._("Paid, but later than told: refund if not wanted")
        return order.env._("Later than told in the shop")

    def _responsible(self, order):
        website = order.website_id
        return (
            order.user_id
            or website.salesperson_id
            or website.salesteam_id.user_id
            or order.env.ref("base.user_admin")
        )

    def _to_customer(self, order, moved):
        env = order.env
        rows = []
        for line, day in moved.items():
            rows.append(words.later(env, line.with_env(env), day, self.told[line]))
        rows.append(
            env._(
                "Your payment came when the goods were no longer kept for you. If this"
                " does not suit you, answer this message and we give your money back."
            )
        )
        return "\n".join(rows)
