from odoo import api, models
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
        if self._caller_entity(record) and self.env["helpdesk.ticket"].has_access(
            "read"
        ):
            sections.append(
                CallerSection(
                    40,
                    "tickets",
                    self.env._("Tickets"),
                    lambda: self._caller_tickets(record),
                )
            )
        return sections

    @api.model
    def _caller_ticket_domain(self, record):
        """The open tickets of the caller's company."""
        return Domain(
            [
                ("commercial_partner_id", "=", self._caller_entity(record).id),
                ("stage_id.closed", "=", False),
            ]
        )

    @api.model
    def _caller_tickets(self, record):
        tickets = self.env["helpdesk.ticket"].search(
            self._caller_ticket_domain(record),
            order="priority desc, id desc",
            limit=SECTION_LIMIT,
        )
        lines, alerts = [], []
        for ticket in tickets:
            lines.append(
                self._caller_record(
                    ticket,
                    name=f"{ticket.number} {ticket.name}",
                    badge=ticket.stage_id.name,
                    level="warning" if ticket.priority in ("2", "3") else "info",
                    values=[
                        (
                            "create_date",
                            self.env._("Since"),
                            "datetime",
                            ticket.create_date,
                        ),
                        (
                            "category",
                            self.env._("Category"),
                            "text",
                            ticket.category_id.name,
                        ),
                        (
                            "responsible",
                            self.env._("Assigned to"),
                            "text",
                            # sudo: a colleague's name, whoever may read users
                            ticket.user_id.sudo().name,
                        ),
                    ],
                )
            )
            if ticket.category_id.is_complaint:
                alerts.append(
                    self._caller_alert(
                        self.env._(
                            "Open complaint %(number)s: %(title)s",
                            number=ticket.number,
                            title=ticket.name,
                        ),
                        "warning",
                        ticket,
                    )
                )
        return lines, alerts
