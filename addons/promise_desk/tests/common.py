from odoo.addons.call_center.tests.common import CallCenterCommon


class PromiseDeskCommon(CallCenterCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman = cls._new_user(
            "salesman",
            "sales_team.group_sale_salesman,stock_promise.group_promise_user,"
            "call_center.group_call_center_agent",
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
        team = cls.env["crm.team"].create({"name": "T", "company_id": cls.company.id})
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "Brakes for a van",
                "type": "opportunity",
                "phone": "+49 30 1234567",
                "team_id": team.id,
                "user_id": cls.salesman.id,
                "company_id": cls.company.id,
                "promise_line_ids": [
                    (0, 0, {"product_id": cls.product.id, "quantity": 2})
                ],
            }
        )

    def _hold(self):
        self.lead.with_user(self.salesman).action_hold_promise()
        return self.lead.promise_id
