"""How late this company's planned dates turned out to be, computed once a day.

An answer reads the outcome with one query; the history itself is never read in a
request."""

from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.promise_statistics.punctuality.backtest import replay
from odoo.addons.promise_statistics.punctuality.history import (
    History,
    Observation,
    is_sensible,
)

from .first_dates import note_first_dates
from .stock_move import OPEN_STATES

KINDS = [
    ("receipt", "Receipts"),
    ("manufacture", "Manufacturing"),
    ("transfer", "Transfers"),
    ("delivery", "Shipments to Customers"),
]
LEVELS = (0.5, 0.9)
#: groups from fine to coarse
BASES = ("pair", "product", "partner", "category", "all")
#: how far back, and how many moves of a kind at most: the most recent ones
DAYS_BACK = 730
DONE_LIMIT = 5000
OVERDUE_LIMIT = 1000
#: for so long the back-test goes back
DAYS_JUDGED = 365


def lateness_keys(product_id, partner_id, category_id):
    """{key: (product, partner, category)} that stand for a case, from fine to
    coarse; the one for everything is empty."""
    keys = {}
    if partner_id:
        keys[f"p{product_id}/v{partner_id}"] = (product_id, partner_id, category_id)
    keys[f"p{product_id}"] = (product_id, None, category_id)
    if partner_id and category_id:
        keys[f"v{partner_id}/c{category_id}"] = (None, partner_id, category_id)
    if partner_id:
        keys[f"v{partner_id}"] = (None, partner_id, None)
    if category_id:
        keys[f"c{category_id}"] = (None, None, category_id)
    keys[""] = (None, None, None)
    return keys


