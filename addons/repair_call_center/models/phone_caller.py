from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.call_center.telephony.caller import Documents


class PhoneCaller(models.AbstractModel):
    _inherit = "phone.caller"

    @api.model
    def _caller_sections(self, record):
        return [
            *super()._caller_sections(record),
            Documents(
                45,
                "repairs",
                self.env._("Repairs"),
                model="repair.order",
                domain=self._caller_repair_domain,
                order="schedule_date, id",
                line=self._caller_repair,
                alerts=self._caller_repair_alerts,
            ),
        ]

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
    def _caller_repair(self, repair):
        return self._caller_record(
            repair,
            name=repair.name,
            badge=self._caller_label(repair, "state"),
            level="warning" if self._is_repair_late(repair) else "info",
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

    @api.model
    def _is_repair_late(self, repair):
        """Of a draft nobody was told a date."""
        return repair.state != "draft" and repair.schedule_date < fields.Datetime.now()

    @api.model
    def _caller_repair_alerts(self, _record, repairs):
        return [
            self._caller_alert(
                self.env._(
                    "Repair %(repair)s was scheduled for %(date)s and is not done.",
                    repair=repair.name,
                    date=self._caller_date(repair.schedule_date),
                ),
                "warning",
                repair,
            )
            for repair in repairs.filtered(self._is_repair_late)
        ]
