from odoo import models
from odoo.tools import SQL, email_normalize


class PrivacyLookupWizard(models.TransientModel):
    _inherit = "privacy.lookup.wizard"

    def _get_query_models_blacklist(self):
        # calls and call-backs that name the customer are found with those of their
        # numbers, once each
        return [*super()._get_query_models_blacklist(), "phone.call", "phone.call.back"]

    def _get_query(self):
        """Also what is known of a person by their phone numbers: the directory's
        entries, and calls of these that nobody linked to them."""
        query = super()._get_query()
        people = SQL(
            "SELECT id FROM res_partner WHERE email_normalized = %s OR name ILIKE %s",
            email_normalize(self.email.strip()),
            self.name.strip(),
        )
        entries = SQL(
            """
            SELECT id, e164 FROM phone_directory
             WHERE (res_model = 'res.partner' AND res_id IN (%(people)s))
                OR (res_model = 'res.users' AND res_id IN (
                    SELECT id FROM res_users WHERE partner_id IN (%(people)s)))
            """,
            people=people,
        )
        numbers = SQL("SELECT e164 FROM (%s) entry WHERE e164 IS NOT NULL", entries)
        parts = [
            self._privacy_part(
                "phone.directory", SQL("id IN (SELECT id FROM (%s) e)", entries)
            )
        ]
        for model in ("phone.call", "phone.call.back"):
            known = SQL("partner_id IN (%s) OR e164 IN (%s)", people, numbers)
            parts.append(self._privacy_part(model, known))
        blocked = SQL("e164 IN (%s)", numbers)
        parts.append(self._privacy_part("call.blocked.number", blocked))
        return SQL("%s %s", query, SQL(" ").join(parts))

    def _privacy_part(self, model, condition):
        active = (
            SQL.identifier("active") if "active" in self.env[model] else SQL("true")
        )
        return SQL(
            "UNION ALL SELECT %s AS res_model_id, id AS res_id, %s AS is_active "
            "FROM %s WHERE %s",
            self.env["ir.model"]._get_id(model),
            active,
            SQL.identifier(self.env[model]._table),
            condition,
        )