class DeliveryPromiseLateness(models.Model):
    _name = "delivery.promise.lateness"
    _inherit = ["delivery.promise.fact", "company.guard"]
    _description = "Lateness of Planned Dates"
    _order = "kind, case_count desc, id"
    _rec_name = "kind"

    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", readonly=True
    )
    kind = fields.Selection(KINDS, string="Of", required=True, readonly=True)
    # Technical: the same words as lateness_keys; "" is everything.
    key = fields.Char(required=True, readonly=True)
    product_id = fields.Many2one(
        "product.product", ondelete="cascade", index="btree_not_null", readonly=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Vendor or Customer",
        ondelete="cascade",
        index="btree_not_null",
        readonly=True,
    )
    category_id = fields.Many2one(
        "product.category",
        string="Product Category",
        ondelete="cascade",
        index="btree_not_null",
        readonly=True,
    )
    days_50 = fields.Integer(
        string="Days, 50 %",
        aggregator=None,
        readonly=True,
        help="Half of such cases are not later than this; negative is early.",
    )
    days_90 = fields.Integer(
        string="Days, 90 %",
        aggregator=None,
        readonly=True,
        help="Nine in ten of such cases are not later than this.",
    )
    basis = fields.Selection(
        [
            ("pair", "The product of this vendor, or for this customer"),
            ("product", "The product"),
            ("partner", "The vendor or customer"),
            ("category", "The product category"),
            ("all", "All"),
        ],
        string="Mostly Based On",
        readonly=True,
        help="The group of past cases with the greatest say.",
    )
    share = fields.Float(
        string="Its Share",
        aggregator=None,
        readonly=True,
        help="How much of the dates comes from that group.",
    )
    case_count = fields.Integer(string="Cases", aggregator=None, readonly=True)
    left_out_count = fields.Integer(
        string="Left Out",
        aggregator=None,
        readonly=True,
        help="Cases whose dates cannot be meant: more than two years apart, or of a"
        " year such as 1970 or 2999. Correct them where they were typed.",
    )
    computed_on = fields.Date(required=True, readonly=True)

    _key_unique = models.UniqueIndex("(company_id, kind, key)")

    # -- computing -----------------------------------------------------------------

    @api.model
    def _cron_refresh(self):
        """Compute every company's lateness and its back-test anew."""
        note_first_dates(self.env)
        companies = self.env["res.company"].search([("active", "=", True)])
        for done, company in enumerate(companies, 1):
            self._refresh(company)
            self.env["ir.cron"]._commit_progress(1, remaining=len(companies) - done)

    @api.model
    def _refresh(self, company):
        """Replace what is known of a company by what its history says today."""
        # sudo: the tables are written by nobody but this
        company, Lateness = company.sudo(), self.sudo()
        Backtest = self.env["delivery.promise.backtest"].sudo()
        Lateness.search([("company_id", "=", company.id)]).unlink()
        Backtest.search([("company_id", "=", company.id)]).unlink()
        if company.promise_confidence == "off":
            return
        today = self._local_today(company)
        for kind, __ in KINDS:
            rows = self._history(company, kind)
            common = {"company_id": company.id, "kind": kind}
            Lateness.create(
                [common | vals for vals in self._prepare_cells(rows, today)]
            )
            Backtest.create(
                [common | vals for vals in self._prepare_backtest(rows, today)]
            )

    @api.model
    def _prepare_cells(self, rows, today):
        """The values of one record for each key with enough history."""
        # All questions of the past are replayed, as the back-test does it: what it
        # judges is what is answered.
        history = History(rows)
        cells, left_out = {}, defaultdict(int)
        for row in rows:
            keys = lateness_keys(*(key and key[1] for key in row.keys[1:]))
            cells |= keys
            if not is_sensible(row.scheduled, row.actual):
                for key in keys:
                    left_out[key] += 1
        for key, (product_id, partner_id, category_id) in cells.items():
            asked = self._observed_keys(product_id, partner_id, category_id)
            half, nine = (history.quantile(level, asked, today) for level in LEVELS)
            if half is None or nine is None:
                continue
            yield {
                "key": key,
                "product_id": product_id,
                "partner_id": partner_id,
                "category_id": category_id,
                "days_50": half.days,
                "days_90": nine.days,
                "basis": BASES[nine.source],
                "share": nine.share,
                "case_count": nine.count,
                "left_out_count": left_out[key],
                "computed_on": today,
            }

    @api.model
    def _prepare_backtest(self, rows, today):
        """The values of one record for each month: what would have been answered in
        the morning of each planned day, and whether it was kept.

        What is not here by the day at 90 % is not kept, although nobody knows yet how
        late it will be; what may still come by then is not judged.
        """
        months = defaultdict(lambda: {"judged": 0, "kept_50": 0, "kept_90": 0})
        start = today - timedelta(days=DAYS_JUDGED)
        # "Tomorrow" for what is missing changes nothing of what was known until today.
        missing = today + timedelta(days=1)
        rows = [row if row.actual else row._replace(actual=missing) for row in rows]
        for row, estimates in replay(rows, start, LEVELS):
            if row.scheduled < start or None in estimates:
                continue
            lateness = (min(row.actual, today) - row.scheduled).days
            if row.actual == missing and lateness <= estimates[1].days:
                continue
            month = months[row.scheduled.replace(day=1)]
            month["judged"] += 1
            month["kept_50"] += lateness <= estimates[0].days
            month["kept_90"] += lateness <= estimates[1].days
        for month, counts in sorted(months.items()):
            yield {
                "month": month,
                **counts,
                "rate_50": counts["kept_50"] / counts["judged"],
                "rate_90": counts["kept_90"] / counts["judged"],
            }

    # -- history -------------------------------------------------------------------

    @api.model
    def _observed_keys(self, product_id, partner_id, category_id):
        return (
            product_id and partner_id and ("pair", product_id, partner_id),
            product_id and ("product", product_id),
            partner_id and ("partner", partner_id),
            category_id and ("category", category_id),
        )

    @api.model
    def _local_today(self, company):
        zoned = self.with_context(tz=company.partner_id.tz or "UTC")
        return fields.Date.context_today(zoned)

    @api.model
    def _history(self, company, kind):
        """What was planned and what came of it: the most recent moves of a kind that
        are done, and those that should be and are not.

        :return: list of :class:`Observation`
        """
        self.env["stock.move"].flush_model()
        now = fields.Datetime.now()
        moves = SQL(
            """
            SELECT move.id, move.product_id, move.picking_id, move.partner_id,
                   move.first_planned_date, move.date, move.state
              FROM stock_move move
              JOIN stock_location source ON source.id = move.location_id
              JOIN stock_location dest ON dest.id = move.location_dest_id
             WHERE move.company_id = %s AND move.first_planned_date IS NOT NULL
               AND %s
            """,
            company.id,
            self._kind_condition(kind),
        )
        rows = self.env.execute_query(
            SQL(
                """
                WITH past AS (
                    (%(moves)s AND move.state = 'done' AND move.date >= %(since)s
                     ORDER BY move.date DESC, move.id DESC LIMIT %(done)s)
                    UNION ALL
                    (%(moves)s AND move.state IN %(open)s
                           AND move.first_planned_date >= %(since)s
                           AND move.first_planned_date < %(now)s
                     ORDER BY move.first_planned_date DESC, move.id DESC
                     LIMIT %(overdue)s)
                )
                SELECT timezone(%(zone)s, timezone('UTC', past.first_planned_date))
                           ::date,
                       CASE WHEN past.state = 'done' THEN
                           timezone(%(zone)s, timezone('UTC', past.date))::date END,
                       past.product_id,
                       partner.commercial_partner_id,
                       template.categ_id,
                       past.picking_id
                  FROM past
                  JOIN product_product product ON product.id = past.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                  LEFT JOIN stock_picking picking ON picking.id = past.picking_id
                  LEFT JOIN res_partner partner ON %(known)s
                   AND partner.id = COALESCE(picking.partner_id, past.partner_id)
                 ORDER BY past.id
                """,
                moves=moves,
                since=now - timedelta(days=DAYS_BACK),
                now=now,
                open=OPEN_STATES,
                done=DONE_LIMIT,
                overdue=OVERDUE_LIMIT,
                zone=company.partner_id.tz or "UTC",
                known=kind in ("receipt", "delivery"),
            )
        )
        return [
            Observation(planned, came, self._observed_keys(*keys), batch)
            for planned, came, *keys, batch in rows
        ]

    @api.model
    def _kind_condition(self, kind):
        """What makes a move one of a kind, over ``move``, ``source`` and ``dest``."""
        return {
            "receipt": SQL("source.usage = 'supplier' AND dest.usage != 'supplier'"),
            "manufacture": SQL(
                "source.usage = 'production' AND dest.usage = 'internal'"
            ),
            "transfer": SQL("source.usage = 'transit' AND dest.usage = 'internal'"),
            "delivery": SQL(
                "source.usage IN ('internal', 'transit') AND dest.usage = 'customer'"
            ),
        }[kind]


