#!/usr/bin/env python3
# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A date and a hold with the public client OdooRPC (pip install OdooRPC).

    python3 examples/odoorpc_hold.py

Settings: ODOO_URL, ODOO_DATABASE, ODOO_LOGIN, ODOO_PASSWORD as in the other examples.
"""

import os
from urllib.parse import urlsplit

import odoorpc


def main():
    url = urlsplit(os.environ.get("ODOO_URL", "http://localhost:8069"))
    odoo = odoorpc.ODOO(
        url.hostname,
        protocol="jsonrpc+ssl" if url.scheme == "https" else "jsonrpc",
        port=url.port or (443 if url.scheme == "https" else 80),
    )
    odoo.login(
        os.environ.get("ODOO_DATABASE", "promise_desk"),
        os.environ.get("ODOO_LOGIN", "admin"),
        os.environ.get("ODOO_PASSWORD", "admin"),
    )
    product = odoo.env["product.product"].create(
        {"name": "Oil filter", "type": "consu", "is_storable": True}
    )
    warehouse = odoo.env["stock.warehouse"].search_read([], ["lot_stock_id"], limit=1)
    odoo.env["stock.quant"].with_context(inventory_mode=True).create(
        {
            "product_id": product,
            "location_id": warehouse[0]["lot_stock_id"][0],
            "inventory_quantity_auto_apply": 8,
        }
    )
    request = {"lines": [{"product_id": product, "quantity": 5}]}
    Promise = odoo.env["delivery.promise"]
    answer = Promise.simulate(request)
    print(f"5 oil filters: possible on {answer['promised_date']} UTC")
    held = Promise.hold(request)
    print(f"{held['name']}: {held['state']} until {held['hold_until']} UTC")
    # Three are left for others; asking for five gets a refusal in words.
    try:
        Promise.hold(request)
    except odoorpc.error.RPCError as refusal:
        print(f"refused: {refusal}")
    Promise.browse(held["promise_id"]).action_release()
    (promise,) = Promise.read([held["promise_id"]], ["state"])
    print(f"{held['name']}: {promise['state']}")


if __name__ == "__main__":
    main()
