"""How well promises are kept: one row for each line that was promised."""

from odoo import api, fields, models
from odoo.tools import SQL

from .delivery_promise_report_query import BASES, DATES


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
    promise_class_id = fields.Many2one(
        "delivery.promise.class",
        string="Customer Class",
        readonly=True,
        help="The class of the customer when this was promised.",
    )
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
    _depends = {
        "delivery.promise": [
            "state",
            "hold_until",
            "partner_id",
            "promise_class_id",
            "user_id",
        ],
        "delivery.promise.line": [
            "amount",
            "cancelled_date",
            "closed_short",
            "company_id",
            "delivered_date",
            "first_promised_date",
            "kept_first",
            "kept_latest",
            "kept_requested",
            "missed_date",
            "product_id",
            "product_uom_id",
            "promise_id",
            "promised_date",
            "quantity",
            "requested_date",
            "transit_days",
            "warehouse_id",
        ],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id", "uom_id"],
        "res.company": [
            "currency_id",
            "partner_id",
            "promise_otif_early_days",
            "promise_otif_late_days",
            "promise_otif_limit_early",
        ],
        "res.partner": ["commercial_partner_id", "country_id", "industry_id", "tz"],
        "resource.calendar": ["tz"],
        "stock.location": ["usage"],
        "stock.move": [
            "date",
            "location_dest_id",
            "location_id",
            "product_id",
            "product_uom",
            "promise_line_id",
            "quantity",
            "state",
        ],
        "stock.warehouse": ["company_id", "partner_id", "promise_calendar_id"],
        "uom.uom": ["factor"],
    }

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

    @property
    def _table_query(self):
        """Facts of each line; measures computed from them; totals in units and of the
        whole promise computed from those. Each step sees the columns of the one before,
        as ``fact`` or ``line``."""
        return SQL(
            "SELECT line.*, %(totals)s FROM (SELECT fact.*, %(measures)s FROM ("
            "SELECT %(facts)s FROM %(tables)s WHERE %(where)s) fact) line"
            " WINDOW promise AS (PARTITION BY line.promise_id)",
            totals=self._columns(self._total_columns()),
            measures=self._columns(self._measure_columns()),
            facts=self._columns(self._fact_columns()),
            tables=self._from(),
            where=self._where(),
        )

    @api.model
    def _columns(self, columns):
        return SQL(", ").join(
            SQL("%s AS %s", sql, SQL.identifier(name)) for name, sql in columns.items()
        )

    @api.model
    def _fact_columns(self):
        """{column: SQL} of what is known of a line; hook for more dimensions, whose
        tables are added in :meth:`_from`."""
        columns = {
            "id": SQL("l.id"),
            "promise_id": SQL("l.promise_id"),
            "promise_line_id": SQL("l.id"),
            "product_id": SQL("l.product_id"),
            "product_tmpl_id": SQL("product.product_tmpl_id"),
            "categ_id": SQL("template.categ_id"),
            "warehouse_id": SQL("l.warehouse_id"),
            "user_id": SQL("p.user_id"),
            "promise_class_id": SQL("p.promise_class_id"),
            "partner_id": SQL("p.partner_id"),
            "commercial_partner_id": SQL("partner.commercial_partner_id"),
            "country_id": SQL("partner.country_id"),
            "industry_id": SQL("partner.industry_id"),
            "company_id": SQL("l.company_id"),
            "currency_id": SQL("company.currency_id"),
            # as it is read on the promise: a hold is over when its time is
            "state": SQL(
                "CASE WHEN p.state = 'held' AND p.hold_until <= %s"
                " THEN 'expired' ELSE p.state END",
                fields.Datetime.now(),
            ),
            "promised_date": SQL("l.promised_date"),
            "delivered_date": SQL("l.delivered_date"),
            "hold_until": SQL("p.hold_until"),
            "closed_short": SQL("COALESCE(l.closed_short, FALSE)"),
            "complete": SQL(
                "l.delivered_date IS NOT NULL AND l.closed_short IS NOT TRUE"
            ),
            "ordered": SQL(
                "EXISTS (SELECT FROM stock_move m WHERE m.promise_line_id = l.id)"
            ),
            "owed": SQL("p.state IN ('confirmed', 'done')"),
            "cancelled_day": SQL(
                "CASE WHEN p.state = 'released' THEN day.cancelled END"
            ),
            "today": SQL("day.today"),
            "early_days": SQL(
                "CASE WHEN company.promise_otif_limit_early"
                " THEN company.promise_otif_early_days END"
            ),
            "late_days": SQL("COALESCE(company.promise_otif_late_days, 0)"),
            "quantity": SQL("unit.wanted"),
            "amount": SQL("l.amount"),
            "arrived": SQL("unit.arrived"),
            "arrived_in_window": SQL("unit.by_window - unit.before_window"),
        }
        for basis, date in BASES.items():
            names = {
                "date": SQL.identifier(date),
                "basis": SQL.identifier(basis),
                "kept": SQL.identifier(f"kept_{basis}"),
                "by": SQL.identifier(f"by_{basis}"),
            }
            columns[date] = DATES[date]
            columns[f"{basis}_day"] = SQL("day.%(basis)s", **names)
            columns[f"days_{basis}"] = SQL(
                "CASE WHEN p.state IN ('confirmed', 'done')"
                " AND l.closed_short IS NOT TRUE"
                " THEN day.delivered - day.%(basis)s END",
                **names,
            )
            columns[f"kept_{basis}"] = SQL("COALESCE(l.%(kept)s, FALSE)", **names)
            columns[f"arrived_{basis}"] = SQL("unit.%(by)s", **names)
        return columns

    @api.model
    def _from(self):
        """The tables; hook for more, joined to ``l``, the line, or ``p``, its
        promise."""
        days = SQL(", ").join(
            SQL(
                "(%s AT TIME ZONE 'UTC' AT TIME ZONE zone.name)::date AS %s",
                DATES[date],
                SQL.identifier(basis),
            )
            for basis, date in {
                **BASES,
                "delivered": "delivered_date",
                "cancelled": "cancelled_date",
            }.items()
        )
        return SQL(
            """delivery_promise_line l
            JOIN delivery_promise p ON p.id = l.promise_id
            JOIN res_company company ON company.id = l.company_id
            JOIN product_product product ON product.id = l.product_id
            JOIN product_template template ON template.id = product.product_tmpl_id
            JOIN uom_uom line_uom ON line_uom.id = l.product_uom_id
            JOIN uom_uom uom ON uom.id = template.uom_id
            LEFT JOIN res_partner partner ON partner.id = p.partner_id
            LEFT JOIN stock_warehouse warehouse ON warehouse.id = l.warehouse_id
            LEFT JOIN resource_calendar calendar
                ON calendar.id = warehouse.promise_calendar_id
            LEFT JOIN res_partner address ON address.id = warehouse.partner_id
            LEFT JOIN res_company owner ON owner.id = warehouse.company_id
            LEFT JOIN res_partner owner_address ON owner_address.id = owner.partner_id
            CROSS JOIN LATERAL (
                SELECT COALESCE(calendar.tz, address.tz, owner_address.tz, 'UTC')
                    AS name
            ) zone
            CROSS JOIN LATERAL (
                SELECT %(days)s,
                    (%(now)s AT TIME ZONE 'UTC' AT TIME ZONE zone.name)::date AS today
            ) day
            CROSS JOIN LATERAL (%(units)s) unit""",
            days=days,
            now=SQL("%s::timestamp", fields.Datetime.now()),
            units=self._units(),
        )

    @api.model
    def _units(self):
        """Units of a line that arrived by each day that counts, at most those wanted.

        Deliveries count from the day on which they arrive; what comes back lowers
        what arrives after it, but does not undo what had arrived by then. The product
        has to be on the move itself: of a kit, whose components are, a line counts as
        a whole.
        """
        highest = SQL("LEAST(MAX(wanted), GREATEST(0, MAX(total)))")
        by_day = SQL(", ").join(
            SQL(
                "LEAST(MAX(wanted), GREATEST(0, MAX(total) FILTER (WHERE %s))) AS %s",
                condition,
                SQL.identifier(name),
            )
            for name, condition in {
                "by_requested": SQL("step.day <= day.requested"),
                "by_first": SQL("step.day <= day.first"),
                "by_latest": SQL("step.day <= day.latest"),
                "by_window": SQL(
                    "step.day <= day.latest"
                    " + COALESCE(company.promise_otif_late_days, 0)"
                ),
                "before_window": SQL(
                    "company.promise_otif_limit_early"
                    " AND step.day < day.latest - company.promise_otif_early_days"
                ),
            }.items()
        )
        return SQL(
            """SELECT MAX(wanted) AS wanted, %(highest)s AS arrived, %(by_day)s
            FROM (SELECT l.quantity * line_uom.factor / uom.factor AS wanted) goal
            LEFT JOIN (
                SELECT
                    ((m.date + COALESCE(l.transit_days, 0) * INTERVAL '1 day')
                        AT TIME ZONE 'UTC' AT TIME ZONE zone.name)::date AS day,
                    SUM(
                        m.quantity * move_uom.factor / uom.factor
                        * CASE dest.usage WHEN 'customer' THEN 1 ELSE -1 END
                    ) OVER (ORDER BY m.date, m.id) AS total
                FROM stock_move m
                JOIN uom_uom move_uom ON move_uom.id = m.product_uom
                JOIN stock_location source ON source.id = m.location_id
                JOIN stock_location dest ON dest.id = m.location_dest_id
                WHERE m.promise_line_id = l.id
                    AND m.product_id = l.product_id
                    AND m.state = 'done'
                    AND p.state IN ('confirmed', 'done')
                    AND (source.usage = 'customer') <> (dest.usage = 'customer')
            ) step ON TRUE""",
            highest=highest,
            by_day=by_day,
        )

    @api.model
    def _where(self):
        """Which lines are reported; hook. A draft has promised nothing."""
        return SQL("p.state <> 'draft'")

    @api.model
    def _measure_columns(self):
        """{column: SQL} of what follows from the facts of the line; hook.

        For each of :data:`BASES`:

        - days late = max(days, 0); days early = max(−days, 0)
        - on time = 1 when the last unit arrived by that day; 0 when it did not, or
          that day is over, or less was delivered and no more will be. What was called
          off before that day is outside, what was called off after it is not
        - OTIF = 1 when complete and −early ≤ days ≤ late, the company's window; 0 as
          above, the window's last day being the one that is over
        """
        columns = {
            "outcome": SQL(
                "CASE WHEN fact.state IN ('held', 'expired') THEN fact.state"
                " WHEN fact.state = 'released' AND fact.ordered THEN 'cancelled'"
                " WHEN fact.state = 'released' THEN 'released'"
                " WHEN fact.closed_short THEN 'short'"
                " WHEN fact.complete AND fact.latest_day IS NULL THEN 'undated'"
                " WHEN fact.complete AND fact.kept_latest THEN 'on_time'"
                " WHEN fact.complete THEN 'late'"
                " WHEN fact.today > fact.latest_day THEN 'overdue' ELSE 'open' END"
            ),
            "in_full": SQL(
                "CASE WHEN NOT fact.owed THEN NULL WHEN fact.complete THEN 1.0"
                " WHEN fact.closed_short THEN 0.0 END"
            ),
        }
        for basis in BASES:
            names = {
                "day": SQL.identifier("fact", f"{basis}_day"),
                "days": SQL.identifier("fact", f"days_{basis}"),
                "kept": SQL.identifier("fact", f"kept_{basis}"),
            }
            columns[f"days_late_{basis}"] = SQL(
                "CASE WHEN %(days)s IS NOT NULL THEN GREATEST(%(days)s, 0) END", **names
            )
            columns[f"days_early_{basis}"] = SQL(
                "CASE WHEN %(days)s IS NOT NULL THEN GREATEST(-%(days)s, 0) END",
                **names,
            )
            columns[f"on_time_{basis}"] = SQL(
                "CASE WHEN %(day)s IS NULL OR NOT"
                " (fact.owed OR COALESCE(fact.cancelled_day > %(day)s, FALSE))"
                " THEN NULL"
                " WHEN %(kept)s THEN 1.0"
                " WHEN fact.complete OR fact.closed_short OR fact.today > %(day)s"
                " THEN 0.0 END",
                **names,
            )
            columns[f"otif_{basis}"] = SQL(
                "CASE WHEN %(day)s IS NULL OR NOT"
                " (fact.owed OR COALESCE(fact.cancelled_day > %(day)s, FALSE))"
                " THEN NULL"
                " WHEN fact.complete THEN CASE WHEN %(days)s <= fact.late_days"
                " AND %(days)s >= -COALESCE(fact.early_days, -%(days)s)"
                " THEN 1.0 ELSE 0.0 END"
                " WHEN fact.closed_short OR fact.today > %(day)s + fact.late_days"
                " THEN 0.0 END",
                **names,
            )
        for outcome in ("held", "expired", "released"):
            # what an order had taken was no hold any more
            hold = SQL(
                "fact.state = %s AND NOT (fact.state = 'released' AND fact.ordered)",
                outcome,
            )
            columns[f"{outcome}_amount"] = SQL(
                "CASE WHEN %s THEN fact.amount ELSE 0 END", hold
            )
            columns[f"{outcome}_holds"] = SQL("CASE WHEN %s THEN 1 ELSE 0 END", hold)
        return columns

    @api.model
    def _total_columns(self):
        """{column: SQL} of what follows from the measures of the line, in units and
        for its whole promise; hook.

        - units: those that arrived in time (all, if the line itself did) ÷ those of
          the lines that are decided; grouped, sum ÷ sum
        - promise: 0 when one line is 0, 1 when all are 1, empty before that. Lines
          without a promised date have no part in what is measured by it
        """
        columns = {"is_decided": SQL("line.on_time_latest IS NOT NULL")}
        for name, measure, arrived in (
            *(
                (f"unit_on_time_{basis}", f"on_time_{basis}", f"arrived_{basis}")
                for basis in BASES
            ),
            ("unit_in_full", "in_full", "arrived"),
            ("unit_otif", "otif_latest", "arrived_in_window"),
        ):
            names = {
                "measure": SQL.identifier("line", measure),
                "arrived": SQL.identifier("line", arrived),
            }
            hit = SQL(
                "CASE %(measure)s WHEN 1 THEN line.quantity"
                " WHEN 0 THEN %(arrived)s END",
                **names,
            )
            columns[name] = SQL("(%s) / line.quantity", hit)
            columns[f"{name}_hit"] = hit
            columns[f"{name}_due"] = SQL(
                "CASE WHEN %(measure)s IS NOT NULL THEN line.quantity END", **names
            )
        for name, measure, counted in (
            ("order_on_time", "on_time_latest", SQL("line.latest_day IS NOT NULL")),
            ("order_in_full", "in_full", SQL("TRUE")),
            ("order_otif", "otif_latest", SQL("line.latest_day IS NOT NULL")),
        ):
            columns[name] = SQL(
                "CASE WHEN MIN(%(measure)s) OVER promise = 0 THEN 0.0"
                " WHEN COUNT(%(measure)s) OVER promise ="
                " NULLIF(COUNT(*) FILTER (WHERE %(counted)s) OVER promise, 0)"
                " THEN 1.0 END",
                measure=SQL.identifier("line", measure),
                counted=counted,
            )
        return columns
