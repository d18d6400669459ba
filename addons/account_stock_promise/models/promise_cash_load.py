"""What is known of order lines, their deliveries, invoices and payments, read in a few
queries for many lines, as of a day."""

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from odoo.tools import SQL

from ..cash.shares import share
from ..cash.slices import (
    CLEARED,
    OPEN,
    PAID,
    Billed,
    Delivery,
    Invoice,
    Line,
    Part,
    Settlement,
    millionths,
)

#: payments are matched through lines of these journals; what else settles an invoice
#: (a credit note, a write-off, an exchange difference) brings no money
MONEY = ("bank", "cash", "credit")
#: the time zone in which a warehouse's days begin, as in the report of promises kept
ZONE = SQL(
    """COALESCE(
        (SELECT calendar.tz FROM resource_calendar calendar
          WHERE calendar.id = warehouse.promise_calendar_id),
        (SELECT address.tz FROM res_partner address
          WHERE address.id = warehouse.partner_id),
        (SELECT owner.tz FROM res_partner owner WHERE owner.id = company.partner_id),
        'UTC')"""
)


class Loaded(NamedTuple):
    """The lines in the engine's words, and what else is told of each of them."""

    lines: dict  # {id: Line}
    told: dict  # {id: {column: value}}
    invoices: dict  # {id: Invoice}
    digits: dict  # {company: decimals of its currency}


def load(env, line_ids, as_of=None, more=None):
    """:class:`Loaded` of confirmed order lines and of those with invoices.

    :param as_of: only what was so at the end of this day
    :param more: {column: SQL} that other addons tell of ``line``, ``ordered`` (its
        order) and ``promised`` (its promise line)
    """
    digits = _digits(env)
    rows = _order_lines(env, line_ids, more or {})
    known = {row["sale_line_id"]: row for row in rows}
    if as_of:
        known = {
            number: row
            for number, row in known.items()
            if row["order_date"] and row["order_date"] <= as_of
        }
    deliveries = _deliveries(env, known, as_of)
    billed, invoice_ids = _billed(env, known, as_of)
    invoices, amounts = _invoices(env, invoice_ids, as_of, digits)
    parts = _promised_parts(env, known)
    lines = {}
    for number, row in known.items():
        confirmed = row.pop("state") == "sale"
        own = _own_billed(billed.get(number, ()), amounts)
        if not confirmed and not own:
            continue
        quantity, price = row.pop("quantity"), row.pop("price_total")
        scale = 10 ** digits[row["company_id"]]
        whole = millionths(quantity) if confirmed else 0
        lines[number] = Line(
            whole,
            round(price * scale) if confirmed else 0,
            deliveries=tuple(deliveries.get(number, ())) or _by_hand(row, as_of),
            parts=tuple(parts.get(number, ())),
            billed=own,
        )
        row.pop("qty_delivered")
    told = {number: known[number] for number in lines}
    return Loaded(lines, told, invoices, digits)


def _by_hand(row, as_of):
    """What was delivered without stock moves has no day."""
    if as_of or not row["qty_delivered"]:
        return ()
    return (Delivery(millionths(row["qty_delivered"]), None, None),)


def _digits(env):
    """{company: decimals}"""
    # sudo: amounts are counted in the company's cents, whoever reads them
    companies = env["res.company"].sudo().search([("active", "in", (True, False))])
    return {company.id: company.currency_id.decimal_places for company in companies}


def _dictionaries(env, query, names):
    return [dict(zip(names, row, strict=True)) for row in env.execute_query(query)]


