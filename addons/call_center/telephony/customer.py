"""Whose call it is."""

from odoo.tools import SQL

from ..tools import phone_number
from . import lookup, routing


def link(call):
    """Enter whose number it is, as far as that is certain."""
    vals = customer_vals(call)
    if vals:
        call.write(vals)


def customer_vals(call):
    """Whose number it is, if that is certain: found exactly, and one customer's."""
    call.ensure_one()
    number = call.from_number if call.direction == "in" else call.to_number
    if not number or len(number) > 250:
        return {}
    if call.number_kind != "external" or routing.is_own_number(call):
        return {}
    sent = bool(call.provider_id or call.provider)
    parsed = phone_number.parse(number, call._region(), sent)
    # the call's number first, which was chosen among those readings
    readings = sorted(parsed.readings, key=lambda r: r.e164 != (call.e164 or ""))
    parsed = parsed._replace(readings=tuple(readings))
    # an agent's companies decide what they see; the line's what is linked
    env = call.with_context(allowed_company_ids=call.company_id.ids).env
    _e164, found = lookup.cascade(env, parsed)
    found = [
        (certainty, row, record)
        for certainty, row, record in found
        if certainty == "exact" and lookup.is_of_company(record, call.company_id)
    ]
    if not found:
        return {}
    matches = lookup.rank(env, found)
    entities = {match["commercial_partner_id"] for match in matches} - {False}
    vals = {"res_model": matches[0]["model"], "res_id": matches[0]["id"]}
    if len(entities) == 1:
        partners = [m["id"] for m in matches if m["model"] == "res.partner"]
        entity = entities.pop()
        vals["partner_id"] = partners[0] if len(partners) == 1 else entity
    elif len(entities) > 1:
        return {}  # somebody of several customers: the agent asks
    return vals


def link_earlier(env, partner_ids):
    """Give earlier calls of unknown callers to contacts that just got the number,
    unless another customer has it too.

    By SQL: it follows every write of a contact's number.
    """
    env["phone.call"].flush_model(
        ["e164", "partner_id", "company_id", "res_model", "res_id"]
    )
    env["res.partner"].flush_model(["commercial_partner_id", "company_id"])
    linked = env.execute_query(
        SQL(
            """
            UPDATE phone_call call
               SET partner_id = partner.id,
                   res_id = CASE WHEN call.res_model IS NULL
                                 THEN partner.id ELSE call.res_id END,
                   res_model = COALESCE(call.res_model, 'res.partner')
              FROM phone_directory entry
              JOIN res_partner partner ON partner.id = entry.res_id
             WHERE entry.res_model = 'res.partner'
               AND entry.res_id = ANY(%s)
               AND entry.e164 = call.e164
               AND call.partner_id IS NULL
               AND COALESCE(partner.company_id, call.company_id) = call.company_id
               AND NOT EXISTS (
                    SELECT FROM phone_directory other
                      JOIN res_partner o ON o.id = other.res_id
                     WHERE other.res_model = 'res.partner'
                       AND other.e164 = entry.e164
                       AND o.commercial_partner_id
                           IS DISTINCT FROM partner.commercial_partner_id
                       AND o.id <> partner.id
                   )
         RETURNING call.id
            """,
            list(partner_ids),
        )
    )
    if linked:
        env["phone.call"].browse(id_ for (id_,) in linked).invalidate_recordset(
            ["partner_id", "res_model", "res_id"]
        )
    _link_call_backs(env, partner_ids)


def _link_call_backs(env, partner_ids):
    """The same for call-backs of those calls."""
    Back = env["phone.call.back"]
    Back.flush_model(["partner_id"])
    linked = env.execute_query(
        SQL(
            """
            UPDATE phone_call_back back SET partner_id = call.partner_id
              FROM phone_call call
             WHERE call.callback_id = back.id AND back.partner_id IS NULL
               AND call.partner_id = ANY(%s)
         RETURNING back.id
            """,
            list(partner_ids),
        )
    )
    if linked:
        Back.invalidate_model(["partner_id"])
