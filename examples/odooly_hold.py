#!/usr/bin/env python3
# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A date and a hold with the public client Odooly (pip install Odooly).

    python3 examples/odooly_hold.py

Settings: ODOO_URL, ODOO_DATABASE, ODOO_LOGIN, ODOO_PASSWORD as in the other examples.
"""

import os

import odooly


def main():
    client = odooly.Client(
        os.environ.get("ODOO_URL", "http://localhost:8069"),
        os.environ.get("ODOO_DATABASE", "promise_desk"),
        os.environ.get("ODOO_LOGIN", "admin"),
        os.environ.get("ODOO_PASSWORD", "admin"),
    )
    env = client.env
    product = env["product.product"].create(
        {"name": "Air filter", "type": "consu", "is_storable": True}
    )
    warehouse = env["stock.warehouse"].search([], limit=1)[0]
    env["stock.quant"].with_context(inventory_mode=True).create(
        {
            "product_id": product.id,
            "location_id": warehouse.lot_stock_id.id,
            "inventory_quantity_auto_apply": 8,
        }
    )
    request = {"lines": [{"product_id": product.id, "quantity": 5}]}
    promises = env["delivery.promise"]
    answer = promises.simulate(request)
    print(f"5 air filters: possible on {answer['promised_date']} UTC")
    held = promises.hold(request)
    print(f"{held['name']}: {held['state']} until {held['hold_until']} UTC")
    # Three are left for others; asking for five gets a refusal in words.
    try:
        promises.hold(request)
    except odooly.ServerError as error:
        print(f"refused: {error.args[0]['data']['message']}")
    promise = promises.browse(held["promise_id"])
    promise.action_release()
    promise.refresh()
    print(f"{held['name']}: {promise.state}")


if __name__ == "__main__":
    main()
