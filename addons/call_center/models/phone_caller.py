from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ..telephony import lookup
from ..telephony.caller import SECTION_LIMIT, Section

#: a complaint that is older is told of no more
COMPLAINT_DAYS = 60


class PhoneCaller(models.AbstractModel):
    """What is known about a caller, in sections: bridges add theirs to
    ``_caller_sections``. ``bridges.py`` says what they may override and call."""

    _name = "phone.caller"
    _description = "Phone Caller"

    # -- what clients ask for ------------------------------------------------

    @api.model
    def _caller_context(self, model, res_id, codes):
        """See ``phone.call.caller_context``."""
        record = self._check_caller(model, res_id)
        sections = self._shown_sections(record)
        if codes is not False:
            self._check_codes(codes)
            sections = [section for section in sections if section.code in codes]
        answer = []
        for section in sections:
            records, alerts = section.build(record)
            answer.append(
                {
                    "code": section.code,
                    "title": section.title,
                    "records": records,
                    "alerts": alerts,
                }
            )
        return {"sections": answer}

    @api.model
    def _caller_outline(self, model, res_id):
        """See ``phone.call.caller_outline``."""
        record = self._check_caller(model, res_id)
        return [
            {"code": section.code, "title": section.title}
            for section in self._shown_sections(record)
        ]

    @api.model
    def _check_caller(self, model, res_id):
        """The record of a caller whom a client names; an error says what is wrong."""
        lookup.check_user(self.env)
        if model not in self.env["phone.directory"]._model_names():
            raise UserError(
                self.env._(
                    "model: “%s” is not a model whose records can be callers.",
                    str(model)[:64],
                )
            )
        if isinstance(res_id, bool) or not isinstance(res_id, int) or res_id <= 0:
            raise UserError(self.env._("id: the id of a record is expected."))
        record = self.env[model].browse(res_id)
        if res_id > 2**31 - 1 or not record.exists():
            raise UserError(
                self.env._(
                    "id: there is no %(model)s with the id %(id)s any more.",
                    model=model,
                    id=res_id,
                )
            )
        if not record.has_access("read"):
            raise AccessError(
                self.env._(
                    "id: you may not read the record of %(model)s with the id "
                    "%(id)s. Ask an administrator for access.",
                    model=model,
                    id=res_id,
                )
            )
        return record

    @api.model
    def _check_codes(self, codes):
        if not isinstance(codes, list) or not all(isinstance(c, str) for c in codes):
            raise UserError(self.env._("codes: a list of sections' codes is expected."))

    # -- sections ------------------------------------------------------------

    @api.model
    def _shown_sections(self, record):
        """The sections that the user sees of a caller, in their order."""
        is_customer = bool(self._caller_entity(record))
        sections = [
            section
            for section in self._caller_sections(record)
            if (is_customer or not section.of_customer)
            and (not section.model or self.env[section.model].has_access("read"))
        ]
        return sorted(sections, key=lambda section: (section.sequence, section.code))

    @api.model
    def _caller_sections(self, record):
        """The sections for a caller.

        :param record: the caller: a contact, a lead, a user
        :rtype: list[Section | Documents]
        """
        return [
            Section(10, "contact", self.env._("Contact"), self._caller_contact),
            Section(
                90,
                "calls",
                self.env._("Last Calls"),
                self._caller_calls,
                model="phone.call",
            ),
        ]

    # -- what sections are made of -------------------------------------------

    @api.model
    def _caller_partner(self, record):
        """The contact behind a caller, if the user may read it."""
        partners = record._phone_directory_partners()
        return partners[record.id]._filtered_access("read")

    @api.model
    def _caller_entity(self, record):
        """The commercial entity behind a caller. Its documents are the caller's
        too; rules of the documents' own models decide what the user sees."""
        # sudo: a customer's head office may be hidden where the customer is not
        return self._caller_partner(record).sudo().commercial_partner_id

    @api.model
    def _caller_record(self, record, name=None, badge=False, level="info", values=()):
        """A line of a section.

        :param record: the document to open
        :param badge: its state in a word or two
        :param level: what the state means: success, info, warning or danger
        :param values: tuples (key, label, type, value); the type says how to show
            it: text, date, datetime or number. What is empty is left out.
        """
        values = [value for value in values if value[3] not in (False, None, "")]
        line = {
            "model": record._name,
            "id": record.id,
            "name": name or record.display_name or "",
            "badge": badge or False,
            "level": level,
            "details": [
                {"key": key, "label": label, "type": kind}
                for key, label, kind, _value in values
            ],
        }
        for key, _label, kind, value in values:
            if kind == "datetime":
                value = fields.Datetime.to_string(value)
            elif kind == "date":
                value = fields.Date.to_string(value)
            line[key] = value
        return line

    @api.model
    def _caller_alert(self, message, level="warning", record=None):
        """Something to know before anything else is said."""
        return {
            "level": level,
            "message": message,
            "model": record._name if record else False,
            "id": record.id if record else False,
        }

    @api.model
    def _caller_date(self, moment):
        """A moment as a day to say: in the user's time zone and language."""
        return format_date(self.env, fields.Datetime.context_timestamp(self, moment))

    @api.model
    def _caller_label(self, record, name):
        """What a selection field of a document says, in the user's language."""
        labels = dict(record._fields[name]._description_selection(self.env))
        return labels.get(record[name], "")

    # -- the sections of every caller ----------------------------------------

    @api.model
    def _caller_contact(self, record):
        partner = self._caller_partner(record)
        people = [record] if record != partner else []
        if partner:
            people.append(partner)
            entity = partner.commercial_partner_id._filtered_access("read")
            if entity and entity != partner:
                people.append(entity)
        return [
            self._caller_record(person, values=person._caller_identity_values())
            for person in people
        ], []

    @api.model
    def _caller_calls(self, record):
        """The last calls of the customer, and those from the record's own numbers."""
        domain = Domain.FALSE
        if entity := self._caller_entity(record):
            domain |= Domain("partner_id.commercial_partner_id", "=", entity.id)
        numbers = self.env["phone.directory"]._numbers_of(record)
        if numbers:
            domain |= Domain("e164", "in", numbers)
        calls = self.env["phone.call"].search(
            Domain("state", "=", "ended") & domain, limit=SECTION_LIMIT // 2
        )
        return [self._caller_call(call) for call in calls], [
            *self._caller_complaint_alerts(record),
            *self._caller_call_back_alerts(record),
        ]

    @api.model
    def _caller_call(self, call):
        missed = call.direction == "in" and not call.answered_at
        return self._caller_record(
            call,
            name=call.summary and call.summary.splitlines()[0][:80],
            badge=self.env._("Missed")
            if missed
            else self._caller_label(call, "direction"),
            level="warning" if missed else "info",
            values=[
                ("started_at", self.env._("On"), "datetime", call.started_at),
                # sudo: a colleague's name, whoever may read users
                ("agent", self.env._("With"), "text", call.user_id.sudo().name),
                ("queue", self.env._("Queue"), "text", call.queue),
            ],
        )

    @api.model
    def _caller_complaint_alerts(self, record):
        """The last complaint, unless a later call about it has solved it."""
        entity = self._caller_entity(record)
        if not entity:
            return []
        since = fields.Datetime.now() - timedelta(days=COMPLAINT_DAYS)
        call = self.env["phone.call"].search(
            [
                ("partner_id.commercial_partner_id", "=", entity.id),
                ("subject_id.is_complaint", "=", True),
                ("started_at", ">=", since),
            ],
            limit=1,
        )
        if not call or call.outcome_id.is_solved:
            return []
        said = (call.summary or "").splitlines()
        return [
            self._caller_alert(
                self.env._(
                    "Open complaint of %(date)s: %(note)s",
                    date=self._caller_date(call.started_at),
                    note=said[0][:120],
                )
                if said
                else self.env._(
                    "Open complaint of %s.", self._caller_date(call.started_at)
                ),
                "warning",
                call,
            )
        ]

    @api.model
    def _caller_call_back_alerts(self, record):
        """That the caller has tried in vain."""
        numbers = self.env["phone.directory"]._numbers_of(record)
        domain = Domain("e164", "in", numbers)
        if partner := self._caller_partner(record):
            domain |= Domain("partner_id", "=", partner.id)
        back = self.env["phone.call.back"].search(
            Domain("state", "=", "open") & Domain("missed_count", ">", 0) & domain,
            limit=1,
        )
        if not back:
            return []
        date = self._caller_date(back.last_missed_at)
        if back.missed_count == 1:
            message = self.env._("Tried to reach us on %s.", date)
        else:
            message = self.env._(
                "Tried to reach us %(count)s times, last on %(date)s.",
                count=back.missed_count,
                date=date,
            )
        return [self._caller_alert(message, "warning", back)]
