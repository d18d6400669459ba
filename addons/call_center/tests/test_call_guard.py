from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.models import MAGIC_COLUMNS
from odoo.tests import tagged

from .test_call_life import NOW, CallLifeCommon


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCallGuard(CallLifeCommon):
    """What an agent may change of a call."""

    def _talked(self):
        return self._receive(
            self._event("newCall", user=["101"]),
            self._event("answer", user="101"),
            self._event("hangup", cause="normalClearing"),
        )

    def test_agent_writes_what_he_knows(self):
        anna = self._partner("Anna", "+49307654321")
        call = self._talked().with_user(self.agent)
        call.write(
            {
                "summary": "Wants three",
                "outcome_id": self.env.ref("call_center.outcome_solved").id,
                "subject_id": self.env.ref("call_center.subject_delivery").id,
                "tag_ids": [(6, 0, self.env.ref("call_center.tag_urgent").ids)],
                "partner_id": anna.id,
                "res_model": "res.partner",
                "res_id": anna.id,
            }
        )
        self.assertEqual((call.partner_id, call.summary), (anna, "Wants three"))

    def test_rest_of_a_call_is_the_providers(self):
        call = self._talked()
        own = call._agent_fields()
        others = {
            name
            for name, field in call._fields.items()
            if field.store and name not in own and name not in MAGIC_COLUMNS
        }
        self.assertIn("started_at", others)
        for name in others:
            with self.assertRaises(AccessError, msg=name):
                call.with_user(self.agent).write({name: False})
        with self.assertRaisesRegex(AccessError, "Started"):
            call.with_user(self.agent).write({"started_at": NOW, "summary": "x"})
        self.assertFalse(call.summary)

    def test_managers_correct_calls(self):
        call = self._talked().with_user(self.manager)
        call.write({"queue": "sales", "cause": "cancel"})
        self.assertEqual(call.queue, "sales")

    def test_agents_make_no_calls_up(self):
        values = {"company_id": self.company.id, "from_number": "+49301234567"}
        with self.assertRaises(AccessError):
            self.Call.with_user(self.agent).create(values)
        self.assertTrue(self.Call.with_user(self.manager).create(values))

    def test_call_can_be_about_what_the_agent_may_read_only(self):
        call = self._talked()
        other = self.env["res.company"].create({"name": "Other"})
        hidden = self._partner("Hidden", False, company_id=other.id)
        values = {"company_id": self.company.id, "res_model": "res.partner"}
        with self.assertRaises(AccessError):
            self.Call.with_user(self.manager).create({**values, "res_id": hidden.id})
        with self.assertRaises(AccessError):
            call.with_user(self.manager).partner_id = hidden
        mine = call.with_user(self.agent)
        for vals in (
            {"partner_id": hidden.id},
            {"partner_id": 2**40},
            {"res_model": "res.partner", "res_id": hidden.id},
            {"res_model": "ir.config_parameter", "res_id": 1},
            {"res_model": "nonsense", "res_id": 1},
            {"res_model": "res.partner", "res_id": 2**31 - 1},
        ):
            with self.assertRaises(AccessError, msg=vals):
                mine.write(vals)
        # one after the other is no way round
        mine.write({"res_id": hidden.id})
        with self.assertRaises(AccessError):
            mine.write({"res_model": "res.partner"})

    def test_forms_show_it_so(self):
        for user, readonly in ((self.agent, True), (self.manager, False)):
            described = self.Call.with_user(user).fields_get(
                ["started_at", "summary", "partner_id"], ["readonly"]
            )
            self.assertEqual(described["started_at"]["readonly"], readonly)
            self.assertFalse(described["summary"]["readonly"])
            self.assertFalse(described["partner_id"]["readonly"])

    def test_note_in_the_chatter_is_who_wrote_its(self):
        self.company.call_log_in_chatter = True
        anna = self._partner("Anna", "+49301234567")
        call = self._talked()
        colleague = self._new_user("colleague", "call_center.group_call_center_agent")
        call.with_user(colleague).wrap_up({"summary": "I say so"})
        note = anna.message_ids.filtered(lambda m: "I say so" in (m.body or ""))
        self.assertEqual(note.author_id, colleague.partner_id)
        self.assertTrue(call.wrap_up_ended_at)

    def test_a_form_lists_agents_of_one_s_own_companies_alone(self):
        """A form may name any company before it is saved."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.env["res.users"].create(
            {
                "name": "Stranger",
                "login": "cc_elsewhere",
                "phone_extension": "900",
                "company_id": other.id,
                "company_ids": [(6, 0, other.ids)],
            }
        )
        Line = self.env["call.provider"].with_user(self.manager)
        specification = {"company_id": {}, "agent_ids": {"fields": {"name": {}}}}
        for company, listed in ((self.company, True), (other, False)):
            told = Line.browse().onchange(
                {"company_id": company.id}, ["company_id"], specification
            )
            self.assertNotIn(stranger.name, str(told))
            self.assertEqual(self.agent.name in str(told), listed)
