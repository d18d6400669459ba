"""Dealers and all that is theirs stay in their company."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import DealerCase


@tagged("post_install", "-at_install")
class TestCompaniesOfDealers(DealerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.theirs = cls.env["res.company"].create({"name": "Theirs"})
        cls.other = cls.dealer("Theirs", 1, company_id=cls.theirs.id)
        cls.own = cls.dealer("Own", 1)
        cls.stranger = new_test_user(
            cls.env,
            "dealer_stranger",
            "dealer_locator.group_dealer_manager",
            company_id=cls.theirs.id,
            company_ids=[Command.set(cls.theirs.ids)],
        )

    def test_lines_of_another_company_s_dealer_are_neither_read_nor_written(self):
        examples = {
            "dealer.territory": {"country_id": self.germany.id},
            "dealer.skill.line": {"skill_id": self.heating.id},
            "dealer.person": {"partner_id": self.customer.id},
            "dealer.customer": {"partner_id": self.customer.id},
        }
        for name, values in examples.items():
            with self.subTest(model=name):
                line = self.env[name].create({"dealer_id": self.own.id, **values})
                theirs = line.with_user(self.stranger)
                self.assertFalse(theirs.search([("id", "=", line.id)]))
                with self.assertRaises(AccessError):
                    theirs.read(["dealer_id"])
                ours = line.with_user(self.manager)
                with self.assertRaises(UserError):
                    ours.dealer_id = self.other.id
                    self.env.flush_all()
                self.env.invalidate_all()
                with self.assertRaises(UserError):
                    ours.create({"dealer_id": self.other.id, **values})

    def test_a_dealer_is_not_moved_to_another_company(self):
        with self.assertRaises(UserError):
            self.own.with_user(self.manager).company_id = self.theirs.id

    def test_history_of_another_company_s_dealers_tells_nothing(self):
        self.env["dealer.customer"].create(
            {"dealer_id": self.other.id, "partner_id": self.customer.id}
        )
        known = self.env["dealer.customer"].with_user(self.user)._known(self.customer)
        self.assertEqual(known, {})
