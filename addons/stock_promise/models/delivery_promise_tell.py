"""Telling the customer that a date has moved: once for each move, in plain words that
name nobody else, one mail for a promise however many lines moved."""

import logging
from collections import defaultdict
from datetime import UTC, timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from .own_context import own, owned

_logger = logging.getLogger(__name__)

#: supply that does not come as it was expected
SUPPLY = ("slipped", "cancelled", "short", "overdue")


class Move(NamedTuple):
    """What was moved of a line, by which change at last."""

    line: models.BaseModel
    change: models.BaseModel
    #: [(quantity, date before, date after)]; without a date: False
    units: list
    in_parts: bool

    @property
    def lost(self):
        return not all(new for __, __, new in self.units)

    @property
    def later(self):
        return any(not new or (old and new > old) for __, old, new in self.units)


class DeliveryPromiseHistory(models.Model):
    _inherit = "delivery.promise.history"

    risk_cause = fields.Char(
        readonly=True, help="By what the old date was at risk when it was changed."
    )
    to_tell = fields.Boolean(
        string="To Be Told",
        readonly=True,
        help="The customer is still to be told of this change.",
    )
    told_date = fields.Datetime(string="Customer Told On", readonly=True)

    _to_tell_index = models.Index("(promise_id) WHERE to_tell")

    @api.model_create_multi
    def create(self, vals_list):
        changes = super().create(vals_list)
        waiting = changes.filtered("to_tell")
        if waiting:
            minutes = max(waiting.company_id.mapped("promise_tell_minutes"))
            self.env.ref("stock_promise.ir_cron_tell_customers")._trigger(
                at=fields.Datetime.now() + timedelta(minutes=minutes)
            )
        return changes

    def _take_untold(self):
        """Those of these changes that nobody has told yet; from now on they count as
        told. The row is the key: of two jobs at once, one gets it."""
        self.flush_model(["to_tell"])
        rows = self.env.execute_query(
            SQL(
                "UPDATE delivery_promise_history SET to_tell = FALSE"
                " WHERE id = ANY(%s) AND to_tell RETURNING id",
                self.ids,
            )
        )
        self.invalidate_model(["to_tell"])
        return self.browse(sorted(row[0] for row in rows))

    def _net_moves(self):
        """[:class:`Move`] of lines of which something was moved to another day, or has
        no date any more, or has one again; there and back again is no move."""
        moves = []
        for line, changes in self.sorted("id").grouped("line_id").items():
            first, last = changes[0], changes[-1]
            old = line._parts_or_whole(first.old_parts, first.old_date)
            new = line._parts_or_whole(last.new_parts, last.new_date)
            in_parts = len(old) > 1 or len(new) > 1
            moved = [
                (quantity, *dates)
                for quantity, *dates in (
                    line._moved_units(old, new)
                    if in_parts
                    else [(line.quantity, first.old_date, last.new_date)]
                )
                if line._day_of(dates[0]) != line._day_of(dates[1])
            ]
            if moved:
                moves.append(Move(line, last, moved, in_parts))
        return moves

    def _tellings(self):
        """The whole history of one promise, in groups that a customer is told of as
        one: those of one mail; where nobody is told, those that came one after the
        other within the company's minutes. What may still be corrected is left out,
        and so is what was promised first."""
        told = self.filtered("told_date").grouped("told_date")
        groups = list(told.values())
        minutes = timedelta(minutes=self.company_id.promise_tell_minutes)
        last, known = None, set()
        for change in self.sorted("id"):
            is_first = (
                not (change.old_date or change.old_parts)
                and change.line_id not in known
            )
            known.add(change.line_id)
            if is_first:
                continue
            if change.told_date or change.to_tell:
                last = None
                continue
            if last is not None and change.date <= last + minutes:
                groups[-1] |= change
            else:
                groups.append(change)
            last = change.date
        now = fields.Datetime.now()
        return [
            group
            for group in sorted(groups, key=lambda changes: max(changes.ids))
            if group[0].told_date or max(group.mapped("date")) + minutes <= now
        ]

    def _customer_reason(self, move):
        """Why something was moved, in words that a customer may read: no vendor, no
        other customer, not what a planner has written down."""
        self.ensure_one()
        if self.cause == "order":
            return self.env._("Your order was changed.")
        if move.lost:
            if any(part["date"] for part in self.new_parts or ()):
                return self.env._("We do not know yet when the rest will be available.")
            return self.env._("We do not know yet when the goods will be available.")
        if not any(old for __, old, __ in move.units):
            return self.env._("We know now when the goods will be available.")
        if not move.later:
            return self.env._("The goods are available earlier than planned.")
        if self.risk_cause in SUPPLY:
            return self.env._("Goods that we expect arrive later than planned.")
        if self.risk_cause == "count":
            return self.env._("Our stock turned out to be lower than recorded.")
        return self.env._("The goods are available later than planned.")

    def _moves_in_words(self):
        """[{"line", "product", "quantity", "unit", "old_date", "new_date", "later",
        "lost", "reason"}] in the language of the context and the days of the
        warehouse. Of what is lost, no new date is known."""
        return [
            {
                "line": move.line,
                "product": move.line.product_id.with_env(self.env).display_name,
                "quantity": move.line.quantity,
                "unit": move.line.product_uom_id.with_env(self.env).name,
                "old_date": self._dates_in_words(
                    move, [(quantity, old) for quantity, old, __ in move.units]
                ),
                "new_date": self._dates_in_words(
                    move, [(quantity, new) for quantity, __, new in move.units]
                ),
                "later": move.later,
                "lost": move.lost,
                "reason": move.change.with_env(self.env)._customer_reason(move),
            }
            for move in self._net_moves()
        ]

    def _dates_in_words(self, move, units):
        """The dates of what was moved: with its quantities, where a line is in parts.

        :param units: [(quantity, date)]
        """
        line = move.line.with_env(self.env)
        ((__, date), *others) = units
        if date and not others and not move.in_parts:
            return line._local_date(date)
        return line._units_in_words(units)


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    @api.model
    def _prepare_history(self, line, old_date, noted, document):
        risk, model, record_id = noted.get("risk") or (False, False, False)
        vals = super()._prepare_history(line, old_date, noted, document)
        if risk and vals["cause"] == "repromise" and not (noted["cause"] or [0, 0])[1]:
            # Promised again because of what put it at risk.
            vals.update(cause_model=model, cause_res_id=record_id)
        vals["risk_cause"] = risk
        vals["to_tell"] = bool(
            (old_date or noted.get("lost") or vals["old_parts"])
            and line.promise_id.state == "confirmed"
            and line.company_id.promise_tell_customers
        )
        return vals

    # -- telling -----------------------------------------------------------------------

    @api.model
    def _cron_tell_customers(self):
        """One mail for each promise with moved lines, some minutes after the last
        change, so that what a planner corrects at once is not told."""
        cron = self.env["ir.cron"]
        History = self.env["delivery.promise.history"]
        waiting = History.search([("to_tell", "=", True)]).grouped("promise_id")
        now = fields.Datetime.now()
        due = {
            promise: changes
            for promise, changes in waiting.items()
            if max(changes.mapped("date"))
            + timedelta(minutes=promise.company_id.promise_tell_minutes)
            <= now
        }
        cron._commit_progress(remaining=len(due))
        for promise, changes in due.items():
            promise._tell_customer(changes._take_untold())
            if not cron._commit_progress(1):
                break

    def _tell_customer(self, changes):
        """Write the mail; it is sent after this transaction."""
        self.ensure_one()
        if not changes._net_moves() or not self._is_to_be_told():
            return
        template = self.company_id.promise_tell_template_id or self.env.ref(
            "stock_promise.mail_template_moved", raise_if_not_found=False
        )
        if not template:
            return
        try:
            with self.env.cr.savepoint():
                template.with_context(
                    promise_history_ids=own(tuple(changes.ids))
                ).send_mail(self.id)
                changes.told_date = fields.Datetime.now()
        except Exception as error:
            # A template that somebody has edited: the others are still told.
            _logger.exception("The customer of %s could not be told", self.name)
            self.message_post(
                body=self.env._(
                    "The customer could not be told of the new date: %s", error
                )
            )

    def _is_to_be_told(self):
        """The customer wants it and can be reached, and it is still promised."""
        self.ensure_one()
        partner = self.partner_id
        return bool(
            self.state == "confirmed"
            and self.company_id.promise_tell_customers
            and partner.email
            and (partner.promise_mail or partner.commercial_partner_id.promise_mail)
        )

    def _get_moves_for_mail(self):
        """The moves that a mail is about; the latest of each line in a preview."""
        self.ensure_one()
        History = self.env["delivery.promise.history"]
        ids = owned(self.env, "promise_history_ids")
        changes = History.browse(ids) if ids else self._latest_changes()
        return changes._moves_in_words()

    def _latest_changes(self):
        latest = defaultdict(self.env["delivery.promise.history"].browse)
        for change in self.history_ids.sorted("id"):
            if change.old_date or change.old_parts:
                latest[change.line_id] = change
        return self.env["delivery.promise.history"].union(*latest.values())

    def _get_customer_url(self):
        """Where the customer sees the same; hook for bridges."""
        return False


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    def write(self, vals):
        if "promised_date" not in vals:
            return super().write(vals)
        risks = {
            line.id: (line.risk_cause, line.risk_model, line.risk_res_id)
            for line in self
            if line.at_risk
        }
        result = super().write(vals)
        noted = self.env.cr.precommit.data.get("stock_promise.history", {})
        for line_id, risk in risks.items():
            if line_id in noted:
                noted[line_id].setdefault("risk", risk)
        return result

    def _local_date(self, moment):
        """The warehouse's day of a moment, in the language of the context."""
        self.ensure_one()
        zone = self.warehouse_id.sudo()._promise_zone() if self.warehouse_id else UTC
        return format_date(self.env, moment.replace(tzinfo=UTC).astimezone(zone).date())


