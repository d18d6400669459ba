from odoo import api, models
from odoo.fields import Domain

from odoo.addons.call_center.telephony.caller import Documents


class PhoneCaller(models.AbstractModel):
    _inherit = "phone.caller"

    @api.model
    def _caller_sections(self, record):
        return [
            *super()._caller_sections(record),
            Documents(
                40,
                "tickets",
                self.env._("Tickets"),
                model="helpdesk.ticket",
                domain=self._caller_ticket_domain,
                order="priority desc, id desc",
                line=self._caller_ticket,
                alerts=self._caller_ticket_alerts,
            ),
        ]

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
    def _caller_ticket(self, ticket):
        return self._caller_record(
            ticket,
            name=f"{ticket.number} {ticket.name}",
            badge=ticket.stage_id.name,
            level="warning" if ticket.priority in ("2", "3") else "info",
            values=[
                ("create_date", self.env._("Since"), "datetime", ticket.create_date),
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

    @api.model
    def _caller_ticket_alerts(self, _record, tickets):
        return [
            self._caller_alert(
                self.env._(
                    "Open complaint %(number)s: %(title)s",
                    number=ticket.number,
                    title=ticket.name,
                ),
                "warning",
                ticket,
            )
            for ticket in tickets
            if ticket.category_id.is_complaint
        ]
