"""How well promises are kept: one row for each line that was promised."""

from odoo import fields, models
from odoo.tools import SQL


class DeliveryPromiseReport(models.Model):
    """One row for each line of a promise that is not a draft.

    The words, and where they come from:

    - *On time* has three bases: what the customer asked for, the first promise, the
      latest promise. SCOR's "Delivery Performance to Customer Commit Date" (RL.2.2)
      asks for the commitment, its "% of Orders Delivered In Full" (RL.2.1) for the
      quantity; the request is what the customer feels.
    - *OTIF*, on time in full, is a yes or no for each line, in a window of days
      around the date (McKinsey & Company, "Defining 'on-time, in-full' in the
      consumer sector", 2019, on why level and window must be said).
    - Days are whole days of the shipping warehouse's time zone, as for the status of
      a line; the delivery's is that of the last unit, at the customer's.

    A yes or no is 1 or 0, so that its average is a share, and empty while it is not
    decided. It is decided against a line when its day is over, delivered or not:
    otherwise the worst lines would be left out for as long as they are late.
    """

    _name = "delivery.promise.report"
    _description = "Performance of Delivery Promises"
    _auto = False
    _rec_name = "promise_id"
    _order = "promised_date desc, id desc"

    # -- what it is about ------------------------------------------------------------

    promise_id = fields.Many2one("delivery.promise", readonly=True)
    promise_line_id = fields.Many2one("delivery.promise.line", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    product_tmpl_id = fields.Many2one(
        "product.template", string="Product Template", readonly=True
    )
    categ_id = fields.Many2one(
        "product.category", string="Product Category", readonly=True
    )
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    user_id = fields.Many2one("res.users", string="Responsible", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer Company", readonly=True
    )
    country_id = fields.Many2one(
        "res.country", string="Customer Country", readonly=True
    )
    industry_id = fields.Many2one(
        "res.partner.industry", string="Customer Industry", readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    state = fields.Selection(
        selection=lambda self: (
            self.env["delivery.promise"]
            ._fields["state"]
            ._description_selection(self.env)
        ),
        string="Promise State",
        readonly=True,
    )
    outcome = fields.Selection(
        [
            ("on_time", "On time"),
            ("late", "Late"),
            ("short", "Delivered short"),
            ("undated", "Delivered, no date promised"),
            ("overdue", "Overdue"),
            ("open", "Not due yet"),
            ("cancelled", "Order cancelled"),
            ("held", "Hold in force"),
            ("expired", "Hold expired"),
            ("released", "Hold released"),
        ],
        readonly=True,
        help="Measured by the latest promise.",
    )

    # -- dates -----------------------------------------------------------------------

    requested_date = fields.Datetime(readonly=True)
    first_promised_date = fields.Datetime(readonly=True)
    promised_date = fields.Datetime(string="Latest Promised Date", readonly=True)
    due_date = fields.Datetime(
        readonly=True,
        help="The latest promise that was in force when its day ended, or the promise"
        " in force now.",
    )
    is_decided = fields.Boolean(
        string="Was Due",
        readonly=True,
        help="Whether it was on time by the latest promise is known, one way or the"
        " other.",
    )
    delivered_date = fields.Datetime(
        readonly=True, help="When the last unit was with the customer."
    )
    hold_until = fields.Datetime(readonly=True)

    days_requested = fields.Float(
        "Days from Request",
        readonly=True,
        aggregator="avg",
        help="Days from the requested date to the delivery of the last unit; negative "
        "when early.",
    )
    days_first = fields.Float(
        "Days from First Promise", readonly=True, aggregator="avg"
    )
    days_latest = fields.Float(
        "Days from Latest Promise", readonly=True, aggregator="avg"
    )
    days_late_requested = fields.Float(
        "Days Late by Request",
        readonly=True,
        aggregator="avg",
        help="0 for what was on time or early.",
    )
    days_late_first = fields.Float(
        "Days Late by First Promise", readonly=True, aggregator="avg"
    )
    days_late_latest = fields.Float(
        "Days Late by Latest Promise", readonly=True, aggregator="avg"
    )
    days_early_requested = fields.Float(
        "Days Early by Request",
        readonly=True,
        aggregator="avg",
        help="0 for what was on time or late.",
    )
    days_early_first = fields.Float(
        "Days Early by First Promise", readonly=True, aggregator="avg"
    )
    days_early_latest = fields.Float(
        "Days Early by Latest Promise", readonly=True, aggregator="avg"
    )

    # -- lines -----------------------------------------------------------------------

    on_time_requested = fields.Float(
        "On Time by Request",
        readonly=True,
        aggregator="avg",
        help="Share of lines that were complete by the day that was asked for.",
    )
    on_time_first = fields.Float(
        "On Time by First Promise", readonly=True, aggregator="avg"
    )
    on_time_latest = fields.Float(
        "On Time by Latest Promise", readonly=True, aggregator="avg"
    )
    in_full = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Share of lines of which all was delivered, among those of which nothing "
        "more is under way.",
    )
    otif_requested = fields.Float(
        "OTIF by Request",
        readonly=True,
        aggregator="avg",
        help="Share of lines that were complete within the company's window around "
        "the requested day.",
    )
    otif_first = fields.Float("OTIF by First Promise", readonly=True, aggregator="avg")
    otif_latest = fields.Float(
        "OTIF by Latest Promise", readonly=True, aggregator="avg"
    )

    # -- units -----------------------------------------------------------------------

    quantity = fields.Float(
        digits="Product Unit", readonly=True, help="In the product's unit."
    )
    unit_on_time_requested = fields.Float(
        "Units On Time by Request",
        readonly=True,
        aggregator="avg",
        help="Share of the units that arrived by the day that was asked for.",
    )
    unit_on_time_first = fields.Float(
        "Units On Time by First Promise", readonly=True, aggregator="avg"
    )
    unit_on_time_latest = fields.Float(
        "Units On Time by Latest Promise", readonly=True, aggregator="avg"
    )
    unit_in_full = fields.Float(
        "Units Delivered",
        readonly=True,
        aggregator="avg",
        help="Share of the units that were delivered, of lines of which nothing more "
        "is under way.",
    )
    unit_otif = fields.Float(
        "Units OTIF",
        readonly=True,
        aggregator="avg",
        help="Share of the units that arrived within the company's window around the "
        "latest promised day.",
    )

    # -- orders ----------------------------------------------------------------------

    order_on_time = fields.Float(
        "Orders On Time",
        readonly=True,
        aggregator="avg",
        help="Share of promises whose every line was on time by the latest promise.",
    )
    order_in_full = fields.Float(
        "Orders In Full",
        readonly=True,
        aggregator="avg",
        help="Share of promises whose every line was delivered in full.",
    )
    order_otif = fields.Float(
        "Orders OTIF",
        readonly=True,
        aggregator="avg",
        help="Share of promises whose every line was OTIF by the latest promise.",
    )

    # -- holds and values --------------------------------------------------------------

    amount = fields.Monetary("Value", readonly=True, help="At the list price.")
    held_amount = fields.Monetary("Value of Holds in Force", readonly=True)
    expired_amount = fields.Monetary("Value of Expired Holds", readonly=True)
    released_amount = fields.Monetary("Value of Released Holds", readonly=True)
    held_holds = fields.Integer("Holds in Force", readonly=True)
    expired_holds = fields.Integer(readonly=True)
    released_holds = fields.Integer(readonly=True)

    # -- averages that are not those of the lines --------------------------------------

    def _read_group_select(self, aggregate_spec, query):
        """Shares of units are weighted by them, shares of promises count each promise
        once, however many of its lines are in the group."""
        name, __, function = aggregate_spec.partition(":")
        column = SQL.identifier(self._table, name)
        if function == "avg" and name.startswith("unit_"):
            return SQL(
                "SUM(%s) / NULLIF(SUM(%s), 0)",
                SQL.identifier(self._table, f"{name}_hit"),
                SQL.identifier(self._table, f"{name}_due"),
            )
        promises = SQL("COUNT(DISTINCT %s)", SQL.identifier(self._table, "promise_id"))
        if function == "avg" and name.startswith("order_"):
            return SQL(
                "%(promises)s FILTER (WHERE %(column)s = 1)::float"
                " / NULLIF(%(promises)s FILTER (WHERE %(column)s IS NOT NULL), 0)",
                promises=promises,
                column=column,
            )
        if function == "sum" and name.endswith("_holds"):
            return SQL("%s FILTER (WHERE %s = 1)", promises, column)
        return super()._read_group_select(aggregate_spec, query)

    def action_open_promise(self):
        """The promise of this line, as a form."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "delivery.promise",
            "res_id": self.promise_id.id,
            "view_mode": "form",
        }
