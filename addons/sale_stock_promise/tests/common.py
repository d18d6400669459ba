from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.tests import TransactionCase, new_test_user, tagged

from odoo.addons.stock_promise.tests.common import ship_at_any_time

#: a Monday; the warehouse keeps UTC, so that days are what they look like
NOW = datetime(2030, 3, 4, 9, 0)


@tagged("post_install", "-at_install")
class SalePromiseCase(TransactionCase):
    """A company with one warehouse, a salesperson and goods of known stock. Time
    stands still."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        frozen = freeze_time(NOW)
        cls.clock = frozen.start()
        cls.addClassCleanup(frozen.stop)
        cls.env = cls.env(
            context=dict(
                cls.env.context,
                tracking_disable=True,
                mail_create_nosubscribe=True,
                no_reset_password=True,
            )
        )
        ship_at_any_time(cls)
        cls.company = cls.env["res.company"].create(
            {"name": "Promise Parts", "security_lead": 0.0}
        )
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=cls.company.ids)
        )
        cls.company = cls.company.with_env(cls.env)
        cls.company.partner_id.tz = "UTC"
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.warehouse.partner_id.tz = "UTC"
        cls.seller = cls._user("so_seller", "sales_team.group_sale_salesman")
        cls.partner = cls.env["res.partner"].create({"name": "Garage Lindholm"})
        cls.product = cls._product("Brake Disc", 10)
        cls.other = cls._product("Brake Pad", 10)
        cls.service = cls.env["product.product"].create(
            {"name": "Fitting", "type": "service"}
        )

    def setUp(self):
        super().setUp()
        self.clock.move_to(NOW)

    @classmethod
    def _user(cls, login, groups):
        return new_test_user(
            cls.env,
            login,
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            tz="UTC",
        )

    @classmethod
    def _product(cls, name, quantity=0.0, **values):
        product = cls.env["product.product"].create(
            {
                "name": name,
                "type": "consu",
                "is_storable": True,
                "lst_price": 100.0,
                "sale_delay": 0.0,
                "taxes_id": [Command.clear()],
                "invoice_policy": "delivery",
                **values,
            }
        )
        if quantity:
            cls._stock(product, quantity)
        return product

    @classmethod
    def _stock(cls, product, quantity, warehouse=None):
        cls.env["stock.quant"]._update_available_quantity(
            product, (warehouse or cls.warehouse).lot_stock_id, quantity
        )

    @classmethod
    def _receipt(cls, product, quantity, days, warehouse=None):
        warehouse = warehouse or cls.warehouse
        move = cls.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "location_id": cls.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": warehouse.lot_stock_id.id,
                "picking_type_id": warehouse.in_type_id.id,
                "date": NOW + timedelta(days=days),
                # or it is merged with another receipt
                "date_deadline": NOW + timedelta(days=days),
                "company_id": cls.company.id,
            }
        )
        move._action_confirm()
        return move

    def _order(self, *lines, user=None, **values):
        """A quotation of (product, quantity) lines, made by the salesperson."""
        env = self.env(user=(user or self.seller).id)
        return env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "company_id": self.company.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "product_uom_qty": quantity}
                    )
                    for product, quantity in lines
                ],
                **values,
            }
        )

    def _atp(self, product, days=0, warehouse=None):
        """Available to promise on the day that is ``days`` ahead."""
        day = fields.Date.to_string((fields.Datetime.now() + timedelta(days)).date())
        profile = self.env["delivery.promise"].atp_profile(
            product.ids, (warehouse or self.warehouse).id, day, day
        )
        return profile[str(product.id)][0]["available_to_promise"]

    def _deliver(self, picking, quantities=None, backorder=True):
        """Ship a picking, or only {product: quantity} of it."""
        picking.action_assign()
        for move in picking.move_ids:
            quantity = move.product_uom_qty
            if quantities is not None:
                quantity = quantities.get(move.product_id, 0.0)
            move.quantity = quantity
            move.picked = bool(quantity)
        picking.with_context(
            skip_backorder=True,
            picking_ids_not_to_backorder=None if backorder else picking.ids,
        ).button_validate()
        return picking.backorder_ids

    def _tick(self, **delta):
        """Let time pass."""
        self.clock.tick(timedelta(**delta))
        self.env.invalidate_all()
