"""The sections of the caller panel, as bridges declare them."""

from collections.abc import Callable
from typing import NamedTuple

from odoo.tools.misc import formatLang

#: so many documents at most are in one section
SECTION_LIMIT = 10


class Section(NamedTuple):
    """A part of the caller panel.

    :param sequence: where it is among the others
    :param build: ``(record) -> (lines, alerts)``, made by ``_caller_record`` and
        ``_caller_alert`` of ``phone.caller``; called only when the section is asked for
    :param model: whoever may not read it does not have the section
    :param of_customer: only where the caller is a customer's
    """

    sequence: int
    code: str
    title: str
    build: Callable
    model: str = ""
    of_customer: bool = False


class Documents(NamedTuple):
    """A section of the caller's documents of one model.

    :param domain: ``(record) -> Domain`` of the caller's documents
    :param order: as ``search`` takes it
    :param line: ``(document) -> dict``, made by ``_caller_record`` of ``phone.caller``
    :param alerts: ``(record, documents) -> list``, made by ``_caller_alert``
    :param of_customer: only where the caller is a customer's
    :param is_about: a call can have been about such a document
    """

    sequence: int
    code: str
    title: str
    model: str
    domain: Callable
    order: str
    line: Callable
    alerts: Callable | None = None
    of_customer: bool = True
    is_about: bool = False

    def find(self, record):
        """The documents that are shown."""
        return record.env[self.model].search(
            self.domain(record), order=self.order, limit=SECTION_LIMIT
        )

    def build(self, record):
        documents = self.find(record)
        alerts = self.alerts(record, documents) if self.alerts else []
        return [self.line(document) for document in documents], alerts


def quantity_text(env, quantity):
    """A quantity as it is read out: all of its digits, no zeros after them."""
    digits = f"{quantity:.6f}".rstrip("0").partition(".")[2]
    return formatLang(env, quantity, digits=len(digits))
