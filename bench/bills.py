# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Goods that are made of what is made of what is made of bought parts."""

import json

from inside import superuser

#: the configuration parameter under which a database says which they are
PARAMETER = "promise_desk.bench.bills"
TREES = 5
LEVELS = 3


def ensure(database):
    """[(product id, id of its bill)] of goods made in three levels, two parts each,
    the last of them bought; made if they are not there."""
    with superuser(database) as env:
        parameters = env["ir.config_parameter"]
        text = parameters.get_param(PARAMETER)
        if text:
            return json.loads(text)
        vendor = env["res.partner"].create({"name": "Vendor of parts"})
        made = [_tree(env, vendor, f"Machine {n}", LEVELS) for n in range(1, TREES + 1)]
        made = [(product.id, bill.id) for product, bill in made]
        parameters.set_param(PARAMETER, json.dumps(made))
        env.cr.commit()
    return made


def _tree(env, vendor, name, levels):
    product = env["product.product"].create(
        {"name": name, "type": "consu", "is_storable": True}
    )
    if not levels:
        product.seller_ids = [
            (0, 0, {"partner_id": vendor.id, "delay": 5, "price": 1.0})
        ]
        return product, env["mrp.bom"]
    parts = [_tree(env, vendor, f"{name}.{n}", levels - 1)[0] for n in (1, 2)]
    bill = env["mrp.bom"].create(
        {
            "product_tmpl_id": product.product_tmpl_id.id,
            "produce_delay": 1,
            "bom_line_ids": [
                (0, 0, {"product_id": part.id, "product_qty": 2}) for part in parts
            ],
        }
    )
    return product, bill
