"""Links from other documents into promises: our own code gives them, no client does.

Moves are split, copied, pulled and pushed by Odoo on behalf of whoever is at work, and
the values of new ones carry the link along. An id that our code puts there is therefore
of a class of its own, which neither JSON nor XML can carry: it is told from one that a
client sends, wherever it comes through.
"""

from odoo.exceptions import AccessError


class _OwnId(int):
    """An id given by our own code."""


def own_id(record):
    """The id of a record, or False, as a value that :func:`taken` lets through."""
    return _OwnId(record.id) if record else False


def taken(model, vals_list, name):
    """The values with the link ``name`` as a plain id.

    :raises AccessError: a client has chosen it
    """
    result = []
    for vals in vals_list:
        value = vals.get(name)
        if isinstance(value, _OwnId):
            vals = {**vals, name: int(value)}
        elif value and not model.env.su:
            raise refusal(model, name)
        result.append(vals)
    return result


def refusal(model, name):
    return AccessError(
        model.env._(
            "%(document)s: %(field)s cannot be chosen: it follows from the order.",
            document=model.env["ir.model"]._get(model._name).name,
            field=model._fields[name]._description_string(model.env),
        )
    )


def check_unchanged(records, vals, name):
    """Refuse a client that writes the link ``name``; writing what is there is none.

    :raises AccessError: it would change
    """
    if name not in vals or records.env.su:
        return
    # sudo: only compared
    if any(record[name].id != (vals[name] or False) for record in records.sudo()):
        raise refusal(records, name)
