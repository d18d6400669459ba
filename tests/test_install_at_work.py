"""Installing on a company that is at work: nothing is touched that need not be, and
what people do meanwhile is not lost."""

import threading
import time

from servers import Server, copied_database

from workbench import odoo_process, paths

#: What an integration reads again when its date of change moves.
FOLLOWED = (
    "sale_order",
    "sale_order_line",
    "stock_move",
    "stock_picking",
    "product_product",
    "product_template",
    "res_partner",
    "crm_lead",
    "account_move",
)
ORDERS_BEFORE = 3


def install(database, environ, *names):
    odoo_process.run_once(
        ["module", "install", "-d", database, *names],
        environ,
        paths.LOGS / "test" / f"install-at-work-{database}.log",
        what=f"installing {', '.join(names)}",
        timeout=600,
    )


class Shop:
    """Somebody who sells one product over and over."""

    def __init__(self, client):
        self.client = client
        self.partner = client.create("res.partner", name="Garage Miller")
        self.product = client.create(
            "product.product", name="Brake Disc", type="consu", is_storable=True
        )

    def quotation(self):
        line = {"product_id": self.product, "product_uom_qty": 1}
        return self.client.create(
            "sale.order", partner_id=self.partner, order_line=[(0, 0, line)]
        )

    def order(self):
        order = self.quotation()
        self.client.call("sale.order", "action_confirm", [order])
        return order


def changes(templates, database):
    """{table: {id: date of change}}"""
    found = {}
    for table in FOLLOWED:
        rows = templates.databases.query(
            f"SELECT id, write_date FROM {table}",
            database=database,
        )
        found[table] = dict(rows)
    return found


def test_only_what_gets_a_promise_is_written(templates):
    with copied_database(
        templates.stock(["crm_stock_promise"]), templates.environ
    ) as database:
        with Server(database, templates.environ) as server:
            client = server.client()
            shop = Shop(client)
            orders = [shop.order() for _number in range(ORDERS_BEFORE)]
            quotation = shop.quotation()
            client.create("crm.lead", name="Brakes", partner_id=shop.partner)
        before = changes(templates, database)
        install(database, templates.environ, "crm_stock_promise")
        after = changes(templates, database)
        promised = dict(
            templates.databases.query(
                "SELECT id, order_id FROM sale_order_line"
                " WHERE promise_line_id IS NOT NULL",
                database=database,
            )
        )
        assert set(promised.values()) == set(orders)
        # The groups that come with the addons are given to the administrators.
        users = templates.databases.query(
            "SELECT partner_id FROM res_users", database=database
        )
        for table in FOLLOWED:
            moved = {
                key for key in before[table] if before[table][key] != after[table][key]
            }
            expected = {
                "sale_order": set(orders),
                "sale_order_line": set(promised),
                "res_partner": {partner for (partner,) in users},
            }.get(table, set())
            assert moved <= expected, table
        assert quotation not in {
            key
            for key in before["sale_order"]
            if before["sale_order"][key] != after["sale_order"][key]
        }


def test_orders_confirmed_meanwhile_are_promised(templates):
    with copied_database(
        templates.stock(["sale_stock_promise"]), templates.environ
    ) as database:
        with Server(database, templates.environ) as server:
            shop = Shop(server.client())
            orders, faults = [shop.order()], []
            done = threading.Event()

            def sell():
                end = time.monotonic() + 300
                while not done.is_set() and time.monotonic() < end:
                    try:
                        orders.append(shop.order())
                    except Exception as fault:  # noqa: BLE001 - shown below
                        faults.append(fault)
                    time.sleep(0.2)

            seller = threading.Thread(target=sell, daemon=True)
            seller.start()
            try:
                install(database, templates.environ, "sale_stock_promise")
            finally:
                done.set()
                seller.join(60)
            assert len(orders) > 1, "nothing was sold meanwhile"
        # Started again with the addon, its jobs run.
        with Server(database, templates.environ) as server:
            client = server.client()
            job = client.ref("sale_stock_promise.ir_cron_promise_open_orders")
            client.call("ir.cron", "method_direct_trigger", [job])
            left = client.search_read(
                "sale.order",
                [("state", "=", "sale"), ("promise_id", "=", False)],
                "name",
            )
            assert left == []
            confirmed = client.call(
                "sale.order", "search_count", [("state", "=", "sale")]
            )
            assert confirmed >= len(orders)
        assert len(faults) <= 2, faults
