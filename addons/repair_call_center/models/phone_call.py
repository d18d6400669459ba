from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.call_center.models.phone_call_context import (
    SECTION_LIMIT,
    CallerSection,
)


class PhoneCall(models.Model):
    _inherit = "phone.call"

    @api.model
    def _caller_sections(self, record):
        sections = super()._caller_sections(record)
        if self._caller_entity(record) and self.env["repair.order"].has_access("read"):
            sections.append(
                CallerSection(
                    45,
                    "repairs",
                    self.env._("Repairs"),
                    lambda: self._caller_repairs(record),
                )
            )
        return sections

    @api.model
    def _caller_repair_domain(self, record):
        """What the caller's company has given us to repair and has not got back."""
        return Domain(
            [
                (
                    "partner_id.commercial_partner_id",
                    "=",
                    self._caller_entity(record).id,
                ),
                ("state", "not in", ("done", "cancel")),
            ]
        )

    @api.model
    def _caller_repairs(self, record):
        repairs = self.env["repair.order"].search(
            self._caller_repair_domain(record),
            order="schedule_date, id",
            limit=SECTION_LIMIT,
        )
        states = dict(repairs._fields["state"]._description_selection(self.env))
        now = fields.Datetime.now()
        lines, alerts = [], []
        for repair in repairs:
            # a draft has no date that anybody was told
            late = repair.state != "draft" and repair.schedule_date < now
            lines.append(
                self._caller_record(
                    repair,
                    name=repair.name,
                    badge=states[repair.state],
                    level="warning" if late else "info",
                    values=[
                        (
                            "product",
                            self.env._("Product"),
                            "text",
                            repair.product_id.display_name,
                        ),
                        (
                            "schedule_date",
                            self.env._("Scheduled"),
                            "datetime",
                            repair.schedule_date,
                        ),
                        (
                            "responsible",
                            self.env._("Responsible"),
                            "text",
                            # sudo: a colleague's name, whoever may read users
                            repair.user_id.sudo().name,
                        ),
                    ],
                )
            )
            if late:
                alerts.append(
                    self._caller_alert(
                        self.env._(
                            "Repair %(repair)s was scheduled for %(date)s and is not "
                            "done.",
                            repair=repair.name,
                            date=self._caller_date(repair.schedule_date),
                        ),
                        "warning",
                        repair,
                    )
                )
        return lines, alerts
