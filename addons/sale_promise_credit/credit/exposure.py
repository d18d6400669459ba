"""What customers owe and may come to owe: one statement for many of them."""

from datetime import UTC
from zoneinfo import ZoneInfo

from odoo import fields
from odoo.tools import SQL

from .values import Exposure

#: {model: fields} that the statement reads
READ = {
    "res.partner": ["commercial_partner_id", "parent_id"],
    "account.move": ["state", "move_type"],
    "account.move.line": [
        "partner_id",
        "account_id",
        "company_id",
        "parent_state",
        "reconciled",
        "amount_residual",
        "balance",
        "date_maturity",
        "date",
        "quantity",
        "price_total",
        "currency_id",
        "product_uom_id",
    ],
    "sale.order": [
        "company_id",
        "state",
        "partner_invoice_id",
        "currency_id",
        "invoice_status",
        "commitment_date",
    ],
    "sale.order.line": [
        "order_id",
        "display_type",
        "product_id",
        "product_uom_id",
        "product_uom_qty",
        "qty_delivered",
        "qty_delivered_method",
        "qty_invoiced",
        "price_total",
        "price_unit",
        "discount",
        "is_downpayment",
        "promised_date",
        "promise_line_id",
    ],
    "stock.move": ["state", "sale_line_id"],
    "delivery.promise": [
        "state",
        "hold_until",
        "company_id",
        "promised_date",
        "credit_entity_id",
        "credit_state",
    ],
    "delivery.promise.line": [
        "promise_id",
        "quantity",
        "promised_quantity",
        "product_uom_id",
        "credit_unit",
    ],
    "res.currency.rate": ["rate", "name", "company_id", "currency_id"],
}


def read(env, company, entities, tolerated=None, ignore_promises=(), ignore_orders=()):
    """The exposure of commercial entities to one company, whoever asks.

    :param company: the company, in whose currency the figures are
    :param entities: ids of commercial partners
    :param tolerated: {entity id: days for which an item may be overdue}
    :param ignore_promises: ids of promises that do not count
    :param ignore_orders: ids of orders that do not count
    :return: {entity id: :class:`~.values.Exposure`}
    """
    entities = sorted(set(entities))
    if not entities:
        return {}
    # sudo: what is owed counts, whoever asks and whatever they may read
    env = env(su=True)
    for model, names in READ.items():
        env[model].flush_model(names)
    company = company.with_env(env)
    rows = env.execute_query(
        _statement(
            env,
            company,
            entities,
            [(tolerated or {}).get(entity, 0) for entity in entities],
            list(ignore_promises),
            list(ignore_orders),
        )
    )
    found = dict.fromkeys(entities, Exposure())
    for entity, *amounts, oldest, accounts in rows:
        found[entity] = Exposure(
            *(float(amount or 0.0) for amount in amounts),
            oldest,
            tuple(
                (account, overdue, float(amount))
                for account, overdue, amount in accounts or ()
            ),
        )
    return found


def today(company):
    """The day where the company is: the same for whoever asks."""
    # sudo: which zone it is says nothing of anybody
    zone = ZoneInfo(company.sudo().partner_id.tz or "UTC")
    return fields.Datetime.now().replace(tzinfo=UTC).astimezone(zone).date()


