"""What an agent can write down after a call, and what they send of it, checked."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError

from . import panel, wrap_up
from .caller import Documents

#: what a list to choose from offers at most
CHOICES = 200
COLLEAGUES = 200
WRAP_UP_KEYS = {
    "outcome_id": "phone.call.outcome",
    "subject_id": "phone.call.subject",
}
ACTIVITY_KEYS = {"activity_type_id", "date_deadline", "user_id", "summary"}
#: characters of a note
TEXT = 20_000


def form_values(call):
    """See ``phone.call.wrap_up_form``."""
    company = call.company_id
    of_company = [("company_id", "in", [False, company.id])]
    outcomes = call.env["phone.call.outcome"].search(of_company)
    types = call.env["mail.activity.type"].search([("res_model", "=", False)])
    return {
        "outcomes": [
            {
                "id": outcome.id,
                "name": outcome.name,
                "activity_type_id": outcome.activity_type_id.id or False,
                "date_deadline": fields.Date.to_string(
                    fields.Date.context_today(call)
                    + timedelta(days=outcome.activity_days)
                ),
            }
            for outcome in outcomes
        ],
        "subjects": _choices(call.env["phone.call.subject"].search(of_company)),
        "tags": _choices(call.env["phone.call.tag"].search([], limit=CHOICES)),
        "activity_types": _choices(types),
        "users": colleagues(call),
        "abouts": [
            {
                "model": record._name,
                "id": record.id,
                "name": record.display_name,
                # sudo: what a model is called is no secret of its records
                "type": call.env["ir.model"]._get(record._name).sudo().name,
            }
            for record in abouts(call)
        ],
        "values": {
            "outcome_id": call.outcome_id.id or False,
            "subject_id": call.subject_id.id or False,
            "tag_ids": call.tag_ids.ids,
            "summary": call.summary or "",
        },
    }


def colleagues(call):
    """Colleagues who can be given what comes next, the agent first."""
    # sudo: names of colleagues, whoever may read users
    users = (
        call.env["res.users"]
        .sudo()
        .search(
            [
                ("share", "=", False),
                ("company_ids", "in", call.company_id.ids),
                ("id", "!=", call.env.uid),
            ],
            order="name",
            limit=COLLEAGUES,
        )
    )
    return _choices(call.env.user) + _choices(users)


def abouts(call):
    """The records that a call may have been about, the likeliest first: a list of
    records that the user may read."""
    call.ensure_one()
    found = []
    for record in (*_linked(call), *_documents(call)):
        if record and record._name != "res.users" and record not in found:
            if record.has_access("read"):
                found.append(record)
    return found


def save(call, values):
    """Write down how the call went, and end the wrap-up."""
    vals, about, activity = check(call, values)
    if about and call.res_model != "res.users":
        vals.update(res_model=about._name, res_id=about.id)
    if activity:
        plan_activity(call, about, activity)
    call.write(vals)
    wrap_up.finish(call, call.env.user)
    panel.notify(call)


def plan_activity_action(call):
    """Open Odoo's dialog for the next activity, on what the call was about."""
    record = next(iter(abouts(call)), None)
    if record is None:
        raise UserError(
            call.env._("Enter the customer first: the activity is planned for them.")
        )
    return {
        "type": "ir.actions.act_window",
        "name": call.env._("Plan Next Activity"),
        "res_model": "mail.activity.schedule",
        "view_mode": "form",
        "views": [(False, "form")],
        "target": "new",
        "context": {"active_model": record._name, "active_ids": record.ids},
    }


