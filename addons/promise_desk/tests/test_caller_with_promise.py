from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestCallerWithPromise(HttpCase):
    def test_caller_is_shown_with_what_he_was_promised(self):
        self.env.company.country_id = self.env.ref("base.de")
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        product = self.env["product.product"].create(
            {"name": "Brake pad", "type": "consu", "is_storable": True}
        )
        self.env["stock.quant"].create(
            {
                "product_id": product.id,
                "location_id": warehouse.lot_stock_id.id,
                "inventory_quantity": 10,
            }
        ).action_apply_inventory()
        partner = self.env["res.partner"].create(
            {"name": "Anna Berger", "phone": "030/5551234"}
        )
        lead = self.env["crm.lead"].create(
            {
                "name": "Brakes for a van",
                "type": "opportunity",
                "partner_id": partner.id,
                "promise_line_ids": [(0, 0, {"product_id": product.id, "quantity": 2})],
            }
        )
        lead.action_hold_promise()
        self.start_tour("/odoo/contacts", "promise_desk_caller", login="admin")