class ResPartner(models.Model):
    _inherit = "res.partner"

    promise_mail = fields.Boolean(
        string="Mail about Moved Dates",
        help="This customer wants a mail when a promised date moves. Set on a company,"
        " it is for all its contacts.",
    )


class ResCompany(models.Model):
    _inherit = "res.company"

    promise_tell_customers = fields.Boolean(
        string="Tell Customers of Moved Dates",
        help="Customers who want it get a mail when the promised date of an order "
        "moves to another day.",
    )
    promise_tell_minutes = fields.Integer(
        string="Minutes before a Moved Date Is Told",
        default=15,
        help="What is changed again within this time is told once.",
    )
    promise_tell_template_id = fields.Many2one(
        "mail.template",
        string="Mail about a Moved Date",
        domain=[("model", "=", "delivery.promise")],
        help="Empty: the one that comes with the app.",
    )

    _promise_tell_minutes_positive = models.Constraint(
        "CHECK (promise_tell_minutes >= 0)",
        "The minutes before a moved date is told cannot be negative.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    promise_tell_customers = fields.Boolean(
        related="company_id.promise_tell_customers", readonly=False
    )
    promise_tell_minutes = fields.Integer(
        related="company_id.promise_tell_minutes", readonly=False
    )
    promise_tell_template_id = fields.Many2one(
        related="company_id.promise_tell_template_id", readonly=False
    )
