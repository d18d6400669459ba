from odoo import api, models
from odoo.fields import Domain

from odoo.addons.call_center.telephony.caller import (
    SECTION_LIMIT,
    Documents,
    Section,
    quantity_text,
)

from .delivery_promise_line import URGENCY

PRODUCTS_NAMED = 3
LEVELS = {"late": "danger", "broken": "danger", "at_risk": "warning"}


class PhoneCaller(models.AbstractModel):
    """What the caller was promised, and what to say about it: dates and reasons as
    sentences in the caller's language."""

    _inherit = "phone.caller"

    @api.model
    def _caller_sections(self, record):
        return [
            *super()._caller_sections(record),
            Section(
                5,
                "say",
                self.env._("What to Say"),
                self._caller_say,
                model="delivery.promise.line",
            ),
            Documents(
                15,
                "promises",
                self.env._("Promises"),
                model="delivery.promise",
                domain=self._caller_promise_domain,
                order="promised_date, id",
                line=self._caller_promise,
                alerts=lambda _record, promises: self._caller_promise_alerts(promises),
                of_customer=False,
            ),
        ]

    @api.model
    def _caller_promise_domain(self, record):
        """What the caller and their company were promised and have not all got yet."""
        if entity := self._caller_entity(record):
            domain = Domain("partner_id.commercial_partner_id", "=", entity.id)
        else:
            domain = Domain.FALSE
        return Domain("state", "in", ("held", "confirmed")) & domain

    @api.model
    def _caller_promise(self, promise):
        endangered = promise.status in LEVELS
        return self._caller_record(
            promise,
            name=promise.name,
            badge=self._caller_label(promise, "status" if endangered else "state"),
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
            f"{quantity_text(self.env, line.quantity)} × {line.product_id.name}"
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

    # -- what to say -----------------------------------------------------------

    @api.model
    def _caller_say(self, record):
        """A sentence for each line that the caller has not got yet, what is late
        first. Alerts are the promises' section's."""
        promises = self.env["delivery.promise"].search(
            self._caller_promise_domain(record), order="promised_date, id", limit=50
        )
        lines = self.env["delivery.promise.line"].search(
            Domain("promise_id", "in", promises.ids)
            & Domain("delivered_date", "=", False)
            & Domain("promised_date", "!=", False)
        )
        lines = lines.sorted(
            lambda line: (URGENCY.get(line.status, 2), line.promised_date, line.id)
        )[:SECTION_LIMIT]
        lang = self._caller_lang(record)
        spoken = lines.with_context(lang=lang)
        records = []
        for line, said in zip(lines, spoken, strict=True):
            entry = self._caller_record(
                line.promise_id,
                name=said._what_to_say(),
                badge=line.status in LEVELS and self._caller_label(line, "status"),
                level=LEVELS.get(line.status, "success"),
            )
            entry.update(key=f"line_{line.id}", lang=(lang or "").replace("_", "-"))
            records.append(entry)
        return records, []

    @api.model
    def _caller_lang(self, record):
        """The caller's language, if it is installed, else the user's."""
        partner = self._caller_partner(record)
        # sudo: a lead's language is its own
        own = partner.lang or (
            record._name == "crm.lead" and record.sudo().lang_id.code
        )
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        return own if own in installed else self.env.lang
