import json

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..cash.slices import CLEARED, OPEN, PAID, cut
from . import promise_cash_load

BATCH = 1000


class PromiseCashFact(models.Model):
    """A slice of an order line, from the first promise to the money in the bank.

    Each slice has one date of each kind and each cent is in one slice, so sums are true
    whatever they are grouped by. The engine alone writes here.
    """

    _name = "promise.cash.fact"
    _description = "Promise to Cash: Fact"
    _inherit = ["company.guard"]
    _order = "order_date desc, sale_line_id, id"
    _rec_name = "sale_order_id"
    _log_access = False

    company_id = fields.Many2one("res.company", readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    sale_order_id = fields.Many2one(
        "sale.order", string="Order", readonly=True, index=True, ondelete="cascade"
    )
    sale_line_id = fields.Many2one(
        "sale.order.line",
        string="Order Line",
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    commercial_partner_id = fields.Many2one(
        "res.partner",
        string="Paying Company",
        readonly=True,
        help="Who is invoiced, with all of their addresses.",
    )
    payment_term_id = fields.Many2one("account.payment.term", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    product_tmpl_id = fields.Many2one(
        "product.template", string="Product Template", readonly=True
    )
    categ_id = fields.Many2one(
        "product.category", string="Product Category", readonly=True
    )
    promise_line_id = fields.Many2one(
        "delivery.promise.line", readonly=True, index="btree_not_null"
    )
    invoice_id = fields.Many2one("account.move", readonly=True, index="btree_not_null")
    invoice_line_id = fields.Many2one(
        "account.move.line", readonly=True, index="btree_not_null"
    )
    instalment_id = fields.Many2one(
        "account.move.line",
        readonly=True,
        index="btree_not_null",
    )
    stage = fields.Selection(
        [
            ("ordered", "Ordered"),
            ("delivered", "Delivered, not invoiced"),
            ("open", "Invoiced, not paid"),
            ("paid", "Paid"),
            ("cleared", "Cleared without payment"),
        ],
        readonly=True,
        help="Cleared without payment: a credit note, a write-off or an exchange "
        "difference settled it.",
    )
    down_payment = fields.Boolean(readonly=True)
    quantity = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="Of the order line, in its unit. Where a quantity is due in instalments"
        " or paid in parts, the first of its slices has it.",
    )
    amount_ordered = fields.Monetary(string="Ordered", readonly=True)
    amount_delivered = fields.Monetary(string="Delivered", readonly=True)
    amount_invoiced = fields.Monetary(string="Invoiced", readonly=True)
    amount_paid = fields.Monetary(string="Paid", readonly=True)
    amount_cleared = fields.Monetary(string="Cleared", readonly=True)
    amount_open = fields.Monetary(string="Open", readonly=True)
    promise_risk = fields.Boolean(
        string="Promise at Risk",
        readonly=True,
        help="Not delivered, and the promised date cannot be met as things are.",
    )
    first_promise_on = fields.Date(readonly=True)
    first_promised_date = fields.Date(string="First Promised For", readonly=True)
    order_date = fields.Date(string="Ordered On", readonly=True, index=True)
    promised_date = fields.Date(string="Promised For", readonly=True)
    promised_50 = fields.Date(string="Delivered by, 50 %", readonly=True)
    promised_90 = fields.Date(string="Delivered by, 90 %", readonly=True)
    shipped_date = fields.Date(string="Shipped On", readonly=True)
    delivered_date = fields.Date(string="Delivered On", readonly=True)
    invoice_date = fields.Date(string="Invoiced On", readonly=True)
    due_date = fields.Date(string="Due On", readonly=True)
    paid_date = fields.Date(string="Paid On", readonly=True)

    _open_index = models.Index("(company_id) WHERE stage IN ('ordered', 'delivered')")
    _period_index = models.Index("(company_id, order_date)")

    # -- written by the engine ---------------------------------------------------------

    @api.model
    def _renew(self, line_ids):
        """Write the facts of these order lines anew."""
        self.env.flush_all()
        for some in split_every(BATCH, sorted(line_ids), list):
            rows = self._facts(some)
            self.env.execute_query(
                SQL(
                    "DELETE FROM promise_cash_fact WHERE sale_line_id = ANY(%s)"
                    " RETURNING id",
                    some,
                )
            )
            self._insert(rows)
        self.env.invalidate_all()

    @api.model
    def _insert(self, rows):
        if not rows:
            return
        names = SQL(", ").join(SQL.identifier(name) for name in rows[0])
        self.env.execute_query(
            SQL(
                "INSERT INTO promise_cash_fact (%(names)s) SELECT %(names)s"
                " FROM jsonb_populate_recordset(NULL::promise_cash_fact, %(rows)s)"
                " RETURNING id",
                names=names,
                rows=json.dumps(rows, default=str),
            )
        )

    @api.model
    def _more_columns(self):
        """{column: SQL} of what other addons tell of an order line; see
        :func:`.promise_cash_load.load`."""
        return {}

    @api.model
    def _facts(self, line_ids, as_of=None):
        """[{column: value}] of order lines.

        :param as_of: as they were at the end of that day, from what is dated by then.
            What is ordered and what it costs are as they are now.
        """
        loaded = promise_cash_load.load(self.env, line_ids, as_of, self._more_columns())
        rows = []
        for number, line in loaded.lines.items():
            told = loaded.told[number]
            scale = 10 ** loaded.digits[told["company_id"]]
            rows += [
                told | self._prepare_fact(one, scale)
                for one in cut(line, loaded.invoices)
            ]
        return rows

    @api.model
    def _prepare_fact(self, one, scale):
        """The columns of a :class:`..cash.slices.Slice`."""
        settlement = one.settlement
        outcome = settlement and settlement.outcome
        if outcome:
            stage = outcome
        elif one.delivery:
            stage = "delivered"
        else:
            stage = "ordered"
        amounts = dict.fromkeys((PAID, CLEARED, OPEN), 0)
        if outcome:
            amounts[outcome] = one.invoiced
        vals = {
            "stage": stage,
            "quantity": one.quantity / 1_000_000,
            "amount_ordered": one.ordered / scale,
            "amount_delivered": one.ordered / scale if one.delivery else 0.0,
            "amount_invoiced": one.invoiced / scale,
            "amount_paid": amounts[PAID] / scale,
            "amount_cleared": amounts[CLEARED] / scale,
            "amount_open": amounts[OPEN] / scale,
            "shipped_date": one.delivery and one.delivery.shipped,
            "delivered_date": one.delivery and one.delivery.delivered,
            "invoice_id": one.billed and one.billed.invoice,
            "invoice_line_id": one.billed and one.billed.invoice_line,
            "instalment_id": (settlement and settlement.instalment) or None,
            "invoice_date": one.invoice and one.invoice.day,
            "due_date": settlement and settlement.due,
            "paid_date": settlement.day if outcome == PAID else None,
        }
        if one.promised:
            vals["promised_date"] = one.promised
        return vals