def _order_lines(env, line_ids, more):
    """The lines: amounts with taxes, in the company's currency at the order's rate."""
    columns = {
        "sale_line_id": SQL("line.id"),
        "sale_order_id": SQL("ordered.id"),
        "company_id": SQL("ordered.company_id"),
        "currency_id": SQL("company.currency_id"),
        "partner_id": SQL("ordered.partner_id"),
        "commercial_partner_id": SQL("invoiced.commercial_partner_id"),
        "payment_term_id": SQL("ordered.payment_term_id"),
        "user_id": SQL("ordered.user_id"),
        "team_id": SQL("ordered.team_id"),
        "warehouse_id": SQL("warehouse.id"),
        "product_id": SQL("line.product_id"),
        "product_tmpl_id": SQL("product.product_tmpl_id"),
        "categ_id": SQL("template.categ_id"),
        "promise_line_id": SQL("promised.id"),
        "down_payment": SQL("COALESCE(line.is_downpayment, FALSE)"),
        "first_promise_on": _day(SQL("promise.create_date")),
        "first_promised_date": _day(SQL("promised.first_promised_date")),
        "promised_date": _day(
            SQL("COALESCE(promised.promised_date, line.promised_date)")
        ),
        "promised_50": _day(SQL("promised.date_50")),
        "promised_90": _day(SQL("promised.date_90")),
        "promise_risk": SQL(
            "promised.delivered_date IS NULL AND COALESCE(promised.at_risk, FALSE)"
        ),
        "order_date": _day(SQL("ordered.date_order")),
        "state": SQL("ordered.state"),
        "quantity": SQL("line.product_uom_qty"),
        # taxes that are rounded for the whole order go to its largest line
        "price_total": SQL(
            "(line.price_total + CASE WHEN line.id = whole.largest"
            " THEN ordered.amount_total - whole.total ELSE 0 END)"
            " / COALESCE(NULLIF(ordered.currency_rate, 0), 1)"
        ),
        "qty_delivered": SQL("line.qty_delivered"),
        **more,
    }
    query = SQL(
        """SELECT %(columns)s
             FROM sale_order_line line
             JOIN sale_order ordered ON ordered.id = line.order_id
             JOIN res_company company ON company.id = ordered.company_id
             JOIN res_partner invoiced ON invoiced.id = ordered.partner_invoice_id
             LEFT JOIN stock_warehouse warehouse
               ON warehouse.id = COALESCE(line.warehouse_id, ordered.warehouse_id)
             LEFT JOIN product_product product ON product.id = line.product_id
             LEFT JOIN product_template template
               ON template.id = product.product_tmpl_id
             LEFT JOIN delivery_promise_line promised
               ON promised.id = line.promise_line_id
             LEFT JOIN delivery_promise promise ON promise.id = promised.promise_id
             CROSS JOIN LATERAL (SELECT %(zone)s AS name) zone
             CROSS JOIN LATERAL (
                SELECT SUM(price_total) AS total,
                       (ARRAY_AGG(id ORDER BY ABS(price_total) DESC, id))[1] AS largest
                  FROM sale_order_line
                 WHERE order_id = ordered.id AND display_type IS NULL) whole
            WHERE line.id = ANY(%(ids)s) AND line.display_type IS NULL
              AND ordered.state IN ('sale', 'cancel')
            ORDER BY line.id""",
        columns=SQL(", ").join(columns.values()),
        zone=ZONE,
        ids=list(line_ids),
    )
    return _dictionaries(env, query, columns)


def _day(moment):
    return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE zone.name)::date", moment)


