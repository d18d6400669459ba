from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.stock_promise.models.delivery_promise_guard import (
    computed_fields,
    given_fields,
    labels,
    written_fields,
)
from odoo.addons.stock_promise.models.own_context import without_defaults
from odoo.addons.stock_promise.promising.words import Terms

from ..runs import computing
from ..runs.applying import MAX_RETRIES

_lt = Terms(__name__)
FINISHED = ("done", "refused", "failed", "stopped")


class DeliveryPromiseBackorder(models.Model):
    """A run of backorder processing: goods are given out anew among promises in force,
    by a strategy for each. Nothing of it is promised before it is applied."""

    _name = "delivery.promise.backorder"
    _description = "Backorder Processing"
    _inherit = ["mail.thread", "company.guard"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Reference", required=True, readonly=True, copy=False, default="/"
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
        index=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Planner",
        check_company=True,
        default=lambda self: self.env.user,
        readonly=True,
        copy=False,
    )
    stage = fields.Selection(
        [("draft", "Draft"), ("computed", "Computed"), ("applied", "Applied")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("computed", "Computed"),
            ("applying", "Applying"),
            ("done", "Done"),
        ],
        compute="_compute_progress",
    )

    # -- which promises ------------------------------------------------------------

    product_ids = fields.Many2many(
        "product.product",
        string="Products",
        check_company=True,
        domain=[("type", "=", "consu")],
        help="Empty for all.",
    )
    category_ids = fields.Many2many(
        "product.category",
        string="Categories",
        help="With everything below them. Empty for all.",
    )
    warehouse_ids = fields.Many2many(
        "stock.warehouse",
        string="Warehouses",
        check_company=True,
        help="Empty for all.",
    )
    date_from = fields.Date(string="Promised From")
    date_to = fields.Date(string="Promised To")
    without_date = fields.Boolean(
        string="Those Without a Date",
        default=True,
        help="Promises in force that have no date at present take part too.",
    )
    rule_ids = fields.One2many(
        "delivery.promise.backorder.rule", "run_id", string="Strategies", copy=True
    )
    sort_by = fields.Selection(
        [
            ("priority", "Priority, then requested date"),
            ("class", "Customer class, then priority"),
            ("requested", "Requested date, then priority"),
            ("created", "Who was promised first"),
            ("promised", "Promised date, then priority"),
        ],
        string="Order Within a Strategy",
        default="priority",
        required=True,
        help="Who is served first among those of the same strategy. Of equals, whoever"
        " was promised first.",
    )
    lose_gets_rest = fields.Boolean(
        string="Those Who Lose Get What Is Left",
        default=True,
        help="Otherwise they have no date after the run.",
    )
    unmet_policy = fields.Selection(
        [
            ("apply", "The best date there is"),
            ("refuse", "Leave all promises of these products as they are"),
        ],
        string="Where a Win or Gain Is Impossible",
        default="apply",
        required=True,
        help="A Win that cannot be on the requested date, or a Gain whose own goods are"
        " not there any more.",
    )

    # -- what comes of it ----------------------------------------------------------

    computed_date = fields.Datetime(string="Computed On", readonly=True, copy=False)
    line_ids = fields.One2many("delivery.promise.backorder.line", "run_id")
    group_ids = fields.One2many("delivery.promise.backorder.group", "run_id")
    line_count = fields.Integer(string="Lines", compute="_compute_counts")
    gains_count = fields.Integer(string="Gain", compute="_compute_counts")
    same_count = fields.Integer(string="Keep Their Date", compute="_compute_counts")
    loses_count = fields.Integer(string="Lose", compute="_compute_counts")
    no_date_count = fields.Integer(string="No Date", compute="_compute_counts")
    left_out_count = fields.Integer(string="Left Out", compute="_compute_counts")
    days_gained = fields.Integer(compute="_compute_counts")
    days_lost = fields.Integer(compute="_compute_counts")
    todo_count = fields.Integer(compute="_compute_progress")
    finished_count = fields.Integer(compute="_compute_progress")
    progress = fields.Float(compute="_compute_progress")
    failed_count = fields.Integer(compute="_compute_progress")

    @api.model
    def default_get(self, fields):
        """Very high priority wins, high gains, the rest is redistributed."""
        values = super().default_get(fields)
        if "rule_ids" in fields and "rule_ids" not in values:
            values["rule_ids"] = [
                Command.create({"sequence": 10, "priority": "3", "strategy": "win"}),
                Command.create({"sequence": 20, "priority": "2", "strategy": "gain"}),
                Command.create({"sequence": 30, "strategy": "redistribute"}),
            ]
        return values

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applying(self):
        for run in self:
            if run.state == "applying":
                raise UserError(
                    self.env._("%s is being applied: stop it first.", run.name)
                )

    @api.depends("line_ids.outcome", "line_ids.days")
    def _compute_counts(self):
        Line = self.env["delivery.promise.backorder.line"]
        counts = {}
        for run, outcome, count, days in Line._read_group(
            [("run_id", "in", self.ids)],
            ["run_id", "outcome"],
            ["__count", "days:sum"],
        ):
            counts[run.id, outcome] = count, days
        for run in self:
            by_outcome = {
                outcome: counts.get((run.id, outcome), (0, 0))
                for outcome in ("gains", "same", "loses", "no_date", "left_out")
            }
            run.line_count = sum(count for count, __ in by_outcome.values())
            for outcome, (count, __) in by_outcome.items():
                run[f"{outcome}_count"] = count
            run.days_gained = by_outcome["gains"][1]
            run.days_lost = -by_outcome["loses"][1]

    @api.depends("stage", "group_ids.state")
    def _compute_progress(self):
        Group = self.env["delivery.promise.backorder.group"]
        counts = {
            (run.id, state): count
            for run, state, count in Group._read_group(
                [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
            )
        }
        for run in self:
            pending = counts.get((run.id, "pending"), 0)
            finished = sum(counts.get((run.id, state), 0) for state in FINISHED)
            run.todo_count = pending + finished
            run.finished_count = finished
            run.failed_count = sum(
                counts.get((run.id, state), 0) for state in ("refused", "failed")
            )
            run.progress = 100.0 * finished / (pending + finished or 1)
            if run.stage == "applied":
                run.state = "applying" if pending else "done"
            else:
                run.state = run.stage

    # -- buttons -------------------------------------------------------------------

    def action_compute(self):
        """Give the goods out anew, on paper. Nothing of it is promised yet."""
        self.check_access("write")
        for run in self:
            if run.stage == "applied":
                raise UserError(
                    self.env._(
                        "%s has been applied already: duplicate it to compute again.",
                        run.name,
                    )
                )
            computing.compute_result(run)
        return True

    def action_change(self):
        """Back to the choices; the result is dropped."""
        self.check_access("write")
        for run in self:
            if run.stage == "applied":
                raise UserError(self.env._("%s has been applied already.", run.name))
            # sudo: results are written by the computation alone
            run.sudo().line_ids.unlink()
            run.sudo().group_ids.unlink()
            run.sudo().write({"stage": "draft", "computed_date": False})
        return True

    def action_view_lines(self):
        """The result, line by line, as a list and a graph."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock_promise_backorder.delivery_promise_backorder_line_action"
        )
        action["domain"] = [("run_id", "=", self.id)]
        action["context"] = {}
        return action

    def _engine_fields(self):
        # whoever makes a run chooses its name and its company
        return computed_fields(self) - {"name", "company_id", "user_id"}

    @api.model
    def _choices(self):
        """What the planner chooses."""
        return {
            "product_ids",
            "category_ids",
            "warehouse_ids",
            "date_from",
            "date_to",
            "without_date",
            "rule_ids",
            "sort_by",
            "lose_gets_rest",
            "unmet_policy",
        }

    @api.model_create_multi
    def create(self, vals_list):
        names = self._engine_fields()
        if not self.env.su:
            for vals in vals_list:
                self._check_engine_fields(given_fields(names, vals, "stage"))
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                vals["name"] = (
                    self.env["ir.sequence"]
                    .with_company(company)
                    .next_by_code("delivery.promise.backorder")
                    or "/"
                )
        runs = super(DeliveryPromiseBackorder, without_defaults(self, names)).create(
            vals_list
        )
        return runs.with_env(self.env)

    def write(self, vals):
        if not self.env.su:
            self.check_access("write")
            self._check_engine_fields(written_fields(self, self._engine_fields(), vals))
            if self._choices() & vals.keys():
                self._check_draft()
        return super().write(vals)

    def _check_draft(self):
        for run in self:
            if run.stage != "draft":
                raise UserError(
                    self.env._(
                        "%s has a result: what it was computed from cannot be changed."
                        " Go back to its choices, or duplicate it.",
                        run.name,
                    )
                )

    @api.model
    def _check_engine_fields(self, names):
        if names:
            raise AccessError(
                self.env._(
                    "%s of a run cannot be written: compute it, apply it, or make a new"
                    " one.",
                    labels(self, names),
                )
            )

    # -- the result ------------------------------------------------------------------

    # -- which lines -----------------------------------------------------------------

    # -- processing ------------------------------------------------------------------

    def action_apply(self):
        """Promise the result: one job for each group of products."""
        self.check_access("write")
        for run in self:
            if run.stage != "computed":
                raise UserError(
                    self.env._("%s has no result to apply: compute it first.", run.name)
                    if run.stage == "draft"
                    else self.env._("%s has been applied already.", run.name)
                )
            groups = run.group_ids.filtered(lambda group: group.state == "pending")
            if not groups:
                raise UserError(
                    self.env._("%s changes no date: nothing to apply.", run.name)
                )
            # sudo: the stage follows the buttons alone
            run.sudo().stage = "applied"
            for group in groups:
                group.with_context(allowed_company_ids=run.company_id.ids).with_delay(
                    description=self.env._(
                        "%(run)s: %(products)s", run=run.name, products=group.name
                    ),
                    max_retries=MAX_RETRIES,
                )._apply()
            run.message_post(
                body=self.env._("%s group(s) of products to apply.", len(groups))
            )
        return True

    def action_stop(self):
        """What has not begun yet is not applied."""
        self.check_access("write")
        engine = self.env["delivery.promise.engine"]
        for run in self:
            groups = run.group_ids.filtered(lambda group: group.state == "pending")
            if run.stage != "applied" or not groups:
                raise UserError(
                    self.env._("Nothing of %s is under way any more.", run.name)
                )
            # sudo: results are written by the computation alone
            groups.sudo().write(
                {
                    "state": "stopped",
                    "message_said": engine._keep_text(
                        engine._say(_lt("Stopped by %s.", self.env.user.name))
                    ),
                }
            )
            run.message_post(
                body=self.env._("Stopped: %s group(s) left as they are.", len(groups))
            )
        return True
