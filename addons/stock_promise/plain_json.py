"""JSON fields that every client can read."""

from odoo import fields


class PlainJson(fields.Json):
    """What is null in a kept value is read as false, as Odoo's own empty values are:
    XML-RPC has no null, and one of them makes a whole answer unreadable."""

    def convert_to_read(self, value, record, use_display_name=True):
        return _without_null(value)


def _without_null(value):
    if value is None:
        return False
    if isinstance(value, dict):
        return {key: _without_null(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_null(part) for part in value]
    return value
