from odoo import api, fields, models


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    call_phone = fields.Char(
        "Phone",
        compute="_compute_call_phone",
        help="Whom to call about this promise: the customer, or the lead's number.",
    )

    @api.depends("partner_id.phone", "lead_id.phone")
    def _compute_call_phone(self):
        for promise in self:
            entity = promise.partner_id.commercial_partner_id
            promise.call_phone = (
                promise.partner_id.phone
                or promise.lead_id._filtered_access("read").phone
                or entity.phone
            )

    def action_schedule_call_back(self):
        """Plan a call to each customer about his promise, unless one is planned."""
        self.check_access("read")
        call = self.env.ref("mail.mail_activity_data_call")
        planned = self.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", call.id),
            ]
        )
        for promise in self - self.browse(planned.mapped("res_id")):
            user = promise.user_id or self.env.user
            # in the language of whoever is to call
            told = promise.with_context(lang=user.lang)
            promise.activity_schedule(
                "mail.mail_activity_data_call",
                summary=told.env._(
                    "Call %(customer)s about %(promise)s",
                    customer=promise.partner_id.name
                    or promise.lead_id._filtered_access("read").name
                    or told.env._("the customer"),
                    promise=promise.name,
                ),
                note=told.risk_message or False,
                user_id=user.id,
            )
        return True