def _deliveries(env, known, as_of):
    """{line: [Delivery]} in the order of time, in the line's unit. Of kits, whose
    components are moved, what Odoo counts as delivered is so on the last day."""
    rows = env.execute_query(
        SQL(
            """SELECT line.id, move.product_id = line.product_id,
                      move.quantity * unit.factor / line_unit.factor
                          * CASE WHEN target.usage = 'customer' THEN 1 ELSE -1 END,
                      (move.date AT TIME ZONE 'UTC' AT TIME ZONE zone.name)::date,
                      ((move.date + COALESCE(promised.transit_days, 0)
                          * INTERVAL '1 day')
                          AT TIME ZONE 'UTC' AT TIME ZONE zone.name)::date,
                      line.qty_delivered
                 FROM stock_move move
                 JOIN sale_order_line line ON line.id = move.sale_line_id
                 JOIN sale_order ordered ON ordered.id = line.order_id
                 JOIN res_company company ON company.id = ordered.company_id
                 LEFT JOIN stock_warehouse warehouse
                   ON warehouse.id = COALESCE(line.warehouse_id, ordered.warehouse_id)
                 CROSS JOIN LATERAL (SELECT %(zone)s AS name) zone
                 JOIN uom_uom unit ON unit.id = move.product_uom
                 JOIN uom_uom line_unit ON line_unit.id = line.product_uom_id
                 JOIN stock_location source ON source.id = move.location_id
                 JOIN stock_location target ON target.id = move.location_dest_id
                 LEFT JOIN delivery_promise_line promised
                   ON promised.id = line.promise_line_id
                WHERE line.id = ANY(%(ids)s) AND move.state = 'done'
                  AND (source.usage = 'customer') <> (target.usage = 'customer')
                ORDER BY line.id, move.date, move.id""",
            zone=ZONE,
            ids=list(known),
        )
    )
    found, kits = defaultdict(list), {}
    for line, itself, quantity, shipped, delivered, whole in rows:
        if as_of and shipped > as_of:
            continue
        if itself:
            found[line].append(Delivery(millionths(quantity), shipped, delivered))
        else:
            kits[line] = Delivery(millionths(whole or 0.0), shipped, delivered)
    for line, delivery in kits.items():
        if line not in found and delivery.quantity:
            found[line] = [delivery]
    return found


def _promised_parts(env, known):
    """{line: [Part]} of lines that are promised in parts, in the line's unit."""
    # sudo: the day of a part counts, whoever may read promises
    lines = env["delivery.promise.line"].sudo()
    by_promise = {
        row["promise_line_id"]: number
        for number, row in known.items()
        if row["promise_line_id"]
    }
    found = {}
    promised = lines.browse(by_promise)
    partial = promised.filtered(
        lambda line: line.promise_id.allow_split or line.promise_id.partial
    )
    for line in partial:
        days = line.warehouse_id._promise_day if line.warehouse_id else None
        # sudo: facts are of all orders
        order_line = env["sale.order.line"].sudo().browse(by_promise[line.id])
        parts = [
            Part(
                millionths(
                    line.product_uom_id._compute_quantity(
                        part.quantity, order_line.product_uom_id, round=False
                    )
                ),
                part.arrival and (days(part.arrival) if days else part.arrival.date()),
            )
            for part in line._parts()
        ]
        if parts:
            found[by_promise[line.id]] = parts
    return found


def _billed(env, known, as_of):
    """({line: [(invoice line, invoice, quantity, order line's share)]}, invoices): the
    lines of posted invoices, in the order of their days."""
    rows = env.execute_query(
        SQL(
            """SELECT rel.order_line_id, item.id, item.move_id,
                      COALESCE(item.quantity, 0) * COALESCE(unit.factor, 1)
                          / COALESCE(line_unit.factor, 1)
                          * CASE invoice.move_type WHEN 'out_refund' THEN -1 ELSE 1 END,
                      ARRAY(SELECT other.order_line_id
                              FROM sale_order_line_invoice_rel other
                             WHERE other.invoice_line_id = item.id
                             ORDER BY other.order_line_id)
                 FROM sale_order_line_invoice_rel rel
                 JOIN account_move_line item ON item.id = rel.invoice_line_id
                 JOIN account_move invoice ON invoice.id = item.move_id
                 JOIN sale_order_line line ON line.id = rel.order_line_id
                 LEFT JOIN uom_uom unit ON unit.id = item.product_uom_id
                 LEFT JOIN uom_uom line_unit ON line_unit.id = line.product_uom_id
                WHERE rel.order_line_id = ANY(%(ids)s) AND invoice.state = 'posted'
                  AND invoice.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                  AND item.display_type = 'product'
                  AND (%(as_of)s::date IS NULL OR invoice.date <= %(as_of)s)
                ORDER BY rel.order_line_id, invoice.invoice_date, invoice.id,
                         item.id""",
            ids=list(known),
            as_of=as_of,
        )
    )
    found, invoices = defaultdict(list), set()
    for line, item, invoice, quantity, sharing in rows:
        found[line].append((item, invoice, quantity, sharing.index(line), len(sharing)))
        invoices.add(invoice)
    return found, invoices


