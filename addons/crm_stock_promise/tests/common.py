from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from odoo.addons.sale_stock_promise.tests.common import NOW, SalePromiseCase


@tagged("post_install", "-at_install")
class CrmPromiseCase(SalePromiseCase):
    """Two salespeople and their leader, and leads that ask for goods."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.default_code = "DISC-1"
        cls.other.write({"default_code": "PAD-1", "barcode": "4006381333931"})
        cls.colleague = cls._user("crm_colleague", "sales_team.group_sale_salesman")
        cls.leader = cls._user("crm_leader", "sales_team.group_sale_salesman_all_leads")
        cls.team = cls.env["crm.team"].create(
            {"name": "Garages", "company_id": cls.company.id, "use_leads": True}
        )

    def _lead(self, *lines, user=None, **values):
        """An opportunity of (product, quantity) lines, made by the salesperson."""
        user = user or self.seller
        return (
            self.env["crm.lead"]
            .with_user(user)
            .create(
                {
                    "name": "Brakes for a garage",
                    "type": "opportunity",
                    "user_id": user.id,
                    "partner_id": self.partner.id,
                    "company_id": self.company.id,
                    "promise_line_ids": [
                        Command.create({"product_id": product.id, "quantity": quantity})
                        for product, quantity in lines
                    ],
                    **values,
                }
            )
        )

    def _held_lead(self, *lines, **values):
        lead = self._lead(*(lines or [(self.product, 6)]), **values)
        lead.action_hold_promise()
        return lead

    def _in_days(self, days):
        return fields.Datetime.to_datetime(NOW + timedelta(days=days))
