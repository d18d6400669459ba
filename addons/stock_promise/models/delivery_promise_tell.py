"""Telling the customer that a date has moved: once for each move, in plain words that
name nobody else, one mail for a promise however many lines moved."""

import logging
from collections import defaultdict
from datetime import UTC, timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from .own_context import own, owned

_logger = logging.getLogger(__name__)


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
