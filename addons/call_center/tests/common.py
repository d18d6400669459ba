from odoo.tests.common import TransactionCase, new_test_user


class CallCenterCommon(TransactionCase):
    """Own data, no demo: a German company, an agent, an ordinary user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.germany = cls.env.ref("base.de")
        cls.austria = cls.env.ref("base.at")
        cls.company = cls.env["res.company"].create(
            {"name": "Kupplung GmbH", "country_id": cls.germany.id}
        )
        cls.agent = cls._new_user("agent", "call_center.group_call_center_agent")
        cls.manager = cls._new_user("manager", "call_center.group_call_center_manager")
        cls.employee = cls._new_user("employee", "base.group_user")
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        cls.Call = cls.env["phone.call"]
        cls.Partner = cls.env["res.partner"]

    @classmethod
    def _new_user(cls, login, groups, **values):
        return new_test_user(
            cls.env,
            f"cc_{login}",
            groups=groups,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
            **values,
        )

    @classmethod
    def _partner(cls, name, phone, country=None, **values):
        country = cls.env["res.country"].search([("code", "=", country or "")])
        return cls.Partner.create(
            {
                "name": name,
                "phone": phone,
                "country_id": country.id,
                **values,
            }
        )

    def _run_job(self, name):
        """As the scheduler does: the job commits as it goes on."""
        job = self.env.ref(f"call_center.{name}")
        with self.enter_registry_test_mode():
            job.method_direct_trigger()

    def _lookup(self, number, user=None, **options):
        return self.Call.with_user(user or self.agent).lookup(number, **options)

    def _found(self, number, user=None, **options):
        """(record, certainty) of the matches, in their order."""
        return [
            (self.env[match["model"]].browse(match["id"]), match["certainty"])
            for match in self._lookup(number, user, **options)["matches"]
        ]

    def _section(self, record, code, user=None):
        call = self.Call.with_user(user or self.agent)
        context = call.caller_context(record._name, record.id)
        return next((s for s in context["sections"] if s["code"] == code), None)
