"""Which open manufacturing orders wait for which components: statements alone."""

from datetime import datetime
from typing import NamedTuple

from odoo.tools import SQL

from odoo.addons.stock_promise.models.stock_move import OPEN_STATES


class Waiting(NamedTuple):
    """A component that a manufacturing order waits for."""

    #: the move of what is made
    move_id: int
    product_id: int
    finished: datetime
    quantity: float
    #: the move of the component
    raw_id: int
    component_id: int
    date: datetime
    needed: float


def made_of(env, product_ids):
    """Ids of these products and of all that is being made of them, on all levels."""
    env["stock.move"].flush_model(
        ["product_id", "state", "production_id", "raw_material_production_id"]
    )
    rows = env.execute_query(
        SQL(
            """
                WITH RECURSIVE made (product_id) AS (
                    SELECT unnest(%(products)s::int[])
                     UNION
                    SELECT finished.product_id
                      FROM made
                      JOIN stock_move raw ON raw.product_id = made.product_id
                       AND raw.state IN %(states)s
                       AND raw.raw_material_production_id IS NOT NULL
                      JOIN stock_move finished
                        ON finished.production_id = raw.raw_material_production_id
                       AND finished.state IN %(states)s
                )
                SELECT product_id FROM made
            """,
            products=list(product_ids),
            states=OPEN_STATES,
        )
    )
    return sorted(product_id for (product_id,) in rows)


def components_of(env, product_ids):
    """{product id: ids of it and of all that it is being made of}."""
    rows = env.execute_query(
        SQL(
            """
                WITH RECURSIVE made (product_id, part_id) AS (
                    SELECT id, id FROM unnest(%(products)s::int[]) AS product (id)
                     UNION
                    SELECT made.product_id, raw.product_id
                      FROM made
                      JOIN stock_move finished ON finished.product_id = made.part_id
                       AND finished.production_id IS NOT NULL
                       AND finished.state IN %(states)s
                      JOIN stock_move raw
                        ON raw.raw_material_production_id = finished.production_id
                       AND raw.state IN %(states)s
                )
                SELECT product_id, part_id FROM made
            """,
            products=list(product_ids),
            states=OPEN_STATES,
        )
    )
    parts = {}
    for product_id, part_id in rows:
        parts.setdefault(product_id, set()).add(part_id)
    return parts


def waiting_components(env, keys):
    """[:class:`Waiting`] of what open manufacturing orders lack.

    :param keys: (product, warehouse) of what they make
    """
    env["stock.move"].flush_model(
        ["state", "date", "product_qty", "location_id", "product_id"]
    )
    rows = env.execute_query(
        SQL(
            """
                SELECT finished.id, finished.product_id, finished.date,
                       finished.product_qty::float8, raw.id, raw.product_id, raw.date,
                       raw.product_qty::float8
                  FROM stock_move finished
                  JOIN stock_location final ON final.id
                       = COALESCE(finished.location_final_id, finished.location_dest_id)
                  JOIN stock_move raw
                    ON raw.raw_material_production_id = finished.production_id
                   AND raw.state IN ('waiting', 'confirmed', 'partially_available')
                  JOIN stock_location source ON source.id = raw.location_id
                   AND source.warehouse_id = final.warehouse_id
                  JOIN product_product product ON product.id = raw.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id AND template.is_storable
                 WHERE finished.product_id = ANY(%(products)s)
                   AND finished.production_id IS NOT NULL
                   AND finished.state IN %(states)s
                   AND final.warehouse_id = ANY(%(warehouses)s)
            """,
            products=list({product_id for product_id, __ in keys}),
            warehouses=list({warehouse_id for __, warehouse_id in keys}),
            states=OPEN_STATES,
        )
    )
    return [Waiting(*row) for row in rows]
