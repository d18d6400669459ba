# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the books know of customers' instalments and of what was matched with them.

The only place that says what a payment is: money that came through a bank or cash
journal. A credit note, a write-off and an exchange difference are none.
"""

from typing import NamedTuple

from odoo.tools import SQL

from odoo.addons.promise_statistics.punctuality.payments import Payment

from .settle import Match

#: The condition that what stands against an item, ``other`` of ``other_move`` in
#: ``other_journal``, is a payment.
IS_PAYMENT = SQL(
    """(other_move.origin_payment_id IS NOT NULL
        OR other_move.statement_line_id IS NOT NULL
        OR other_journal.type IN ('bank', 'cash', 'credit'))"""
)
IS_CREDIT = SQL("(other_move.move_type = 'out_refund')")
#: Customers' instalments: ``line`` of ``move``.
INSTALMENTS = SQL(
    """account_move_line line
       JOIN account_move move ON move.id = line.move_id
       JOIN account_account account ON account.id = line.account_id
        AND account.account_type = 'asset_receivable'"""
)
IS_INSTALMENT = SQL(
    """move.move_type = 'out_invoice' AND move.state = 'posted' AND line.balance > 0"""
)
IS_OPEN = SQL("(line.reconciled IS NOT TRUE)")


class Item(NamedTuple):
    """An instalment that is open, or was."""

    id: int
    move_id: int
    partner_id: int
    due: object
    is_open: bool
    disputed: bool


def flush(env):
    """Write what the statements below read."""
    env["account.move"].flush_model()
    env["account.move.line"].flush_model()
    env["account.partial.reconcile"].flush_model()
    env["account.payment.dispute"].flush_model(["move_id", "state"])


def payments(env, company, since):
    """The :class:`Payment` values of a company: what was invoiced since a day.

    Paid is what is settled and was settled by payments for at least half of what
    credit notes have left of it; the day is that of the last payment, so that a cash
    discount or a difference of some cents that is written off changes nothing. What
    credit notes have settled is left out. What was written off was never paid.
    """
    rows = env.execute_query(
        SQL(
            """
            SELECT move.commercial_partner_id,
                   COALESCE(move.invoice_date, move.date),
                   COALESCE(line.date_maturity, move.date),
                   %(is_open)s, line.balance,
                   COALESCE(matched.paid, 0), matched.paid_on,
                   COALESCE(matched.credited, 0),
                   EXISTS (SELECT FROM account_payment_dispute dispute
                            WHERE dispute.move_id = move.id
                              AND dispute.state != 'withdrawn')
              FROM %(instalments)s
              LEFT JOIN LATERAL (
                    SELECT SUM(partial.amount) FILTER (WHERE %(is_payment)s) AS paid,
                           MAX(other.date) FILTER (WHERE %(is_payment)s) AS paid_on,
                           SUM(partial.amount) FILTER (WHERE %(is_credit)s) AS credited
                      FROM account_partial_reconcile partial
                      JOIN account_move_line other ON other.id = partial.credit_move_id
                      JOIN account_move other_move ON other_move.id = other.move_id
                      JOIN account_journal other_journal
                        ON other_journal.id = other_move.journal_id
                     WHERE partial.debit_move_id = line.id) matched ON TRUE
             WHERE %(is_instalment)s AND line.company_id = %(company)s
               AND COALESCE(move.invoice_date, move.date) >= %(since)s
             ORDER BY line.id
            """,
            is_open=IS_OPEN,
            instalments=INSTALMENTS,
            is_payment=IS_PAYMENT,
            is_credit=IS_CREDIT,
            is_instalment=IS_INSTALMENT,
            company=company.id,
            since=since,
        )
    )
    found = []
    for (
        partner_id,
        invoiced,
        due,
        is_open,
        balance,
        paid,
        paid_on,
        credited,
        disputed,
    ) in rows:
        owed = balance - credited
        if not is_open and owed <= balance * 1e-6:
            continue
        is_paid = not is_open and paid_on and paid >= owed / 2
        found.append(
            Payment(partner_id, invoiced, due, paid_on if is_paid else None, disputed)
        )
    return found


def items(env, condition, limit=None):
    """The :class:`Item` values of lines of customers' invoices, by id.

    :param condition: of ``line`` and ``move``
    """
    rows = env.execute_query(
        SQL(
            """
            SELECT line.id, move.id, move.commercial_partner_id,
                   COALESCE(line.date_maturity, move.date),
                   %(is_open)s AND %(is_instalment)s,
                   EXISTS (SELECT FROM account_payment_dispute dispute
                            WHERE dispute.move_id = move.id
                              AND dispute.state = 'open')
              FROM %(instalments)s
             WHERE %(condition)s
             ORDER BY line.id %(limit)s
            """,
            is_open=IS_OPEN,
            is_instalment=IS_INSTALMENT,
            instalments=INSTALMENTS,
            condition=condition,
            limit=SQL("LIMIT %s", limit) if limit else SQL(),
        )
    )
    return [Item(*row) for row in rows]


def matches(env, item_ids):
    """{item id: [:class:`Match`]} in the items' own currencies: payments and credit
    notes, nothing else."""
    found = {}
    if not item_ids:
        return found
    rows = env.execute_query(
        SQL(
            """
            SELECT partial.id, partial.debit_move_id,
                   partial.debit_amount_currency, other.date, %(is_payment)s
              FROM account_partial_reconcile partial
              JOIN account_move_line other ON other.id = partial.credit_move_id
              JOIN account_move other_move ON other_move.id = other.move_id
              JOIN account_journal other_journal
                ON other_journal.id = other_move.journal_id
             WHERE partial.debit_move_id IN %(items)s
               AND (%(is_payment)s OR %(is_credit)s)
            """,
            is_payment=IS_PAYMENT,
            is_credit=IS_CREDIT,
            items=tuple(item_ids),
        )
    )
    for row in rows:
        match = Match(*row)
        found.setdefault(match.item, []).append(match)
    return found


def write_dates(env, dates):
    """Write the expected dates of lines, and the last ones on their documents, where
    they have changed.

    :param dates: {line id: (date at 50 %, date at 90 %) or (None, None)}
    """
    if not dates:
        return
    ids = list(dates)
    middle = [dates[line_id][0] for line_id in ids]
    late = [dates[line_id][1] for line_id in ids]
    rows = env.execute_query(
        SQL(
            """
            UPDATE account_move_line line
               SET expected_payment_50 = found.middle,
                   expected_payment_90 = found.late
              FROM UNNEST(%s, %s::date[], %s::date[]) AS found(id, middle, late)
             WHERE line.id = found.id
               AND (line.expected_payment_50, line.expected_payment_90)
                   IS DISTINCT FROM (found.middle, found.late)
            RETURNING line.id, line.move_id
            """,
            ids,
            middle,
            late,
        )
    )
    if not rows:
        return
    move_ids = list({move_id for _line_id, move_id in rows})
    env.execute_query(
        SQL(
            """
            UPDATE account_move move
               SET expected_payment_50 = last.middle,
                   expected_payment_90 = last.late
              FROM (SELECT move_id, MAX(expected_payment_50) AS middle,
                           MAX(expected_payment_90) AS late
                      FROM account_move_line WHERE move_id = ANY(%s)
                     GROUP BY move_id) last
             WHERE move.id = last.move_id
            RETURNING move.id
            """,
            move_ids,
        )
    )
    names = ["expected_payment_50", "expected_payment_90"]
    lines = env["account.move.line"].browse(line_id for line_id, _move_id in rows)
    lines.invalidate_recordset(names, flush=False)
    env["account.move"].browse(move_ids).invalidate_recordset(names, flush=False)
