"""What an agent may change of a call: what they know and the provider does not.

Times, numbers and states are the provider's, and what figures, call-backs and
telephones that ring rest upon. Managers correct them.
"""

from odoo.exceptions import AccessError

MANAGER = "call_center.group_call_center_manager"


def is_restricted(env):
    return not (env.su or env.user.has_group(MANAGER))


def check_agent_vals(calls, vals):
    if others := sorted(vals.keys() - calls._agent_fields()):
        labels = [
            calls._fields[name]._description_string(calls.env)
            if name in calls._fields
            else name
            for name in others
        ]
        raise AccessError(
            calls.env._(
                "Phone call: %s: this comes from the telephone system, and only a "
                "manager of the Call Center corrects it.",
                ", ".join(labels),
            )
        )


def check_abouts(calls, vals):
    """What a user says that calls were about, they may read: notes of them are posted
    there, whoever may see it then."""
    if vals.get("partner_id"):
        check_readable(calls.env, "res.partner", vals["partner_id"])
    if {"res_model", "res_id"} & vals.keys():
        for call in calls:
            model = vals.get("res_model", call.res_model)
            res_id = vals.get("res_id", call.res_id)
            if model and res_id:
                check_readable(calls.env, model, res_id)


def check_readable(env, model, res_id):
    if isinstance(model, str) and model in env and type(res_id) is int:
        record = env[model].browse(res_id)
        if 0 < res_id < 2**31 and record.exists() and record.has_access("read"):
            return
    raise AccessError(
        env._(
            "Phone call: the customer or document that you name is not there, or "
            "you may not read it."
        )
    )
