from odoo import api, models

from odoo.addons.call_center.models.phone_call_context import CallerSection


class PhoneCall(models.Model):
    """Whether the caller has credit left, before something is promised to him."""

    _inherit = "phone.call"

    @api.model
    def _caller_sections(self, record):
        sections = super()._caller_sections(record)
        if self._caller_entity(record):
            sections.append(
                CallerSection(
                    14,
                    "credit",
                    self.env._("Credit"),
                    lambda: ([], self._caller_credit_alerts(record)),
                )
            )
        return sections

    @api.model
    def _caller_credit_alerts(self, record):
        """An alert when Odoo's own credit limit is used up.

        Amounts are for those who may read invoices; that something is wrong is for
        whoever is about to sell.
        """
        company = self.env.company
        # sudo: see above; the fields are accountants'
        entity = self._caller_entity(record).sudo().with_company(company)
        if not (company.sudo().account_use_credit_limit and entity.credit_limit):
            return []
        if entity.credit <= entity.credit_limit:
            return []
        return [
            self._caller_alert(
                self.env._(
                    "Credit limit used up: ask accounting before you take an order."
                ),
                "danger",
            )
        ]