class DeliveryPromiseBacktest(models.Model):
    _name = "delivery.promise.backtest"
    _description = "Back-Test of the 50 % and 90 % Dates"
    _inherit = ["company.guard"]
    _order = "month desc, kind, id"
    _rec_name = "month"

    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", index=True, readonly=True
    )
    kind = fields.Selection(KINDS, string="Of", required=True, readonly=True)
    month = fields.Date(required=True, readonly=True)
    judged = fields.Integer(
        readonly=True,
        help="Dates of this month of which it is known whether they were kept.",
    )
    kept_50 = fields.Integer(
        string="Kept, 50 %",
        readonly=True,
        help="How many came by the date that would have been given at 50 %.",
    )
    kept_90 = fields.Integer(
        string="Kept, 90 %",
        readonly=True,
        help="How many came by the date that would have been given at 90 %.",
    )
    rate_50 = fields.Float(string="Share Kept, 50 %", aggregator="avg", readonly=True)
    rate_90 = fields.Float(string="Share Kept, 90 %", aggregator="avg", readonly=True)

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Shares of several months: those kept ÷ those judged, not the mean of months
        of which one may have had a single delivery."""
        if aggregate_spec in ("rate_50:avg", "rate_90:avg"):
            kept = aggregate_spec.removesuffix(":avg").replace("rate", "kept")
            return SQL(
                "SUM(%s)::float8 / NULLIF(SUM(%s), 0)",
                self._field_to_sql(self._table, kept, query),
                self._field_to_sql(self._table, "judged", query),
            )
        return super()._read_group_select(aggregate_spec, query)
