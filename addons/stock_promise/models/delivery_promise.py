from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class DeliveryPromise(models.Model):
    """A claim on future stock: held for a while, then carried by an order's moves,
    and followed until it is delivered."""

    _name = "delivery.promise"
    _description = "Delivery Promise"
    _inherit = ["mail.thread", "mail.activity.mixin", "company.guard"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Reference", required=True, readonly=True, copy=False, default="/"
    )
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("held", "Held"),
            ("confirmed", "Confirmed"),
            ("done", "Done"),
            ("expired", "Expired"),
            ("released", "Released"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        help="Held: the quantities are kept until the hold ends. Confirmed: an order "
        "has taken them. Expired: the hold has ended; the quantities are free.",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", index="btree_not_null", check_company=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        copy=False,
        index="btree_not_null",
        check_company=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
        index=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        required=True,
        check_company=True,
        default=lambda self: self.env["delivery.promise.engine"]._default_warehouse(
            self.env.company
        ),
    )
    shipping_policy = fields.Selection(
        [("direct", "As soon as possible"), ("one", "When all products are ready")],
        default="direct",
        required=True,
    )
    priority = fields.Selection(
        [("0", "Normal"), ("1", "Low"), ("2", "High"), ("3", "Very High")], default="0"
    )
    origin = fields.Char(string="Source Document")
    allow_split = fields.Boolean(
        string="Partial Deliveries",
        help="The customer accepts a line in several deliveries.",
    )
    alternatives = fields.Boolean(
        string="Offer Alternatives",
        help="Beside each date, what would be there sooner: the same from another "
        "warehouse, or a substitute.",
    )
    hold_until = fields.Datetime(copy=False, readonly=True, tracking=True)
    extension_count = fields.Integer(string="Extensions", copy=False, readonly=True)
    promised_date = fields.Datetime(
        compute="_compute_promised_date",
        store=True,
        index=True,
        tracking=True,
        help="When the last line is with the customer.",
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        help="Sales value of the lines at list prices.",
    )
    idempotency_key = fields.Char(copy=False, readonly=True)
    note = fields.Text(string="Internal Note")
    line_ids = fields.One2many(
        "delivery.promise.line", "promise_id", string="Lines", copy=True
    )
    claim_ids = fields.One2many("delivery.promise.claim", "promise_id")
    status = fields.Selection(
        [
            ("on_time", "On time"),
            ("at_risk", "At risk"),
            ("late", "Late"),
            ("kept", "Kept"),
            ("broken", "Broken"),
        ],
        compute="_compute_status",
        search="_search_status",
        help="The worst status of the lines.",
    )
    risk_message = fields.Char(compute="_compute_risk_message", compute_sudo=False)

    _name_company_unique = models.UniqueIndex(
        "(company_id, name) WHERE name <> '/'",
        "This reference is taken by another promise of the company.",
    )
    _idempotency_key_unique = models.UniqueIndex(
        "(company_id, idempotency_key) WHERE idempotency_key IS NOT NULL",
        "This idempotency key is taken by another promise of the company.",
    )
    _hold_until_held = models.Constraint(
        "CHECK (state <> 'held' OR hold_until IS NOT NULL)",
        "A hold needs a time at which it ends.",
    )
    _held_index = models.Index("(hold_until) WHERE state = 'held'")

    # -- fields ------------------------------------------------------------------

    def _field_to_sql(self, alias, field_expr, query=None):
        """A hold is over at the very second at which it ends: whoever reads, searches
        or groups by the state gets ``expired`` from then on, whether or not the
        cleaning job has run."""
        sql = super()._field_to_sql(alias, field_expr, query)
        if field_expr == "state":
            return SQL(
                "CASE WHEN %(state)s = 'held' AND %(until)s <= %(now)s"
                " THEN 'expired' ELSE %(state)s END",
                state=sql,
                until=super()._field_to_sql(alias, "hold_until", query),
                now=fields.Datetime.now(),
            )
        return sql

    @api.depends("line_ids.promised_date")
    def _compute_promised_date(self):
        for promise in self:
            dates = promise.line_ids.mapped("promised_date")
            promise.promised_date = all(dates) and max(dates, default=False)

    @api.depends("line_ids.amount")
    def _compute_amount(self):
        for promise in self:
            promise.amount = sum(promise.line_ids.mapped("amount"))

    @api.depends("line_ids.status")
    def _compute_status(self):
        worst = ["broken", "late", "at_risk", "on_time", "kept"]
        for promise in self:
            statuses = {line.status for line in promise.line_ids} - {False}
            promise.status = min(statuses, key=worst.index, default=False)

    @api.depends("line_ids.risk_message")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_risk_message(self):
        for promise in self:
            promise.risk_message = "; ".join(
                line.risk_message for line in promise.line_ids if line.risk_message
            )

    def _search_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("line_ids.status", "in", value)]

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                vals["name"] = (
                    self.env["ir.sequence"]
                    .with_company(company)
                    .next_by_code("delivery.promise")
                    or "/"
                )
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        for promise in self:
            if promise.state in ("confirmed", "done"):
                raise UserError(
                    self.env._(
                        "%s belongs to an order and cannot be deleted; cancel the"
                        " order instead.",
                        promise.name,
                    )
                )

    # -- public API ----------------------------------------------------------------

    @api.model
    @api.readonly
    def simulate(self, request):
        """Answer when the lines of a request can be with the customer; write nothing.

        :param dict request: ``partner_id, company_id, warehouse_id, shipping_policy
            ("direct" or "one"), priority, origin, hold_hours, allow_split, partial,
            alternatives, idempotency_key`` and ``lines``, each ``product_id,
            quantity`` (in ``uom_id``, else in the product's unit),
            ``requested_date, latest_date`` (UTC), ``minimum_first, warehouse_id,
            reference``
        :return: ``{"promised_date", "lines": [{"promised_date", "ship_date",
            "on_time", "schedule", "reasons", …}]}``: see docs/integrators/promises.md
        :raises ValidationError: naming the line and the key
        """
        self.check_access("read")
        return self.env["delivery.promise.engine"]._public(self._simulate(request))

    @api.model
    @api.readonly
    def atp_profile(self, product_ids, warehouse_id, date_from, date_to):
        """Projected balance and available to promise, day by day.

        :param product_ids: list of product ids
        :param warehouse_id: warehouse, or False for the company's first
        :param date_from: first day, "YYYY-MM-DD", of the warehouse's time zone
        :param date_to: last day; 731 days at most
        :return: ``{str(product id): [{"date", "supply", "demand", "projected",
            "available_to_promise"}]}`` in the product's unit. ``projected`` is the
            balance at the day's end; ``available_to_promise`` the smallest projected
            balance from that day on, over every known event
        :raises ValidationError: naming the key
        """
        self.check_access("read")
        engine = self.env["delivery.promise.engine"]
        products, warehouse, first, last = engine._check_profile(
            product_ids, warehouse_id, date_from, date_to
        )
        profile = engine._profile(products, warehouse, first, last)
        return {
            str(product_id): [
                {
                    "date": first.fromordinal(day.day).isoformat(),
                    "supply": day.supply,
                    "demand": day.demand,
                    "projected": day.projected,
                    "available_to_promise": day.available,
                }
                for day in days
            ]
            for product_id, days in profile.items()
        }

    @api.model
    def _simulate(self, request, ignore=None, ignore_moves=(), archived=False):
        """:meth:`simulate` for bridges.

        :param ignore: promises whose own claims do not count
        :param ignore_moves: ids of open moves that do not count
        :param archived: what was promised before may have been archived since
        """
        engine = self.env["delivery.promise.engine"]
        checked = engine._check_request(request, archived)
        return engine._compute_request(
            checked, ignore.ids if ignore else (), ignore_moves
        ).answer

    # -- buttons of a draft --------------------------------------------------------

    def _prepare_request(self):
        """The request that this document stands for, its lines in their order."""
        self.ensure_one()
        if not self.line_ids:
            raise UserError(
                self.env._("%s has no lines: add the products first.", self.name)
            )
        return {
            "partner_id": self._get_destination_partner().id,
            "company_id": self.company_id.id,
            "warehouse_id": self.warehouse_id.id,
            "shipping_policy": self.shipping_policy,
            "priority": self.priority,
            "origin": self.origin,
            "allow_split": self.allow_split,
            "alternatives": self.alternatives,
            "partial": self.partial,
            "lines": [line._prepare_request_line() for line in self.line_ids],
        }

    def _get_destination_partner(self):
        """The address that is delivered to, which decides the way there."""
        return self.partner_id

    def action_simulate(self):
        """Write on the lines when they can be with the customer; nothing is held."""
        self.check_access("write")
        for promise in self:
            if promise.state not in ("draft", "expired", "released"):
                raise UserError(
                    self.env._(
                        "%s is in force; use Re-promise to compute its dates again.",
                        promise.name,
                    )
                )
            answer = self._simulate(promise._prepare_request())
            promise.line_ids._write_answer(answer)
        return True

    def action_view_claimed(self):
        """The promise as a form, for links from other documents."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    # -- state by the lines --------------------------------------------------------

    def _update_done(self):
        """A confirmed promise is done when nothing of it is under way any more."""
        for promise in self:
            if promise.state not in ("confirmed", "done"):
                continue
            done = all(
                (line.delivered_date or line.closed_short)
                and not line._has_open_moves()
                for line in promise.line_ids
            )
            state = "done" if done else "confirmed"
            if promise.state != state:
                promise.state = state

    @api.model
    def _cron_tidy(self):
        """Write down what is so already: expired holds give their claims up."""
        self.flush_model(["state", "hold_until"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM delivery_promise WHERE state = 'held'"
                " AND hold_until <= %s",
                fields.Datetime.now(),
            )
        )
        expired = self.browse([id_ for (id_,) in rows])
        # sudo: claims are written by the engine alone
        claims = expired.claim_ids.sudo()
        self._touch_products(claims.product_id.ids)
        claims.unlink()
        expired.sudo().write({"state": "expired"})
