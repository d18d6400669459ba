from unittest.mock import Mock, patch

from odoo.tests import new_test_user

from odoo.addons.dealer_locator.tests.common import TOWN, DealerCase


class HandoverCase(DealerCase):
    """A lead in the town, an agent who hands it over, and dealers north of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.weights()
        cls.env["dealer.weight"].search([]).won = 0
        cls.env.company.dealer_most_asked = 3
        cls.env.company.dealer_answer_minutes = 60
        cls.agent = new_test_user(
            cls.env,
            "handing_agent",
            "sales_team.group_sale_salesman,dealer_locator.group_dealer_user",
            email="agent@example.com",
        )
        cls.near = cls.dealer("Near", 1)
        cls.second = cls.dealer("Second", 5)
        cls.far = cls.dealer("Far", 20)
        for profile in cls.near | cls.second | cls.far:
            profile.partner_id.email = f"{profile.name.lower()}@example.com"
        cls.customer.write(
            {
                "email": "secret@example.com",
                "phone": "+49 30 555123",
                "partner_latitude": TOWN[0],
                "partner_longitude": TOWN[1],
            }
        )
        cls.lead = cls.new_lead()

    @classmethod
    def new_lead(cls, **values):
        return cls.env["crm.lead"].create(
            {
                "name": "Heating of Ms Secret",
                "type": "opportunity",
                "partner_id": cls.customer.id,
                "user_id": cls.agent.id,
                **values,
            }
        )

    def near_names(self, lead):
        return [row["name"] for row in lead.dealer_choice()["answer"]["dealers"]]

    def hand_over(self, dealer=None, lead=None, **options):
        lead = (lead or self.lead).with_user(self.agent)
        answer = lead.hand_over((dealer or self.near).id, **options)
        return self.env["dealer.handover"].browse(answer["handover_id"])

    def run_job(self):
        # one transaction: nothing is committed here
        jobs = type(self.env["ir.cron"])
        with patch.object(jobs, "_commit_progress", Mock()):
            self.env["dealer.handover"]._cron_expire()

    def present(self, lead=None):
        return (lead or self.lead).handover_ids.filtered(
            lambda one: one.state in ("asked", "accepted")
        )

    def chatter(self, lead=None):
        bodies = (lead or self.lead).message_ids.mapped("body")
        return "\n".join(map(str, bodies))
