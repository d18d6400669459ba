"""Calls that a user's own telephone places.

Odoo does not reach out to the PBX. The call is written down with an order, which the
process beside the PBX fetches with the line's token; its events then come as those of
any call, under the id that the order gave.
"""

import datetime
import re
import uuid

from odoo import fields
from odoo.exceptions import AccessError, UserError

from ..tools import phone_number
from . import customer, panel

# what the ids of ordered calls begin with
ORDER = "odoo-"
# a process beside the PBX that asks once a second and was not heard for so long
SILENT_SECONDS = 60
EXTENSION = re.compile(r"\d{2,5}")
_DIALLED = re.compile(r"^\+?\d{2,20}$")


def dial(env, number, model, record_id):
    """See ``phone.call.dial``."""
    user = env.user
    check_user(user)
    provider = provider_of(env)
    dialled = number_of(env, number, provider)
    # sudo: agents may not read or write lines and orders; only the user's own
    # telephone can be made to ring
    orders = env["phone.call.order"].sudo()
    orders._expire(provider)
    if orders.search_count(
        [("user_id", "=", user.id), ("state", "=", "waiting")], limit=1
    ):
        raise UserError(env._("Your telephone is about to ring: pick it up first."))
    vals = {
        "provider": provider.kind,
        "provider_id": provider.id,
        "company_id": provider.company_id.id,
        "external_id": f"{ORDER}{uuid.uuid4().hex}",
        "direction": "out",
        "from_number": user.phone_extension,
        "to_number": dialled,
        "user_id": user.id,
        **record_vals(env, model, record_id),
    }
    # sudo: agents write what they know of a call, the rest is the system's
    call = env["phone.call"].sudo().create(vals)
    if not call.res_model:
        customer.link(call)
    orders.create({"call_id": call.id, "user_id": user.id, "number": dialled})
    panel.notify(call)
    return {"call_id": call.id}


def check_user(user):
    """Only who has a telephone can place calls."""
    if not user.has_group("call_center.group_call_center_agent"):
        raise AccessError(user.env._("Only call center agents may place calls."))
    if not EXTENSION.fullmatch(user.phone_extension or ""):
        raise UserError(
            user.env._(
                "You have no telephone: an administrator enters its extension (two "
                "to five digits) in your user form."
            )
        )


def provider_of(env):
    """The line that places the calls of the user's company."""
    providers = env["call.provider"]._dialling_lines(env.company)
    if not providers:
        raise UserError(
            env._("No telephone line of %s can place calls.", env.company.name)
        )
    silent = fields.Datetime.now() - datetime.timedelta(seconds=SILENT_SECONDS)
    for provider in providers:
        if provider.connector_seen and provider.connector_seen > silent:
            return provider
    raise UserError(
        env._(
            "The telephone system is not connected at the moment. Dial by hand, "
            "and tell your administrator that the process beside the PBX is not "
            "running."
        )
    )


def number_of(env, number, provider):
    """The number to call, without anything that could be more than a number."""
    if not isinstance(number, str) or not number.strip() or len(number) > 250:
        raise UserError(env._("number: enter the phone number to call."))
    parsed = phone_number.parse(number, provider._region())
    dialled = parsed.internal
    if parsed.readings:
        reading = parsed.readings[0]
        dialled = reading.e164 or reading.national
    if not _DIALLED.match(dialled or ""):
        raise UserError(env._("number: “%s” cannot be called.", number))
    return dialled


def record_vals(env, model, record_id):
    """Whose number it is, if the user may read it; else it is looked up."""
    if model not in env["phone.directory"]._model_names():
        return {}
    if type(record_id) is not int or record_id <= 0:
        return {}
    record = env[model].browse(record_id).exists()
    if not record or not record.has_access("read"):
        return {}
    partner = record._phone_directory_partners().get(record.id)
    vals = {"res_model": model, "res_id": record.id}
    if partner:
        vals["partner_id"] = partner.id
    return vals


def has_failed_order(call):
    """Whether the call was ordered and could not be placed."""
    call.ensure_one()
    return (call.external_id or "").startswith(ORDER) and bool(
        call.env["phone.call.order"].search_count(
            [("call_id", "=", call.id), ("state", "=", "failed")], limit=1
        )
    )


def failed(call, cause):
    """The user's own telephone did not take the call: tell them, once."""
    call.ensure_one()
    order = call.env["phone.call.order"].search(
        [("call_id", "=", call.id), ("state", "!=", "failed")], limit=1
    )
    if order:
        order._fail(cause)


def placed(call, event):
    """The first that the PBX tells of an ordered call: it has the order."""
    if event["call_id"].startswith(ORDER) and not event["failed"]:
        call.env["phone.call.order"].search(
            [("call_id", "=", call.id), ("state", "in", ("waiting", "sent"))]
        ).state = "placed"