def _statement(env, company, entities, tolerated, promises, orders):
    day = today(company)
    counts_drafts = company.credit_count_drafts
    horizon = company.credit_horizon_days
    last = fields.Date.add(day, days=horizon) if horizon else None
    decimals = company.currency_id.decimal_places
    prices = env["delivery.promise"]._credit_prices()
    return SQL(
        """
        WITH entity AS (
            SELECT * FROM unnest(%(entities)s::int[], %(tolerated)s::int[])
                       AS asked (id, tolerated)
        ), person AS (
            SELECT partner.id, entity.id AS entity_id, entity.tolerated
              FROM entity
              JOIN res_partner partner ON partner.commercial_partner_id = entity.id
        ), rate AS (
            SELECT currency.id, COALESCE(
                       (SELECT rate.rate FROM res_currency_rate rate
                         WHERE rate.currency_id = currency.id AND rate.name <= %(today)s
                           AND (rate.company_id IS NULL OR rate.company_id = %(root)s)
                         ORDER BY rate.company_id, rate.name DESC LIMIT 1),
                       (SELECT rate.rate FROM res_currency_rate rate
                         WHERE rate.currency_id = currency.id
                           AND (rate.company_id IS NULL OR rate.company_id = %(root)s)
                         ORDER BY rate.company_id, rate.name LIMIT 1),
                       1.0) AS rate
              FROM res_currency currency
        ), worth AS (
            -- what one unit of a currency is in the company's
            SELECT rate.id, own.rate / rate.rate AS factor
              FROM rate JOIN rate own ON own.id = %(currency)s
        ), item AS (
            SELECT person.entity_id, person.tolerated, line.id, line.account_id,
                   COALESCE(line.date_maturity, line.date) AS due,
                   line.amount_residual AS amount
              FROM account_account account
              JOIN account_move_line line ON line.account_id = account.id
              JOIN person ON person.id = line.partner_id
             WHERE account.account_type = 'asset_receivable'
               AND line.company_id = %(company)s
               AND line.parent_state = 'posted'
               AND line.reconciled IS NOT TRUE
        ), paid AS (
            SELECT entity_id, -SUM(amount) AS amount
              FROM item WHERE amount < 0 GROUP BY entity_id
        ), ranked AS (
            -- payments that are not allocated cover the oldest items first
            SELECT item.*, LEAST(item.amount, GREATEST(0,
                       SUM(item.amount) OVER (
                           PARTITION BY item.entity_id ORDER BY item.due, item.id)
                       - COALESCE(paid.amount, 0))) AS uncovered
              FROM item LEFT JOIN paid ON paid.entity_id = item.entity_id
             WHERE item.amount > 0
        ), receivable AS (
            SELECT entity_id,
                   SUM(amount) FILTER (WHERE due >= %(cut)s) AS open,
                   SUM(amount) FILTER (WHERE due < %(cut)s) AS due,
                   SUM(uncovered) AS uncovered,
                   SUM(uncovered) FILTER (WHERE due < %(cut)s) AS overdue,
                   SUM(uncovered) FILTER (WHERE due < %(today)s - tolerated) AS late,
                   MIN(due) FILTER (WHERE uncovered > 0) AS oldest
              FROM ranked GROUP BY entity_id
        ), account AS (
            SELECT entity_id, jsonb_agg(jsonb_build_array(account_id, overdue, amount))
                       AS amounts
              FROM (SELECT entity_id, account_id, due < %(cut)s AS overdue,
                           SUM(amount) AS amount
                      FROM item GROUP BY entity_id, account_id, due < %(cut)s) grouped
             GROUP BY entity_id
        ), draft AS (
            SELECT person.entity_id, SUM(line.balance) AS amount
              FROM account_move move
              JOIN account_move_line line ON line.move_id = move.id
              JOIN person ON person.id = line.partner_id
              JOIN account_account account ON account.id = line.account_id
             WHERE move.state = 'draft' AND %(counts_drafts)s
               AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
               AND line.company_id = %(company)s
               AND account.account_type = 'asset_receivable'
             GROUP BY person.entity_id
        ), sold AS (
            SELECT person.entity_id, quotation.id AS order_id,
                   quotation.currency_id, line.id, line.is_downpayment,
                   line.product_uom_qty AS ordered, line.qty_delivered AS delivered,
                   line.qty_invoiced - CASE WHEN %(counts_drafts)s THEN 0 ELSE
                   COALESCE((
                       SELECT SUM(CASE move.move_type
                                  WHEN 'out_refund' THEN -1 ELSE 1 END
                                  * invoiced.quantity
                                  * COALESCE(its_unit.factor / unit.factor, 1))
                         FROM sale_order_line_invoice_rel rel
                         JOIN account_move_line invoiced
                           ON invoiced.id = rel.invoice_line_id
                         JOIN account_move move ON move.id = invoiced.move_id
                         LEFT JOIN uom_uom its_unit
                           ON its_unit.id = invoiced.product_uom_id
                        WHERE rel.order_line_id = line.id AND move.state = 'draft'
                          AND move.move_type IN ('out_invoice', 'out_refund')), 0)
                   END AS invoiced,
                   CASE WHEN line.product_uom_qty <> 0
                        THEN line.price_total / line.product_uom_qty
                        ELSE line.price_unit * (1 - COALESCE(line.discount, 0) / 100)
                   END AS price,
                   template.invoice_policy = 'delivery' AS by_delivery,
                   -- what is bought for it first has no moves yet: it is not over
                   line.qty_delivered_method = 'stock_move' AND COALESCE((
                       SELECT bool_and(move.state IN ('done', 'cancel'))
                         FROM stock_move move
                        WHERE move.sale_line_id = line.id), false) AS is_over,
                   %(horizon)s IS NOT NULL AND COALESCE(
                       line.promised_date, quotation.commitment_date)::date
                       > %(horizon)s AS is_later
              FROM person
              JOIN sale_order quotation ON quotation.partner_invoice_id = person.id
              JOIN sale_order_line line ON line.order_id = quotation.id
              LEFT JOIN product_product product ON product.id = line.product_id
              LEFT JOIN product_template template
                ON template.id = product.product_tmpl_id
              LEFT JOIN uom_uom unit ON unit.id = line.product_uom_id
             WHERE quotation.company_id = %(company)s AND quotation.state = 'sale'
               AND (quotation.invoice_status <> 'invoiced' OR NOT %(counts_drafts)s)
               AND quotation.id <> ALL(%(orders)s)
               AND line.display_type IS NULL
        ), rest AS (
            SELECT sold.*,
                   CASE WHEN is_over AND by_delivery THEN delivered
                        WHEN by_delivery THEN GREATEST(ordered, delivered)
                        ELSE ordered END - invoiced AS remaining
              FROM sold WHERE NOT COALESCE(is_downpayment, false)
        ), split AS (
            -- what was invoiced beyond the order is an open item, not less of an order
            SELECT rest.*,
                   CASE WHEN ordered < 0 THEN remaining
                        ELSE GREATEST(remaining, 0) END AS whole,
                   CASE WHEN ordered < 0
                        THEN GREATEST(remaining, LEAST(delivered - invoiced, 0))
                        ELSE LEAST(GREATEST(remaining, 0),
                                   GREATEST(delivered - invoiced, 0)) END AS shipped
              FROM rest
        ), owed AS (
            SELECT entity_id, order_id, currency_id,
                   SUM(shipped * price) AS delivered,
                   SUM((whole - shipped) * price) FILTER (WHERE is_later IS NOT TRUE)
                       AS ordered
              FROM split GROUP BY entity_id, order_id, currency_id
        ), down AS (
            SELECT sold.order_id, SUM(
                       CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END
                       * invoiced.price_total * worth.factor) AS amount
              FROM sold
              JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = sold.id
              JOIN account_move_line invoiced ON invoiced.id = rel.invoice_line_id
              JOIN account_move move ON move.id = invoiced.move_id
              JOIN worth ON worth.id = invoiced.currency_id
             WHERE sold.is_downpayment AND (move.state = 'posted'
                   OR move.state = 'draft' AND %(counts_drafts)s)
             GROUP BY sold.order_id
        ), bought AS (
            -- each order is rounded by itself: its figure is that of its document
            SELECT entity_id, SUM(delivered) AS delivered, SUM(ordered) AS ordered
              FROM (SELECT owed.entity_id,
                           ROUND(CASE WHEN COALESCE(down.amount, 0) = 0 THEN delivered
                                 ELSE GREATEST(0, delivered - GREATEST(0,
                                      down.amount - GREATEST(ordered, 0))) END,
                                 %(decimals)s) AS delivered,
                           ROUND(CASE WHEN COALESCE(down.amount, 0) = 0 THEN ordered
                                 ELSE GREATEST(0, ordered - down.amount) END,
                                 %(decimals)s) AS ordered
                      FROM (SELECT entity_id, order_id,
                                   COALESCE(owed.delivered, 0) * worth.factor
                                       AS delivered,
                                   COALESCE(owed.ordered, 0) * worth.factor AS ordered
                              FROM owed JOIN worth ON worth.id = owed.currency_id) owed
                      LEFT JOIN down ON down.order_id = owed.order_id) each_order
             GROUP BY entity_id
        ), held AS (
            SELECT entity_id, SUM(amount) AS amount
              FROM (SELECT entity.id AS entity_id, promise.id,
                           ROUND(SUM(line.promised_quantity::numeric
                               * COALESCE(%(prices)s, line.credit_unit, 0)::numeric
                               ), %(decimals)s) AS amount
                      FROM entity
                      JOIN delivery_promise promise
                        ON promise.credit_entity_id = entity.id
                      JOIN delivery_promise_line line ON line.promise_id = promise.id
                     WHERE promise.state = 'held' AND promise.hold_until > %(now)s
                       AND promise.company_id = %(company)s
                       AND promise.credit_state IS DISTINCT FROM 'waiting'
                       AND promise.id <> ALL(%(promises)s)
                       AND (%(horizon)s IS NULL OR promise.promised_date IS NULL
                            OR promise.promised_date::date <= %(horizon)s)
                     GROUP BY entity.id, promise.id) each_promise
             GROUP BY entity_id
        )
        SELECT entity.id, receivable.open, receivable.due, -paid.amount, draft.amount,
               bought.delivered, bought.ordered, held.amount, receivable.uncovered,
               receivable.overdue, receivable.late, receivable.oldest, account.amounts
          FROM entity
          LEFT JOIN receivable ON receivable.entity_id = entity.id
          LEFT JOIN paid ON paid.entity_id = entity.id
          LEFT JOIN account ON account.entity_id = entity.id
          LEFT JOIN draft ON draft.entity_id = entity.id
          LEFT JOIN bought ON bought.entity_id = entity.id
          LEFT JOIN held ON held.entity_id = entity.id
        """,
        entities=entities,
        tolerated=tolerated,
        today=day,
        cut=fields.Date.subtract(day, days=company.invoice_unpaid_margin),
        now=fields.Datetime.now(),
        company=company.id,
        root=company.root_id.id,
        currency=company.currency_id.id,
        decimals=decimals,
        counts_drafts=counts_drafts,
        horizon=SQL("%s::date", last),
        orders=orders,
        promises=promises,
        prices=SQL("COALESCE(%s)", SQL(", ").join(prices)),
    )