def check(call, values):
    """The values to write, what the call was about, and the next activity."""
    if not isinstance(values, dict):
        raise UserError(call.env._("wrap_up: a dictionary of values is expected."))
    vals, about, activity = {}, None, None
    for key, value in values.items():
        if key in WRAP_UP_KEYS:
            record = check_choice(call, key, WRAP_UP_KEYS[key], value)
            vals[key] = record.id
        elif key == "tag_ids":
            if not isinstance(value, list):
                raise UserError(call.env._("tag_ids: a list of ids is expected."))
            tags = [check_choice(call, key, "phone.call.tag", id_) for id_ in value]
            vals[key] = [(6, 0, [tag.id for tag in tags if tag])]
        elif key == "summary":
            vals[key] = check_text(call, key, value)
        elif key == "about":
            about = check_about(call, value)
        elif key == "activity":
            activity = value and check_activity(call, value)
        else:
            raise UserError(call.env._("wrap_up: “%s” is not known.", str(key)[:64]))
    return vals, about, activity


def check_text(call, key, value, length=TEXT):
    """A text as the database takes it, without what no keyboard types."""
    if value and not isinstance(value, str):
        raise UserError(call.env._("%s: a text is expected.", key))
    text = (value or "").encode("utf-8", "ignore").decode().replace("\x00", "")
    return text.strip()[:length] or False


def check_choice(call, key, model, value):
    record = call.env[model]
    if not value:
        return record
    if isinstance(value, bool) or not isinstance(value, int):
        raise UserError(call.env._("%s: an id is expected.", key))
    record = record.search([("id", "=", value)])
    if "company_id" in record and record.company_id not in (
        call.company_id,
        call.company_id.browse(),
    ):
        record = record.browse()
    if not record:
        raise UserError(
            call.env._("%(key)s: there is none with the id %(id)s.", key=key, id=value)
        )
    return record


def check_about(call, value):
    if not value:
        return None
    if isinstance(value, dict):
        for record in abouts(call):
            if (record._name, record.id) == (value.get("model"), value.get("id")):
                return record
    raise UserError(
        call.env._("about: choose one of the records that the call can be about.")
    )


def check_activity(call, value):
    if not isinstance(value, dict) or set(value) - ACTIVITY_KEYS:
        raise UserError(
            call.env._("activity: type, date, responsible and summary are expected.")
        )
    type_ = check_choice(
        call, "activity_type_id", "mail.activity.type", value.get("activity_type_id")
    )
    # others belong to models of their own
    if not type_ or type_.res_model:
        raise UserError(call.env._("activity: choose what is to be done."))
    users = {user["id"] for user in colleagues(call)}
    user_id = value.get("user_id") or call.env.uid
    if type(user_id) is not int or user_id not in users:
        raise UserError(
            call.env._("activity: choose a colleague of the call's company.")
        )
    try:
        date = fields.Date.to_date(value.get("date_deadline") or None)
    except (TypeError, ValueError) as error:
        raise UserError(call.env._("activity: the date cannot be read.")) from error
    return {
        "activity_type_id": type_.id,
        "date_deadline": date or fields.Date.context_today(call),
        "user_id": user_id,
        "summary": check_text(call, "summary", value.get("summary"), 250),
    }


def plan_activity(call, about, activity):
    """The next activity, on what the call was about, else on the customer."""
    record = about or next(iter(abouts(call)), None)
    if record is None:
        record = call.env["phone.call.back"]._of_number(call)
        if not record.has_access("write"):
            raise UserError(
                call.env._(
                    "Another team is to call this number back already. Leave the "
                    "next activity out, or enter the customer first."
                )
            )
    # sudo: an agent need not be allowed to edit the customer they talk to; that
    # they may read it was checked
    record.sudo().activity_schedule(
        activity_type_id=activity.pop("activity_type_id"), **activity
    )


def _linked(call):
    if call.res_model and call.res_id and call.res_model in call.env:
        yield call.env[call.res_model].browse(call.res_id).exists()
    yield call.partner_id


def _documents(call):
    """The customer's documents that calls are about."""
    if not call.partner_id:
        return
    for section in call.env["phone.caller"]._shown_sections(call.partner_id):
        if isinstance(section, Documents) and section.is_about:
            yield from section.find(call.partner_id)


def _choices(records):
    return [{"id": record.id, "name": record.display_name} for record in records]
