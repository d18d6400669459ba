from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

#: where the days went: {measure: (from, to)}
DAYS = {
    "days_to_order": ("first_promise_on", "order_date"),
    "days_to_ship": ("order_date", "shipped_date"),
    "days_to_deliver": ("shipped_date", "delivered_date"),
    "days_to_invoice": ("delivered_date", "invoice_date"),
    "days_of_terms": ("invoice_date", "due_date"),
    "days_overdue": ("due_date", "paid_date"),
    "days_in_all": ("order_date", "paid_date"),
    "days_promise_late": ("promised_date", "delivered_date"),
}


def _days(label, explanation):
    return fields.Float(
        string=label,
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help=f"{explanation} Averages are weighted by what was ordered.",
    )


class PromiseCashReport(models.Model):
    _name = "promise.cash.report"
    _inherit = "promise.cash.fact"
    _description = "Promise to Cash"
    _auto = False
    _depends = {
        "promise.cash.fact": [
            "amount_open",
            "amount_ordered",
            "due_date",
            "instalment_id",
            "promise_risk",
            "promised_date",
            "stage",
            *sorted({name for ends in DAYS.values() for name in ends}),
        ],
        "account.move.line": ["amount_residual"],
    }

    days_to_order = _days("Promise to Order", "From the first promise to the order.")
    days_to_ship = _days("Order to Shipment", "From the order until goods left.")
    days_to_deliver = _days("On the Way", "From leaving until they arrived.")
    days_to_invoice = _days("Delivery to Invoice", "From arriving to the invoice.")
    days_of_terms = _days("Payment Terms", "From the invoice to its due date.")
    days_overdue = _days(
        "Paid Late", "From the due date to the payment; negative: paid early."
    )
    days_in_all = _days("Order to Cash", "From the order to the payment.")
    days_promise_late = _days(
        "Delivered Late", "From the promised day to the delivery; negative: early."
    )
    amount_at_risk = fields.Monetary(
        string="Value at Risk",
        readonly=True,
        help="Not delivered, and the promised day is over or cannot be met; or invoiced"
        " and past its due date.",
    )
    amount_to_invoice = fields.Monetary(string="Delivered, Not Invoiced", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            "SELECT fact.*, %(measures)s FROM promise_cash_fact fact %(joined)s",
            measures=SQL(", ").join(
                SQL("%s AS %s", sql, SQL.identifier(name))
                for name, sql in self._measure_columns().items()
            ),
            joined=self._joined(),
        )

    @api.model
    def _joined(self):
        """Joins to ``fact`` by unique keys, for more measures; hook."""
        return SQL("")

    @api.model
    def _measure_columns(self):
        """{column: SQL} on ``fact``; hook."""
        today = fields.Date.context_today(self)
        columns = {
            name: SQL(
                "(fact.%s - fact.%s)::double precision",
                SQL.identifier(end),
                SQL.identifier(start),
            )
            for name, (start, end) in DAYS.items()
        }
        columns["amount_at_risk"] = SQL(
            """CASE WHEN fact.stage = 'ordered'
                     AND (fact.promise_risk OR fact.promised_date < %(today)s)
                    THEN fact.amount_ordered
                    WHEN fact.stage = 'open' AND fact.due_date < %(today)s
                    THEN fact.amount_open ELSE 0 END""",
            today=today,
        )
        columns["amount_to_invoice"] = SQL(
            "CASE WHEN fact.stage = 'delivered' THEN fact.amount_ordered ELSE 0 END"
        )
        return columns

    def _read_group_select(self, aggregate_spec, query):
        """Days are averaged by value: a slice of a cent does not count as much as the
        rest of its line."""
        name, __, aggregator = aggregate_spec.partition(":")
        if aggregator == "avg" and name in self._day_measures():
            value = self._field_to_sql(self._table, name, query)
            weight = self._field_to_sql(self._table, "amount_ordered", query)
            return SQL(
                "SUM(%(value)s * ABS(%(weight)s))"
                " / NULLIF(SUM(ABS(%(weight)s))"
                " FILTER (WHERE %(value)s IS NOT NULL), 0)",
                value=value,
                weight=weight,
            )
        return super()._read_group_select(aggregate_spec, query)

    @api.model
    def _day_measures(self):
        return set(DAYS)

    # -- opening -----------------------------------------------------------------------

    @api.model
    @api.readonly
    def action_open_report(self):
        """The report, which says as of when it is.

        :return: an action
        """
        self.browse().check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_stock_promise.promise_cash_report_action"
        )
        as_of = self.env["promise.cash.renewal"]._facts_as_of()
        if as_of:
            action["name"] = self.env._(
                "Promise to Cash, as of %(moment)s",
                moment=format_datetime(self.env, as_of, dt_format="short"),
            )
        else:
            action["name"] = self.env._("Promise to Cash, still being collected")
        return action

    def action_open_order(self):
        """The order of a slice.

        :return: an action
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.sale_order_id.id,
            "views": [[False, "form"]],
        }
