#!/usr/bin/env python3
# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Fill a database with a large company, by SQL, the same every time.

    scripts/python bench/generate.py DATABASE [--products 10000 --open 200000
        --done 800000 --contacts 1000000 --hot 100000]

One record of each kind is made through Odoo, so that it is right whichever addons are
installed; the others are copies of it, made in PostgreSQL. Quantities, dates and
locations follow from a record's number: no chance, so that runs can be compared.
"""

import argparse
import contextlib
import json
import time
from typing import NamedTuple

#: days around today on which open moves lie, and days back for those that are done
OPEN_FROM, OPEN_TO = -10, 360
DONE_BACK = 5 * 365
#: the configuration parameter under which a database says what is in it
PARAMETER = "promise_desk.bench"


class Size(NamedTuple):
    products: int = 10_000
    open: int = 200_000
    done: int = 800_000
    contacts: int = 1_000_000
    #: open moves of the one hot product, beside the others
    hot: int = 100_000

    def describe(self):
        return (
            f"{self.products:,} products, {self.open:,} open and {self.done:,} done"
            f" moves, {self.contacts:,} contacts, one more product with {self.hot:,}"
            " open moves"
        )


class Generated(NamedTuple):
    """What was made: the ids by which a benchmark finds it."""

    first_product: int
    last_product: int
    hot_product: int
    warehouse: int


def generate(env, size, say=print):
    """Make it all; ``env`` is an environment of the superuser. Commits."""
    cr = env.cr
    with _timed("products and stock", say):
        products = _products(env, size.products)
        hot = _products(env, 1)[0]
        _stock(env, products)
        _stock(env, [hot])
    moves = _seed_moves(env, products[0])
    with _timed(f"{size.open:,} open moves", say):
        _open_moves(cr, moves, size.open, products)
    with _timed(f"{size.done:,} done moves", say):
        _done_moves(cr, moves, size.done, products)
    with _timed(f"{size.hot:,} open moves of one product", say):
        _open_moves(cr, moves, size.hot, [hot])
    with _timed(f"{size.contacts:,} contacts", say):
        _contacts(env, size.contacts)
    _forget_seeds(cr, moves)
    warehouse = env["stock.warehouse"].search([], limit=1)
    made = Generated(products[0], products[-1], hot, warehouse.id)
    env["ir.config_parameter"].set_param(PARAMETER, json.dumps(made))
    cr.commit()
    with _timed("VACUUM and ANALYZE", say):
        connection = cr._cnx
        connection.commit()
        connection.autocommit = True
        with connection.cursor() as plain:
            plain.execute("VACUUM ANALYZE")
        connection.autocommit = False
    return made


@contextlib.contextmanager
def _timed(what, say):
    start = time.monotonic()
    yield
    say(f"    {what}: {time.monotonic() - start:.1f} s")


def clone(cr, table, seed, count, first=1, **values):
    """Copy a row ``count`` times.

    :param values: SQL for columns that differ; ``n`` is the copy's number, counted
        from ``first``, and ``new_id`` its id
    :return: ids, in order
    """
    cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = %s AND table_schema = current_schema()"
        " AND column_name <> 'id' AND is_generated = 'NEVER'",
        [table],
    )
    columns = [row[0] for row in cr.fetchall()]
    if unknown := set(values) - set(columns):
        raise ValueError(f"{table} has no {', '.join(sorted(unknown))}")
    source = ", ".join(
        f"({values[name]})".replace("%", "%%") if name in values else f'seed."{name}"'
        for name in columns
    )
    target = ", ".join(f'"{name}"' for name in columns)
    cr.execute(
        f"""
        WITH made AS (
            INSERT INTO "{table}" (id, {target})
            SELECT new_id, {source}
              FROM (SELECT n, nextval('{table}_id_seq') AS new_id
                      FROM generate_series(%s, %s) n) number, "{table}" seed
             WHERE seed.id = %s
            RETURNING id
        )
        SELECT MIN(id), MAX(id), COUNT(*) FROM made
        """,
        [first, first + count - 1, seed],
    )
    lowest, highest, made = cr.fetchone()
    if not made:
        return range(0)
    if highest - lowest + 1 != made:
        raise ValueError("somebody else uses this database; ids are not in a row")
    return range(lowest, highest + 1)


def _products(env, count):
    seed = env["product.product"].create(
        {
            "name": "Generated",
            "type": "consu",
            "is_storable": True,
            "list_price": 10.0,
        }
    )
    env.flush_all()
    cr = env.cr
    templates = clone(
        cr,
        "product_template",
        seed.product_tmpl_id.id,
        count,
        name="""jsonb_build_object('en_US', 'Part ' || n)""",
        default_code="'P' || n",
    )
    return clone(
        cr,
        "product_product",
        seed.id,
        count,
        product_tmpl_id=f"{templates[0]} + n - 1",
        default_code="'P' || n",
    )


def _stock(env, products):
    """Some of each product on the shelf of the first warehouse, and of the first
    product as much as all clients of a run may hold."""
    location = env["stock.warehouse"].search([], limit=1).lot_stock_id
    seed = (
        env["stock.quant"]
        .sudo()
        .create(
            {
                "product_id": products[0],
                "location_id": location.id,
                "quantity": 1_000_000.0,
            }
        )
    )
    env.flush_all()
    if len(products) > 1:
        clone(
            env.cr,
            "stock_quant",
            seed.id,
            len(products) - 1,
            product_id=f"{products[0]} + n",
            quantity="50 + (n * 37) % 100",
        )


def _seed_moves(env, product_id):
    """One receipt and one delivery, confirmed as Odoo confirms them."""
    warehouse = env["stock.warehouse"].search([], limit=1)
    stock = warehouse.lot_stock_id
    product = env["product.product"].browse(product_id)
    supplier = env.ref("stock.stock_location_suppliers")
    customer = env.ref("stock.stock_location_customers")
    moves = env["stock.move"].create(
        [
            {
                "product_id": product.id,
                "product_uom": product.uom_id.id,
                "product_uom_qty": 1.0,
                "location_id": source.id,
                "location_dest_id": target.id,
                "location_final_id": target.id,
                "picking_type_id": kind.id,
            }
            for source, target, kind in (
                (supplier, stock, warehouse.in_type_id),
                (stock, customer, warehouse.out_type_id),
            )
        ]
    )
    moves._action_confirm(merge=False)
    # No document, so that copies do not all stand on one.
    moves.picking_id = False
    env.flush_all()
    return moves.ids


def _open_moves(cr, seeds, count, products):
    """Half of them receipts, half deliveries; a receipt is the larger by a little."""
    receipt, delivery = seeds
    span = OPEN_TO - OPEN_FROM
    for seed, state, extra, salt in (
        (receipt, "assigned", 1, 0),
        (delivery, "confirmed", 0, 17),
    ):
        clone(
            cr,
            "stock_move",
            seed,
            count // 2,
            state=f"'{state}'",
            **_values(products, extra),
            **_dates(f"{OPEN_FROM} + (n::bigint * 7919 + {salt}) % {span}"),
        )


def _done_moves(cr, seeds, count, products):
    for seed, salt in zip(seeds, (0, 17), strict=True):
        clone(
            cr,
            "stock_move",
            seed,
            count // 2,
            state="'done'",
            quantity="1 + n % 5",
            picked="true",
            **_values(products, 0),
            **_dates(f"-1 - (n::bigint * 7919 + {salt}) % {DONE_BACK}"),
        )


def _values(products, extra):
    quantity = f"1 + n % 5 + {extra}"
    return {
        "product_id": f"{products[0]} + (n::bigint * 104729) % {len(products)}",
        "product_qty": quantity,
        "product_uom_qty": quantity,
        "reference": "'MOVE/' || n",
    }


def _dates(days):
    moment = (
        f"date_trunc('day', timezone('UTC', now())) + ({days} + 0.5) * interval '1 day'"
    )
    return {"date": moment, "date_deadline": moment, "first_planned_date": moment}


def _contacts(env, count):
    seed = env["res.partner"].create({"name": "Generated", "phone": "+49301234567"})
    env.flush_all()
    seen = {row[0] for row in _columns(env.cr, "res_partner")}
    number = "'+49' || (1500000000 + n::bigint)"
    values = {
        "name": "'Contact ' || n",
        "complete_name": "'Contact ' || n",
        "commercial_partner_id": "new_id",
        "email": "'contact' || n || '@example.com'",
        "email_normalized": "'contact' || n || '@example.com'",
        "phone": number,
        "phone_sanitized": number,
    }
    clone(
        env.cr,
        "res_partner",
        seed.id,
        count,
        **{name: value for name, value in values.items() if name in seen},
    )


def _columns(cr, table):
    cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s",
        [table],
    )
    return cr.fetchall()


def _forget_seeds(cr, moves):
    cr.execute("DELETE FROM stock_move WHERE id IN %s", [tuple(moves)])


def arguments(parser=None):
    parser = parser or argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name, value in Size()._asdict().items():
        parser.add_argument(f"--{name}", type=int, default=value, metavar="N")
    return parser


def size_from(options):
    return Size(*(getattr(options, name) for name in Size._fields))


def main():
    parser = arguments()
    parser.add_argument("database")
    options = parser.parse_args()
    from inside import superuser

    with superuser(options.database) as env:
        print(generate(env, size_from(options)))


if __name__ == "__main__":
    main()