def _own_billed(rows, amounts):
    billed = []
    for item, invoice, quantity, position, count in rows:
        # an invoice line for several order lines is divided evenly
        parts = share(amounts[item], [1] * count)
        quantities = share(millionths(quantity), [1] * count)
        before = sum(parts[:position])
        billed.append(
            Billed(item, invoice, quantities[position], parts[position], before)
        )
    return tuple(billed)


def _invoices(env, invoice_ids, as_of, digits):
    """({id: Invoice}, {invoice line: cents})"""
    if not invoice_ids:
        return {}, {}
    lines, amounts, companies, days = defaultdict(dict), {}, {}, {}
    for invoice, company, day, item, total in env.execute_query(
        SQL(
            """SELECT invoice.id, invoice.company_id, invoice.invoice_date, item.id,
                      item.price_total
                          / COALESCE(NULLIF(invoice.invoice_currency_rate, 0), 1)
                          * CASE invoice.move_type WHEN 'out_refund' THEN -1 ELSE 1 END
                 FROM account_move invoice
                 JOIN account_move_line item ON item.move_id = invoice.id
                WHERE invoice.id = ANY(%s) AND item.display_type = 'product'
                ORDER BY invoice.id, item.sequence, item.id""",
            list(invoice_ids),
        )
    ):
        cents = round((total or 0.0) * 10 ** digits[company])
        lines[invoice][item] = amounts[item] = cents
        companies[invoice], days[invoice] = company, day
    settlements = defaultdict(list)
    for invoice, item, due, balance, matched in env.execute_query(
        SQL(
            """SELECT item.move_id, item.id, item.date_maturity, item.balance,
                      ARRAY(SELECT json_build_array(part.max_date, part.amount,
                                journal.type = ANY(%(money)s))
                              FROM account_partial_reconcile part
                              JOIN account_move_line other ON other.id = CASE
                                   WHEN part.debit_move_id = item.id
                                   THEN part.credit_move_id ELSE part.debit_move_id END
                              JOIN account_journal journal
                                ON journal.id = other.journal_id
                             WHERE item.id IN (part.debit_move_id, part.credit_move_id)
                               AND (%(as_of)s::date IS NULL
                                    OR part.max_date <= %(as_of)s)
                             ORDER BY part.max_date, part.id)
                 FROM account_move_line item
                 JOIN account_account account ON account.id = item.account_id
                WHERE item.move_id = ANY(%(ids)s)
                  AND account.account_type = 'asset_receivable'
                ORDER BY item.move_id, item.date_maturity, item.id""",
            money=list(MONEY),
            as_of=as_of,
            ids=list(invoice_ids),
        )
    ):
        scale = 10 ** digits[companies[invoice]]
        left = round(balance * scale)
        sign = -1 if balance < 0 else 1
        for day, amount, money in matched:
            cents = sign * round(amount * scale)
            left -= cents
            outcome = PAID if money else CLEARED
            day = date.fromisoformat(day)
            settlements[invoice].append(Settlement(item, due, cents, outcome, day))
        if left or not balance:
            settlements[invoice].append(Settlement(item, due, left, OPEN))
    invoices = {}
    for invoice, cents in lines.items():
        owed = settlements[invoice]
        whole = sum(one.amount for one in owed)
        if owed:
            # cents by taxes that are rounded for the whole invoice, by exchange rates
            largest = max(cents, key=lambda item: abs(cents[item]))
            cents[largest] += whole - sum(cents.values())
            amounts[largest] = cents[largest]
        invoices[invoice] = Invoice(days[invoice], cents, tuple(owed))
    return invoices, amounts
