"""Data of the tests of promising: a company of their own, at a time of their own."""

from datetime import datetime, time, timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

from freezegun import freeze_time

from odoo import fields
from odoo.tests import new_test_user
from odoo.tools.translate import code_translations

from odoo.addons.base.tests.common import BaseCommon

#: a Tuesday, in the morning
NOW = datetime(2026, 11, 24, 9, 0, 0)


def ship_at_any_time(case):
    """New warehouses of a test class ship at any time, unless a test says otherwise: so
    its dates do not depend on the day of the week on which it runs."""
    case.startClassPatcher(
        patch.object(
            case.registry["stock.warehouse"],
            "_prepare_promise_shipping_vals",
            lambda self, company: {},
        )
    )


class PromiseCase(BaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        ship_at_any_time(cls)
        cls.company = cls.env["res.company"].create({"name": "Bearings Ltd"})
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.stock = cls.warehouse.lot_stock_id
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.suppliers = cls.env.ref("stock.stock_location_suppliers")
        cls.unit = cls.env.ref("uom.product_uom_unit")
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.product = cls._create_product("Bearing")
        cls.customer = cls.env["res.partner"].create({"name": "Gear Works"})
        cls.user = cls._create_user("promise_user", "stock_promise.group_promise_user")
        cls.manager = cls._create_user(
            "promise_manager", "stock_promise.group_promise_manager"
        )
        cls.Promise = cls.env["delivery.promise"].with_user(cls.user)

    # -- data ----------------------------------------------------------------------

    @classmethod
    def _create_product(cls, name, **values):
        return cls.env["product.product"].create(
            {"name": name, "type": "consu", "is_storable": True, **values}
        )

    @classmethod
    def _create_user(cls, login, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login,
            groups,
            company_id=company.id,
            company_ids=[fields.Command.set(company.ids)],
        )

    @classmethod
    def on_hand(cls, quantity, product=None, location=None, owner=None):
        cls.env["stock.quant"]._update_available_quantity(
            product or cls.product, location or cls.stock, quantity, owner_id=owner
        )

    @classmethod
    def moment(cls, days, hour=9):
        """The given hour, in UTC, so many days from today."""
        return datetime.combine(NOW.date() + timedelta(days=days), time(hour))

    @classmethod
    def _create_move(cls, source, dest, quantity, days, product=None, **values):
        product = product or cls.product
        return cls.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom": product.uom_id.id,
                "product_uom_qty": quantity,
                "location_id": source.id,
                "location_dest_id": dest.id,
                "company_id": cls.company.id,
                "date": cls.moment(days),
                **values,
            }
        )

    @classmethod
    def receipt(cls, quantity, days, product=None, **values):
        values.setdefault("picking_type_id", cls.warehouse.in_type_id.id)
        move = cls._create_move(
            cls.suppliers, cls.stock, quantity, days, product, **values
        )
        return move._action_confirm(merge=False)

    @classmethod
    def delivery(cls, quantity, days, product=None, **values):
        values.setdefault("picking_type_id", cls.warehouse.out_type_id.id)
        move = cls._create_move(
            cls.stock, cls.customers, quantity, days, product, **values
        )
        return move._action_confirm(merge=False)

    @classmethod
    def order(cls, quantity, days, warehouse=None, product=None, **values):
        """What a sales order does: a procurement at the customer's, by the routes."""
        warehouse = warehouse or cls.warehouse
        product = product or cls.product
        before = cls.env["stock.move"].search([]).ids
        cls.env["stock.rule"].run(
            [
                cls.env["stock.rule"].Procurement(
                    product,
                    quantity,
                    product.uom_id,
                    cls.customers,
                    product.display_name,
                    "SO1",
                    warehouse.company_id,
                    {
                        "warehouse_id": warehouse,
                        "date_planned": cls.moment(days),
                        "date_deadline": cls.moment(days),
                        "partner_id": cls.customer.id,
                        **values,
                    },
                )
            ]
        )
        return cls.env["stock.move"].search([("id", "not in", before)])

    @classmethod
    def done(cls, moves, quantity=None):
        """Carry moves out, wholly or in part (the rest becomes a backorder)."""
        for move in moves:
            move.quantity = move.product_uom_qty if quantity is None else quantity
            move.picked = True
        return moves._action_done()

    # -- another language ------------------------------------------------------------

    @classmethod
    def _speak_french(cls, **terms):
        """Install French, with translations of these terms: {module: {term: text}}."""
        cls.env["res.lang"]._activate_lang("fr_FR")
        known = {(module, "fr_FR"): texts for module, texts in terms.items()}
        cls.startClassPatcher(patch.dict(code_translations.python_translations, known))

    # -- asking ----------------------------------------------------------------------

    def line(self, quantity, product=None, **values):
        return {
            "product_id": (product or self.product).id,
            "quantity": quantity,
            **values,
        }

    def ask(self, *lines, **values):
        return self.Promise.simulate({"lines": list(lines), **values})

    def hold(self, *lines, user=None, **values):
        Promise = self.Promise.with_user(user or self.user)
        answer = Promise.hold({"lines": list(lines), **values})
        return Promise.browse(answer["promise_id"])

    def promised(self, quantity, product=None, **values):
        """The date promised for a quantity, as a datetime, or False."""
        answer = self.ask(self.line(quantity, product, **values))
        return fields.Datetime.to_datetime(answer["promised_date"]) or False

    def profile(self, days=(0,), product=None, warehouse=None, first=0):
        """[{…}] of the profile, for the days named."""
        warehouse = warehouse or self.warehouse
        product = product or self.product
        zone = ZoneInfo(warehouse._promise_zone().key)
        today = fields.Datetime.now().replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)
        start = today.date() + timedelta(days=min(first, *days, 0))
        rows = self.Promise.atp_profile(
            product.ids,
            warehouse.id,
            start.isoformat(),
            (today.date() + timedelta(days=max(days))).isoformat(),
        )[str(product.id)]
        by_date = {row["date"]: row for row in rows}
        return [
            by_date[(today.date() + timedelta(days=day)).isoformat()] for day in days
        ]

    def atp(self, *days, **values):
        """What is available to promise on the days named (from today)."""
        rows = self.profile(days or (0,), **values)
        return [row["available_to_promise"] for row in rows]
