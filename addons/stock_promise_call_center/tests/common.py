from odoo.addons.call_center.tests.common import CallCenterCommon


class StockPromiseCallCommon(CallCenterCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.promiser = cls._new_user(
            "promiser",
            "stock_promise.group_promise_user,call_center.group_call_center_agent",
        )
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        # at any time, so that dates do not depend on the day of the week
        cls.warehouse.write({"promise_calendar_id": False, "promise_cutoff": 0.0})
        cls.product = cls.env["product.product"].create(
            {"name": "Brake pad", "type": "consu", "is_storable": True}
        )
        cls.env["stock.quant"].create(
            {
                "product_id": cls.product.id,
                "location_id": cls.warehouse.lot_stock_id.id,
                "inventory_quantity": 10,
            }
        ).action_apply_inventory()
        cls.firma = cls._partner("Firma", "+49 30 1234567", is_company=True)
        cls.anna = cls._partner("Anna", "+49 30 1234567-12", parent_id=cls.firma.id)

    def _hold(self, partner=None, quantity=2):
        answer = (
            self.env["delivery.promise"]
            .with_user(self.promiser)
            .hold(
                {
                    "partner_id": (partner or self.anna).id,
                    "company_id": self.company.id,
                    "warehouse_id": self.warehouse.id,
                    "lines": [{"product_id": self.product.id, "quantity": quantity}],
                }
            )
        )
        return self.env["delivery.promise"].browse(answer["promise_id"])
