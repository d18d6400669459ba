from odoo.tests import tagged

from .common import CallCenterCommon


@tagged("post_install", "-at_install")
class TestCallerAlerts(CallCenterCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.firma = cls._partner("Firma", "+49301234560", is_company=True)
        cls.anna = cls._partner("Anna", "+49301234561", parent_id=cls.firma.id)

    def _call(self, **values):
        return self.Call.create(
            {
                "company_id": self.company.id,
                "partner_id": self.anna.id,
                "state": "ended",
                "subject_id": self.env.ref("call_center.subject_complaint").id,
                **values,
            }
        )

    def _alerts(self, partner):
        return self._section(partner, "calls")["alerts"]

    def test_open_complaint_is_told_about_the_whole_company(self):
        call = self._call(summary="Pads squeal\nThird time")
        (alert,) = self._alerts(self.firma)
        self.assertIn("Pads squeal", alert["message"])
        self.assertNotIn("Third", alert["message"])
        self.assertEqual((alert["model"], alert["id"]), ("phone.call", call.id))

    def test_complaint_is_over_when_a_later_call_solved_it(self):
        self._call(started_at="2026-01-01 10:00:00")
        self._call(outcome_id=self.env.ref("call_center.outcome_solved").id)
        self.assertEqual(self._alerts(self.anna), [])

    def test_other_subjects_are_no_complaint(self):
        self._call(subject_id=self.env.ref("call_center.subject_invoice").id)
        self.assertEqual(self._alerts(self.anna), [])

    def test_caller_who_tried_in_vain_is_told_about(self):
        back = self.env["phone.call.back"].create(
            {
                "company_id": self.company.id,
                "e164": "+49301234561",
                "missed_count": 3,
                "last_missed_at": "2026-05-04 10:00:00",
            }
        )
        (alert,) = self._alerts(self.anna)
        self.assertIn("3", alert["message"])
        back.action_done()
        self.assertEqual(self._alerts(self.anna), [])
