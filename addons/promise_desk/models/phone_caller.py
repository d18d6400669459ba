from odoo import api, fields, models
from odoo.fields import Domain


class PhoneCaller(models.AbstractModel):
    _inherit = "phone.caller"

    @api.model
    def _caller_promise_domain(self, record):
        """Also what was promised to the caller's lead before they were a customer."""
        domain = super()._caller_promise_domain(record)
        if record._name == "crm.lead":
            domain |= Domain("state", "in", ("held", "confirmed")) & Domain(
                "lead_id", "=", record.id
            )
        return domain

    @api.model
    def _caller_is_late(self, order, date):
        """An order is late when a line of its promise is, here as in every list."""
        # sudo: whoever may read the order may know whether it is late
        promise = order.sudo().promise_id
        if promise.state in ("confirmed", "done"):
            now = fields.Datetime.now()
            return any(
                line.status in ("on_time", "at_risk", "late")
                and line.late_from
                and line.late_from <= now
                for line in promise.line_ids
            )
        return super()._caller_is_late(order, date)

    @api.model
    def _caller_lead_values(self, lead):
        """Date, time left on the hold and the reason of the date stand on the lead."""
        statuses = dict(lead._fields["promise_status"]._description_selection(self.env))
        held = lead.promise_status in ("held", "partial")
        has_products = lead.promise_status != "empty"
        return super()._caller_lead_values(lead) + [
            (
                "promise_status",
                self.env._("Promise"),
                "text",
                has_products and statuses[lead.promise_status],
            ),
            (
                "promised_date",
                self.env._("Promised"),
                "datetime",
                lead.promised_date,
            ),
            (
                "hold_until",
                self.env._("Held until"),
                "datetime",
                # sudo: the lead shows its hold to whoever may read the lead
                held and lead.sudo().promise_hold_until,
            ),
            ("reason", self.env._("Why"), "text", lead.promise_reason),
        ]

    @api.model
    def _caller_lead_alerts(self, leads):
        alerts = super()._caller_lead_alerts(leads)
        for lead in leads:
            if lead.promise_status == "expired":
                alerts.append(
                    self._caller_alert(
                        self.env._(
                            "The hold for “%s” has ended: check the dates again before "
                            "you repeat them.",
                            lead.name,
                        ),
                        "warning",
                        lead,
                    )
                )
        return alerts

    @api.model
    def _caller_order_date(self, order):
        """A quotation's promise counts although no date is agreed on it yet."""
        date = super()._caller_order_date(order)
        # sudo: the quotation shows its promise to whoever may read the quotation
        promise = order.sudo().promise_id
        if not date and promise.state in ("held", "confirmed"):
            date = promise.promised_date
        return date

    @api.model
    def _caller_promise_alerts(self, promises):
        """A late order is alerted about once, by the number that the customer has."""
        alerts = super()._caller_promise_alerts(promises)
        if not (alerts and self.env["sale.order"].has_access("read")):
            return alerts
        orders = self.env["sale.order"].search(
            [("promise_id", "in", promises.ids), ("state", "=", "sale")]
        )
        late = {alert["id"] for alert in self._caller_order_alerts(orders)}
        told = set(orders.filtered(lambda order: order.id in late).promise_id.ids)
        return [
            alert
            for alert in alerts
            if alert["level"] != "danger" or alert["id"] not in told
        ]
