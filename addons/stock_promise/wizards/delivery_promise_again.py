"""Promising again, one promise or many: the outcome is seen before it is applied."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from odoo.addons.promise_desk_base.tools import waiting

from ..models.promised_again import LONGEST, PromisedAgain, days_between

#: so many are promised again as one request; more are left to a job, so many at a time
AT_ONCE = 20
#: of more than so many the outcome is not looked up beforehand
SHOWN = 200


class DeliveryPromiseAgain(models.TransientModel):
    _name = "delivery.promise.again"
    _description = "Promise Again"
    _inherit = ["wizard.guard"]

    row_ids = fields.One2many(
        "delivery.promise.again.row", "wizard_id", string="Outcome"
    )
    later_count = fields.Integer(string="Later", compute="_compute_counts")
    earlier_count = fields.Integer(string="Earlier", compute="_compute_counts")
    same_count = fields.Integer(string="Unchanged", compute="_compute_counts")
    failed_count = fields.Integer(string="Not Possible", compute="_compute_counts")
    has_manual = fields.Boolean(compute="_compute_counts")

    @api.depends("row_ids.outcome", "row_ids.has_manual", "row_ids.selected")
    def _compute_counts(self):
        for wizard in self:
            rows = wizard.row_ids
            outcomes = rows.mapped("outcome")
            wizard.later_count = outcomes.count("later")
            wizard.earlier_count = outcomes.count("earlier")
            wizard.same_count = outcomes.count("same")
            wizard.failed_count = outcomes.count("failed")
            wizard.has_manual = any(row.selected and row.has_manual for row in rows)

    @api.model
    def _open(self, promises):
        """The wizard with the outcome for these promises."""
        promises = promises.filtered(
            lambda promise: promise.state in ("held", "confirmed")
        )
        if not promises:
            raise UserError(
                self.env._("None of these is in force: choose held or confirmed ones.")
            )
        promises.check_access("write")
        wizard = self.create({})
        self.env["delivery.promise.again.row"].create(
            [
                {"wizard_id": wizard.id, **values}
                for values in wizard._outcomes(promises._in_order_of_promising())
            ]
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Promise Again"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _outcomes(self, promises):
        """What would come out, in the order in which it would be applied: all is
        really promised again, read, and undone."""
        if len(promises) > SHOWN:
            return self._rows_without_outcome(promises)
        outcomes = PromisedAgain(promises).preview(LONGEST)
        rows = [outcome.promise._again_values(outcome) for outcome in outcomes]
        # Of those whose turn did not come in time nothing is known beforehand.
        known = promises.browse([outcome.promise.id for outcome in outcomes])
        return rows + self._rows_without_outcome(promises - known)

    def _rows_without_outcome(self, promises):
        return [
            {
                "promise_id": promise.id,
                "old_date": promise.promised_date,
                "has_manual": promise.has_manual,
                "selected": not promise.has_manual,
            }
            for promise in promises
        ]

    def action_apply(self):
        """Promise the chosen ones again: few at once, many by a job."""
        self.ensure_one()
        self.env["delivery.promise"]._begin_claim()
        promises = self.row_ids.filtered("selected").promise_id
        promises = promises._in_order_of_promising()
        promises.check_access("write")
        if len(promises) <= AT_ONCE:
            # Those whose turn does not come in time are left to the job as well.
            promises -= promises._promise_again(LONGEST)
        if not promises:
            return {"type": "ir.actions.act_window_close"}
        promises._promise_again_later()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "%s promises are being promised again. Those that still wait have"
                    " the filter “Waiting to Be Promised Again”.",
                    len(promises),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class DeliveryPromiseAgainRow(models.TransientModel):
    _name = "delivery.promise.again.row"
    _description = "Promise Again: Outcome for One Promise"
    _inherit = ["wizard.guard"]

    wizard_id = fields.Many2one(
        "delivery.promise.again", required=True, ondelete="cascade"
    )
    promise_id = fields.Many2one(
        "delivery.promise", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="promise_id.partner_id")
    old_date = fields.Datetime(string="Promised", readonly=True)
    new_date = fields.Datetime(readonly=True)
    days = fields.Integer(
        readonly=True, help="Whole days of the warehouse; earlier ones are negative."
    )
    outcome = fields.Selection(
        [
            ("later", "Later"),
            ("earlier", "Earlier"),
            ("same", "Unchanged"),
            ("failed", "Not possible"),
        ],
        readonly=True,
    )
    detail = fields.Char(string="Lines", readonly=True)
    has_manual = fields.Boolean(string="By Hand", readonly=True)
    selected = fields.Boolean(string="Apply")


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    again_user_id = fields.Many2one(
        "res.users",
        string="Is Promised Again For",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="Who asked for it; a job does it.",
    )

    def _engine_fields(self):
        return super()._engine_fields() | {"again_user_id"}

    def action_promise_again(self):
        """Show what promising these again would change, and ask."""
        self.env["delivery.promise"]._begin_claim()
        return self.env["delivery.promise.again"]._open(self)

    def action_stop_again(self):
        """Leave those as they are whose turn has not come yet."""
        self.check_access("write")
        # sudo: the mark is written by the engine alone
        self.sudo().again_user_id = False
        return True

    def _in_order_of_promising(self):
        """The greater priority first, then who was promised the earlier day first."""
        engine = self.env["delivery.promise.engine"]
        now = fields.Datetime.now()
        return self.sorted(
            lambda promise: (
                -engine._promise_priority(promise),
                min(
                    filter(None, promise.line_ids.mapped("first_promised_date")),
                    default=now,
                ),
                promise.id,
            )
        )

    def _simulate_again(self, lines, asked=True):
        """The answer for some lines, without what the promise itself takes.

        :param asked: with the dates that were asked for; else as soon as possible
        """
        self.ensure_one()
        # sudo: an order's own moves, whoever may see moves
        moves = lines.sudo().move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        request = {
            **self._prepare_request(),
            "lines": [line._prepare_remaining_line() for line in lines],
        }
        if not asked:
            for line in request["lines"]:
                line.update(requested_date=False, latest_date=False)
        return self._simulate(request, ignore=self, ignore_moves=moves.ids)

    def _again_values(self, outcome):
        """The row of the wizard for what became of this promise in a trial.

        :param outcome: of :class:`~..models.promised_again.PromisedAgain`
        """
        self.ensure_one()
        old_date = max(
            (date for date in outcome.before.values() if date), default=False
        )
        if not all(outcome.before.values()):
            old_date = False
        values = {
            "promise_id": self.id,
            "old_date": old_date,
            "has_manual": self.has_manual,
        }
        if outcome.error:
            return {
                **values,
                "new_date": False,
                "outcome": "failed",
                "detail": outcome.error.args[0],
                "selected": False,
            }
        new_date = all(outcome.after.values()) and max(
            outcome.after.values(), default=False
        )
        changed = {
            line: days
            for line, before in outcome.before.items()
            if (days := line._again_days(before, outcome.after[line]))
        }
        kind = "same"
        if changed:
            kind = "later" if max(changed.values()) > 0 else "earlier"
        return {
            **values,
            "new_date": new_date,
            "days": (
                days_between(old_date, new_date, self.warehouse_id)
                if old_date and new_date
                else 0
            ),
            "outcome": kind,
            "detail": "; ".join(
                line._again_detail(outcome.before[line], outcome.after[line], days)
                for line, days in changed.items()
            ),
            # What a planner has set is replaced only if somebody wants it.
            "selected": kind != "same" and not values["has_manual"],
        }

    def _promise_again(self, seconds=None):
        """Promise these again as one request; a promise that cannot be says so and
        stays as it is.

        :param seconds: how long it may take
        :return: those whose turn has come
        """
        promises = self._with_default_cause("repromise")
        outcomes = PromisedAgain(promises).run(seconds)
        for outcome in outcomes:
            if outcome.error:
                # sudo: whoever asked may have lost their rights by the time the job
                # runs; the others that wait are still promised again
                outcome.promise.sudo().message_post(
                    body=self.env._(
                        "Promising again was not possible: %s", outcome.error.args[0]
                    )
                )
        return self.browse([outcome.promise.id for outcome in outcomes])

    # -- many ------------------------------------------------------------------------

    def _promise_again_later(self):
        # sudo: the mark is written by the engine alone; rights are checked
        self.sudo().again_user_id = self.env.uid
        self.env.ref("stock_promise.ir_cron_promise_again")._trigger()

    @api.model
    def _cron_promise_again(self):
        """A slice after the other in the order of their ranks, each in a transaction
        of its own and on behalf of whoever asked for it: what is done stays as it is
        for those that follow, and it can be stopped."""
        left = self.search([("again_user_id", "!=", False)])._in_order_of_promising()
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(left))
        while left:
            # Others go on promising: a slice that waits for them goes on with what they
            # have left, instead of failing and taking the rest of the job along.
            waiting.begin_slice(self.env)
            left = left.exists()
            done = left._next_slice()._promise_slice()
            # Those that were stopped in the meantime wait no more.
            left -= done
            if not cron._commit_progress(len(done)):
                break

    def _next_slice(self):
        """The first of these that can be promised again together: one company's, for
        one user."""
        first = self[:1]
        together = self.filtered(
            lambda promise: (
                promise.again_user_id == first.again_user_id
                and promise.company_id == first.company_id
            )
        )
        others = self - together
        # Whoever comes between them by rank comes between them.
        end = self.ids.index(others[:1].id) if others else len(self)
        return self[: min(end, AT_ONCE)]

    def _promise_slice(self):
        """Promise a slice again, as far as there is time.

        :return: those that do not wait any more
        """
        still = self.filtered(lambda promise: promise._still_waits())
        gone = self - still
        if not still:
            return gone
        user = still[:1].again_user_id
        own = still.with_user(user).with_context(
            allowed_company_ids=still[:1].company_id.ids, lang=user.lang
        )
        # Whoever asked may have lost their rights since.
        allowed = own._filtered_access("write")
        for promise in still - still.browse(allowed.ids):
            promise.message_post(
                body=self.env._(
                    "Promising again was not possible: %(user)s may not change it any"
                    " more.",
                    user=user.name,
                )
            )
            gone |= promise
        if allowed:
            gone |= self.browse(allowed._promise_again(LONGEST).ids)
        gone.again_user_id = False
        return gone

    def _still_waits(self):
        """Whether nobody has stopped it in the meantime, and it is still in force."""
        self.invalidate_recordset(["again_user_id", "state"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM delivery_promise WHERE id = %s"
                " AND again_user_id IS NOT NULL FOR NO KEY UPDATE SKIP LOCKED",
                self.id,
            )
        )
        return bool(rows) and self.state in ("held", "confirmed")


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    def action_promise_again(self):
        """As for promises, for those that these lines belong to."""
        return self.promise_id.action_promise_again()

    def _again_days(self, before, after):
        """Whole days by which the line comes later; of a date that it gains or loses
        one."""
        self.ensure_one()
        if before and after:
            warehouse = self.warehouse_id or self.promise_id.warehouse_id
            return days_between(before, after, warehouse)
        return bool(before) - bool(after)

    def _again_detail(self, before, after, days):
        self.ensure_one()
        warehouse = self.warehouse_id or self.promise_id.warehouse_id

        def day(moment):
            if not moment:
                return self.env._("no date")
            return format_date(self.env, warehouse._promise_day(moment))

        values = {
            "product": self.product_id.display_name,
            "before": day(before),
            "after": day(after),
        }
        if not (before and after):
            return self.env._("%(product)s: %(before)s → %(after)s", **values)
        if days > 0:
            return self.env._(
                "%(product)s: %(before)s → %(after)s (%(days)s day(s) later)",
                days=days,
                **values,
            )
        return self.env._(
            "%(product)s: %(before)s → %(after)s (%(days)s day(s) earlier)",
            days=-days,
            **values,
        )
