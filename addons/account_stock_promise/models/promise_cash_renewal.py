from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .promise_cash_fact import BATCH

#: before there was anything
BEGINNING = datetime(1970, 1, 1)
#: for clocks of servers that differ from that of the database
MARGIN = timedelta(minutes=1)


class PromiseCashRenewal(models.Model):
    """Up to when the facts are complete; one row.

    What has changed since is found by the times at which Odoo wrote it. Those are the
    beginnings of transactions, and a transaction is seen when it ends: so each run
    looks back to the beginning of the oldest one that was still open in the last run.
    """

    _name = "promise.cash.renewal"
    _description = "Promise to Cash: Renewal"
    _log_access = False

    changed_until = fields.Datetime(
        readonly=True, help="Changes up to here have been found."
    )
    as_of = fields.Datetime(
        readonly=True, help="The facts contain everything up to here."
    )

    @api.model
    def _the_row(self):
        # sudo: the engine's own book
        row = self.sudo().search([], limit=1)
        return row or self.sudo().create({"changed_until": BEGINNING})

    @api.model
    def _renew_all(self):
        """All order lines are to be written anew, by the job."""
        self._the_row().write({"changed_until": BEGINNING, "as_of": False})

    @api.model
    def _facts_as_of(self):
        """When the facts were last complete, or False."""
        # sudo: the time alone
        return self.sudo().search([], limit=1).as_of

    # -- the job -----------------------------------------------------------------------

    @api.model
    def _cron_renew(self):
        """Find what has changed, and write its facts in batches, each in a transaction
        of its own."""
        cron = self.env["ir.cron"]
        row = self._the_row()
        until = self._note_changes()
        cron._commit_progress(remaining=self._pending_count())
        while pending := self._next_pending():
            self.env["promise.cash.fact"]._renew(pending)
            self._forget(pending)
            remaining = self._pending_count()
            if not cron._commit_progress(len(pending), remaining=remaining):
                break
        if not self._pending_count():
            row.as_of = until
            cron._commit_progress()

    @api.model
    def _renew_now(self):
        """The same in one go, for tests and small companies."""
        until = self._note_changes()
        while pending := self._next_pending():
            self.env["promise.cash.fact"]._renew(pending)
            self._forget(pending)
        self._the_row().as_of = until

    @api.model
    def _note_changes(self):
        """Put what has changed since the last time among what is pending.

        :return: the moment up to which everything has been found
        """
        self.env.flush_all()
        row = self._the_row()
        since = row.changed_until or BEGINNING
        ((until,),) = self.env.execute_query(
            SQL(
                """SELECT LEAST(now() AT TIME ZONE 'UTC',
                    (SELECT MIN(xact_start) AT TIME ZONE 'UTC' FROM pg_stat_activity
                      WHERE datname = current_database()))"""
            )
        )
        until = min(until, fields.Datetime.now()).replace(microsecond=0) - MARGIN
        if since == BEGINNING:
            changed = SQL("SELECT id AS line FROM sale_order_line")
        else:
            changed = SQL(" UNION ").join(self._changed_lines(since))
        self.env.execute_query(
            SQL(
                """INSERT INTO promise_cash_pending (sale_line_id)
                   SELECT changed.line FROM (%s) changed
                     JOIN sale_order_line line ON line.id = changed.line
                    WHERE line.display_type IS NULL
                   ON CONFLICT DO NOTHING RETURNING id""",
                changed,
            )
        )
        row.changed_until = until
        return until

    @api.model
    def _changed_lines(self, since):
        """[SELECT line] of what was written since a moment; hook for more."""
        return [
            SQL("SELECT id AS line FROM sale_order_line WHERE write_date >= %s", since),
            SQL(
                """SELECT line.id FROM sale_order ordered
                     JOIN sale_order_line line ON line.order_id = ordered.id
                    WHERE ordered.write_date >= %s""",
                since,
            ),
            SQL(
                """SELECT sale_line_id FROM stock_move
                    WHERE write_date >= %s AND sale_line_id IS NOT NULL""",
                since,
            ),
            SQL(
                """SELECT line.id FROM delivery_promise_line promised
                     JOIN sale_order_line line ON line.promise_line_id = promised.id
                    WHERE promised.write_date >= %s""",
                since,
            ),
            # an invoice, each of whose lines has a share of what happens to another
            SQL(
                """SELECT rel.order_line_id
                     FROM (SELECT id FROM account_move WHERE write_date >= %(since)s
                           UNION SELECT move_id FROM account_move_line
                                  WHERE write_date >= %(since)s
                           UNION SELECT item.move_id FROM account_partial_reconcile part
                                   JOIN account_move_line item ON item.id
                                     IN (part.debit_move_id, part.credit_move_id)
                                  WHERE part.write_date >= %(since)s) changed
                     JOIN account_move_line item ON item.move_id = changed.id
                     JOIN sale_order_line_invoice_rel rel
                       ON rel.invoice_line_id = item.id""",
                since=since,
            ),
            # what was invoiced on lines that are deleted
            SQL(
                """SELECT sale_line_id FROM promise_cash_fact
                    WHERE stage IN ('open', 'paid', 'cleared')
                      AND invoice_line_id IS NULL"""
            ),
        ]

    @api.model
    def _next_pending(self):
        rows = self.env.execute_query(
            SQL(
                "SELECT sale_line_id FROM promise_cash_pending"
                " ORDER BY sale_line_id LIMIT %s",
                BATCH,
            )
        )
        return [row[0] for row in rows]

    @api.model
    def _pending_count(self):
        ((count,),) = self.env.execute_query(
            SQL("SELECT COUNT(*) FROM promise_cash_pending")
        )
        return count

    @api.model
    def _forget(self, line_ids):
        self.env.execute_query(
            SQL(
                "DELETE FROM promise_cash_pending WHERE sale_line_id = ANY(%s)"
                " RETURNING id",
                line_ids,
            )
        )
