from odoo import api, models
from odoo.fields import Domain

from odoo.addons.call_center.models.phone_call_context import (
    SECTION_LIMIT,
    CallerSection,
)

PRODUCTS_NAMED = 3
LEVELS = {"late": "danger", "broken": "danger", "at_risk": "warning"}


class PhoneCall(models.Model):
    _inherit = "phone.call"

    @api.model
    def _caller_sections(self, record):
        sections = super()._caller_sections(record)
        if self.env["delivery.promise"].has_access("read"):
            sections.append(
                CallerSection(
                    15,
                    "promises",
                    self.env._("Promises"),
                    lambda: self._caller_promises(record),
                )
            )
        return sections

    @api.model
    def _caller_promise_domain(self, record):
        """What the caller and his company were promised and have not all got yet."""
        if entity := self._caller_entity(record):
            domain = Domain("partner_id.commercial_partner_id", "=", entity.id)
        else:
            domain = Domain.FALSE
        return Domain("state", "in", ("held", "confirmed")) & domain

    @api.model
    def _caller_promises(self, record):
        promises = self.env["delivery.promise"].search(
            self._caller_promise_domain(record),
            order="promised_date, id",
            limit=SECTION_LIMIT,
        )
        lines = [self._caller_promise(promise) for promise in promises]
        return lines, self._caller_promise_alerts(promises)

    @api.model
    def _caller_promise(self, promise):
        states = dict(promise._fields["state"]._description_selection(self.env))
        statuses = dict(promise._fields["status"]._description_selection(self.env))
        endangered = promise.status in LEVELS
        return self._caller_record(
            promise,
            name=promise.name,
            badge=statuses[promise.status] if endangered else states[promise.state],
            level=LEVELS.get(
                promise.status, "success" if promise.state == "confirmed" else "info"
            ),
            values=self._caller_promise_values(promise),
        )

    @api.model
    def _caller_promise_values(self, promise):
        """What a promise's line says; tuples as :meth:`_caller_record` takes them."""
        held = promise.state == "held"
        return [
            (
                "promised_date",
                self.env._("Promised"),
                "datetime",
                promise.promised_date,
            ),
            (
                "hold_until",
                self.env._("Held until"),
                "datetime",
                held and promise.hold_until,
            ),
            (
                "products",
                self.env._("Products"),
                "text",
                self._caller_promise_products(promise),
            ),
            ("reason", self.env._("Why"), "text", self._caller_promise_reason(promise)),
            ("origin", self.env._("Source"), "text", promise.origin),
        ]

    @api.model
    def _caller_promise_products(self, promise):
        lines = promise.line_ids
        names = [
            f"{line.quantity:g} × {line.product_id.name}"
            for line in lines[:PRODUCTS_NAMED]
        ]
        if len(lines) > PRODUCTS_NAMED:
            names.append("…")
        return ", ".join(names)

    @api.model
    def _caller_promise_reason(self, promise):
        """Why the date is what it is, in words that can be read out: those of the
        line that arrives last."""
        lines = promise.line_ids.filtered("promised_date")
        last = lines.sorted("promised_date")[-1:]
        # those of all promises are put into words at once
        last = last.with_prefetch(promise.line_ids._prefetch_ids)
        return promise.risk_message or last.message

    @api.model
    def _caller_promise_alerts(self, promises):
        alerts = []
        for promise in promises:
            if promise.status == "late":
                alerts.append(
                    self._caller_alert(
                        self.env._(
                            "%(promise)s is late: it was promised for %(date)s.",
                            promise=promise.name,
                            date=self._caller_date(promise.promised_date),
                        ),
                        "danger",
                        promise,
                    )
                )
            elif promise.status == "at_risk":
                alerts.append(
                    self._caller_alert(
                        self.env._(
                            "%(promise)s is at risk: %(reason)s",
                            promise=promise.name,
                            reason=promise.risk_message or "",
                        ),
                        "warning",
                        promise,
                    )
                )
        return alerts
