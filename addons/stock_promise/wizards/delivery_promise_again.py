"""Promising again, one promise or many: the outcome is seen before it is applied."""

from contextlib import suppress

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_datetime

from odoo.addons.promise_desk_base.tools.waiting import WaitedTooLong

#: so many are promised again at once; more are left to a job, one after the other
AT_ONCE = 20
#: of more than so many the outcome is not looked up beforehand
SHOWN = 200


class _Undo(Exception):
    """Ends a trial: what was computed is not kept."""


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
            return [
                {
                    "promise_id": promise.id,
                    "old_date": promise.promised_date,
                    "has_manual": promise.has_manual,
                    "selected": not promise.has_manual,
                }
                for promise in promises
            ]
        outcomes = []
        with suppress(_Undo), self.env.cr.savepoint(flush=True):
            outcomes += [promise._try_again() for promise in promises]
            raise _Undo
        # What was noted for the end of the transaction finds nothing changed.
        self.env.invalidate_all(flush=False)
        return outcomes

    def action_apply(self):
        """Promise the chosen ones again: few at once, many by a job."""
        self.ensure_one()
        self.env["delivery.promise"]._begin_claim()
        promises = self.row_ids.filtered("selected").promise_id
        promises = promises._in_order_of_promising()
        promises.check_access("write")
        if len(promises) > AT_ONCE:
            promises._promise_again_later()
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "info",
                    "message": self.env._(
                        "%s promises are being promised again. Those that still wait"
                        " have the filter “Waiting to Be Promised Again”.",
                        len(promises),
                    ),
                    "next": {"type": "ir.actions.act_window_close"},
                },
            }
        for promise in promises:
            promise._promise_again()
        return {"type": "ir.actions.act_window_close"}


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
    days = fields.Float(digits=(16, 1), readonly=True)
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
        """The greater priority first, then the earlier promise."""
        engine = self.env["delivery.promise.engine"]
        return self.sorted(
            lambda promise: (
                -engine._promise_priority(promise),
                promise.promised_date or fields.Datetime.now(),
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

    def _try_again(self):
        """Promise again, inside a trial, and say what came out."""
        self.ensure_one()
        before = {line: line.promised_date for line in self.line_ids}
        old_date, has_manual = self.promised_date, self.has_manual
        try:
            with self.env.cr.savepoint():
                self.action_repromise()
        except WaitedTooLong:
            raise
        except UserError as error:
            return {
                "promise_id": self.id,
                "old_date": old_date,
                "new_date": False,
                "outcome": "failed",
                "detail": error.args[0],
                "has_manual": has_manual,
                "selected": False,
            }
        new_date = self.promised_date
        moved = [
            line for line in self.line_ids if line.promised_date != before.get(line)
        ]
        outcome = "same"
        if moved:
            later = not new_date or (old_date and new_date > old_date)
            outcome = "later" if later else "earlier"
            if new_date == old_date:
                earlier = all(
                    line.promised_date
                    and before.get(line)
                    and line.promised_date < before[line]
                    for line in moved
                )
                outcome = "earlier" if earlier else "later"
        return {
            "promise_id": self.id,
            "old_date": old_date,
            "new_date": new_date,
            "days": (
                (new_date - old_date).total_seconds() / 86400
                if new_date and old_date
                else 0.0
            ),
            "outcome": outcome,
            "detail": "; ".join(line._again_detail(before.get(line)) for line in moved),
            "has_manual": has_manual,
            # What a planner has set is replaced only if somebody wants it.
            "selected": outcome != "same" and not has_manual,
        }

    def _promise_again(self):
        """Promise again; a promise that cannot be says so and stays as it is."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self.action_repromise()
        except WaitedTooLong:
            raise
        except UserError as error:
            # sudo: whoever asked may have lost his rights by the time the job runs;
            # the others that wait are still promised again
            self.sudo().message_post(
                body=self.env._("Promising again was not possible: %s", error.args[0])
            )

    # -- many ------------------------------------------------------------------------

    def _promise_again_later(self):
        # sudo: the mark is written by the engine alone; rights are checked
        self.sudo().again_user_id = self.env.uid
        self.env.ref("stock_promise.ir_cron_promise_again")._trigger()

    @api.model
    def _cron_promise_again(self):
        """One promise after the other, each in a transaction of its own and on behalf
        of whoever asked for it: what is done stays done, and it can be stopped."""
        waiting = self.search([("again_user_id", "!=", False)])._in_order_of_promising()
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(waiting))
        for promise in waiting:
            if promise._still_waits():
                user = promise.again_user_id
                promise.again_user_id = False
                promise.with_user(user).with_context(
                    allowed_company_ids=promise.company_id.ids, lang=user.lang
                )._promise_again()
            if not cron._commit_progress(1):
                break

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

    def _again_detail(self, before):
        self.ensure_one()

        def moment(date):
            if not date:
                return self.env._("no date")
            return format_datetime(self.env, date, dt_format="short")

        return self.env._(
            "%(product)s: %(before)s → %(after)s",
            product=self.product_id.display_name,
            before=moment(before),
            after=moment(self.promised_date),
        )
