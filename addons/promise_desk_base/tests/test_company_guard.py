from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestWriteForAllCompanies(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Ours Ltd"})
        cls.user = new_test_user(
            cls.env,
            "one_company",
            "base.group_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def test_who_works_in_one_of_several_companies_does_not_write_for_all(self):
        self.assertFalse(self.user._writes_for_all_companies())

    def test_who_works_in_all_companies_writes_for_all(self):
        self.user.company_ids = self.env["res.company"].search([])
        self.assertTrue(self.user._writes_for_all_companies())
        self.env["res.company"].create({"name": "Another Ltd"})
        self.assertFalse(self.user._writes_for_all_companies())

    def test_administrators_write_for_all(self):
        self.user.group_ids |= self.env.ref("base.group_system")
        self.assertTrue(self.user._writes_for_all_companies())

    def test_where_there_is_one_company_its_people_write_for_all(self):
        others = self.env["res.company"].search([]) - self.company
        self.env["res.users"].search([]).write(
            {
                "company_ids": [Command.link(self.company.id)],
                "company_id": self.company.id,
            }
        )
        # by SQL: Odoo archives no company that has a website
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_company SET active = false WHERE id = ANY(%s)", [others.ids]
        )
        self.env.invalidate_all()
        self.assertTrue(self.user._writes_for_all_companies())
