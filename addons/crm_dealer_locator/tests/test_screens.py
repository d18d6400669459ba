from odoo.tests import HttpCase, tagged

from .common import HandoverCase


@tagged("post_install", "-at_install")
class TestScreens(HandoverCase, HttpCase):
    def test_a_lead_is_handed_over_from_list_and_map(self):
        self.agent.password = "handing_agent"
        self.lead.dealer_consent = False
        self.start_tour(
            f"/odoo/crm.lead/{self.lead.id}", "dealer_choice", login=self.agent.login
        )
        handover = self.lead.handover_ids
        self.assertEqual(handover.dealer_id, self.second)
        self.assertEqual(handover.message, "A boiler has failed.")
        self.assertEqual(self.lead.dealer_consent, "informed")
        self.assertEqual(self.lead.dealer_consent_user_id, self.agent)
