"""Which calls are missed, and which callers were reached."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Domain

from . import routing

# a late "answer" event turns a missed call into an answered one
GRACE = timedelta(seconds=5)
# what waited beside a PBX over a long weekend is still called back
OLDEST = timedelta(days=7)


def is_missed(call):
    """An incoming call that nobody answered, of a number that can be called: not of
    whom we refuse, nor of ourselves."""
    call.ensure_one()
    return bool(
        call.direction == "in"
        and call.state == "ended"
        and not call.answered_at
        and call.cause != "forwarded"
        and call.e164
        and routing.is_put_through(call)
        and not routing.is_own_number(call)
    )


def note(calls):
    """Have the job look at missed calls, and at callers who were reached."""
    Back = calls.env["phone.call.back"].sudo()  # the job's, whoever ends a call
    oldest = fields.Datetime.now() - OLDEST
    due = calls.browse()
    for call in calls.filtered(lambda call: call.started_at > oldest):
        wanted = call.company_id._call_setting("call_back_missed")
        if (wanted and is_missed(call)) or (
            call.answered_at and call.e164 and Back._open_of(call)
        ):
            due |= call
    if due:
        due.callback_due = True
        # sudo: the job has to run, whoever ended the call
        calls.env.ref("call_center.ir_cron_call_backs").sudo()._trigger(
            fields.Datetime.now() + GRACE
        )


def was_reached_since(call):
    """Whether the caller was spoken to after they had tried."""
    domain = Domain("e164", "=", call.e164)
    if call.partner_id:
        domain |= Domain("partner_id", "=", call.partner_id.id)
    return bool(
        call.search_count(
            domain
            & Domain("company_id", "=", call.company_id.id)
            & Domain("answered_at", ">=", call.started_at),
            limit=1,
        )
    )


def plan(env, number, model, res_id):
    """See ``phone.call.plan_call_back``."""
    partner = env["res.partner"]
    if model:
        caller = env["phone.caller"]
        partner = caller._caller_partner(caller._check_caller(model, res_id))
    back = env["phone.call.back"]._plan_by_hand(number, partner)
    if not back.has_access("read"):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": env._(
                    "Another team is to call this number back already. It was told "
                    "that you were asked for it, too."
                ),
            },
        }
    return {
        "type": "ir.actions.act_window",
        "name": back.display_name,
        "res_model": back._name,
        "res_id": back.id,
        "views": [(False, "form")],
    }
