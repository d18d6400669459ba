from collections.abc import Callable
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools.misc import format_date

SECTION_LIMIT = 10


class CallerSection(NamedTuple):
    """A part of the caller panel.

    ``build`` returns ``(records, alerts)``, made by ``_caller_record`` and
    ``_caller_alert``. It is called only when the section is asked for.
    """

    sequence: int
    code: str
    title: str
    build: Callable


class PhoneCallContext(models.AbstractModel):
    """The part of ``phone.call`` that answers what is known about a caller."""

    _name = "phone.call.context.mixin"
    _description = "Phone Call: Context"

    @api.model
    @api.readonly
    def caller_context(self, model, id, codes=False):  # noqa: A002
        """What is known about a caller, in sections.

        :param str model: model of a match that ``lookup`` returned
        :param int id: its id
        :param codes: list of the sections' codes to return; by default all
        :return: ``{"sections": [{"code", "title", "records", "alerts"}]}`` with the
            sections whose documents the user may read
        :rtype: dict
        """
        record = self._check_caller(model, id)
        sections = sorted(self._caller_sections(record))
        if codes is not False:
            self._check_codes(codes)
            sections = [section for section in sections if section.code in codes]
        answer = []
        for section in sections:
            records, alerts = section.build()
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
    @api.readonly
    def caller_outline(self, model, id):  # noqa: A002
        """The codes and titles of the sections that ``caller_context`` has for a
        caller, without their content: they can then be asked for one by one.

        :rtype: list[dict]
        """
        record = self._check_caller(model, id)
        return [
            {"code": section.code, "title": section.title}
            for section in sorted(self._caller_sections(record))
        ]

    @api.model
    def _check_caller(self, model, res_id):
        self._check_telephony_user()
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

    # -- hooks -------------------------------------------------------------

    @api.model
    def _caller_sections(self, record):
        """The sections for a caller; bridges append theirs.

        :param record: the caller: a contact, a lead, a user
        :rtype: list[CallerSection]
        """
        sections = [
            CallerSection(
                10,
                "contact",
                self.env._("Contact"),
                lambda: self._caller_contact(record),
            )
        ]
        if self.env["phone.call"].has_access("read"):
            sections.append(
                CallerSection(
                    90,
                    "calls",
                    self.env._("Last Calls"),
                    lambda: self._caller_calls(record),
                )
            )
        return sections

    # -- what sections are made of -----------------------------------------

    @api.model
    def _caller_partner(self, record):
        """The contact behind a caller, if the user may read it."""
        partners = record._phone_directory_partners()
        return partners[record.id]._filtered_access("read")

    @api.model
    def _caller_entity(self, record):
        """The commercial entity behind a caller. Its documents are the caller's
        too; rules of the documents' own models decide what the user sees."""
        # sudo: a customer's head office may be hidden where he himself is not
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
    def _caller_contact(self, record):
        partner = self._caller_partner(record)
        lines = []
        if record != partner:
            lines.append(self._caller_identity(record))
        if partner:
            lines.append(self._caller_identity(partner))
            entity = partner.commercial_partner_id._filtered_access("read")
            if entity and entity != partner:
                lines.append(self._caller_identity(entity))
        return lines, []

    @api.model
    def _caller_identity(self, record):
        """The line of the contact section about one record."""
        return self._caller_record(record, values=record._caller_identity_values())

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
        directions = dict(calls._fields["direction"]._description_selection(self.env))
        lines = []
        for call in calls:
            missed = call.direction == "in" and not call.answered_at
            lines.append(
                self._caller_record(
                    call,
                    name=call.summary and call.summary.splitlines()[0][:80],
                    badge=self.env._("Missed")
                    if missed
                    else directions[call.direction],
                    level="warning" if missed else "info",
                    values=[
                        ("started_at", self.env._("On"), "datetime", call.started_at),
                        # sudo: a colleague's name, whoever may read users
                        ("agent", self.env._("With"), "text", call.user_id.sudo().name),
                        ("queue", self.env._("Queue"), "text", call.queue),
                    ],
                )
            )
        return lines, []
