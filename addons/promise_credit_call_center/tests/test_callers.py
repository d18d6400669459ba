from odoo.addons.sale_promise_credit.tests.common import CreditCase


class TestCallers(CreditCase):
    def _alerts(self, user):
        self.env.flush_all()
        self.env.invalidate_all()
        context = (
            self.env["phone.call"]
            .with_user(user)
            .with_context(allowed_company_ids=self.company.ids)
            .caller_context("res.partner", self.contact.id)
        )
        section = next(s for s in context["sections"] if s["code"] == "credit")
        return section["alerts"]

    def test_the_alert_is_by_the_one_figure_and_without_amounts(self):
        self._policy("wait")
        agent = self._user("credit_agent", "base.group_user")
        self.assertEqual(self._alerts(agent), [])
        self._order((self.product, 10)).action_hold_promise()
        self._invoice(100.0)
        (alert,) = self._alerts(agent)
        self.assertEqual(alert["level"], "danger")
        self.assertNotIn("1,", alert["message"])
        self.assertIn("1,100", self._alerts(self.bookkeeper)[0]["message"])
        self.partner.credit_limit = 2000.0
        self.assertEqual(self._alerts(agent), [])
