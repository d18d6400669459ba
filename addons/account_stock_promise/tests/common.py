from datetime import datetime

from odoo import Command, fields

from odoo.addons.sale_stock_promise.tests.common import NOW, SalePromiseCase

TODAY = NOW.date()


class CashCase(SalePromiseCase):
    """The company of the orders keeps books, too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.company, install_demo=False
        )
        cls.bookkeeper = cls._user("cash_bookkeeper", "account.group_account_invoice")
        cls.tax = cls.env["account.tax"].create(
            {"name": "19 %", "amount": 19.0, "company_id": cls.company.id}
        )
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.misc = cls.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.terms = cls._term([(100, 30)])
        cls.halves = cls._term([(50, 10), (50, 40)])
        cls.Fact = cls.env["promise.cash.fact"]
        cls.Renewal = cls.env["promise.cash.renewal"]

    @classmethod
    def _term(cls, parts):
        return cls.env["account.payment.term"].create(
            {
                "name": str(parts),
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": share, "nb_days": days}
                    )
                    for share, days in parts
                ],
            }
        )

    # -- what people do ----------------------------------------------------------------

    def on(self, day):
        """It is nine in the morning of a day."""
        self.clock.move_to(datetime.combine(day, NOW.time()))

    def order(self, lines, term=None, partner=None):
        """A confirmed order of [(product, quantity, price)]."""
        order = self.env["sale.order"].create(
            {
                "partner_id": (partner or self.partner).id,
                "payment_term_id": (term or self.terms).id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.set(self.tax.ids)],
                        }
                    )
                    for product, quantity, price in lines
                ],
            }
        )
        order.action_confirm()
        return order

    def deliver(self, order, quantities):
        """Deliver [quantity] of the lines, what is missing later."""
        for line, quantity in zip(order.order_line, quantities, strict=True):
            for move in line.move_ids:
                if move.state not in ("done", "cancel"):
                    move.quantity = quantity
                    move.picked = bool(quantity)
        pickings = order.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        pickings.with_context(
            skip_backorder=True, skip_sanity_check=True
        ).button_validate()

    def invoice(self, order):
        invoice = order._create_invoices()
        invoice.invoice_date = fields.Date.today()
        invoice.action_post()
        return invoice

    def pay(self, items, amount, journal=None):
        """An amount received for receivable items, in the order of these."""
        journal = journal or self.bank
        other = journal.default_account_id or self.env["account.account"].search(
            [
                ("account_type", "=", "expense"),
                ("company_ids", "in", self.company.ids),
            ],
            limit=1,
        )
        today = fields.Date.today()
        sides = [(other, amount), (items.account_id, -amount)]
        entry = self.env["account.move"].create(
            {
                "journal_id": journal.id,
                "date": today,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": items.partner_id.id,
                            "balance": balance,
                        }
                    )
                    for account, balance in sides
                ],
            }
        )
        entry.action_post()
        received = entry.line_ids.filtered(lambda line: line.account_id != other)
        (received + items).reconcile()
        return entry

    def instalments(self, invoice):
        return invoice.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).sorted("date_maturity")

    def credit(self, invoice, quantities):
        """A credit note for [quantity] of the lines, matched with the invoice."""
        note = invoice._reverse_moves(
            [{"invoice_date": fields.Date.today(), "date": fields.Date.today()}]
        )
        for line, quantity in zip(note.invoice_line_ids, quantities, strict=True):
            line.quantity = quantity
        note.invoice_line_ids.filtered(lambda line: not line.quantity).unlink()
        note.action_post()
        open_items = self.instalments(invoice).filtered(
            lambda line: not line.reconciled
        )
        if open_items:
            (self.instalments(note) + open_items).reconcile()
        return note

    # -- what came of it ---------------------------------------------------------------

    def facts(self, order, as_of=None):
        return self.Fact._facts(order.order_line.ids, as_of)

    def stored(self, order):
        return self.Fact.search([("sale_order_id", "=", order.id)])
